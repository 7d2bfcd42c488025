"""Prepared replies are complete, and what is wrong with one is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import ContentErrors
from bot.handoff.prepared import APPOINTMENT, OFFER, PreparedReplies, gaps
from bot.languages import load_languages
from bot.region import Region
from bot.resources import OWN_FACTS

DATA = Path(__file__).parents[2] / "data"
FACTS = {*Region.load(DATA).facts("de"), *OWN_FACTS}


def _write(folder: Path, name: str, text: str) -> None:
    (folder / "replies").mkdir(exist_ok=True)
    (folder / "replies" / "_groups.yml").write_text("groups:\n  all: {de: Alle}\n")
    (folder / "replies" / f"{name}.yml").write_text(text)


def test_ours_are_in_every_language() -> None:
    assert list(gaps(DATA, load_languages(DATA), FACTS)) == []
    replies = PreparedReplies.load(DATA).replies
    assert len(replies) >= 15 and {APPOINTMENT, OFFER} <= set(replies)
    assert {"de", "en"} <= set.intersection(*(set(reply.titles) for reply in replies.values()))


def test_missing_language_and_unknown_variable_are_named(tmp_path: Path) -> None:
    _write(tmp_path, "hello", 'title: {de: Hallo}\ngroup: all\ntext: {de: "Hallo {advisor}", en: "Hello {advisor}"}\n')
    found = list(gaps(tmp_path, load_languages(DATA), FACTS))
    assert "uk: data/replies/hello.yml has no text" in found
    assert any("{advisor}, which nothing fills" in line for line in found)


def test_missing_language_is_given_in_the_next_one(tmp_path: Path) -> None:
    _write(tmp_path, "hello", "title: {de: Hallo}\ngroup: all\ntext: {de: Guten Tag, en: Hello}\n")
    reply = PreparedReplies.load(tmp_path).replies["hello"]
    assert reply.text("uk", load_languages(DATA), {}) == ("Hello", "en")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('title: {de: Hallo}\ngroup: all\ntext: {de: "Guten Tag {adviser}", en: Hello}\n', "lacks adviser"),
        ("title: {de: Hallo}\ngroup: none\ntext: {de: Guten Tag}\n", "there is no group 'none'"),
        ("title: {de: Hallo}\ngroup: all\n", "text"),
        ("title: {de: Hallo}\ngroup: all\ntext: {de: Guten Tag}\nsign: x\n", "sign"),
    ],
)
def test_mistakes_are_told_with_file_and_line(tmp_path: Path, text: str, told: str) -> None:
    _write(tmp_path, "hello", text)
    with pytest.raises(ContentErrors) as raised:
        PreparedReplies.load(tmp_path)
    assert told in str(raised.value) and "hello.yml:" in str(raised.value)
