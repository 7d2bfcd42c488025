"""Taking, answering and giving back a case, on the database alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.conversation import log
from bot.db import create_engine, messages, metadata, outbox, tracker_events, users
from bot.handoff import cases, talk

ANNA: Any = SimpleNamespace(id=1, name="Anna Albrecht")
BERND: Any = SimpleNamespace(id=2, name="Bernd Busch")
NOTE = {"author": "system", "text": "…", "language": "de"}
NUMBER = "HL-7K3M-92"


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    engine = create_engine(f"sqlite:///{tmp_path / 't.db'}")
    metadata.create_all(engine)
    with engine.connect() as connection, connection.begin():
        for user in (ANNA, BERND):
            row = {
                "id": user.id,
                "email": f"{user.id}@example.org",
                "name": user.name,
                "role": "adviser",
                "active": True,
            }
            connection.execute(users.insert().values(**row, created_at=0))
        yield connection
    engine.dispose()


@pytest.fixture
def conversation(connection: Connection) -> str:
    """A conversation that was handed over as NUMBER."""
    made = log.create(connection, token="t", language="de", page=None, greeting=[NOTE])
    values = {
        "number": NUMBER,
        "topic": "other",
        "concern": "x",
        "language": "de",
        "contact_kind": "none",
        "team": "office",
    }
    cases.create(connection, made, 1, values)
    return made


def _case(connection: Connection) -> Any:
    return cases.find(connection, NUMBER)


def test_taking_silences_the_assistant(connection: Connection, conversation: str) -> None:
    cases.take(connection, NUMBER, ANNA, NOTE)
    assert (_case(connection).state, _case(connection).owner_id) == ("open", 1)
    assert log.find(connection, conversation).state == "live"
    assert [row.type_name for row in connection.execute(sa.select(tracker_events))] == ["pause"]


def test_taking_twice_says_it_once(connection: Connection, conversation: str) -> None:
    cases.take(connection, NUMBER, ANNA, NOTE)
    cases.take(connection, NUMBER, ANNA, NOTE)
    assert [event.kind for event in cases.history(connection, NUMBER)] == ["created", "taken"]


def test_the_second_learns_who_was_first(connection: Connection, conversation: str) -> None:
    cases.take(connection, NUMBER, ANNA, NOTE)
    with pytest.raises(cases.Conflict) as conflict:
        cases.take(connection, NUMBER, BERND, NOTE)
    assert conflict.value.owner == "Anna Albrecht"


@pytest.mark.parametrize("close", [True, False])
def test_giving_back_lets_the_assistant_speak(connection: Connection, conversation: str, close: bool) -> None:
    cases.take(connection, NUMBER, ANNA, NOTE)
    cases.give_back(connection, NUMBER, ANNA, NOTE, close=close)
    assert _case(connection).state == ("closed" if close else "new")
    assert [row.type_name for row in connection.execute(sa.select(tracker_events))] == ["pause", "resume"]
    with pytest.raises(cases.Conflict):
        cases.reply(connection, NUMBER, ANNA, "Noch etwas", "de")


def test_a_reply_with_the_same_id_is_undone(connection: Connection, conversation: str) -> None:
    cases.take(connection, NUMBER, ANNA, NOTE)
    cases.reply(connection, NUMBER, ANNA, "Hallo", "de", client_id="a")
    with pytest.raises(cases.AlreadyDone), connection.begin_nested():
        cases.reply(connection, NUMBER, ANNA, "Hallo", "de", client_id="a")
    cases.reply(connection, NUMBER, ANNA, "Hallo", "de", client_id="b")
    cases.reply(connection, NUMBER, ANNA, "Hallo", "de")
    said = connection.execute(sa.select(messages).where(messages.c.author == "staff").order_by(messages.c.seq)).all()
    assert [(row.seq, row.client_id) for row in said] == [(3, "a"), (4, "b"), (5, None)]
    assert _case(connection).state == "waiting"


def test_a_visitor_who_writes_again_waits_again(connection: Connection, conversation: str) -> None:
    cases.take(connection, NUMBER, ANNA, NOTE)
    cases.reply(connection, NUMBER, ANNA, "Hallo", "de")
    talk.visitor_wrote(connection, conversation)
    assert _case(connection).state == "open"


def test_release_frees_the_case_of_somebody_away(connection: Connection, conversation: str) -> None:
    with pytest.raises(cases.Conflict):
        cases.release(connection, NUMBER, BERND, NOTE)
    cases.take(connection, NUMBER, ANNA, NOTE)
    cases.release(connection, NUMBER, BERND, NOTE)
    assert log.find(connection, conversation).state == "waiting_for_staff"
    cases.take(connection, NUMBER, BERND, NOTE)
    assert [(event.kind, event.name) for event in cases.history(connection, NUMBER)][2:] == [
        ("released", "Bernd Busch"), ("taken", "Bernd Busch"),
    ]  # fmt: skip


def test_receipts_secret_opens_only_its_case(connection: Connection, conversation: str) -> None:
    secret = cases.receipt_secret(b"key", NUMBER)
    assert cases.open_receipt(connection, b"key", NUMBER, "0" * 32) is None
    assert cases.open_receipt(connection, b"key", "HL-2222-22", secret) is None
    opened = cases.open_receipt(connection, b"key", NUMBER, secret)
    assert opened is not None and opened[0] == conversation
    assert log.authenticate(connection, conversation, opened[1]).id == conversation


def test_passing_on_frees_the_case_for_the_other_team(connection: Connection, conversation: str) -> None:
    cases.take(connection, NUMBER, ANNA, NOTE)
    with pytest.raises(cases.Conflict):
        cases.pass_on(connection, NUMBER, BERND, "childcare", "?", NOTE)
    cases.pass_on(connection, NUMBER, ANNA, "childcare", "bitte Kita prüfen", NOTE)
    case = _case(connection)
    assert (case.team, case.owner_id, case.state) == ("childcare", None, "new")
    (event,) = [event for event in cases.history(connection, NUMBER) if event.kind == "passed on"]
    assert event.text == "bitte Kita prüfen"
    said = connection.execute(sa.select(messages.c.text).where(messages.c.conversation_id == conversation)).scalars().all()
    assert said and not any("Kita" in text for text in said), "the remark is for staff alone"
    told = sa.select(outbox.c.team).where(outbox.c.kind == "passed_on", outbox.c.way == "mail")
    assert connection.execute(told).scalars().all() == ["childcare"]
    cases.take(connection, NUMBER, BERND, NOTE)


def test_passing_on_twice_says_it_once(connection: Connection, conversation: str) -> None:
    cases.pass_on(connection, NUMBER, ANNA, "childcare", "bitte Kita prüfen", NOTE)
    before = connection.execute(sa.select(messages)).all()
    with pytest.raises(cases.AlreadyDone):
        cases.pass_on(connection, NUMBER, ANNA, "childcare", "bitte Kita prüfen", NOTE)
    for user, remark in ((ANNA, "noch etwas"), (BERND, "bitte Kita prüfen")):
        with pytest.raises(cases.AlreadyThere):
            cases.pass_on(connection, NUMBER, user, "childcare", remark, NOTE)
    with pytest.raises(cases.AlreadyThere):
        cases.pass_on(connection, NUMBER, ANNA, "childcare", "", NOTE)
    assert connection.execute(sa.select(messages)).all() == before
    assert [event.kind for event in cases.history(connection, NUMBER)] == ["created", "passed on"]
    cases.pass_on(connection, NUMBER, ANNA, "office", "", NOTE)
    cases.pass_on(connection, NUMBER, ANNA, "childcare", "bitte Kita prüfen", NOTE)


def test_what_nobody_has_is_closed_without_taking_it(connection: Connection, conversation: str) -> None:
    then = [{"author": "bot", "text": "Ihre Suche ist noch da", "language": "de"}]
    cases.close_unclaimed(connection, NUMBER, ANNA, NOTE, then)
    assert (_case(connection).state, _case(connection).owner_id, _case(connection).last_owner_id) == ("closed", None, None)
    assert log.find(connection, conversation).state == "bot"
    assert [event.kind for event in cases.history(connection, NUMBER)] == ["created", "closed"]
    said = connection.execute(sa.select(messages.c.author).order_by(messages.c.seq)).scalars().all()
    assert said == ["system", "system", "bot"]
    with pytest.raises(cases.Conflict):
        cases.close_unclaimed(connection, NUMBER, ANNA, NOTE, then)


@pytest.mark.parametrize("change", [{"active": False}, {"role": "editor"}])
def test_who_may_not_open_a_case_any_more_does_not_get_it_again(
    connection: Connection, conversation: str, change: dict[str, Any]
) -> None:
    cases.take(connection, NUMBER, BERND, NOTE)
    cases.give_back(connection, NUMBER, BERND, NOTE, close=True)
    connection.execute(users.update().where(users.c.id == BERND.id).values(**change))
    cases.reopen_as_it_was(connection, NUMBER, ANNA)
    assert (_case(connection).state, _case(connection).owner_id) == ("new", None)
    cases.take(connection, NUMBER, ANNA, NOTE)


def test_opened_again_it_is_taken_anew(connection: Connection, conversation: str) -> None:
    cases.take(connection, NUMBER, ANNA, NOTE)
    cases.give_back(connection, NUMBER, ANNA, NOTE, close=True)
    connection.execute(users.update().where(users.c.id == ANNA.id).values(active=False))
    cases.reopen_as_it_was(connection, NUMBER, BERND)
    assert _case(connection).taken_at is None, "or the next wait for a live chat would have ended before it began"
