"""Order, filters and unread marks of the inbox."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import Connection

from bot.console import queue
from bot.console.queue import Choice
from bot.db import case_events, cases, conversations, create_engine, messages, metadata, users


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    engine = create_engine(f"sqlite:///{tmp_path / 't.db'}")
    metadata.create_all(engine)
    with engine.connect() as connection, connection.begin():
        for number, name in ((1, "Anna"), (2, "Bernd")):
            row = {"id": number, "email": f"{name}@example.org", "name": name, "role": "adviser", "active": True}
            connection.execute(users.insert().values(**row, created_at=0))
        yield connection
    engine.dispose()


def _case(connection: Connection, number: str, said: list[tuple[str, float]], **values: Any) -> None:
    """A case whose conversation is `said`: (author, time)."""
    given = {"state": "new", "topic": "housing", "language": "de", "team": "office", "owner_id": None} | values
    connection.execute(
        conversations.insert().values(
            id=number, language=given["language"], state="bot", created_at=0, updated_at=0, next_seq=len(said) + 1
        )
    )
    for seq, (author, at) in enumerate(said, 1):
        connection.execute(
            messages.insert().values(
                conversation_id=number, seq=seq, author=author, text="x", language="de", at=at, extra={}, pending=False
            )
        )
    connection.execute(
        cases.insert().values(
            number=number, conversation_id=number, trigger_seq=1, concern="x", contact_kind="none",
            created_at=said[0][1], updated_at=said[-1][1], **given,
        )
    )  # fmt: skip
    for at in (at for author, at in said if author == "staff"):
        _happened(connection, number, "answered", at)


def _happened(connection: Connection, number: str, kind: str, at: float) -> None:
    connection.execute(case_events.insert().values(case_number=number, at=at, kind=kind))


def _numbers(connection: Connection, user: int = 1, **choice: Any) -> list[str]:
    return [row.number for row in queue.search(connection, Choice(**choice), user)]


def test_who_waits_longest_comes_first(connection: Connection) -> None:
    _case(connection, "asked-twice", [("visitor", 10), ("visitor", 900)])
    _case(connection, "newest", [("visitor", 500)])
    # Answered, then asked again at 300, and once more: waits since 300.
    said = [("visitor", 1), ("staff", 200), ("visitor", 300), ("visitor", 950)]
    _case(connection, "asked-again", said, state="open", owner_id=1)
    _case(connection, "answered", [("visitor", 2), ("staff", 400)], state="waiting", owner_id=1)
    _case(connection, "closed", [("visitor", 3)], state="closed")
    assert _numbers(connection) == ["asked-twice", "asked-again", "newest"]
    assert _numbers(connection, state="all")[3:] == ["answered", "closed"]
    since = {row.number: row.since for row in queue.search(connection, Choice(state="all"), 1)}
    assert since["asked-again"] == 300 and since["asked-twice"] == 10 and since["answered"] == 400


def test_who_waits_for_a_live_chat_comes_first(connection: Connection) -> None:
    now = time.time()
    _case(connection, "message", [("visitor", 10)])
    _case(connection, "live-second", [("visitor", 20)], live_at=now - 10, live_until=now + 290)
    _case(connection, "live-next", [("visitor", 30)], live_at=now - 60, live_until=now + 240)
    _case(connection, "over", [("visitor", 40)], live_at=now - 400, live_until=now - 100)
    _case(connection, "taken", [("visitor", 50)], state="open", owner_id=1, live_at=now - 60, live_until=None)
    assert _numbers(connection) == ["live-next", "live-second", "message", "over", "taken"]
    until = {row.number: row.live for row in queue.search(connection, Choice(), 1)}
    assert until["live-next"] == now + 240
    assert until["message"] is until["over"] is until["taken"] is None


def _since(connection: Connection) -> dict[str, float]:
    return {row.number: row.since for row in queue.search(connection, Choice(state="all"), 1)}


def test_who_is_let_in_again_waits_from_then_on(connection: Connection) -> None:
    _case(connection, "never-answered", [("visitor", 10)], state="open", owner_id=1)
    _case(connection, "thanked", [("visitor", 10), ("staff", 20), ("visitor", 30)], state="open", owner_id=1)
    _case(connection, "wrote-since", [("visitor", 10), ("staff", 20), ("visitor", 30)], state="open", owner_id=1)
    _case(connection, "waits-long", [("visitor", 300)])
    for number in ("never-answered", "thanked", "wrote-since"):
        _happened(connection, number, "reopened", 500)
    _happened(connection, "wrote-since", "answered", 600)
    message = {"author": "visitor", "text": "x", "language": "de", "at": 700, "extra": {}, "pending": False}
    connection.execute(messages.insert().values(conversation_id="wrote-since", seq=4, **message))
    assert _since(connection) == {"never-answered": 500, "thanked": 500, "wrote-since": 700, "waits-long": 300}
    assert _numbers(connection)[0] == "waits-long"


def test_an_answer_in_another_case_of_the_conversation_is_none_in_this(connection: Connection) -> None:
    _case(connection, "first", [("visitor", 10), ("staff", 20), ("visitor", 30)], state="open", owner_id=1)
    second = {
        "number": "second", "conversation_id": "first", "trigger_seq": 3, "state": "new", "topic": "work", "language": "de",
        "team": "office", "concern": "x", "contact_kind": "none", "created_at": 100, "updated_at": 100,
    }  # fmt: skip
    connection.execute(cases.insert().values(**second))
    _happened(connection, "first", "answered", 150)
    assert _since(connection)["second"] == 100


@pytest.mark.parametrize(
    ("choice", "found"),
    [
        ({"topic": "work"}, ["b"]), ({"language": "ar"}, ["c"]), ({"team": "housing"}, ["c"]), ({"mine": "1"}, ["b"]),
        ({"state": "open"}, ["b"]), ({"topic": "no such thing"}, []),
    ],
)  # fmt: skip
def test_filters(connection: Connection, choice: dict[str, str], found: list[str]) -> None:
    _case(connection, "a", [("visitor", 1)])
    _case(connection, "b", [("visitor", 2)], topic="work", state="open", owner_id=1)
    _case(connection, "c", [("visitor", 3)], language="ar", team="housing", owner_id=2)
    assert _numbers(connection, **choice) == found


def test_counts_stay_within_the_rest_of_the_choice(connection: Connection) -> None:
    _case(connection, "a", [("visitor", 1)])
    _case(connection, "b", [("visitor", 2)], state="open")
    _case(connection, "c", [("visitor", 2)], state="closed", topic="work")
    counts = queue.counts(connection, Choice(state="closed", topic="housing"), 1)
    assert counts == {"new": 1, "open": 1, "waiting": 0, "closed": 0, "todo": 2, "all": 2}


def test_unread_is_everybodys_own(connection: Connection) -> None:
    _case(connection, "a", [("visitor", 1), ("bot", 2), ("visitor", 3)])
    row = queue.search(connection, Choice(), 1)[0]
    assert (row.unread, row.seen) == (2, None)
    queue.mark_read(connection, "a", 1)
    queue.mark_read(connection, "a", 1)
    assert queue.search(connection, Choice(), 1)[0].unread == 0
    assert queue.search(connection, Choice(), 2)[0].unread == 2
    queue.mark_read(connection, "no such case", 1)


def test_pages(connection: Connection) -> None:
    for n in range(queue.PER_PAGE + 2):
        _case(connection, f"{n:03}", [("visitor", n)])
    assert len(_numbers(connection)) == queue.PER_PAGE + 1
    assert _numbers(connection, page=2) == [f"{queue.PER_PAGE:03}", f"{queue.PER_PAGE + 1:03}"]


@pytest.mark.parametrize(
    ("args", "choice"),
    [
        ({}, Choice()),
        ({"state": "nonsense", "page": "x"}, Choice()),
        ({"state": "all", "page": "3", "mine": "yes"}, Choice("all", mine="1", page=3)),
        ({"page": "-1"}, Choice()),
        ({"page": "9999999999"}, Choice()),
    ],
)
def test_choice_of_an_address(args: dict[str, str], choice: Choice) -> None:
    assert Choice.of(args) == choice


def test_address_of_a_choice() -> None:
    choice = Choice("new", topic="work", page=3)
    assert choice.address() == "state=new&topic=work&page=3"
    assert choice.address(topic="") == "state=new"
