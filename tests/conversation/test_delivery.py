"""Cases 20 and 21: a message is stored and answered once however often it is sent, and a stream has no gap."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from bot.db import messages
from tests.conftest import LiveServer, Visitor
from tests.conversation.stored import Stored
from tests.conversation.streams import Stream

Begin = Callable[..., Visitor]
Look = Callable[[LiveServer], Stored]


@pytest.fixture
def listen() -> Iterator[Callable[..., Stream]]:
    """`listen(visitor)` opens a stream; all are closed at the end."""
    opened: list[Stream] = []

    def open_it(talk: Visitor, **also: Any) -> Stream:
        headers = {**talk.headers, **also.pop("headers", {})}
        opened.append(Stream(f"{talk.http.base_url}{talk.path}/events".replace("//api", "/api"), headers=headers, **also))
        return opened[-1]

    yield open_it
    for stream in opened:
        stream.close()


def send(talk: Visitor, client_id: str, text: str = "Hallo", wait: int = 20) -> httpx.Response:
    """Sends over a connection of its own."""
    return httpx.post(
        f"{talk.http.base_url}{talk.path}/messages".replace("//api", "/api"), params={"wait": str(wait)} if wait else {},
        json={"client_id": client_id, "text": text}, headers=talk.headers, timeout=30,
    )  # fmt: skip


def wait_until_answered(talk: Visitor, view: Stored, seconds: float = 20) -> None:
    """Returns when no message waits any more."""
    deadline = time.monotonic() + seconds
    while view.rows(messages, talk.id, messages.c.pending):
        assert time.monotonic() < deadline, "messages were left unanswered"
        time.sleep(0.05)


def replies_by_message(view: Stored, talk: Visitor) -> dict[int, int]:
    """seq of a visitor's message -> how many turns answered it (a turn may say several things, numbered in a row)."""
    rows = view.rows(messages, talk.id)
    found = {row.seq: 0 for row in rows if row.author == "visitor"}
    before = None
    for row in rows:
        if row.reply_to is not None and row.reply_to != before:
            found[row.reply_to] += 1
        before = row.reply_to
    return found


# --- case 20


def test_case_20_the_same_message_eight_times_at_once(visitor: Begin, live_server: LiveServer, stored: Look) -> None:
    talk, client_id = visitor(), uuid.uuid4().hex
    together = threading.Barrier(8)

    def one(_: int) -> httpx.Response:
        together.wait(10)
        return send(talk, client_id)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(one, range(8)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1, "everybody gets the same answer"
    rows = stored(live_server).rows(messages, talk.id)
    assert [row.seq for row in rows if row.author == "visitor"] == [2]
    assert [row.reply_to for row in rows if row.author == "bot"] == [None] + [2] * (len(rows) - 2)
    assert [row.seq for row in rows] == list(range(1, len(rows) + 1)), "without a hole"


def test_case_20_after_a_lost_acknowledgement(visitor: Begin, live_server: LiveServer, stored: Look) -> None:
    talk, view = visitor(), stored(live_server)
    with pytest.raises(httpx.TimeoutException):
        # The connection is lost before the answer comes.
        httpx.post(f"{live_server.url}{talk.path}/messages?wait=20", json={"client_id": "lost", "text": "Hallo"},
                   headers=talk.headers, timeout=httpx.Timeout(10, read=0.001))  # fmt: skip
    first = send(talk, "lost")
    again = send(talk, "lost", "ein anderer Text")
    assert first.status_code == 200 and first.content == again.content
    (row,) = view.rows(messages, talk.id, messages.c.author == "visitor")
    assert row.text == "Hallo" and replies_by_message(view, talk) == {row.seq: 1}


def test_case_20_without_waiting_it_is_the_same_number(visitor: Begin) -> None:
    talk = visitor()
    answers = [send(talk, "a", wait=0) for _ in range(3)]
    assert [(answer.status_code, answer.json()) for answer in answers] == [(202, {"seq": 2})] * 3


def test_twenty_messages_at_once_are_all_answered_in_their_order(
    visitor: Begin, live_server: LiveServer, stored: Look
) -> None:
    """Each message comes in while the turn of another one ends: none may be left lying until a lease runs out."""
    talk, view = visitor(), stored(live_server)
    for _ in range(3):
        with ThreadPoolExecutor(10) as pool:
            codes = list(pool.map(lambda n: send(talk, uuid.uuid4().hex, f"Hallo {n}", wait=0).status_code, range(20)))
        assert set(codes) == {202}
        wait_until_answered(talk, view, 12)
    turns = replies_by_message(view, talk)
    assert len(turns) == 60 and set(turns.values()) == {1}
    answered = [row.reply_to for row in view.rows(messages, talk.id) if row.reply_to is not None]
    assert answered == sorted(answered)
    assert view.rows(messages, talk.id)[-1].seq == len(view.rows(messages, talk.id))


# --- case 21


def test_case_21_each_message_once_and_ascending_over_broken_streams(
    visitor: Begin, listen: Callable[..., Stream], live_server: LiveServer, stored: Look
) -> None:
    talk, view = visitor(), stored(live_server)
    done = threading.Event()

    def write() -> None:
        for number in range(25):
            send(talk, f"m{number}", "Danke", wait=0)
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    seen: list[int] = []
    deadline = time.monotonic() + 40
    while time.monotonic() < deadline:
        stream = listen(talk, headers={"Last-Event-ID": str(seen[-1])} if seen else {})
        last = seen[-1] if seen else 0
        stream.wait_for(lambda s, last=last: bool(s.numbers()) or done.is_set())
        time.sleep(0.1)
        numbers = stream.numbers()
        stream.close()
        assert all(number > last for number in numbers)
        seen.extend(numbers)
        all_answered = done.is_set() and not view.rows(messages, talk.id, messages.c.pending)
        if all_answered and seen[-1] == view.rows(messages, talk.id)[-1].seq:
            break
    writer.join(10)
    rows = view.rows(messages, talk.id)
    assert seen == [row.seq for row in rows] and len(rows) >= 51
    assert [message["seq"] for message in talk.messages(after=10)] == list(range(11, len(rows) + 1))


def test_case_21_ids_of_events_are_the_seqs_and_messages_are_those_of_the_log(
    visitor: Begin, listen: Callable[..., Stream]
) -> None:
    talk = visitor()
    stream = listen(talk)
    replies = talk.say("Hallo")
    stream.wait_for(lambda s: s.numbers()[-1:] == [replies[-1]["seq"]])
    sent = [(number, data) for name, number, data in stream.events if name == "message"]
    assert all(number == data["seq"] for number, data in sent)
    assert [data for _, data in sent if data["author"] == "bot"] == [m for m in talk.messages() if m["author"] == "bot"]
    assert ("state", None, talk.state()) in stream.events


def test_case_21_after_a_long_pause_the_rest_comes_at_once(visitor: Begin, listen: Callable[..., Stream]) -> None:
    talk = visitor()
    for number in range(4):
        talk.say("Danke", client_id=f"c{number}")
    everything = [message["seq"] for message in talk.messages()]
    stream = listen(talk, headers={"Last-Event-ID": "3"})
    stream.wait_for(lambda s: s.numbers() == everything[3:])
    stream = listen(talk, params={"after": "5"})
    stream.wait_for(lambda s: s.numbers() == everything[5:])


def test_a_ticket_opens_the_stream_without_a_header(visitor: Begin, listen: Callable[..., Stream]) -> None:
    talk = visitor()
    answer = talk.http.post(f"{talk.path}/ticket", headers=talk.headers)
    assert answer.status_code == 201 and answer.json()["expires_in"] == 60
    stream = Stream(f"{talk.http.base_url}{talk.path}/events".replace("//api", "/api"), params={"ticket": answer.json()["ticket"]})
    stream.wait_for(lambda s: s.numbers() == [1])
    stream.close()


def test_a_stream_tells_of_typing_language_and_deletion(visitor: Begin, listen: Callable[..., Stream]) -> None:
    talk = visitor()
    stream = listen(talk)
    stream.wait_for(lambda s: len(s.events) >= 2)
    talk.http.post(f"{talk.path}/typing", headers=talk.headers)
    stream.wait_for(lambda s: ("typing", None, {"typing": True, "author": "visitor"}) in s.events)
    talk.http.put(f"{talk.path}/language", json={"language": "ar"}, headers=talk.headers)
    stream.wait_for(lambda s: any(n == "state" and d.get("language") == "ar" for n, _, d in s.events))
    talk.http.delete(talk.path, headers=talk.headers)
    stream.wait_for(lambda s: s.events[-1][0] == "state" and s.events[-1][2] == {"state": "deleted"})
    assert stream.ended.wait(5), "there is nothing more to come"


def test_the_bot_is_seen_typing_before_it_answers(visitor: Begin, listen: Callable[..., Stream]) -> None:
    talk = visitor()
    stream = listen(talk)
    stream.wait_for(lambda s: s.numbers() == [1])
    last = talk.say("Hallo")[-1]["seq"]
    stream.wait_for(lambda s: last in s.numbers() and ("typing", None, {"typing": False, "author": "bot"}) in s.events)
