"""Who did what when: rows that are only ever added, without a word of what was read or written."""

from __future__ import annotations

import time

from sqlalchemy.engine import Connection

from bot.db import audit


def note(connection: Connection, what: str, *, user_id: int | None, object: str | None, address: str) -> None:
    """Adds a row.

    Args:
        what: e.g. `login`, `login failed`, `case read`; a plain word of the program, never a user's text.
        object: The case's number or the account's id.
    """
    connection.execute(
        audit.insert().values(at=time.time(), user_id=user_id, what=what, object=object, address=address[:64])
    )
