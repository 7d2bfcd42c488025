"""Deletes what nobody may keep any longer, each kind of data after its own time.

All functions work on a connection inside a transaction of `bot.db.Database`.
"""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.console.accounts import SESSION_SECONDS
from bot.db import audit, cases, conversations, sessions
from bot.privacy import facts, journal, shredders
from bot.region import Region
from bot.settings import Settings

DAY = 86400.0


@dataclass(frozen=True)
class Periods:
    """Days after which each kind of data goes."""

    chat_days: int
    case_days: int
    audit_days: int

    @classmethod
    def of(cls, settings: Settings) -> Periods:
        """As the operator set them."""
        return cls(settings.chat_days, settings.case_days, settings.audit_days)


def purge(
    connection: Connection,
    periods: Periods,
    region: Region,
    *,
    var: Path | None = None,
    now: float | None = None,
    dry_run: bool = False,
) -> dict[str, int]:
    """Deletes what is due and notes how much it was; what is deleted lives on as a count alone.

    Args:
        var: Where the journal of erasures is; what stands in it is erased again.
        now: Seconds since 1970; None: the clock's.

    Returns:
        How many `conversations`, `cases`, `restored` (erased before, back from an old back-up), `audit` and
        `sessions` went, or with `dry_run` would go.
    """
    now = time.time() if now is None else now
    restored = _restored(connection, var)
    due = _due(connection, periods, now) - restored
    person = shredders.visitor_of(connection, due | restored)
    old_audit = audit.c.at < now - periods.audit_days * DAY
    old_sessions = sessions.c.created_at < now - SESSION_SECONDS
    gone = {
        "conversations": len(due), "cases": len(person.cases), "restored": len(restored),
        "audit": _count(connection, audit, old_audit), "sessions": _count(connection, sessions, old_sessions),
    }  # fmt: skip
    if dry_run:
        return gone
    facts.keep(connection, facts.of(connection, region, due))
    shredders.erase_visitor(connection, person)
    connection.execute(audit.delete().where(old_audit))
    connection.execute(sessions.delete().where(old_sessions))
    for what, count in gone.items():
        if count:
            connection.execute(audit.insert().values(at=now, what="purged", object=f"{what} {count}"))
    return gone


def _due(connection: Connection, periods: Periods, now: float) -> set[str]:
    """Conversations without a case after `chat_days`; those whose cases are all closed after `case_days`."""
    c = conversations.c
    cased = sa.select(cases.c.conversation_id)
    unfinished = cased.where(sa.or_(cases.c.state != "closed", cases.c.updated_at >= now - periods.case_days * DAY))
    talks = sa.select(c.id).where(c.updated_at < now - periods.chat_days * DAY, c.id.not_in(cased))
    closed = sa.select(c.id).where(
        c.updated_at < now - periods.case_days * DAY, c.id.in_(cased), c.id.not_in(unfinished)
    )
    return {*connection.execute(talks).scalars(), *connection.execute(closed).scalars()}


def _restored(connection: Connection, var: Path | None) -> set[str]:
    erased = journal.erased(var) if var is not None else set()
    if not erased:
        return set()
    known: Collection[str] = connection.execute(sa.select(conversations.c.id)).scalars().all()
    return {each for each in known if journal.hash_of(each) in erased}


def _count(connection: Connection, table: sa.Table, condition: Any) -> int:
    return connection.execute(sa.select(sa.func.count()).select_from(table).where(condition)).scalar() or 0
