"""A database of a test's own, a look into that of a running server, the trained model, and a dialogue that answers as told."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import Connection, Engine

from bot.conversation.brain import Brain
from bot.db import Database, create_engine, metadata
from bot.resources import Resources, use
from bot.settings import Settings
from bot.training.talk import loaded
from tests.conftest import LiveServer
from tests.conversation.stored import Stored
from tests.conversation.told import Told

ROOT = Path(__file__).parents[2]


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


@pytest.fixture
async def told(tmp_path: Path) -> AsyncIterator[Told]:
    """Turns around a dialogue that answers as told."""
    database = Database(f"sqlite:///{tmp_path / 'x.db'}")
    await database.write(metadata.create_all)
    told = Told(database)
    yield told
    await told.turns.stop()
    database.close()


@pytest.fixture(scope="session")
def trained() -> tuple[Brain, Resources]:
    """The trained model in this process: where hundreds of messages are said, a server would take minutes."""
    return loaded(Settings.from_environment())


@pytest.fixture
def brain(trained: tuple[Brain, Resources]) -> Brain:
    """It, with its content as that of this process."""
    use(trained[1])
    return trained[0]
