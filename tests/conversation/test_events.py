"""Whoever looks at a conversation is woken when there is something new."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.conversation import log
from bot.conversation.events import EVERYTHING, EventBus
from bot.db import Database, conversations, metadata
from bot.handoff import presence
from tests.conversation.stored import new_conversation


@pytest.fixture
async def databases(tmp_path: Path) -> AsyncIterator[tuple[Database, Database]]:
    """Two processes' ways to one SQLite file."""
    pair = tuple(Database(f"sqlite:///{tmp_path / 'x.db'}") for _ in range(2))
    await pair[0].write(metadata.create_all)
    yield pair  # type: ignore[misc]
    for each in pair:
        each.close()


async def test_a_subscription_is_woken_by_its_own_conversation_only(databases: tuple[Database, Database]) -> None:
    bus = EventBus(databases[0])
    with bus.subscribe("a") as a, bus.subscribe("b") as b, bus.subscribe(EVERYTHING) as everything:
        bus.publish("a", {"typing": True})
        assert await a.wait(1) == [{"typing": True}]
        assert await everything.wait(1) == [{"typing": True}]
        assert await b.wait(0.01) is None
        assert (bus.listeners("a"), bus.open_streams) == (1, 3)
    assert (bus.listeners("a"), bus.open_streams) == (0, 0)


async def test_a_wake_up_between_looking_and_waiting_is_not_lost(databases: tuple[Database, Database]) -> None:
    bus = EventBus(databases[0])
    with bus.subscribe("a") as subscription:
        bus.publish("a")
        bus.publish("a", {"typing": True})
        assert await subscription.wait(1) == [{"typing": True}]
        assert await subscription.wait(0.01) is None


async def test_a_screen_that_does_not_read_does_not_fill_memory(databases: tuple[Database, Database]) -> None:
    bus = EventBus(databases[0])
    with bus.subscribe("a") as subscription:
        for number in range(1000):
            bus.publish("a", {"number": number})
        notes = await subscription.wait(1)
        assert notes is not None and len(notes) == 20 and notes[-1] == {"number": 999}


async def test_another_process_on_the_same_file_wakes_us(databases: tuple[Database, Database]) -> None:
    ours, others = databases
    bus = EventBus(ours)
    bus.start()
    try:
        changed = await others.write(new_conversation)
        beside = await others.write(lambda c: new_conversation(c, token="another"))
        with bus.subscribe(changed) as subscription, bus.subscribe(beside) as another, bus.subscribe(EVERYTHING) as every:
            await asyncio.sleep(0.6)  # the watch has looked
            for each in (subscription, another, every):
                await each.wait(0.01)
            said = [{"author": "visitor", "text": "Hallo", "language": "de"}]
            await others.write(lambda c: log.append(c, changed, said))
            assert await subscription.wait(5) == [] and await every.wait(5) == []
            assert await another.wait(0.6) is None, "500 open conversations do not look again at each message"
            await others.write(lambda c: presence.enter(c, beside, presence.VISITOR, "worker"))
            assert await another.wait(5) == [], "who has come"
            await others.write(lambda c: presence.renew(c, "worker"))
            assert await another.wait(0.6) is None, "who is still here"
            await others.write(lambda c: presence.leave(c, beside, presence.VISITOR, "worker"))
            assert await another.wait(5) == [], "who has left"
            await others.write(lambda c: c.execute(conversations.delete().where(conversations.c.id == beside)))
            assert await another.wait(5) == [], "what is gone"
    finally:
        await bus.stop()
