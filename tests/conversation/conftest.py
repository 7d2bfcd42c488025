"""A database of a test's own, and views into the database of a running server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from bot.conversation import log
from bot.conversation.brain import Brain
from bot.db import create_engine, metadata
from bot.resources import Resources, use
from bot.settings import Settings
from bot.training.talk import loaded
from tests.conftest import LiveServer

ROOT = Path(__file__).parents[2]


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


@pytest.fixture
def stored() -> Iterator[Callable[[LiveServer], Stored]]:
    """`stored(server)` looks into the server's database."""
    opened: list[Stored] = []

    def open_it(server: LiveServer) -> Stored:
        opened.append(Stored(server.database_url))
        return opened[-1]

    yield open_it
    for each in opened:
        each.engine.dispose()


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """An empty SQLite database with our tables."""
    engine = create_engine(f"sqlite:///{tmp_path / 'test.db'}")
    with engine.begin() as connection:
        metadata.create_all(connection)
    yield engine
    engine.dispose()


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """A connection inside one transaction."""
    with engine.connect() as connection, connection.begin():
        yield connection


def new_conversation(connection: Connection, *, token: str = "token", language: str = "de") -> str:
    """A conversation with one greeting."""
    greeting = [{"author": "bot", "text": "Guten Tag", "language": language}]
    return log.create(connection, token=token, language=language, page=None, greeting=greeting)


def say(connection: Connection, conversation_id: str, text: str, client_id: str = "c1", **values: Any) -> log.Accepted:
    """A visitor's message, stored as the API stores it."""
    given = {"language": "de", "extra": {}, "worker": "w1", "lease_seconds": 30, **values}
    return log.accept(connection, conversation_id, client_id=client_id, text=text, **given)


@pytest.fixture(scope="session")
def trained() -> tuple[Brain, Resources]:
    """The trained model in this process: where hundreds of messages are said, a server would take minutes."""
    return loaded(Settings.from_environment())


@pytest.fixture
def brain(trained: tuple[Brain, Resources]) -> Brain:
    """It, with its content as that of this process."""
    use(trained[1])
    return trained[0]
