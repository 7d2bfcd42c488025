"""Where personal data lies, table by table, and how it is given out and deleted.

A test walks the tables of `bot/db.py`: one that is neither here nor in NOT_PERSONAL fails it. So whoever adds a
table has to say what becomes of a person's rows in it.

All functions work on a connection inside a transaction of `bot.db.Database`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot import db
from bot.privacy.contacts import Contacts

NOT_PERSONAL: Mapping[str, str] = {
    "talk_facts": "counts of conversations that are gone: a day, a municipality, topics; no text, no id, no time of day",
    "demand": "counts of searches in the words of the offer schema, by month",
    "jobs": "when the server last did its own work",
    "login_failures": "hashes that are compared and never shown, gone after an hour",
}
"""Tables without personal data, each with the reason."""


@dataclass(frozen=True)
class Visitor:
    """Somebody who wrote: what belongs to them."""

    conversations: tuple[str, ...]
    cases: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """What the audit log calls them by."""
        begun = (conversation_id[:AUDITED] for conversation_id in self.conversations)
        return (*self.cases, *self.conversations, *begun)


@dataclass(frozen=True)
class Staff:
    """Somebody who works here."""

    user_id: int


AUDITED = 12
"""So many characters of a conversation's id stand in the audit log where somebody reviewed it."""

Rows = Callable[[Any], Any]
"""From a person to a condition: which rows are about them."""


@dataclass(frozen=True)
class Shredder:
    """What one table holds about people.

    `visitor`, `staff`: which rows are about such a person, None: none are. `visitor_columns`, `staff_columns`: what is
    emptied instead of deleting the row when such a person goes, because the row is about somebody else as well.
    `hidden`: columns that are never given out.
    """

    table: sa.Table
    visitor: Rows | None = None
    staff: Rows | None = None
    visitor_columns: tuple[str, ...] = ()
    staff_columns: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()


def _in_conversation(table: sa.Table) -> Rows:
    return lambda person: table.c.conversation_id.in_(person.conversations)


def _in_case(table: sa.Table) -> Rows:
    return lambda person: table.c.case_number.in_(person.cases)


def _by_user(table: sa.Table, column: str = "user_id") -> Rows:
    return lambda person: table.c[column] == person.user_id


SHREDDERS = (
    Shredder(db.conversations, lambda person: db.conversations.c.id.in_(person.conversations)),
    Shredder(db.conversation_tokens, _in_conversation(db.conversation_tokens), hidden=("token_hash",)),
    Shredder(db.messages, _in_conversation(db.messages)),
    Shredder(db.tracker_events, _in_conversation(db.tracker_events)),
    Shredder(db.ratings, _in_conversation(db.ratings)),
    Shredder(
        db.presence, _in_conversation(db.presence), lambda person: db.presence.c.who == str(person.user_id)
    ),
    Shredder(
        db.reviews, _in_conversation(db.reviews), _by_user(db.reviews), staff_columns=("user_id",)
    ),
    Shredder(
        db.cases, lambda person: db.cases.c.number.in_(person.cases),
        lambda person: (db.cases.c.owner_id == person.user_id) | (db.cases.c.last_owner_id == person.user_id),
        staff_columns=("owner_id", "last_owner_id"),
    ),
    Shredder(db.outbox, _in_case(db.outbox)),
    Shredder(db.case_events, _in_case(db.case_events), _by_user(db.case_events), staff_columns=("user_id",)),
    Shredder(db.case_reads, _in_case(db.case_reads), _by_user(db.case_reads)),
    Shredder(db.case_notes, _in_case(db.case_notes), _by_user(db.case_notes), staff_columns=("user_id",)),
    Shredder(db.case_tags, _in_case(db.case_tags)),
    Shredder(
        db.users, None, lambda person: db.users.c.id == person.user_id,
        hidden=("password_hash", "invitation_hash", "totp_secret", "totp_step"),
    ),
    Shredder(db.sessions, None, _by_user(db.sessions), hidden=("token_hash", "csrf")),
    Shredder(db.availability, None, _by_user(db.availability)),
    # Who did what stays until its own time is over, but no longer about whom; an account's number is nobody's name.
    Shredder(
        db.audit, lambda person: db.audit.c.object.in_(person.names), _by_user(db.audit), visitor_columns=("object",)
    ),
)  # fmt: skip

_AT_ONCE = 5000
_KEPT_FOR_AUDIT = db.audit.name


def export(connection: Connection, person: Visitor | Staff) -> dict[str, list[dict[str, Any]]]:
    """All rows about a person by table, without keys and tokens."""
    found = {}
    for shredder in SHREDDERS:
        rows = shredder.visitor if isinstance(person, Visitor) else shredder.staff
        if rows is None:
            continue
        columns = [column for column in shredder.table.c if column.name not in shredder.hidden]
        query = sa.select(*columns).where(rows(person)).order_by(*shredder.table.primary_key.columns)
        found[shredder.table.name] = [dict(row._mapping) for row in connection.execute(query)]
    return found


def erase_visitor(connection: Connection, person: Visitor) -> dict[str, int]:
    """Deletes what a visitor left, in every table; returns how many rows each lost. The audit log no longer says of whom."""
    order = {table.name: place for place, table in enumerate(db.metadata.sorted_tables)}
    gone = {shredder.table.name: 0 for shredder in SHREDDERS if shredder.visitor is not None}
    # A database takes only so many values in one statement, and at night there may be many conversations.
    for start in range(0, len(person.conversations), _AT_ONCE):
        some = visitor_of(connection, person.conversations[start : start + _AT_ONCE])
        # What refers to another table goes before it.
        for shredder in sorted(SHREDDERS, key=lambda each: -order[each.table.name]):
            if shredder.visitor is None:
                continue
            table, about = shredder.table, shredder.visitor(some)
            if shredder.visitor_columns:
                gone[table.name] += _empty(connection, shredder, about)
            else:
                gone[table.name] += connection.execute(table.delete().where(about)).rowcount
    return gone


def unname(connection: Connection, person: Visitor) -> None:
    """Empties what names a visitor in rows that stay; for who deletes the others by their foreign keys."""
    for shredder in SHREDDERS:
        if shredder.visitor is not None and shredder.visitor_columns:
            _empty(connection, shredder, shredder.visitor(person))


def _empty(connection: Connection, shredder: Shredder, about: Any) -> int:
    emptied = dict.fromkeys(shredder.visitor_columns)
    return connection.execute(shredder.table.update().where(about).values(emptied)).rowcount


def erase_staff(connection: Connection, person: Staff) -> dict[str, int]:
    """Takes a member of staff's name out: sessions go, the account stays as a number that nobody can log in with.

    Over what they wrote to visitors their name stands until the conversation goes.

    Raises:
        ValueError: it is the only administrator's account.
    """
    u = db.users.c
    others = sa.select(u.id).where(
        u.role == "administrator", u.active, u.password_hash.is_not(None), u.id != person.user_id
    )
    role = connection.execute(sa.select(u.role).where(u.id == person.user_id)).scalar()
    if role == "administrator" and connection.execute(others.limit(1)).first() is None:
        raise ValueError("this is the only administrator; make another one first")
    gone = {}
    for shredder in SHREDDERS:
        table = shredder.table
        if shredder.staff is None or table.name in (_KEPT_FOR_AUDIT, "users"):
            continue
        gone[table.name] = 0
        for column in shredder.staff_columns:
            mine = table.c[column] == person.user_id
            gone[table.name] += connection.execute(table.update().where(mine).values({column: None})).rowcount
        if not shredder.staff_columns:
            gone[table.name] = connection.execute(table.delete().where(shredder.staff(person))).rowcount
    nobody: dict[str, Any] = {column.name: None for column in db.users.c if column.nullable}
    nobody |= {"email": f"erased-{person.user_id}@invalid", "name": f"({person.user_id})", "active": False}
    gone["users"] = connection.execute(db.users.update().where(u.id == person.user_id).values(nobody)).rowcount
    return gone


def find_visitor(connection: Connection, who: str, contacts: Contacts) -> Visitor:
    """By a case's number, a conversation's id, or the e-mail address or telephone number given for cases.

    Args:
        contacts: How telephone numbers are read.

    Returns:
        What belongs to them; nothing, if nobody is known by that.
    """
    who = who.strip()
    c = db.cases.c
    known = sa.select(c.conversation_id).where(
        sa.or_(c.number == who.upper(), contacts.condition(who), c.conversation_id == who)
    )
    ids = set(connection.execute(known).scalars())
    ids |= set(connection.execute(sa.select(db.conversations.c.id).where(db.conversations.c.id == who)).scalars())
    return visitor_of(connection, ids)


def visitor_of(connection: Connection, ids: Any) -> Visitor:
    """What belongs to conversations."""
    c = db.cases.c
    numbers = connection.execute(sa.select(c.number).where(c.conversation_id.in_(list(ids))).order_by(c.number)).scalars()
    return Visitor(tuple(sorted(ids)), tuple(numbers))
