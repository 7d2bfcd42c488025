"""A button means what it carries, a language changes by words alone, and a model that cannot be loaded takes no other away."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.conversation.brain import Brain, Incoming, parse_payload
from bot.conversation.replies import ReplyGenerator
from bot.languages import load_languages
from tests.conversation.conftest import ROOT

LANGUAGES = load_languages(ROOT / "data")


@pytest.fixture
def brain() -> Brain:
    """Without a model."""
    return Brain(ReplyGenerator({}, lambda language: {}, "de"), LANGUAGES)


@pytest.mark.parametrize(
    ("payload", "name", "entities"),
    [
        ("/greet", "greet", {}),
        ("/faq/renting", "faq/renting", {}),
        ('/find_job{"place": "iden", "rooms": 3}', "find_job", {"place": "iden", "rooms": 3}),
        ('/inform{"handoff_concern": "{und} \\"Garten\\""}', "inform", {"handoff_concern": '{und} "Garten"'}),
    ],
)
def test_a_payload_is_an_intent_with_values(payload: str, name: str, entities: dict[str, Any]) -> None:
    form = {"entity": "handoff_contact", "value": "none"}
    parsed = parse_payload("what the button said", payload, [form])
    assert parsed["text"] == "what the button said" and parsed["intent"]["confidence"] == 1.0
    assert (parsed["intent"].get("full_retrieval_intent_name") or parsed["intent"]["name"]) == name
    *given, last = parsed["entities"]
    assert {each["entity"]: each["value"] for each in given} == entities and last == form


@pytest.mark.parametrize("payload", ["greet", "", "find_job{}", '/find_job{"place": ', "/find_job{x}"])
def test_what_is_no_payload_is_refused(payload: str) -> None:
    with pytest.raises(ValueError):
        parse_payload("x", payload, [])


@pytest.mark.parametrize(
    ("text", "language", "switches_to", "after"),
    [
        ("Шукаю квартиру", "de", "uk", "uk"),
        ("Ich suche eine Wohnung", "de-simple", "de", "de-simple"),
        ("anna@example.org", "de", "en", "de"),
        ("0391 123456 www.example.org", "ar", "en", "ar"),
        ("my mail is anna@example.org", "de", "en", "en"),
        ("Hallo", "uk", None, "uk"),
        ("", "uk", "en", "uk"),
    ],
)
def test_language_changes_by_words_alone(brain: Brain, text: str, language: str, switches_to: str | None, after: str) -> None:
    assert brain.language_after(Incoming("c", 1, text, language), {"switches_to": switches_to}) == after


async def test_without_a_model_it_says_what_to_do(brain: Brain) -> None:
    assert not brain.is_ready and brain.reader is None and brain.model is None
    with pytest.raises(RuntimeError, match="lotse train"):
        await brain.answer(Incoming("c", 1, "Hallo", "de"))


def test_a_model_that_cannot_be_loaded_leaves_what_was_there(brain: Brain, tmp_path: Path) -> None:
    broken = tmp_path / "x.tar.gz"
    broken.write_bytes(b"no archive")
    before = brain._agent.processor
    with pytest.raises(Exception):  # noqa: B017
        brain.load(broken)
    assert brain._agent.processor is before and brain.model is None and not brain.is_ready
