"""The outbox: what is to be told to somebody outside, written in the transaction of what it tells of.

A letter holds neither content nor address, only which case it is about; `bot/handoff/courier.py` sends it. All
functions work on a connection inside a transaction of `bot.db.Database`.
"""

from __future__ import annotations

import time
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from bot.db import cases, insert, outbox

WAYS = ("mail", "webhook", "zammad")
"""Modules of `bot.handoff.notify`."""

_TO_TEAM = WAYS
KINDS = {
    "case_new": _TO_TEAM,
    "case_reopened": _TO_TEAM,
    "passed_on": _TO_TEAM,
    "visitor_wrote": _TO_TEAM,
    "answer": ("mail", "webhook"),
    "closed": ("webhook", "zammad"),
}
"""What can be told, and by which ways. By mail, `answer` goes to the visitor, all else to the team."""

LONGEST_PAUSE = 3600.0


def put(
    connection: Connection, kind: str, case: Any, *, about: str = "", ways: Collection[str] = WAYS, wait: float = 0.0
) -> None:
    """Writes one letter for each way; the same event again (kind, case and `about`) changes nothing.

    Args:
        case: Row or mapping-like with `number` and `team`.
        about: Tells events of a kind apart, such as the number of a message.
        wait: Seconds before which it is not sent.
    """
    now = time.time()
    for way in KINDS[kind]:
        if way not in ways:
            continue
        key = f"{way}:{kind}:{case.number}" + (f":{about}" if about else "")
        connection.execute(
            insert(connection, outbox)
            .values(
                key=key, way=way, kind=kind, case_number=case.number, team=case.team, state="due", tries=0,
                created_at=now, next_at=now + wait,
            )
            .on_conflict_do_nothing(index_elements=["key"])
        )  # fmt: skip


def claim(connection: Connection, worker: str, ways: Collection[str], *, seconds: float, limit: int = 10) -> list[Row]:
    """Takes letters that are due, for so many seconds; what another worker has taken is left out.

    A letter whose lease ran out was claimed by a worker that died over it, and is claimed again.
    """
    now, o = time.time(), outbox.c
    free = sa.and_(o.state == "due", o.next_at <= now, sa.or_(o.claimed_until.is_(None), o.claimed_until < now))
    found = (
        connection.execute(sa.select(o.id).where(free, o.way.in_(ways)).order_by(o.next_at).limit(limit))
        .scalars()
        .all()
    )
    taken = [
        key
        for key in found
        if connection.execute(
            outbox.update().where(o.id == key, free).values(claimed_by=worker, claimed_until=now + seconds)
        ).rowcount
        == 1
    ]
    return connection.execute(sa.select(outbox).where(o.id.in_(taken)).order_by(o.next_at)).all() if taken else []


def any_due(connection: Connection, ways: Collection[str]) -> bool:
    """Whether there is a letter to claim; reading is cheaper than claiming nothing."""
    now, o = time.time(), outbox.c
    free = sa.or_(o.claimed_until.is_(None), o.claimed_until < now)
    query = sa.select(o.id).where(o.state == "due", o.next_at <= now, o.way.in_(ways), free).limit(1)
    return connection.execute(query).first() is not None


def drop_unused(connection: Connection, ways: Collection[str]) -> None:
    """Deletes letters of ways that nobody has set up; those by mail stay, as the mark "not notified"."""
    unused = [way for way in WAYS if way not in ways and way != "mail"]
    if unused:
        connection.execute(outbox.delete().where(outbox.c.state == "due", outbox.c.way.in_(unused)))


def pause_after(tries: int, first: float) -> float:
    """Seconds until a letter that failed `tries` times is tried again: doubled each time, at most an hour."""
    return float(min(first * 2 ** min(tries - 1, 30), LONGEST_PAUSE))


def done(connection: Connection, letter: Row, worker: str, *, state: str, error: str = "", reference: str = "") -> None:
    """The letter was sent, given up (`dead`), or is no longer needed (`void`)."""
    _own(
        connection, letter, worker, state=state, tries=letter.tries + (state != "void"), done_at=time.time(),
        error=_line(error), reference=reference or letter.reference,
    )  # fmt: skip


def failed(connection: Connection, letter: Row, worker: str, error: str, *, pause: float, hours: float) -> str:
    """The letter could not be sent now; returns `due`, or `dead` when it was tried for long enough."""
    if time.time() - letter.created_at > hours * 3600:
        done(connection, letter, worker, state="dead", error=error)
        return "dead"
    next_at = time.time() + pause_after(letter.tries + 1, pause)
    _own(connection, letter, worker, tries=letter.tries + 1, next_at=next_at, error=_line(error))
    return "due"


def _own(connection: Connection, letter: Row, worker: str, **values: Any) -> None:
    connection.execute(
        outbox.update()
        .where(outbox.c.id == letter.id, outbox.c.claimed_by == worker)
        .values(claimed_by=None, claimed_until=None, **values)
    )


def _line(text: str) -> str | None:
    return " ".join(text.split())[:300] or None


def undelivered(connection: Connection, unused: Collection[str] = (), limit: int = 200) -> list[Row]:
    """Letters that were given up or that failed at least once, newest first.

    Args:
        unused: Ways that nobody has set up: what waits to go by them, for a case that is not closed, is told too.
    """
    o = outbox.c
    open_cases = sa.select(cases.c.number).where(cases.c.state != "closed")
    waiting = sa.and_(o.state == "due", o.way.in_(unused), o.case_number.in_(open_cases))
    return connection.execute(
        sa.select(outbox)
        .where(sa.or_(o.state == "dead", sa.and_(o.state == "due", o.tries > 0), waiting))
        .order_by(sa.case({"dead": 0}, value=o.state, else_=1), o.created_at.desc())
        .limit(limit)
    ).all()


def again(connection: Connection, letter_id: int) -> bool:
    """Tries a letter anew, as if it had just been written; False if it is sent or gone."""
    now = time.time()
    changed = connection.execute(
        outbox.update()
        .where(outbox.c.id == letter_id, outbox.c.state.in_(("dead", "due")))
        .where(sa.or_(outbox.c.claimed_until.is_(None), outbox.c.claimed_until < now))
        .values(state="due", tries=0, next_at=now, created_at=now, error=None, done_at=None)
    )
    return changed.rowcount == 1


def notified(connection: Connection, number: str) -> str:
    """Whether the team knows of the case by mail: `sent`, `waiting`, `failed`, `dead`, or `` where nothing was due."""
    o = outbox.c
    row = connection.execute(
        sa.select(o.state, o.tries)
        .where(o.case_number == number, o.way == "mail", o.kind != "answer")
        .order_by(o.id.desc())
        .limit(1)
    ).first()
    if row is None or row.state == "void":
        return ""
    return "failed" if row.state == "due" and row.tries else {"due": "waiting"}.get(row.state, row.state)


def reference_of(connection: Connection, number: str, way: str) -> str | None:
    """What the other side calls the case, such as the id of its ticket."""
    o = outbox.c
    return connection.execute(
        sa.select(o.reference)
        .where(o.case_number == number, o.way == way, o.reference.is_not(None))
        .order_by(o.id)
        .limit(1)
    ).scalar()
