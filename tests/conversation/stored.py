"""What a conversation owns in the database: stored as the API stores it, and read past the server."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.conversation import log
from bot.db import create_engine


class Stored:
    """What a server has stored, read past the server. Only what a conversation owns is looked at."""

    def __init__(self, url: str) -> None:
        self.engine = create_engine(url)

    def rows(self, table: sa.Table, conversation_id: str, *conditions: Any) -> list[Any]:
        """A conversation's rows of a table that names it, in the order in which they were written."""
        key = table.c.id if table.name == "conversations" else table.c.conversation_id
        order = [table.c[name] for name in ("seq", "id") if name in table.c][:1]
        with self.engine.connect() as connection, connection.begin():
            return connection.execute(sa.select(table).where(key == conversation_id, *conditions).order_by(*order)).all()

    def count(self, table: sa.Table) -> int:
        """How many rows a table has, whosever they are."""
        with self.engine.connect() as connection, connection.begin():
            return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar()

    def write(self, work: Callable[[Connection], Any]) -> Any:
        """Runs `work` in a transaction, as another process would."""
        with self.engine.connect().execution_options(begin="BEGIN IMMEDIATE") as connection, connection.begin():
            return work(connection)


def new_conversation(connection: Connection, *, token: str = "token", language: str = "de") -> str:
    """A conversation with one greeting."""
    greeting = [{"author": "bot", "text": "Guten Tag", "language": language}]
    return log.create(connection, token=token, language=language, page=None, greeting=greeting)


def say(connection: Connection, conversation_id: str, text: str, client_id: str = "c1", **values: Any) -> log.Accepted:
    """A visitor's message, stored as the API stores it."""
    given = {"language": "de", "extra": {}, "worker": "w1", "lease_seconds": 30, **values}
    return log.accept(connection, conversation_id, client_id=client_id, text=text, **given)
