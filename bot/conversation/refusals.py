"""Who tried to open another's conversation or receipt: noted in the audit log, so that a search for them is seen."""

from __future__ import annotations

import contextlib
import time

import sqlalchemy as sa
from sanic import Request
from sqlalchemy.engine import Connection

from bot.conversation.services import Services
from bot.db import Unavailable, audit, cases, conversations

_ONCE_SECONDS = 60
"""The same address at the same object is noted once in so many seconds: nobody fills the disk by trying."""


async def note(services: Services, request: Request, what: str, object: str) -> None:
    """Adds a row, if there is such a conversation or case; who guesses what is not there finds out nothing anyway."""
    address = services.address(request)[:64]

    def exists(connection: Connection) -> bool:
        column = cases.c.number if what.startswith("receipt") else conversations.c.id
        if connection.execute(sa.select(column).where(column == object)).first() is None:
            return False
        recent = sa.select(audit.c.id).where(
            audit.c.what == what, audit.c.object == object, audit.c.address == address,
            audit.c.at > time.time() - _ONCE_SECONDS,
        )  # fmt: skip
        return connection.execute(recent.limit(1)).first() is None

    row = {"user_id": None, "what": what, "object": object, "address": address}
    with contextlib.suppress(Unavailable):
        if await services.database.read(exists):
            await services.database.write(lambda c: c.execute(audit.insert().values(at=time.time(), **row)))
