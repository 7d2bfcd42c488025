"""A turn is stored whole or not at all, and no message is left lying; with a dialogue that answers as told."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.conversation import log
from bot.conversation.brain import Answer, Incoming
from bot.conversation.events import EventBus
from bot.conversation.presenting import Presenter
from bot.conversation.turns import Turns
from bot.db import Database, Unavailable, conversations, messages, metadata
from bot.languages import load_languages
from tests.conversation.conftest import ROOT, new_conversation, say


class Trackers:
    """No dialogue state; notes what was forgotten."""

    def __init__(self) -> None:
        self.forgotten = 0

    def is_current(self, *_: Any) -> bool:
        return True

    def take_new_events(self, _: str) -> list[dict[str, Any]]:
        return []

    def shorten(self, _: str) -> None: ...

    def answered(self, _: str) -> str | None:
        return None

    def committed(self, *_: Any) -> None: ...

    def forget(self, _: str) -> None:
        self.forgotten += 1


class Brain:
    """Answers each message with "re: <text>", or as `behave` says."""

    is_ready = True

    def __init__(self) -> None:
        self.trackers = Trackers()
        self.replies = SimpleNamespace(reply=lambda name, language: {"text": name, "utter_action": name})
        self.behave: Callable[[Incoming], Awaitable[Answer | None]] | None = None

    async def answer(self, incoming: Incoming) -> Answer:
        own = await self.behave(incoming) if self.behave else None
        return own or answered({"text": f"re: {incoming.text}"})

    async def understand(self, incoming: Incoming) -> dict[str, Any]:
        return {"intent": {"name": "greet", "confidence": 0.5}}


def answered(*replies: dict[str, Any], failed: bool = False) -> Answer:
    return Answer({"name": "greet", "confidence": 0.9}, "de", list(replies), failed)


class Server:
    """The parts of a server around the turns."""

    def __init__(self, database: Database) -> None:
        self.database, self.brain, self.bus = database, Brain(), EventBus(database)
        self.effects: dict[str, Any] = {}
        self.turns = Turns(
            database, self.brain, self.bus, Presenter(load_languages(ROOT / "data"), {}), worker="w1",  # type: ignore[arg-type]
            effects=self.effects, lease_seconds=30, seconds=0.5,
        )  # fmt: skip
        self.id = database.write_now(new_conversation)

    def store(self, text: str) -> bool:
        """Stores a message as another request would; True if the turn is ours to begin."""
        return self.database.write_now(lambda c: say(c, self.id, text, client_id=text)).claimed

    async def say(self, text: str, seconds: float = 5) -> list[str] | None:
        """Stores a message, begins its turn, waits for the replies' texts."""
        accepted = await self.database.write(lambda c: say(c, self.id, text, client_id=text))
        if accepted.claimed:
            self.turns.begin(self.id)
        replies = await self.turns.replies(self.id, accepted.seq, seconds)
        return None if replies is None else [reply["text"] for reply in replies]

    async def rows(self) -> list[Any]:
        return await self.database.read(lambda c: log.after(c, self.id, 0))

    async def lease(self) -> str | None:
        return (await self.database.read(lambda c: log.find(c, self.id))).lease_owner


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    database = Database(f"sqlite:///{tmp_path / 'x.db'}")
    await database.write(metadata.create_all)
    server = Server(database)
    yield server
    await server.turns.stop()
    database.close()


async def until(done: Callable[[], Awaitable[bool]], seconds: float = 3) -> None:
    """Returns when `done()`; fails after so many seconds."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not await done():
        assert asyncio.get_running_loop().time() < deadline, "it did not happen in time"
        await asyncio.sleep(0.01)


async def test_a_message_is_answered_and_the_lease_given_back(server: Server) -> None:
    assert await server.say("eins") == ["re: eins"]
    rows = await server.rows()
    assert [(row.author, row.pending, row.reply_to) for row in rows[1:]] == [("visitor", False, None), ("bot", False, 2)]
    assert rows[1].extra["intent"] == {"name": "greet", "confidence": 0.9}
    assert await server.lease() is None


async def test_several_messages_are_answered_in_their_order(server: Server) -> None:
    together = await asyncio.gather(*(server.say(text) for text in "abcdef"))
    assert together == [[f"re: {text}"] for text in "abcdef"]
    assert [row.text for row in await server.rows() if row.reply_to] == [f"re: {text}" for text in "abcdef"]


async def test_a_message_that_comes_in_while_the_last_turn_ends_is_answered(server: Server) -> None:
    """The lease is free by then and claimed for it, but the task that held it still exists."""
    claimed: list[bool] = []
    publish = server.bus.publish

    def at_the_end(conversation_id: str, note: dict[str, Any] | None = None) -> None:
        publish(conversation_id, note)
        if note == {"typing": False, "author": "bot"} and not claimed:
            claimed.append(server.store("zwei"))
            server.turns.begin(conversation_id)

    server.bus.publish = at_the_end  # type: ignore[method-assign]
    assert await server.say("eins") == ["re: eins"]
    assert claimed == [True]
    await until(lambda: _answered(server, 2))


async def _answered(server: Server, count: int) -> bool:
    return len([row for row in await server.rows() if row.reply_to]) == count


@pytest.mark.parametrize("how", ["raises", "takes too long", "says nothing", "has a failed action"])
async def test_a_dialogue_that_fails_ends_in_an_apology_never_in_silence(server: Server, how: str) -> None:
    async def behave(_: Incoming) -> Answer:
        if how == "raises":
            raise RuntimeError("no")
        if how == "takes too long":
            await asyncio.sleep(20)
        if how == "says nothing":
            return answered()
        return answered({"text": "halb"}, failed=True)

    server.brain.behave = behave
    expected = ["halb"] if how == "has a failed action" else []
    assert await server.say("eins") == [*expected, "utter_technical_problem"]
    server.brain.behave = None
    assert await server.say("zwei") == ["re: zwei"], "the next message is not hurt by it"


async def test_an_effect_and_the_reply_that_asks_for_it_are_stored_together(server: Server) -> None:
    def create(connection: Connection, conversation_id: str, seq: int, values: dict[str, Any]) -> None:
        log.set_state(connection, conversation_id, state=values["state"])
        if server.effects.pop("fail", False):
            raise ValueError("the effect fails")

    async def behave(_: Incoming) -> Answer:
        return answered({"text": "x", "custom": {"effects": {"create_case": {"state": "waiting_for_staff"}}}})

    server.effects.update(create_case=create, fail=True)
    server.brain.behave = behave
    asked = asyncio.create_task(server.say("eins", 5))
    await until(lambda: _failed_once(server))
    row = await server.database.read(lambda c: log.find(c, server.id))
    assert row.state == "bot" and [r.pending for r in await server.rows()] == [False, True], "nothing of it is stored"
    assert await asked == ["x"], "the next try succeeds"
    assert (await server.database.read(lambda c: log.find(c, server.id))).state == "waiting_for_staff"


async def _failed_once(server: Server) -> bool:
    return "create_case" in server.effects and "fail" not in server.effects


async def test_a_turn_that_can_never_be_stored_ends_in_a_stored_apology(server: Server) -> None:
    tries = []

    def create(connection: Connection, conversation_id: str, seq: int, values: dict[str, Any]) -> None:
        tries.append(seq)
        log.set_state(connection, conversation_id, state="waiting_for_staff")
        raise ValueError("it always fails")

    async def behave(_: Incoming) -> Answer:
        return answered({"text": "x", "custom": {"effects": {"create_case": {}}}})

    server.effects.update(create_case=create)
    server.brain.behave = behave
    assert await server.say("eins", 5) == ["utter_technical_problem"]
    assert len(tries) == 3
    rows = await server.rows()
    assert [(row.author, row.text, row.pending) for row in rows[1:]] == [
        ("visitor", "eins", False), ("bot", "utter_technical_problem", False),
    ]  # fmt: skip
    assert (await server.database.read(lambda c: log.find(c, server.id))).state == "bot" and await server.lease() is None
    server.brain.behave = None
    assert await server.say("zwei") == ["re: zwei"]


async def test_a_message_that_workers_die_over_is_answered_with_an_apology(server: Server) -> None:
    """Each worker that takes it is killed; the third of them leaves it to one that does not try it."""
    await server.database.write(lambda c: say(c, server.id, "eins", worker="dead", lease_seconds=-1))
    for name in ("second", "third"):
        taken = await server.database.write(lambda c, name=name: log.take_over(c, server.id, name, -1))
        assert taken
    server.turns.start()
    await until(lambda: _answered(server, 1))
    assert [row.text for row in await server.rows()][-1] == "utter_technical_problem"


async def test_erasing_tells_the_one_who_waits_and_leaves_nothing(server: Server) -> None:
    async def behave(_: Incoming) -> Answer:
        return answered({"text": "gelöscht", "custom": {"effects": {"erase": {}}}})

    server.brain.behave = behave
    assert await server.say("ja") == ["gelöscht"]
    assert await server.database.read(lambda c: c.execute(sa.select(messages)).all()) == []
    assert await server.database.read(lambda c: c.execute(sa.select(conversations)).all()) == []


async def test_the_bot_is_silent_while_a_person_answers(server: Server) -> None:
    await server.database.write(lambda c: log.set_state(c, server.id, state="live"))
    assert await server.say("eins") == []
    row = (await server.rows())[-1]
    assert (row.text, row.pending, row.extra["intent"]["name"]) == ("eins", False, "greet")


@pytest.mark.parametrize(("before", "after", "replies"), [("waiting_for_staff", "live", []), ("live", "bot", ["re: eins"])])
async def test_who_answers_is_decided_when_the_reply_is_stored(
    server: Server, before: str, after: str, replies: list[str]
) -> None:
    """A person takes the case, or gives it back, while the assistant is thinking."""
    await server.database.write(lambda c: log.set_state(c, server.id, state=before))

    async def change(_: Incoming) -> None:
        await server.database.write(lambda c: log.set_state(c, server.id, state=after))

    async def understand(incoming: Incoming) -> dict[str, Any]:
        await change(incoming)
        return {"intent": {"name": "greet", "confidence": 0.5}}

    server.brain.behave = change
    server.brain.understand = understand  # type: ignore[method-assign]
    assert await server.say("eins") == replies
    assert await server.lease() is None


async def test_a_turn_that_another_worker_took_over_stores_nothing(server: Server) -> None:
    async def lose(_: Incoming) -> None:
        await server.database.write(lambda c: c.execute(conversations.update().values(lease_owner="w2")))

    server.brain.behave = lose
    assert await server.say("eins", 0.5) is None
    assert [row.pending for row in await server.rows()] == [False, True]
    assert await server.lease() == "w2" and server.brain.trackers.forgotten


async def test_what_a_crash_left_is_taken_up_at_the_start(server: Server) -> None:
    await server.database.write(lambda c: say(c, server.id, "eins", worker="dead", lease_seconds=-1))
    server.turns.start()
    await until(lambda: _answered(server, 1))
    assert await server.lease() is None


async def test_who_asks_after_the_turn_is_done_gets_the_replies_at_once(server: Server) -> None:
    await server.say("eins")
    assert [reply["text"] for reply in await server.turns.replies(server.id, 2, 0.0) or []] == ["re: eins"]
    assert await server.turns.replies(server.id, 99, 0.05) is None


async def _send(server: Server, text: str, *, at_once: bool) -> list[str] | None:
    row = await server.database.read(lambda c: log.find(c, server.id))
    seq = await server.turns.accept(row, client_id=text, text=text, extra={}, at_once=at_once)
    replies = await server.turns.replies(server.id, seq, 5)
    return None if replies is None else [reply["text"] for reply in replies]


@pytest.mark.parametrize("at_once", [True, False])
async def test_a_message_is_stored_once_and_answered_once(server: Server, at_once: bool) -> None:
    texts = ["a", "b", "a", "c", "b"]
    assert await asyncio.gather(*(_send(server, text, at_once=at_once) for text in texts)) == [[f"re: {t}"] for t in texts]
    said = [row.text for row in await server.rows() if row.author == "visitor"]
    assert sorted(said) == ["a", "b", "c"]
    assert [row.text for row in await server.rows() if row.reply_to] == [f"re: {text}" for text in said]
    assert await server.lease() is None


async def test_a_message_is_read_while_the_disk_writes_it_and_not_answered_if_it_cannot(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    transaction, read, full = server.database._transaction, asyncio.Event(), [True]

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

    server.brain.behave = reads
    monkeypatch.setattr(server.database, "_transaction", on_a_full_disk)
    with pytest.raises(Unavailable):
        await _send(server, "eins", at_once=True)
    assert read.is_set() and not full
    await until(lambda: _idle(server))
    assert server.brain.trackers.forgotten
    assert [row.author for row in await server.rows()] == ["bot"] and await server.lease() is None
    assert await _send(server, "eins", at_once=True) == ["re: eins"]


async def _idle(server: Server) -> bool:
    return not server.turns._running


async def test_the_next_message_is_not_taken_for_one_that_could_not_be_stored(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It gets its number and id, for SQLite gives those of what was rolled back out again."""
    transaction, full, others = server.database._transaction, [True], []
    row = await server.database.read(lambda c: log.find(c, server.id))

    async def somebody_else_writes(incoming: Incoming) -> None:
        if incoming.text == "eins":
            others.append(asyncio.create_task(server.turns.accept(row, client_id="zwei", text="zwei", extra={})))
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

    server.brain.behave = somebody_else_writes
    monkeypatch.setattr(server.database, "_transaction", on_a_full_disk)
    with pytest.raises(Unavailable):
        await server.turns.accept(row, client_id="eins", text="eins", extra={}, at_once=True)
    await until(lambda: _answered(server, 1))
    await until(lambda: _idle(server))
    assert [row.text for row in (await server.rows())[1:]] == ["zwei", "re: zwei"]
    assert await others[0] == 2 and await server.lease() is None
