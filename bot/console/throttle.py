"""Slows down who tries passwords, by address and by account, without ever locking anybody out for good.

The first tries are free, then each failure doubles the wait, up to five minutes; an hour without one forgets all.
So that nobody can keep a colleague out by failing on purpose, an account is not slowed down at an address from
which it logged in lately: there, only the address counts.
"""

from __future__ import annotations

import hashlib
import time

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.db import audit, login_failures, users

_FREE = {"account": 5, "address": 20}
"""Failures without a wait. Many may share one address."""
_FIRST_WAIT, _LONGEST_WAIT = 5.0, 300.0
_FORGOTTEN = 3600.0
_FAMILIAR = 30 * 86400.0


def attempt(connection: Connection, email: str, address: str) -> float:
    """Seconds to wait before the next try; 0 if this one may go on, which then counts as failed until `succeeded`.

    Counting first is what makes a hundred tries at the same moment count as a hundred.
    """
    now = time.time()
    connection.execute(login_failures.delete().where(login_failures.c.at < now - _FORGOTTEN))
    keys = _keys(email, address)
    checked = {"address": keys["address"]} if _is_familiar(connection, email, address, now) else keys
    wait = max(_wait(connection, kind, key, now) for kind, key in checked.items())
    if wait <= 0:
        connection.execute(login_failures.insert(), [{"key": key, "at": now} for key in keys.values()])
    return max(wait, 0.0)


def succeeded(connection: Connection, email: str, address: str) -> None:
    """Forgets the account's failures, and this try at the address."""
    keys = _keys(email, address)
    connection.execute(login_failures.delete().where(login_failures.c.key == keys["account"]))
    _take_back(connection, keys["address"])


def half_way(connection: Connection, email: str, address: str) -> None:
    """The first of two steps succeeded: takes this try back, and no other. The account's failures stay, or whoever has
    the password could try all codes."""
    for key in _keys(email, address).values():
        _take_back(connection, key)


def _take_back(connection: Connection, key: str) -> None:
    f = login_failures.c
    newest = sa.select(sa.func.max(f.id)).where(f.key == key).scalar_subquery()
    connection.execute(login_failures.delete().where(f.id == newest))


def _keys(email: str, address: str) -> dict[str, str]:
    """Hashes: what was mistyped into the field for the name may be a password."""
    named = {"account": email.strip().lower(), "address": address}
    return {kind: hashlib.sha256(f"{kind}:{name}".encode()).hexdigest() for kind, name in named.items()}


def _wait(connection: Connection, kind: str, key: str, now: float) -> float:
    f = login_failures.c
    count, last = connection.execute(sa.select(sa.func.count(), sa.func.max(f.at)).where(f.key == key)).one()
    over = count - _FREE[kind]
    if over < 0:
        return 0.0
    return float(last + min(_FIRST_WAIT * 2 ** min(over, 10), _LONGEST_WAIT) - now)


def _is_familiar(connection: Connection, email: str, address: str, now: float) -> bool:
    return bool(
        connection.execute(
            sa.select(audit.c.id)
            .join(users, users.c.id == audit.c.user_id)
            .where(users.c.email == email.strip().lower(), audit.c.what == "login")
            .where(audit.c.address == address, audit.c.at > now - _FAMILIAR)
            .limit(1)
        ).first()
    )
