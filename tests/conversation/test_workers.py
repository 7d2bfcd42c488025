"""Case 22: two servers on one database answer a conversation in its order, each message once."""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from bot.db import messages, tracker_events
from tests.conftest import LiveServer, Servers, Visitor, begin
from tests.conversation.stored import Stored
from tests.conversation.streams import Stream

Look = Callable[[LiveServer], Stored]
_SLOW = 0.3


@pytest.fixture(scope="module")
def on_one_file(servers: Servers) -> tuple[LiveServer, LiveServer]:
    """Two servers on one SQLite file."""
    first = servers.start(slow_turn=_SLOW, lease_seconds=2, rate_messages=500)
    return first, servers.start(var=first.var, slow_turn=_SLOW, lease_seconds=2, rate_messages=500)


@pytest.fixture(scope="module")
def on_postgresql(servers: Servers, postgres_url: str) -> tuple[LiveServer, LiveServer]:
    """Two servers on one PostgreSQL database."""
    import sqlalchemy as sa

    name = f"t{uuid.uuid4().hex[:10]}"
    engine = sa.create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    engine.dispose()
    url = postgres_url.rsplit("/", 1)[0] + f"/{name}"
    first = servers.start(database_url=url, slow_turn=_SLOW, lease_seconds=2, rate_messages=500)
    return first, servers.start(database_url=url, slow_turn=_SLOW, lease_seconds=2, rate_messages=500)


@pytest.fixture(params=["on_one_file", pytest.param("on_postgresql", marks=pytest.mark.postgres)])
def pair(request: pytest.FixtureRequest) -> tuple[LiveServer, LiveServer]:
    """Each of the two."""
    return request.getfixturevalue(request.param)


def at(server: LiveServer, talk: Visitor) -> Visitor:
    """The same visitor at another server."""
    return Visitor(httpx.Client(base_url=server.url, timeout=40), talk.id, talk.token, talk.language, talk.greeting)


def user_texts(view: Stored, talk: Visitor) -> list[str]:
    """What the visitor said as far as the dialogue's tracker knows."""
    events = [json.loads(row.data) for row in view.rows(tracker_events, talk.id)]
    return [event["text"] for event in events if event["event"] == "user"]


def test_case_22_two_messages_to_two_servers(pair: tuple[LiveServer, LiveServer], stored: Look) -> None:
    first, second = pair
    here = begin(first.url)
    there, view = at(second, here), stored(first)
    answers: dict[str, Any] = {}

    def send(talk: Visitor, text: str) -> None:
        answers[text] = talk.post({"client_id": uuid.uuid4().hex, "text": text}).json()

    threads = []
    for talk, text in ((here, "Ich suche eine Wohnung in Stendal"), (there, "Und wie bekomme ich einen Kitaplatz in Stendal?")):
        threads.append(threading.Thread(target=send, args=(talk, text)))
        threads[-1].start()
        time.sleep(0.05)
    for thread in threads:
        thread.join(30)
    one, two = answers.values()
    assert one["seq"] < two["seq"]
    assert {offer["kind"] for message in one["messages"] for offer in message["offers"]} == {"housing"}
    assert two["messages"] and one["messages"][-1]["seq"] < two["messages"][0]["seq"], "replies in order"
    assert user_texts(view, here) == list(answers), "the tracker holds both, in order"
    assert here.messages() == there.messages()


def test_case_22_a_dialogue_that_changes_its_server_with_every_message(
    pair: tuple[LiveServer, LiveServer], stored: Look
) -> None:
    """The cached dialogue of one server is never used when the other one has gone on."""
    first, second = pair
    here = begin(first.url)
    there = at(second, here)
    asked = here.say("Ich möchte mit einem Menschen sprechen")[-1]
    there.press(asked["buttons"][1]["id"])
    asked = here.say("Meine Wohnung ist feucht und der Vermieter tut nichts")[-1]
    summary = there.press(asked["buttons"][0]["id"])[-1]
    assert "Meine Wohnung ist feucht" in summary["text"]
    receipt = here.press(summary["buttons"][0]["id"])[-1]
    assert there.state()["case_number"] in receipt["text"] and there.state()["state"] == "waiting_for_staff"
    sessions = [row for row in stored(first).rows(tracker_events, here.id) if row.type_name == "session_started"]
    assert len(sessions) == 1


def test_case_22_many_messages_at_both(pair: tuple[LiveServer, LiveServer], stored: Look) -> None:
    first, second = pair
    here = begin(first.url)
    there, view = at(second, here), stored(first)
    stream = Stream(f"{second.url}{here.path}/events", headers=here.headers)
    for number in range(8):
        talk = (here, there)[number % 2]
        assert talk.post({"client_id": f"c{number}", "text": f"Danke {number}"}, wait=None).status_code == 202
    deadline = time.monotonic() + 30
    while view.rows(messages, here.id, messages.c.pending):
        assert time.monotonic() < deadline, "messages were left unanswered"
        time.sleep(0.05)
    rows = view.rows(messages, here.id)
    asked = [row.seq for row in rows if row.author == "visitor"]
    assert [row.reply_to for row in rows if row.reply_to] == asked, "one reply each, in order"
    assert user_texts(view, here) == [f"Danke {number}" for number in range(8)]
    stream.wait_for(lambda s: s.numbers() == [row.seq for row in rows], 10)
    stream.close()


def test_the_same_message_to_both_is_stored_and_answered_once(
    pair: tuple[LiveServer, LiveServer], stored: Look
) -> None:
    first, second = pair
    here = begin(first.url)
    there = at(second, here)
    answers: list[Any] = []
    threads = [
        threading.Thread(target=lambda t=talk: answers.append(t.post({"client_id": "same", "text": "Danke"}).json()))
        for talk in (here, there) * 3
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(answers) == 6 and all(answer == answers[0] for answer in answers)
    assert [row.author for row in stored(first).rows(messages, here.id)] == ["bot", "visitor", "bot"]


def test_a_deletion_at_one_server_is_known_at_the_other(pair: tuple[LiveServer, LiveServer]) -> None:
    first, second = pair
    here = begin(first.url)
    there = at(second, here)
    here.say("Ich suche eine Wohnung in Stendal")
    there.say("Danke")
    stream = Stream(f"{second.url}{here.path}/events", headers=here.headers)
    stream.wait_for(lambda s: len(s.numbers()) >= 4)
    assert here.http.delete(here.path, headers=here.headers).status_code == 204
    stream.wait_for(lambda s: s.events[-1][2] == {"state": "deleted"}, 10)
    assert there.post({"client_id": "x", "text": "Hallo"}).status_code == 404


def test_the_work_of_a_server_that_died_is_taken_over_by_the_other(servers: Servers, stored: Look) -> None:
    """kill -9 in the middle of a turn: the other server answers when the lease has run out."""
    dying = servers.start(slow_turn=20, lease_seconds=1, turn_seconds=30)
    other = servers.start(var=dying.var, lease_seconds=1)
    here = begin(dying.url)
    assert here.post({"client_id": "a", "text": "Hallo"}, wait=None).status_code == 202
    dying.kill()
    there = at(other, here)
    answer = there.post({"client_id": "a", "text": "Hallo"})
    assert answer.status_code == 200 and answer.json()["messages"]
    assert [row.author for row in stored(other).rows(messages, here.id)] == ["bot", "visitor", "bot"]
