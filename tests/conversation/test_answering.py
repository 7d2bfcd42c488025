"""What comes of a message is stored whole or not at all, and nothing ends in silence; with a dialogue that answers as told."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.conversation import log
from bot.conversation.brain import Answer, Incoming
from bot.db import conversations, messages
from tests.conversation.told import Told, answered, until


@pytest.mark.parametrize("how", ["raises", "takes too long", "says nothing", "has a failed action"])
async def test_a_dialogue_that_fails_ends_in_an_apology_never_in_silence(told: Told, how: str) -> None:
    async def behave(_: Incoming) -> Answer:
        if how == "raises":
            raise RuntimeError("no")
        if how == "takes too long":
            await asyncio.sleep(20)
        if how == "says nothing":
            return answered()
        return answered({"text": "halb"}, failed=True)

    told.brain.behave = behave
    expected = ["halb"] if how == "has a failed action" else []
    assert await told.say("eins") == [*expected, "utter_technical_problem"]
    told.brain.behave = None
    assert await told.say("zwei") == ["re: zwei"], "the next message is not hurt by it"


async def test_an_effect_and_the_reply_that_asks_for_it_are_stored_together(told: Told) -> None:
    def create(connection: Connection, conversation_id: str, seq: int, values: dict[str, Any]) -> None:
        log.set_state(connection, conversation_id, state=values["state"])
        if told.effects.pop("fail", False):
            raise ValueError("the effect fails")

    async def behave(_: Incoming) -> Answer:
        return answered({"text": "x", "custom": {"effects": {"create_case": {"state": "waiting_for_staff"}}}})

    told.effects.update(create_case=create, fail=True)
    told.brain.behave = behave
    asked = asyncio.create_task(told.say("eins", 5))
    await until(lambda: _failed_once(told))
    row = await told.database.read(lambda c: log.find(c, told.id))
    assert row.state == "bot" and [r.pending for r in await told.rows()] == [False, True], "nothing of it is stored"
    assert await asked == ["x"], "the next try succeeds"
    assert (await told.database.read(lambda c: log.find(c, told.id))).state == "waiting_for_staff"


async def _failed_once(told: Told) -> bool:
    return "create_case" in told.effects and "fail" not in told.effects


async def test_erasing_tells_the_one_who_waits_and_leaves_nothing(told: Told) -> None:
    async def behave(_: Incoming) -> Answer:
        return answered({"text": "gelöscht", "custom": {"effects": {"erase": {}}}})

    told.brain.behave = behave
    assert await told.say("ja") == ["gelöscht"]
    assert await told.database.read(lambda c: c.execute(sa.select(messages)).all()) == []
    assert await told.database.read(lambda c: c.execute(sa.select(conversations)).all()) == []


async def test_the_bot_is_silent_while_a_person_answers(told: Told) -> None:
    await told.database.write(lambda c: log.set_state(c, told.id, state="live"))
    assert await told.say("eins") == []
    row = (await told.rows())[-1]
    assert (row.text, row.pending, row.extra["intent"]["name"]) == ("eins", False, "greet")


@pytest.mark.parametrize(("before", "after", "replies"), [("waiting_for_staff", "live", []), ("live", "bot", ["re: eins"])])
async def test_who_answers_is_decided_when_the_reply_is_stored(
    told: Told, before: str, after: str, replies: list[str]
) -> None:
    """A person takes the case, or gives it back, while the assistant is thinking."""
    await told.database.write(lambda c: log.set_state(c, told.id, state=before))

    async def change(_: Incoming) -> None:
        await told.database.write(lambda c: log.set_state(c, told.id, state=after))

    async def understand(incoming: Incoming) -> dict[str, Any]:
        await change(incoming)
        return {"intent": {"name": "greet", "confidence": 0.5}}

    told.brain.behave = change
    told.brain.understand = understand  # type: ignore[method-assign]
    assert await told.say("eins") == replies
    assert await told.lease() is None
