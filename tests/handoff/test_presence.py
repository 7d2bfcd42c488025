"""Who has a conversation open, seen from another process."""

from __future__ import annotations

import asyncio
import time

from bot.conversation import log
from bot.conversation.events import EventBus
from bot.db import Database
from bot.db import presence as table
from bot.handoff import presence

from .conftest import new_case


async def test_coming_and_leaving_is_seen_by_every_process(url: str) -> None:
    one, two = Database(url), Database(url)
    here, there = EventBus(one), EventBus(two)
    try:
        conversation, _ = await one.write(new_case)
        mine = presence.Presences(one, here, "w1")

        async def visible() -> bool:
            return await two.read(lambda c: presence.is_here(c, conversation, presence.VISITOR))

        there.start()
        await asyncio.sleep(0.4)
        with there.subscribe(conversation) as subscription:
            await subscription.wait(0.1)
            async with mine.here(conversation, presence.VISITOR):
                assert await visible() and await subscription.wait(3) is not None
                async with mine.here(conversation, presence.VISITOR):
                    pass
                assert await visible(), "one of two windows was closed"
            await subscription.wait(3)
            for _ in range(100):
                if not await visible():
                    break
                await asyncio.sleep(0.02)
            assert not await visible()
        seen = await two.read(lambda c: presence.last_seen(c, conversation, presence.VISITOR))
        assert seen is not None and abs(seen - time.time()) < 10
        await there.stop()
    finally:
        one.close()
        two.close()


def test_of_a_process_that_died_nobody_stays(database: Database) -> None:
    conversation, _ = database.write_now(new_case)
    database.write_now(lambda c: presence.enter(c, conversation, "7", "dead"))
    assert database._read(lambda c: presence.any_staff(c, conversation))
    database.write_now(lambda c: c.execute(table.update().values(until=time.time() - 1)))
    assert not database._read(lambda c: presence.any_staff(c, conversation))
    database.write_now(lambda c: presence.renew(c, "dead"))
    assert database._read(lambda c: presence.any_staff(c, conversation))


def test_erasing_forgets_who_was_there(database: Database) -> None:
    conversation, _ = database.write_now(new_case)
    database.write_now(lambda c: presence.enter(c, conversation, presence.VISITOR, "w"))
    database.write_now(lambda c: log.erase(c, conversation))
    database.write_now(lambda c: presence.enter(c, conversation, presence.VISITOR, "w"))
    assert database._read(lambda c: c.execute(table.select()).all()) == []


async def test_typing_reaches_other_processes_on_postgresql(new_database: str) -> None:
    from bot.migrations import migrate

    migrate(new_database)
    one, two = Database(new_database), Database(new_database)
    here, there = EventBus(one), EventBus(two)
    try:
        there.start()
        await asyncio.sleep(0.5)
        note = {"typing": True, "author": "staff", "name": "Frau Muster"}
        with there.subscribe("c") as subscription:
            await subscription.wait(0.1)
            await here.tell("c", note)
            assert await subscription.wait(3) == [note]
        await there.stop()
    finally:
        one.close()
        two.close()
