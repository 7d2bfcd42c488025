"""Who has a conversation open, at whichever worker: visitors' streams and staff's pages.

Rows, because they are asked across processes; a process renews its own, and one that died is gone when they end.
All functions but those of `Presences` work on a connection inside a transaction of `bot.db.Database`.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import Counter
from collections.abc import AsyncIterator, Collection

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.background import repeating
from bot.conversation.events import EventBus
from bot.db import Database, Unavailable, conversations, insert, presence

logger = logging.getLogger(__name__)

VISITOR = "visitor"

_BEAT = 15.0
_LASTS = 45.0
"""Three missed beats."""


def staff(user_id: int) -> str:
    """`who` of a member of staff."""
    return str(user_id)


def is_here(connection: Connection, conversation_id: str, who: str) -> bool:
    """Whether somebody has the conversation open."""
    return _any(connection, conversation_id, presence.c.who == who)


def any_staff(connection: Connection, conversation_id: str, *, but: Collection[str] = ()) -> bool:
    """Whether some member of staff has it open; those in `but` (`staff`) do not count."""
    return _any(connection, conversation_id, presence.c.who.not_in([VISITOR, *but]))


def _any(connection: Connection, conversation_id: str, whom: sa.sql.ColumnElement[bool]) -> bool:
    p = presence.c
    query = sa.select(p.who).where(p.conversation_id == conversation_id, whom, p.open, p.until > time.time()).limit(1)
    return connection.execute(query).first() is not None


def last_seen(connection: Connection, conversation_id: str, who: str) -> float | None:
    """When somebody last had it open; now, if they have."""
    p = presence.c
    rows = connection.execute(
        sa.select(p.open, p.until).where(p.conversation_id == conversation_id, p.who == who)
    ).all()
    now = time.time()
    # Of a process that died only the end of its last beat is known.
    return max((now if row.open and row.until > now else min(row.until, now) for row in rows), default=None)


def enter(connection: Connection, conversation_id: str, who: str, worker: str) -> None:
    """Somebody opens it; nothing happens if the conversation is gone."""
    if connection.execute(sa.select(conversations.c.id).where(conversations.c.id == conversation_id)).first() is None:
        return
    here = {"open": True, "until": time.time() + _LASTS}
    connection.execute(
        insert(connection, presence)
        .values(conversation_id=conversation_id, who=who, worker=worker, **here)
        .on_conflict_do_update(index_elements=["conversation_id", "who", "worker"], set_=here)
    )


def leave(connection: Connection, conversation_id: str, who: str, worker: str) -> None:
    """Somebody has closed it; when is kept."""
    p = presence.c
    connection.execute(
        presence.update()
        .where(p.conversation_id == conversation_id, p.who == who, p.worker == worker)
        .values(open=False, until=time.time())
    )


def renew(connection: Connection, worker: str) -> None:
    """Whoever is at this process is still here."""
    connection.execute(
        presence.update().where(presence.c.worker == worker, presence.c.open).values(until=time.time() + _LASTS)
    )


class Presences:
    """The open conversations of this process."""

    def __init__(self, database: Database, bus: EventBus, worker: str) -> None:
        self._database = database
        self._bus = bus
        self._worker = worker
        self._open: Counter[tuple[str, str]] = Counter()
        self._task = repeating("presence", _BEAT, self._beat, logger)

    def start(self) -> None:
        """Begins to renew."""
        self._task.start()

    async def stop(self) -> None:
        """Ends it; whoever was here has left."""
        await self._task.stop()

    @contextlib.asynccontextmanager
    async def here(self, conversation_id: str, who: str) -> AsyncIterator[None]:
        """For as long as the block lasts, somebody has the conversation open."""
        key = (conversation_id, who)
        self._open[key] += 1
        if self._open[key] == 1:
            await self._note(conversation_id, who, True)
        try:
            yield
        finally:
            self._open[key] -= 1
            if not self._open[key]:
                del self._open[key]
                # The stream's own task is being cancelled when a browser goes away.
                self._left = asyncio.ensure_future(self._note(conversation_id, who, False))

    async def _note(self, conversation_id: str, who: str, here: bool) -> None:
        note = {"presence": "visitor" if who == VISITOR else "staff", "here": here}

        def store(connection: Connection) -> None:
            # Whoever came back at once, or left at once, is what counts now.
            (enter if self._open[conversation_id, who] else leave)(connection, conversation_id, who, self._worker)
            self._bus.announce(connection, conversation_id, note)

        with contextlib.suppress(Unavailable):
            await self._database.write(store)
            self._bus.publish(conversation_id, note)

    async def _beat(self) -> None:
        if self._open:
            await self._database.write(lambda c: renew(c, self._worker))
