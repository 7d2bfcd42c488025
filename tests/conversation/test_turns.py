"""No message is left lying, and each is answered once; with a dialogue that answers as told."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.conversation import log
from bot.conversation.brain import Answer, Incoming
from bot.db import Unavailable, conversations
from tests.conversation.stored import say
from tests.conversation.told import Told, answered, until


async def test_a_message_is_answered_and_the_lease_given_back(told: Told) -> None:
    assert await told.say("eins") == ["re: eins"]
    rows = await told.rows()
    assert [(row.author, row.pending, row.reply_to) for row in rows[1:]] == [("visitor", False, None), ("bot", False, 2)]
    assert rows[1].extra["intent"] == {"name": "greet", "confidence": 0.9}
    assert await told.lease() is None


async def test_several_messages_are_answered_in_their_order(told: Told) -> None:
    together = await asyncio.gather(*(told.say(text) for text in "abcdef"))
    assert together == [[f"re: {text}"] for text in "abcdef"]
    assert [row.text for row in await told.rows() if row.reply_to] == [f"re: {text}" for text in "abcdef"]


async def test_a_message_that_comes_in_while_the_last_turn_ends_is_answered(told: Told) -> None:
    """The lease is free by then and claimed for it, but the task that held it still exists."""
    claimed: list[bool] = []
    publish = told.bus.publish

    def at_the_end(conversation_id: str, note: dict[str, Any] | None = None) -> None:
        publish(conversation_id, note)
        if note == {"typing": False, "author": "bot"} and not claimed:
            claimed.append(told.store("zwei"))
            told.turns.begin(conversation_id)

    told.bus.publish = at_the_end  # type: ignore[method-assign]
    assert await told.say("eins") == ["re: eins"]
    assert claimed == [True]
    await until(lambda: _answered(told, 2))


async def _answered(told: Told, count: int) -> bool:
    return len([row for row in await told.rows() if row.reply_to]) == count


async def test_a_turn_that_can_never_be_stored_ends_in_a_stored_apology(told: Told) -> None:
    tries = []

    def create(connection: Connection, conversation_id: str, seq: int, values: dict[str, Any]) -> None:
        tries.append(seq)
        log.set_state(connection, conversation_id, state="waiting_for_staff")
        raise ValueError("it always fails")

    async def behave(_: Incoming) -> Answer:
        return answered({"text": "x", "custom": {"effects": {"create_case": {}}}})

    told.effects.update(create_case=create)
    told.brain.behave = behave
    assert await told.say("eins", 5) == ["utter_technical_problem"]
    assert len(tries) == 3
    rows = await told.rows()
    assert [(row.author, row.text, row.pending) for row in rows[1:]] == [
        ("visitor", "eins", False), ("bot", "utter_technical_problem", False),
    ]  # fmt: skip
    assert (await told.database.read(lambda c: log.find(c, told.id))).state == "bot" and await told.lease() is None
    told.brain.behave = None
    assert await told.say("zwei") == ["re: zwei"]


async def test_a_message_that_workers_die_over_is_answered_with_an_apology(told: Told) -> None:
    """Each worker that takes it is killed; the third of them leaves it to one that does not try it."""
    await told.database.write(lambda c: say(c, told.id, "eins", worker="dead", lease_seconds=-1))
    for name in ("second", "third"):
        taken = await told.database.write(lambda c, name=name: log.take_over(c, told.id, name, -1))
        assert taken
    told.turns.start()
    await until(lambda: _answered(told, 1))
    assert [row.text for row in await told.rows()][-1] == "utter_technical_problem"


async def test_a_turn_that_another_worker_took_over_stores_nothing(told: Told) -> None:
    async def lose(_: Incoming) -> None:
        await told.database.write(lambda c: c.execute(conversations.update().values(lease_owner="w2")))

    told.brain.behave = lose
    assert await told.say("eins", 0.5) is None
    assert [row.pending for row in await told.rows()] == [False, True]
    assert await told.lease() == "w2" and told.brain.trackers.forgotten


async def test_what_a_crash_left_is_taken_up_at_the_start(told: Told) -> None:
    await told.database.write(lambda c: say(c, told.id, "eins", worker="dead", lease_seconds=-1))
    told.turns.start()
    await until(lambda: _answered(told, 1))
    assert await told.lease() is None


async def test_who_asks_after_the_turn_is_done_gets_the_replies_at_once(told: Told) -> None:
    await told.say("eins")
    assert [reply["text"] for reply in await told.turns.replies(told.id, 2, 0.0) or []] == ["re: eins"]
    assert await told.turns.replies(told.id, 99, 0.05) is None


async def _send(told: Told, text: str, *, at_once: bool) -> list[str] | None:
    row = await told.database.read(lambda c: log.find(c, told.id))
    seq = await told.turns.accept(row, client_id=text, text=text, extra={}, at_once=at_once)
    replies = await told.turns.replies(told.id, seq, 5)
    return None if replies is None else [reply["text"] for reply in replies]


@pytest.mark.parametrize("at_once", [True, False])
async def test_a_message_is_stored_once_and_answered_once(told: Told, at_once: bool) -> None:
    texts = ["a", "b", "a", "c", "b"]
    assert await asyncio.gather(*(_send(told, text, at_once=at_once) for text in texts)) == [[f"re: {t}"] for t in texts]
    said = [row.text for row in await told.rows() if row.author == "visitor"]
    assert sorted(said) == ["a", "b", "c"]
    assert [row.text for row in await told.rows() if row.reply_to] == [f"re: {text}" for text in said]
    assert await told.lease() is None


async def test_a_message_is_read_while_the_disk_writes_it_and_not_answered_if_it_cannot(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    transaction, read, full = told.database._transaction, asyncio.Event(), [True]

    async def reads(_: Incoming) -> None:
        read.set()

    @contextlib.contextmanager
    def on_a_full_disk(begin: str) -> Iterator[Connection]:
        with transaction(begin) as connection:
            yield connection
            if begin == "BEGIN IMMEDIATE" and full:
                # As slow as a disk may be: the turn is waiting to be stored by then.
                time.sleep(0.2)
                full.clear()
                raise sa.exc.OperationalError("COMMIT", {}, Exception("disk I/O error"))

    told.brain.behave = reads
    monkeypatch.setattr(told.database, "_transaction", on_a_full_disk)
    with pytest.raises(Unavailable):
        await _send(told, "eins", at_once=True)
    assert read.is_set() and not full
    await until(lambda: _idle(told))
    assert told.brain.trackers.forgotten
    assert [row.author for row in await told.rows()] == ["bot"] and await told.lease() is None
    assert await _send(told, "eins", at_once=True) == ["re: eins"]


async def _idle(told: Told) -> bool:
    return not told.turns._running


async def test_the_next_message_is_not_taken_for_one_that_could_not_be_stored(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It gets its number and id, for SQLite gives those of what was rolled back out again."""
    transaction, full, others = told.database._transaction, [True], []
    row = await told.database.read(lambda c: log.find(c, told.id))

    async def somebody_else_writes(incoming: Incoming) -> None:
        if incoming.text == "eins":
            others.append(asyncio.create_task(told.turns.accept(row, client_id="zwei", text="zwei", extra={})))
            # Its message waits for the disk before this turn does.
            await asyncio.sleep(0.05)

    @contextlib.contextmanager
    def on_a_full_disk(begin: str) -> Iterator[Connection]:
        with transaction(begin) as connection:
            yield connection
            if begin == "BEGIN IMMEDIATE" and full:
                time.sleep(0.2)
                full.clear()
                raise sa.exc.OperationalError("COMMIT", {}, Exception("disk I/O error"))

    told.brain.behave = somebody_else_writes
    monkeypatch.setattr(told.database, "_transaction", on_a_full_disk)
    with pytest.raises(Unavailable):
        await told.turns.accept(row, client_id="eins", text="eins", extra={}, at_once=True)
    await until(lambda: _answered(told, 1))
    await until(lambda: _idle(told))
    assert [row.text for row in (await told.rows())[1:]] == ["zwei", "re: zwei"]
    assert await others[0] == 2 and await told.lease() is None
