"""Accounts of staff: invitations, passwords, sessions.

All functions work on a connection inside a transaction of `bot.db.Database`.
"""

from __future__ import annotations

import functools
import re
import secrets
import time
from typing import Any

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy.engine import Connection, Row

from bot.conversation.log import hash_token
from bot.db import cases, sessions, users

ROLES = ("adviser", "editor", "administrator")
SHORTEST, LONGEST = 12, 128
_INVITATION_SECONDS = 7 * 86400
SESSION_SECONDS, IDLE_SECONDS = 12 * 3600, 30 * 60
_ID_LENGTH = 16
"""So much of a token's hash names a session; the token cannot be guessed from it."""

_hasher = PasswordHasher()


# What the first guesses are made of; a password needs six more characters beside them.
_GUESSED = (
    "passwort", "password", "kennwort", "geheim", "willkommen", "heimatlotse", "landkreis", "qwertz", "qwerty",
    "asdfgh", "1234567890", "123456789", "12345678", "123456", "abcdef", "sommer", "winter", "hallo",
)  # fmt: skip


class AccountError(Exception):
    """The account cannot be made or its password set; the message is a key of the console's texts."""


def first_invitation(connection: Connection, base_url: str) -> str | None:
    """While nobody can log in: the one-time link of the administrator, made anew at each start."""
    if connection.execute(sa.select(users.c.id).where(users.c.password_hash.is_not(None)).limit(1)).first():
        return None
    return invite(connection, base_url, email="admin@example.org", name="Administration", role="administrator")


def invite(connection: Connection, base_url: str, *, email: str, name: str, role: str) -> str:
    """Makes the account if there is none yet; returns a link that sets its password once, within a week.

    Raises:
        AccountError: there is no such role.
    """
    if role not in ROLES:
        raise AccountError(f"{role!r} is no role; choose {', '.join(ROLES)}")
    token, email = secrets.token_urlsafe(32), email.strip().lower()
    values = {"invitation_hash": hash_token(token), "invitation_until": time.time() + _INVITATION_SECONDS}
    known = connection.execute(sa.select(users.c.id).where(users.c.email == email)).scalar()
    if known is None:
        connection.execute(
            users.insert().values(email=email, name=name, role=role, active=True, created_at=time.time(), **values)
        )
    else:
        connection.execute(users.update().where(users.c.id == known).values(**values))
    return f"{base_url}/console/welcome/{token}"


def invited(connection: Connection, token: str) -> Row | None:
    """The account whose password the link may set."""
    return connection.execute(
        sa.select(users).where(
            users.c.invitation_hash == hash_token(token), users.c.invitation_until > time.time(), users.c.active
        )
    ).first()


def set_password(connection: Connection, token: str, hashed: str, name: str | None = None) -> Row:
    """Sets the password by a one-time link and ends all sessions of the account.

    Args:
        hashed: By `hash_password`, before the transaction: it takes long, and everybody's messages wait for this one.

    Raises:
        AccountError: `link` is used up or too old.
    """
    user = invited(connection, token)
    if user is None:
        raise AccountError("link")
    # The link is used up by whoever changes the row first.
    used = connection.execute(
        users.update()
        .where(users.c.id == user.id, users.c.invitation_hash == hash_token(token))
        .values(invitation_hash=None, invitation_until=None, name=name or user.name)
    )
    if used.rowcount != 1:
        raise AccountError("link")
    _store_password(connection, user.id, hashed)
    return user


def change_password(connection: Connection, user: Row, hashed: str) -> None:
    """Sets a new password (see `set_password`) and ends all sessions; the old one was verified before."""
    _store_password(connection, user.id, hashed)


def hash_password(password: str, email: str) -> str:
    """What is stored of a password; takes a core and 64 MB for a moment.

    Raises:
        AccountError: as `check_password`.
    """
    check_password(password, email)
    return _hasher.hash(password)


def check_password(password: str, email: str) -> None:
    """Whether a password may be used.

    Raises:
        AccountError: it is `short`, `long` or `common`.
    """
    if len(password) < SHORTEST:
        raise AccountError("short")
    if len(password) > LONGEST:
        raise AccountError("long")
    rest = password.lower()
    address = email.lower()
    # The address as a whole and its parts, long ones first; one of two letters is in every text.
    parts = {address, *address.split("@"), *re.split(r"[\W_]+", address)}
    for word in (*sorted((part for part in parts if len(part) > 2), key=len, reverse=True), *_GUESSED):
        rest = rest.replace(word, "")
    if len(set(password.lower())) < 5 or len(rest) < 6:
        raise AccountError("common")


def _store_password(connection: Connection, user_id: int, hashed: str) -> None:
    connection.execute(
        users.update()
        .where(users.c.id == user_id)
        .values(password_hash=hashed, invitation_hash=None, invitation_until=None)
    )
    end_sessions(connection, user_id)


@functools.cache
def _nobodys() -> str:
    """Checked for unknown names too, so that the time an answer takes says nothing."""
    return _hasher.hash(secrets.token_hex(16))


def verify_password(user: Row | None, password: str) -> bool:
    """Whether the password is the account's; takes as long for nobody as for somebody."""
    try:
        known = _hasher.verify((user.password_hash if user else None) or _nobodys(), password)
    except (VerifyMismatchError, InvalidHashError):
        return False
    return bool(known and user is not None and user.active and user.password_hash)


def by_email(connection: Connection, email: str) -> Row | None:
    """An account by the name it logs in with."""
    return connection.execute(sa.select(users).where(users.c.email == email.strip().lower())).first()


def open_session(connection: Connection, user_id: int, device: str = "") -> str:
    """A new session; returns its token, of which only the hash is stored.

    Args:
        device: By what its owner recognises it.
    """
    token, now = secrets.token_urlsafe(32), time.time()
    connection.execute(
        sessions.insert().values(
            token_hash=hash_token(token), user_id=user_id, csrf=secrets.token_urlsafe(24), created_at=now, seen_at=now,
            device=device[:80],
        )
    )  # fmt: skip
    return token


def session_user(connection: Connection, token: str) -> Row | None:
    """The account of a valid session, with `csrf` and `seen_at` of the session."""
    now = time.time()
    return connection.execute(
        sa.select(users, sessions.c.csrf, sessions.c.seen_at)
        .join(sessions, sessions.c.user_id == users.c.id)
        .where(
            sessions.c.token_hash == hash_token(token),
            sessions.c.created_at > now - SESSION_SECONDS,
            sessions.c.seen_at > now - IDLE_SECONDS,
            users.c.active,
        )
    ).first()


def touch_session(connection: Connection, token: str) -> None:
    """The session was used."""
    connection.execute(sessions.update().where(sessions.c.token_hash == hash_token(token)).values(seen_at=time.time()))


def everybody(connection: Connection) -> list[Row]:
    """All accounts by name, with `cases`: how many open cases each has."""
    held = (
        sa.select(sa.func.count())
        .where(cases.c.owner_id == users.c.id, cases.c.state != "closed")
        .scalar_subquery()
        .label("cases")
    )
    return connection.execute(sa.select(users, held).order_by(users.c.active.desc(), users.c.name, users.c.id)).all()


def by_id(connection: Connection, user_id: int) -> Row | None:
    """An account by its number."""
    return connection.execute(sa.select(users).where(users.c.id == user_id)).first()


def set_role(connection: Connection, user_id: int, role: str) -> None:
    """Changes a role, and ends the account's sessions: what they were opened for may no longer be allowed.

    Raises:
        AccountError: there is no such role, or nobody could administrate any more (`last`).
    """
    if role not in ROLES:
        raise AccountError("role")
    connection.execute(users.update().where(users.c.id == user_id).values(role=role))
    _keep_one(connection)
    end_sessions(connection, user_id)


def set_active(connection: Connection, user_id: int, active: bool) -> None:
    """Opens or shuts an account; shutting it ends its sessions and voids its one-time link.

    Raises:
        AccountError: nobody could administrate any more (`last`).
    """
    values: dict[str, object] = {"active": active}
    if not active:
        values |= {"invitation_hash": None, "invitation_until": None}
    connection.execute(users.update().where(users.c.id == user_id).values(**values))
    _keep_one(connection)
    if not active:
        end_sessions(connection, user_id)


def _keep_one(connection: Connection) -> None:
    left = sa.select(users.c.id).where(
        users.c.role == "administrator", users.c.active, users.c.password_hash.is_not(None)
    )
    if connection.execute(left.limit(1)).first() is None:
        raise AccountError("last")


def end_sessions(connection: Connection, user_id: int, *, but: str = "") -> None:
    """Logs an account out everywhere, `but` where it has this token."""
    connection.execute(
        sessions.delete().where(sessions.c.user_id == user_id, sessions.c.token_hash != hash_token(but))
    )


def sessions_of(connection: Connection, user_id: int, token: str) -> list[dict[str, Any]]:
    """An account's valid sessions, newest first: `id`, `device`, `created_at`, `seen_at`, `here` (has this token)."""
    now, s = time.time(), sessions.c
    query = sa.select(sessions).where(
        s.user_id == user_id, s.created_at > now - SESSION_SECONDS, s.seen_at > now - IDLE_SECONDS
    )
    return [
        {
            "id": row.token_hash[:_ID_LENGTH], "device": row.device or "", "created_at": row.created_at,
            "seen_at": row.seen_at, "here": row.token_hash == hash_token(token),
        }
        for row in connection.execute(query.order_by(s.created_at.desc()))
    ]  # fmt: skip


def end_session(connection: Connection, user_id: int, session_id: str) -> bool:
    """Ends one of the account's sessions by its id; False if there is none."""
    if len(session_id) != _ID_LENGTH:
        return False
    own = (sessions.c.user_id == user_id) & (sa.func.substr(sessions.c.token_hash, 1, _ID_LENGTH) == session_id)
    return connection.execute(sessions.delete().where(own)).rowcount == 1


def set_language(connection: Connection, user_id: int, language: str) -> None:
    """The language of the console for this account, in every browser."""
    connection.execute(users.update().where(users.c.id == user_id).values(language=language))


def close_session(connection: Connection, token: str) -> None:
    """Logs out."""
    connection.execute(sessions.delete().where(sessions.c.token_hash == hash_token(token)))
