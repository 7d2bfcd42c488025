"""Deletes conversations when their time is over."""

from __future__ import annotations

import time

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.db import cases, conversations


def purge_conversations(connection: Connection, days: int, *, now: float | None = None, dry_run: bool = False) -> int:
    """Deletes conversations without a word for `days` days, but for those with a case that is not closed.

    Returns:
        How many, or with `dry_run` how many it would be.
    """
    limit = (time.time() if now is None else now) - days * 86400
    open_cases = sa.select(cases.c.conversation_id).where(cases.c.state != "closed")
    due = sa.and_(conversations.c.updated_at < limit, conversations.c.id.not_in(open_cases))
    if dry_run:
        return connection.execute(sa.select(sa.func.count()).select_from(conversations).where(due)).scalar() or 0
    return connection.execute(conversations.delete().where(due)).rowcount
