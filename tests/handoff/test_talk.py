"""Two open cases in one conversation: one that staff have opened again, beside a newer one."""

from __future__ import annotations

import threading
import time

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.console.queue import mark_read
from bot.conversation import log
from bot.db import Database, messages, outbox, tracker_events, users
from bot.handoff import cases, presence, talk

from .test_cases import ANNA, BERND, NOTE, NUMBER, connection, conversation

__all__ = ["connection", "conversation"]

SECOND = "HL-2222-22"


@pytest.fixture
def two(connection: Connection, conversation: str) -> str:
    """A conversation with two open cases: NUMBER, closed by Anna and opened again, and SECOND, which is newer."""
    cases.take(connection, NUMBER, ANNA, NOTE)
    cases.give_back(connection, NUMBER, ANNA, NOTE, close=True)
    values = {"topic": "housing", "concern": "y", "language": "de", "contact_kind": "none", "team": "office"}
    cases.create(connection, conversation, 3, values | {"number": SECOND})
    cases.reopen_as_it_was(connection, NUMBER, BERND)
    return conversation


def _states(connection: Connection) -> tuple[str, str]:
    found = [cases.find(connection, number) for number in (NUMBER, SECOND)]
    assert found[0] and found[1]
    return found[0].state, found[1].state


def _pauses(connection: Connection) -> list[str]:
    return [row.type_name for row in connection.execute(sa.select(tracker_events).order_by(tracker_events.c.id))]


def test_an_answer_wakes_the_case_that_was_answered_though_another_is_newer(connection: Connection, two: str) -> None:
    cases.reply(connection, NUMBER, ANNA, "Passt Ihnen Montag?", "de")
    assert _states(connection) == ("waiting", "new")
    shown = talk.current(connection, two)
    assert shown is not None and shown.number == NUMBER, "the visitor talks to Anna"
    talk.visitor_wrote(connection, two)
    assert _states(connection) == ("open", "new")
    letters = sa.select(outbox.c.case_number).where(outbox.c.kind == "visitor_wrote", outbox.c.way == "mail")
    assert connection.execute(letters).scalars().all() == [], "nobody has read the case, so everybody knows of it"


def test_an_answer_wakes_every_case_whose_owner_talks_to_the_visitor(connection: Connection, two: str) -> None:
    cases.take(connection, SECOND, BERND, NOTE)
    cases.reply(connection, NUMBER, ANNA, "Hallo", "de")
    cases.reply(connection, SECOND, BERND, "Hallo", "de")
    for number, user in ((NUMBER, ANNA), (SECOND, BERND)):
        mark_read(connection, number, user.id)
    # Anna has the conversation open: that is no reason to leave Bernd's team in the dark.
    presence.enter(connection, two, presence.staff(ANNA.id), "w1")
    talk.visitor_wrote(connection, two)
    assert _states(connection) == ("open", "open")
    letters = sa.select(outbox.c.case_number).where(outbox.c.kind == "visitor_wrote", outbox.c.way == "mail")
    assert connection.execute(letters).scalars().all() == [SECOND]


def test_who_is_talked_to_is_told_apart_from_whose_case_is_newest(connection: Connection, two: str) -> None:
    cases.give_back(connection, NUMBER, ANNA, NOTE, close=True)
    shown = talk.current(connection, two)
    assert shown is not None and shown.number == SECOND, "the only open one"
    cases.take(connection, SECOND, BERND, NOTE)
    cases.give_back(connection, SECOND, BERND, NOTE, close=True)
    cases.reopen_as_it_was(connection, NUMBER, ANNA)
    shown = talk.current(connection, two)
    assert shown is not None and shown.number == NUMBER, "open, though the other one is newer"


def test_opening_a_case_again_leaves_whoever_talks_to_the_visitor(connection: Connection, two: str) -> None:
    cases.give_back(connection, NUMBER, ANNA, NOTE, close=True)
    cases.take(connection, SECOND, BERND, NOTE)
    before = _pauses(connection)
    cases.reopen_as_it_was(connection, NUMBER, ANNA)
    assert log.find(connection, two).state == "live" and _pauses(connection) == before
    cases.give_back(connection, SECOND, BERND, NOTE, close=True)
    assert log.find(connection, two).state == "waiting_for_staff", "Anna has not written yet"
    assert _pauses(connection) == [*before, "resume"]


@pytest.mark.parametrize("how", ["closed", "given back", "passed on", "released"])
def test_what_ends_one_case_leaves_the_assistant_silent_while_another_is_live(
    connection: Connection, two: str, how: str
) -> None:
    cases.take(connection, NUMBER, ANNA, NOTE)
    cases.take(connection, SECOND, BERND, NOTE)
    before = _pauses(connection)
    then = [{"author": "bot", "text": "Ihre Suche ist noch da", "language": "de"}]
    if how == "passed on":
        cases.pass_on(connection, NUMBER, ANNA, "childcare", "", NOTE)
    elif how == "released":
        cases.release(connection, NUMBER, BERND, NOTE)
    else:
        cases.give_back(connection, NUMBER, ANNA, NOTE, close=how == "closed", then=then)
    assert log.find(connection, two).state == "live" and _pauses(connection) == before
    said = connection.execute(sa.select(messages.c.author).where(messages.c.conversation_id == two)).scalars().all()
    assert "bot" not in said
    cases.give_back(connection, SECOND, BERND, NOTE, close=True, then=then)
    assert log.find(connection, two).state == ("bot" if how == "closed" else "waiting_for_staff")
    assert _pauses(connection) == [*before, "resume"]
    said = connection.execute(sa.select(messages.c.author).where(messages.c.conversation_id == two)).scalars().all()
    assert said[-1] == "bot"


def test_who_joins_a_talk_is_announced(connection: Connection, two: str) -> None:
    cases.take(connection, SECOND, BERND, NOTE)
    count = len(connection.execute(sa.select(messages)).all())
    cases.take(connection, NUMBER, ANNA, NOTE)
    assert len(connection.execute(sa.select(messages)).all()) == count + 1
    assert cases.history(connection, NUMBER)[-1].kind == "taken"


def test_one_ends_while_another_begins(database: Database) -> None:
    def prepare(connection: Connection) -> str:
        for user in (ANNA, BERND):
            row = {"id": user.id, "email": f"{user.id}@example.org", "name": user.name, "role": "adviser", "active": True}
            connection.execute(users.insert().values(**row, created_at=0))
        made = log.create(connection, token="t", language="de", page=None, greeting=[NOTE])
        values = {"topic": "other", "concern": "x", "language": "de", "contact_kind": "none", "team": "office"}
        for seq, number in enumerate((NUMBER, SECOND)):
            cases.create(connection, made, seq, values | {"number": number})
        cases.take(connection, NUMBER, ANNA, NOTE)
        return made

    closed = threading.Event()

    def close(connection: Connection) -> None:
        cases.give_back(connection, NUMBER, ANNA, NOTE, close=True)
        closed.set()
        time.sleep(0.3)

    conversation = database.write_now(prepare)
    closing = threading.Thread(target=lambda: database.write_now(close))
    closing.start()
    assert closed.wait(10)
    database.write_now(lambda c: cases.take(c, SECOND, BERND, NOTE))
    closing.join(10)
    assert database._read(lambda c: log.find(c, conversation)).state == "live"
    assert database._read(_pauses) == ["pause", "resume", "pause"]
