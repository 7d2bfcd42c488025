"""What the content team reads, on both databases."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.conversation import log
from bot.db import messages, reviews
from bot.privacy import reading
from tests.console.both import any_connection, any_engine

__all__ = ["any_connection", "any_engine"]


def _talk(connection: Connection, *said: tuple[str, str, float], payload: bool = False) -> str:
    """A conversation of (text, intent, confidence)."""
    conversation_id = log.create(connection, token=str(said), language="de", page=None, greeting=[])
    rows = [
        {
            "author": "visitor", "text": text, "language": "de",
            "extra": {"intent": {"name": intent, "confidence": sure}} | ({"payload": "/affirm"} if payload else {}),
        }
        for text, intent, sure in said
    ]  # fmt: skip
    log.append(connection, conversation_id, rows)
    return conversation_id


def test_misunderstood_are_counted_together_and_masked(any_connection: Connection) -> None:
    for text in ("Angelkarte?", "angelkarte?", "ANGELKARTE?"):
        _talk(any_connection, (text, "nlu_fallback", 0.9))
    _talk(any_connection, ("Rufen Sie 0176 12345678 an", "request_human", 0.31), ("Wohnung", "find_housing", 0.98))
    _talk(any_connection, ("Ja", "nlu_fallback", 0.1), payload=True)
    found = reading.misunderstood(any_connection)
    assert [(each.count, each.taken_for) for each in found] == [(3, "nlu_fallback"), (1, "request_human")]
    assert found[1].text == "Rufen Sie [Telefon] an"


def test_answers_to_what_was_asked_are_no_misunderstandings(any_connection: Connection) -> None:
    talk = _talk(any_connection, ("0176 12345678", "nlu_fallback", 0.2), ("Wohnen", "inform", 0.31), ("Hä", "nlu_fallback", 0.2))
    m = messages.c
    first = sa.select(m.extra).where(m.conversation_id == talk, m.seq == 1)
    answered = {**any_connection.execute(first).scalar_one(), "answered": "handoff_contact"}
    any_connection.execute(messages.update().where(m.conversation_id == talk, m.seq == 1).values(extra=answered))
    assert [each.text for each in reading.misunderstood(any_connection)] == ["Hä"]
    assert [row.unsure for row in reading.conversations_to_review(any_connection, "unsure")] == [1]
    reading.review(any_connection, talk, 2, user_id=1, good=False, intent="find_housing", note=None)
    assert [each.text for each in reading.misunderstood(any_connection)] == ["Wohnen", "Hä"], "but staff may find so"


def test_marks(any_connection: Connection) -> None:
    one = _talk(any_connection, ("Angelkarte", "find_job", 0.97), ("Hebamme", "nlu_fallback", 0.2))
    assert [row.id for row in reading.conversations_to_review(any_connection, "open")] == [one]
    assert [row.unsure for row in reading.conversations_to_review(any_connection, "unsure")] == [1]
    for _ in range(2):
        reading.review(any_connection, one, 1, user_id=1, good=False, intent="faq/clubs", note="mail a@example.org")
    reading.review(any_connection, one, 2, user_id=2, good=True, intent=None, note=None)
    found = reading.misunderstood(any_connection)
    assert [(each.text, each.wanted, each.marked) for each in found] == [("Angelkarte", "faq/clubs", 1)]
    assert reading.conversations_to_review(any_connection, "open") == []
    row = reading.conversations_to_review(any_connection, "marked")[0]
    assert (row.marked, row.wrong, bool(row.handed)) == (2, 1, False)
    assert [(m["good"], m["intent"], m["note"]) for m in reading.marked(any_connection)] == [
        (False, "faq/clubs", "mail [E-Mail]"), (True, "", ""),
    ]  # fmt: skip
    reading.unreview(any_connection, one, 1)
    assert len(any_connection.execute(sa.select(reviews)).all()) == 1
    with pytest.raises(log.NotFound):
        reading.review(any_connection, one, 99, user_id=1, good=True, intent=None, note=None)
    assert log.erase(any_connection, one) and reading.marked(any_connection) == []
