"""One person's data: given out and deleted, for `lotse person` and the console.

All functions work on a connection inside a transaction of `bot.db.Database`.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.engine import Connection

from bot.console import accounts, audit
from bot.handoff import cases
from bot.privacy import journal, shredders
from bot.privacy.contacts import Contacts
from bot.privacy.shredders import Staff, Visitor


class NobodyKnown(Exception):
    """There is no such account."""


_HOME = Contacts()
"""Without settings, German numbers alone are read without a country code."""


def find(connection: Connection, who: str, *, staff: bool, contacts: Contacts = _HOME) -> Visitor | Staff:
    """Who is meant; a visitor that nobody knows has no conversations.

    Args:
        contacts: How telephone numbers are read, as in all functions here.

    Raises:
        NobodyKnown: no account has this e-mail address.
    """
    if not staff:
        return shredders.find_visitor(connection, who, contacts)
    user = accounts.by_email(connection, who)
    if user is None:
        raise NobodyKnown(who)
    return Staff(user.id)


def export(
    connection: Connection, who: str, *, staff: bool = False, contacts: Contacts = _HOME
) -> dict[str, list[dict[str, Any]]]:
    """All rows about somebody, by table.

    Raises:
        NobodyKnown: see `find`.
    """
    return shredders.export(connection, find(connection, who, staff=staff, contacts=contacts))


def erase(
    connection: Connection, who: str, *, staff: bool = False, contacts: Contacts = _HOME, user_id: int | None = None,
    address: str = "command",
) -> dict[str, int]:  # fmt: skip
    """Deletes all rows about somebody; returns how many each table lost. What is noted names nobody.

    Args:
        user_id: Whoever does it, None from a terminal.

    Raises:
        NobodyKnown: see `find`.
        ValueError: it is the only administrator.
    """
    person = find(connection, who, staff=staff, contacts=contacts)
    if isinstance(person, Staff):
        cases.free(connection, person.user_id)
        gone, what = shredders.erase_staff(connection, person), "account erased"
    else:
        for conversation_id in person.conversations:
            journal.note(conversation_id)
        gone, what = shredders.erase_visitor(connection, person), "person erased"
    if any(gone.values()):
        audit.note(connection, what, user_id=user_id, object=f"rows {sum(gone.values())}", address=address)
    return gone
