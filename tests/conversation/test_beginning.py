"""What the page says about a visitor reaches the greeting and the stored conversation, and nothing else does."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from bot.conversation.beginning import read_page, read_tags
from bot.db import conversations


@pytest.mark.parametrize(
    ("given", "tags"),
    [
        ({"campaign": "fair-1", "persona": "family", "topic": "job"}, {"campaign": "fair-1", "persona": "family", "topic": "job"}),
        ({"campaign": "<script>"}, {}),
        ({"persona": "a" * 41, "topic": ""}, {}),
        ({"topic": 5, "persona": None, "other": "x"}, {}),
    ],
)  # fmt: skip
def test_tags_are_words(given: dict[str, Any], tags: dict[str, str]) -> None:
    assert read_tags(given) == tags


def test_page_is_text_of_limited_length() -> None:
    assert read_page("https://example.org/" + "x" * 600) == ("https://example.org/" + "x" * 600)[:500]
    assert read_page({"a": 1}) is None


@pytest.mark.parametrize(
    ("tags", "sentence"),
    [
        ({"topic": "housing"}, "Sie suchen ein Zuhause?"),
        ({"topic": "housing", "persona": "returner"}, "zurückzukommen"),
        ({"topic": "housing", "campaign": "rueckkehrtag"}, "Rückkehrtag"),
        ({"topic": "housing", "campaign": "unknown"}, "Sie suchen ein Zuhause?"),
    ],
)
def test_greeting_follows_the_most_particular_word(tags: dict[str, str], sentence: str, live_server: Any) -> None:
    body = httpx.post(f"{live_server.url}/api/v1/conversations", json={"language": "de", "consent": True, **tags}).json()
    text = body["messages"][0]["text"]
    assert "Computerprogramm" in text and sentence in text.splitlines()[-1]
    engine = sa.create_engine(live_server.database_url)
    with engine.connect() as connection:
        row = connection.execute(sa.select(conversations).where(conversations.c.id == body["id"])).one()
    engine.dispose()
    assert (row.campaign, row.persona) == (tags.get("campaign"), tags.get("persona"))


@pytest.mark.parametrize("language", ["de-simple", "en", "pl", "uk", "ru", "ar"])
def test_every_language_has_the_sentences(language: str, live_server: Any) -> None:
    greeting = [
        httpx.post(f"{live_server.url}/api/v1/conversations", json={"language": language, "consent": True, **tags}).json()
        for tags in ({}, {"topic": "job"})
    ]
    first, second = (each["messages"][0]["text"] for each in greeting)
    assert second.startswith(first.rstrip()) and len(second) > len(first) + 15
