"""Wakes whoever looks at a conversation: visitors' streams, waiting requests, the staff's screens.

A wake-up only says "look again"; what there is to see is read from the log. So a lost one costs time, never a
message. Typing is the exception: it is not worth storing and travels with the wake-up.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Connection

from bot.background import Background
from bot.db import Database, Unavailable

log = logging.getLogger(__name__)

EVERYTHING = "*"
"""Subscribing to this wakes at every conversation, as the staff's inbox needs it."""

_CHANNEL = "lotse"
_COMMITTED_WITHIN = 5.0
"""Seconds from the time that a change bears to its commit, at most."""
_COUNTED = "SELECT count(*) FROM conversations"
_CHANGED = """
    SELECT id, updated_at FROM conversations WHERE updated_at >= :since
    UNION ALL SELECT conversation_id, updated_at FROM cases WHERE updated_at >= :since
    UNION ALL SELECT conversation_id, who || worker || open FROM presence
"""


class Subscription:
    """Waits for wake-ups of one conversation, or of all."""

    def __init__(self) -> None:
        self._woken = asyncio.Event()
        self._notes: list[dict[str, Any]] = []

    def wake(self, note: dict[str, Any] | None) -> None:
        """Called by the bus."""
        if note:
            self._notes.append(note)
            del self._notes[:-20]
        self._woken.set()

    async def wait(self, seconds: float) -> list[dict[str, Any]] | None:
        """The notes since the last call (may be empty: look again), or None after `seconds` without any."""
        try:
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        except TimeoutError:
            return None
        self._woken.clear()
        notes, self._notes = self._notes, []
        return notes


class EventBus:
    """Local subscriptions, and the way to those of other processes on the same database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._subscriptions: dict[str, set[Subscription]] = defaultdict(set)
        self._task = Background("events", self._watch_file if database.is_sqlite else self._listen)

    @contextlib.contextmanager
    def subscribe(self, conversation_id: str) -> Iterator[Subscription]:
        """A subscription for as long as the block lasts."""
        subscription = Subscription()
        self._subscriptions[conversation_id].add(subscription)
        try:
            yield subscription
        finally:
            self._subscriptions[conversation_id].discard(subscription)
            if not self._subscriptions[conversation_id]:
                del self._subscriptions[conversation_id]

    @property
    def open_streams(self) -> int:
        """How many subscriptions there are."""
        return sum(map(len, self._subscriptions.values()))

    def listeners(self, conversation_id: str) -> int:
        """How many of this process' subscriptions look at a conversation."""
        return len(self._subscriptions.get(conversation_id, ()))

    def publish(self, conversation_id: str, note: dict[str, Any] | None = None) -> None:
        """Wakes this process' subscriptions. Writers also call `announce` inside their transaction."""
        self._wake((conversation_id, EVERYTHING), note)

    def announce(self, connection: Connection, conversation_id: str, note: dict[str, Any] | None = None) -> None:
        """Wakes other processes when this transaction is committed; nothing to do on SQLite (see `_watch_file`)."""
        if not self._database.is_sqlite:
            payload = json.dumps({"id": conversation_id, "note": note})
            connection.execute(text("SELECT pg_notify(:channel, :payload)"), {"channel": _CHANNEL, "payload": payload})

    async def tell(self, conversation_id: str, note: dict[str, Any]) -> None:
        """Sends a note that is not stored, such as who is typing, to every process. May get lost."""
        if self._database.is_sqlite:
            self.publish(conversation_id, note)
            return
        # It comes back to this process as to all others.
        with contextlib.suppress(Unavailable):
            await self._database.write(lambda c: self.announce(c, conversation_id, note))

    def start(self) -> None:
        """Begins to listen to other processes."""
        self._task.start()

    async def stop(self) -> None:
        """Ends listening."""
        await self._task.stop()

    async def _watch_file(self) -> None:
        """SQLite tells a connection whether another one has committed; cheap enough to ask four times a second.

        Only a commit of another process matters, but our own writer is another connection too. So it is asked which
        conversations have changed: with 500 of them open, letting all look again takes seconds of every message.
        """
        connection = self._database.engine.raw_connection()
        try:
            last: int | None = None
            known: set[Any] = set()
            (there,) = connection.connection.execute(_COUNTED).fetchone()
            while True:
                version = connection.connection.execute("PRAGMA data_version").fetchone()[0]
                if last is not None and version != last and self._subscriptions:
                    since = time.time() - _COMMITTED_WITHIN
                    found = set(connection.connection.execute(_CHANGED, {"since": since}).fetchall())
                    (left,) = connection.connection.execute(_COUNTED).fetchone()
                    # What is gone bears no time.
                    gone = left < there
                    self._wake(list(self._subscriptions) if gone else {EVERYTHING, *(row[0] for row in found - known)})
                    known, there = found, left
                last = version
                await asyncio.sleep(0.25)
        finally:
            connection.close()

    async def _listen(self) -> None:
        """PostgreSQL's LISTEN; a lost connection is made anew, and everybody looks again then."""
        import psycopg2.extensions

        loop = asyncio.get_running_loop()
        while True:
            connection = None
            try:
                connection = await loop.run_in_executor(None, self._database.engine.raw_connection)
                raw = connection.driver_connection if hasattr(connection, "driver_connection") else connection.connection
                raw.set_isolation_level(psycopg2.extensions.ISOLATION_LEVEL_AUTOCOMMIT)
                raw.cursor().execute(f"LISTEN {_CHANNEL}")
                self._wake(list(self._subscriptions))
                readable = asyncio.Event()
                # Asked for now: a lost connection does not know its file any more, and a reader left on a closed file
                # keeps the loop so busy that nothing else is answered.
                file = raw.fileno()
                loop.add_reader(file, readable.set)
                try:
                    while True:
                        await readable.wait()
                        readable.clear()
                        raw.poll()
                        while raw.notifies:
                            content = json.loads(raw.notifies.pop(0).payload)
                            self.publish(content["id"], content["note"])
                finally:
                    loop.remove_reader(file)
            except asyncio.CancelledError:
                raise
            except Exception as error:
                log.error("listening for other workers failed, trying again: %s", type(error).__name__)
                await asyncio.sleep(1)
            finally:
                if connection is not None:
                    connection.invalidate()

    def _wake(self, keys: Iterable[str], note: dict[str, Any] | None = None) -> None:
        for key in keys:
            for subscription in list(self._subscriptions.get(key, ())):
                subscription.wake(note)
