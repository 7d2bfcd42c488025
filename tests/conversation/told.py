"""A server's turns around a dialogue that answers as it is told to."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from bot.conversation import log
from bot.conversation.answering import Answering
from bot.conversation.brain import Answer, Incoming
from bot.conversation.events import EventBus
from bot.conversation.presenting import Presenter
from bot.conversation.turns import Turns
from bot.db import Database
from bot.languages import load_languages
from tests.conversation.stored import new_conversation, say

_DATA = Path(__file__).parents[2] / "data"


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


class Told:
    """The turns, and what they need of a server."""

    def __init__(self, database: Database) -> None:
        self.database, self.brain, self.bus = database, Brain(), EventBus(database)
        self.effects: dict[str, Any] = {}
        presenter = Presenter(load_languages(_DATA), {})
        answering = Answering(
            database, self.brain, self.bus, presenter, worker="w1", effects=self.effects, seconds=0.5  # type: ignore[arg-type]
        )  # fmt: skip
        self.turns = Turns(database, self.bus, presenter, answering, worker="w1", seconds=0.5)
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


async def until(done: Callable[[], Awaitable[bool]], seconds: float = 3) -> None:
    """Returns when `done()`; fails after so many seconds."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not await done():
        assert asyncio.get_running_loop().time() < deadline, "it did not happen in time"
        await asyncio.sleep(0.01)
