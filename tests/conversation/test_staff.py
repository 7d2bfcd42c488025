"""While a person has a case the assistant is silent; given back, it speaks again. Two people cannot have one case."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from bot.db import Database, case_events, cases, messages, tracker_events, users
from bot.handoff import cases as handoff
from tests.conftest import LiveServer, Visitor
from tests.conversation.stored import Stored, new_conversation, say
from tests.conversation.streams import Stream

Begin = Callable[..., Visitor]
Look = Callable[[LiveServer], Stored]
NOTE = {"author": "system", "text": "Frau Muster ist da", "language": "de"}
CASE = {"number": "HL-7K3M-92", "topic": "other", "concern": "x", "language": "de", "contact_kind": "none", "team": "office"}


def hire(connection: Connection, name: str) -> Row:
    """A member of staff."""
    values = {"email": f"{uuid.uuid4().hex}@example.org", "name": name, "role": "adviser", "created_at": time.time()}
    key = connection.execute(users.insert().values(**values)).inserted_primary_key[0]
    return connection.execute(sa.select(users).where(users.c.id == key)).one()


@pytest.fixture
def waiting(visitor: Begin, live_server: LiveServer, stored: Look) -> tuple[Visitor, Stored, str, Row]:
    """A handed-over conversation, its case number, and somebody who may take it."""
    talk, view = visitor(), stored(live_server)
    talk.hand_over()
    return talk, view, talk.state()["case_number"], view.write(lambda c: hire(c, "Frau Muster"))


def test_the_assistant_is_silent_while_a_person_has_the_case(waiting: tuple[Visitor, Stored, str, Row]) -> None:
    talk, view, number, staff = waiting
    assert talk.say("Ich suche eine Wohnung in Stendal")[0]["offers"], "it answers while nobody has taken the case"
    view.write(lambda c: handoff.take(c, number, staff, NOTE))
    assert talk.state()["state"] == "live" and talk.state()["staff"] == "Frau Muster"
    assert talk.say("Guten Tag, sind Sie da?") == []
    assert talk.say("billiger") == []
    (row,) = view.rows(messages, talk.id, messages.c.text == "billiger")
    assert row.pending is False and row.extra["intent"]["name"], "what was understood is still shown to staff"
    before = len(view.rows(tracker_events, talk.id))
    view.write(lambda c: handoff.reply(c, number, staff, "Guten Tag! Ja, ich bin da.", "de"))
    assert len(view.rows(tracker_events, talk.id)) == before
    last = talk.messages()[-1]
    assert (last["author"], last["name"], last["text"]) == ("staff", "Frau Muster", "Guten Tag! Ja, ich bin da.")


def test_given_back_it_speaks_again_and_remembers_the_search(waiting: tuple[Visitor, Stored, str, Row]) -> None:
    talk, view, number, staff = waiting
    talk.say("Ich suche eine Wohnung in Tangermünde")
    view.write(lambda c: handoff.take(c, number, staff, NOTE))
    talk.say("Hallo?")
    view.write(lambda c: handoff.give_back(c, number, staff, NOTE, close=False))
    assert talk.state()["state"] == "waiting_for_staff"
    replies = talk.say("mehr")
    assert replies and {offer["kind"] for reply in replies for offer in reply["offers"]} <= {"housing"}
    assert talk.say("Danke")[0]["author"] == "bot"


def test_a_closed_case_lets_a_new_one_begin(waiting: tuple[Visitor, Stored, str, Row]) -> None:
    talk, view, number, staff = waiting
    view.write(lambda c: handoff.take(c, number, staff, NOTE))
    view.write(lambda c: handoff.give_back(c, number, staff, NOTE, close=True))
    assert talk.state()["state"] == "bot"
    asked = talk.say("Ich möchte mit einem Menschen sprechen")[-1]
    assert len(asked["buttons"]) >= 6, "the form begins anew"
    talk.press(asked["buttons"][1]["id"])
    asked = talk.say("Die Heizung ist schon wieder kaputt")[-1]
    talk.press(talk.press(asked["buttons"][0]["id"])[-1]["buttons"][0]["id"])
    numbers = [row.number for row in view.rows(cases, talk.id)]
    assert len(numbers) == 2 and talk.state()["case_number"] != number


def test_nobody_is_answered_by_two_while_one_of_two_cases_is_live(waiting: tuple[Visitor, Stored, str, Row]) -> None:
    talk, view, number, anna = waiting
    bert = view.write(lambda c: hire(c, "Herr Beispiel"))
    view.write(lambda c: handoff.take(c, number, anna, NOTE))
    view.write(lambda c: handoff.give_back(c, number, anna, NOTE, close=True))
    view.write(lambda c: handoff.create(c, talk.id, 2, {**CASE, "number": "HL-2222-22"}))
    view.write(lambda c: handoff.take(c, "HL-2222-22", bert, NOTE))
    view.write(lambda c: handoff.reopen_as_it_was(c, number, anna))
    assert talk.say("Wo melde ich mich an?") == [], "a colleague has opened the first one again"
    view.write(lambda c: handoff.reply(c, number, anna, "Guten Tag", "de"))
    view.write(lambda c: handoff.give_back(c, number, anna, NOTE, close=True))
    assert talk.state()["staff"] == "Herr Beispiel" and talk.say("Danke, und wo melde ich mich an?") == []
    view.write(lambda c: handoff.give_back(c, "HL-2222-22", bert, NOTE, close=True))
    assert talk.state()["state"] == "bot"
    (reply,) = talk.say("Wo melde ich meinen Wohnsitz an?")
    assert reply["author"] == "bot" and "HL-" not in reply["text"]


def test_an_open_page_shows_the_answer_at_once(waiting: tuple[Visitor, Stored, str, Row], live_server: LiveServer) -> None:
    talk, view, number, staff = waiting
    stream = Stream(f"{live_server.url}{talk.path}/events", headers=talk.headers)
    stream.wait_for(lambda s: len(s.numbers()) == len(talk.messages()))
    view.write(lambda c: handoff.take(c, number, staff, NOTE))
    view.write(lambda c: handoff.reply(c, number, staff, "Ich kümmere mich darum.", "de"))
    stream.wait_for(lambda s: any(n == "message" and d["text"] == "Ich kümmere mich darum." for n, _, d in s.events), 10)
    assert any(n == "state" and d["state"] == "live" and d["staff"] == "Frau Muster" for n, _, d in stream.events)
    stream.close()


def test_a_case_taken_while_the_assistant_thinks(waiting: tuple[Visitor, Stored, str, Row]) -> None:
    """Whatever the moment: after the note that a person is there, the assistant says nothing."""
    talk, view, number, staff = waiting
    threads = [
        threading.Thread(target=lambda n=n: talk.post({"client_id": f"c{n}", "text": "Danke"}, wait=None)) for n in range(10)
    ]
    for thread in threads[:5]:
        thread.start()
    view.write(lambda c: handoff.take(c, number, staff, NOTE))
    for thread in threads[5:]:
        thread.start()
    for thread in threads:
        thread.join(20)
    deadline = time.monotonic() + 20
    while view.rows(messages, talk.id, messages.c.pending):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    rows = view.rows(messages, talk.id)
    joined = next(row.seq for row in rows if row.author == "system")
    assert all(row.author == "visitor" for row in rows if row.seq > joined)


def race(database_url: str) -> list[Any]:
    """Two members of staff take one case at the same moment, over connections of their own."""
    first, second = Database(database_url), Database(database_url)
    try:
        one, two = (first.write_now(lambda c, n=name: hire(c, n)) for name in ("Anna", "Bernd"))
        conversation_id = first.write_now(lambda c: new_conversation(c, token=uuid.uuid4().hex))
        seq = first.write_now(lambda c: say(c, conversation_id, "ja")).seq
        number = handoff.new_number()
        first.write_now(lambda c: handoff.create(c, conversation_id, seq, {**CASE, "number": number}))
        together = threading.Barrier(2)
        outcomes: dict[str, Any] = {}

        def take(database: Database, user: Row) -> None:
            together.wait(10)
            try:
                database.write_now(lambda c: handoff.take(c, number, user, NOTE))
                outcomes[user.name] = "taken"
            except handoff.Conflict as conflict:
                outcomes[user.name] = conflict.owner

        threads = [threading.Thread(target=take, args=pair) for pair in ((first, one), (second, two))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        with first.engine.connect() as connection, connection.begin():
            owner = connection.execute(
                sa.select(users.c.name).join(cases, cases.c.owner_id == users.c.id).where(cases.c.number == number)
            ).scalar()
            notes = connection.execute(
                sa.select(sa.func.count()).select_from(messages)
                .where(messages.c.conversation_id == conversation_id, messages.c.author == "system")
            ).scalar()  # fmt: skip
            kinds = connection.execute(sa.select(case_events.c.kind).where(case_events.c.case_number == number)).scalars().all()
        return [outcomes, owner, notes, kinds]
    finally:
        first.close()
        second.close()


@pytest.mark.parametrize("store", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_case_23_two_people_take_one_case(request: pytest.FixtureRequest, tmp_path: Any, store: str) -> None:
    from bot.migrations import migrate

    url = f"sqlite:///{tmp_path / 'x.db'}" if store == "sqlite" else request.getfixturevalue("new_database")
    migrate(url)
    for _ in range(5):
        outcomes, owner, notes, kinds = race(url)
        winner = next(name for name, outcome in outcomes.items() if outcome == "taken")
        loser = next(name for name in outcomes if name != winner)
        assert outcomes[loser] == winner == owner, "the other one learns who has it"
        assert notes == 1 and sorted(kinds) == ["created", "taken"]
