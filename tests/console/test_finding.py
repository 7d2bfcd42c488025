"""Search over transcripts, the same on both databases (reliability.md, case 6)."""

from __future__ import annotations

import time

import pytest
from sqlalchemy.engine import Connection

from bot.console import finding, queue
from bot.console.queue import Choice
from bot.conversation import log
from bot.db import case_notes, case_tags
from bot.handoff import cases

from .both import any_connection, any_engine, make_case

__all__ = ["any_connection", "any_engine"]


@pytest.fixture
def filled(any_connection: Connection) -> Connection:
    make_case(any_connection, "HL-2222-22", "Wir suchen eine Kita-Platz in Tangermünde", "100 % sicher")
    make_case(any_connection, "HL-3333-33", "Я ищу квартиру", contact_kind="email", contact="olena@example.org")
    make_case(any_connection, "HL-4444-44", "نبحث عن قابلة", concern="قابلة")
    any_connection.execute(
        case_notes.insert().values(case_number="HL-4444-44", user_id=1, at=time.time(), text="Dolmetscher bestellt")
    )
    any_connection.execute(case_tags.insert().values(case_number="HL-3333-33", tag="Härtefall"))
    cases.note(any_connection, "HL-2222-22", 1, "passed on", "Bitte mit Gebärdensprache")
    log.append(
        any_connection, log.create(any_connection, token="x", language="de", page=None, greeting=[]),
        [{"author": "visitor", "text": "Dolmetscher ohne Vorgang", "language": "de"}],
    )  # fmt: skip
    return any_connection


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("tangermünde", ["HL-2222-22"]), ("TANGERMÜNDE kita-platz", ["HL-2222-22"]), ("КВАРТИРУ", ["HL-3333-33"]),
        ("olena@", ["HL-3333-33"]), ("hl-4444", ["HL-4444-44"]), ("قابلة", ["HL-4444-44"]), ("dolmetscher", ["HL-4444-44"]),
        ("gebärdensprache", ["HL-2222-22"]),
        ("härtefall", ["HL-3333-33"]), ("suchen квартиру", []), ("100 %", ["HL-2222-22"]), ("%", ["HL-2222-22"]),
        ("_", []), ("NEAR(", []), ('"kita', []), ("x:y", []), ("^", []), ("'; DROP TABLE cases; --", []), ("\\", []), ("!", []),
    ],
)  # fmt: skip
def test_words_are_found_wherever_they_stand(filled: Connection, text: str, found: list[str]) -> None:
    rows = queue.search(filled, Choice("all", q=text), 1)
    assert [row.number for row in rows] == found
    assert queue.counts(filled, Choice("all", q=text), 1)["all"] == len(found)


def test_nothing_chosen_finds_everything(filled: Connection) -> None:
    assert len(queue.search(filled, Choice("all", q="   "), 1)) == 3


def test_long_searches_are_cut() -> None:
    assert len(finding.words_of("a " * 500)) == finding.MOST_WORDS


def test_waiting_since_and_tags(filled: Connection) -> None:
    assert [row.number for row in queue.search(filled, Choice("all", tag="Härtefall"), 1)] == ["HL-3333-33"]
    assert queue.search(filled, Choice("all", waiting="1"), 1) == []
    filled.exec_driver_sql("UPDATE cases SET created_at = created_at - 7200 WHERE number = 'HL-2222-22'")
    assert [row.number for row in queue.search(filled, Choice("all", waiting="1"), 1)] == ["HL-2222-22"]
    assert queue.tags(filled) == ["Härtefall"]
    assert queue.tags_of(filled, ["HL-3333-33", "HL-2222-22"]) == {"HL-3333-33": ["Härtefall"]}
