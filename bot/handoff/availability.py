"""Which staff take live chats now: switched on by hand, renewed by their open pages, over when the browser is gone.

All functions work on a connection inside a transaction of `bot.db.Database`.
"""

from __future__ import annotations

import time

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.db import availability, insert, users

LASTS = 60.0
"""Seconds without a sign of an open page after which somebody counts as away."""


def switch(connection: Connection, user_id: int, on: bool) -> None:
    """A member of staff is available from now on, or no longer."""
    if not on:
        connection.execute(availability.delete().where(availability.c.user_id == user_id))
        return
    until = time.time() + LASTS
    connection.execute(
        insert(connection, availability)
        .values(user_id=user_id, until=until)
        .on_conflict_do_update(index_elements=["user_id"], set_={"until": until})
    )


def renew(connection: Connection, user_id: int) -> None:
    """A page of theirs is open; whoever is away already stays so until they switch it on again."""
    now = time.time()
    connection.execute(
        availability.update()
        .where(availability.c.user_id == user_id, availability.c.until > now)
        .values(until=now + LASTS)
    )


def is_available(connection: Connection, user_id: int) -> bool:
    """Whether this member of staff takes live chats now."""
    return user_id in available(connection)


def available(connection: Connection) -> list[int]:
    """Ids of those who take live chats now."""
    query = (
        sa.select(users.c.id)
        .join(availability, availability.c.user_id == users.c.id)
        .where(availability.c.until > time.time(), users.c.active)
    )
    return list(connection.execute(query).scalars())
