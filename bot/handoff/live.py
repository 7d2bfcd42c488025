"""Waiting for a live chat: the place in the queue, an honest estimate, and the end of waiting.

All functions work on a connection inside a transaction of `bot.db.Database`.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from bot.db import cases
from bot.handoff import availability
from bot.handoff.hours import is_open
from bot.region import Region


@dataclass(frozen=True)
class Waiting:
    """Where a visitor stands in the queue."""

    place: int
    """1: next."""
    minutes: int | None
    """How long it took lately, rounded up; None where too few were taken to say."""
    until: float
    """After this moment it is a message, and nobody has to wait."""


def begin(connection: Connection, number: str, region: Region) -> bool:
    """The case waits for a live chat, if the office is open and somebody is available; whether it does."""
    now = time.time()
    if not is_open(region, datetime.fromtimestamp(now, region.time_zone)) or not availability.available(connection):
        return False
    until = now + region.office.live_wait_minutes * 60
    # Not for a case that was opened again and lies with its last owner.
    free = sa.and_(cases.c.number == number, cases.c.owner_id.is_(None))
    return connection.execute(cases.update().where(free).values(live_at=now, live_until=until)).rowcount == 1


def waiting(connection: Connection, case: Any, rules: Mapping[str, int]) -> Waiting | None:
    """How a case stands in the queue; None if it does not wait for a live chat.

    Args:
        rules: `takes`, `days`, `least` (`handoff.estimate` in data/dialogue.yml), see `estimate`.
    """
    if case.live_until is None or case.state != "new" or case.live_until <= time.time():
        return None
    c = cases.c
    before = sa.or_(c.live_at < case.live_at, sa.and_(c.live_at == case.live_at, c.number < case.number))
    ahead = sa.select(sa.func.count()).where(c.state == "new", c.live_until > time.time(), before)
    return Waiting((connection.execute(ahead).scalar() or 0) + 1, estimate(connection, rules), case.live_until)


def estimate(connection: Connection, rules: Mapping[str, int]) -> int | None:
    """The median of the last live chats' waiting times, in minutes rounded up.

    Args:
        rules: Of the last `takes` chats within `days` days; with fewer than `least` of them nothing is said.
    """
    c = cases.c
    query = (
        sa.select(c.taken_at - c.live_at)
        .where(c.live_at.is_not(None), c.taken_at > time.time() - rules["days"] * 86400)
        .order_by(c.taken_at.desc())
        .limit(rules["takes"])
    )
    seconds = list(connection.execute(query).scalars())
    if len(seconds) < rules["least"]:
        return None
    return max(1, -int(-statistics.median(seconds) // 60))


def missed(connection: Connection, limit: int = 50) -> list[Row]:
    """Cases that nobody took in time; each is given to one caller alone, and is a message from then on."""
    now, c = time.time(), cases.c
    due = sa.and_(c.state == "new", c.live_until <= now)
    numbers = connection.execute(sa.select(c.number).where(due).limit(limit)).scalars().all()
    mine = [
        number
        for number in numbers
        if connection.execute(
            cases.update().where(c.number == number, due).values(live_at=None, live_until=None)
        ).rowcount
    ]
    return connection.execute(sa.select(cases).where(c.number.in_(mine))).all() if mine else []


def any_missed(connection: Connection) -> bool:
    """Whether there is such a case."""
    query = sa.select(cases.c.number).where(cases.c.state == "new", cases.c.live_until <= time.time()).limit(1)
    return connection.execute(query).first() is not None
