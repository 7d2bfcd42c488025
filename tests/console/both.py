"""An empty database with our tables, on SQLite and on PostgreSQL, for tests without a server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import Connection, Engine

from bot.conversation import log
from bot.db import create_engine, users
from bot.handoff import cases
from bot.migrations import migrate


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def any_engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """Migrated, not made from the metadata: so the migrations are tried too."""
    sqlite = request.param == "sqlite"
    url = f"sqlite:///{tmp_path / 't.db'}" if sqlite else request.getfixturevalue("new_database")
    migrate(url)
    engine = create_engine(url)
    yield engine
    engine.dispose()


@pytest.fixture
def any_connection(any_engine: Engine) -> Iterator[Connection]:
    """A connection inside one transaction, with two advisers: 1 is Anna, 2 is Bernd."""
    with any_engine.connect() as connection, connection.begin():
        for name in ("Anna", "Bernd"):
            row = {"email": f"{name.lower()}@example.org", "name": name, "role": "adviser", "active": True, "created_at": 0}
            connection.execute(users.insert().values(**row))
        yield connection


def make_case(connection: Connection, number: str, *said: str, **values: Any) -> str:
    """A case whose visitor wrote `said`; returns the conversation's id."""
    token = f"token of {number}"
    conversation_id = log.create(connection, token=token, language="de", page=None, greeting=[])
    rows = [{"author": "visitor", "text": text, "language": "de"} for text in said or ("Guten Tag",)]
    (*_, seq) = log.append(connection, conversation_id, rows)
    given = {
        "number": number, "topic": "housing", "concern": "Wohnung", "language": "de", "contact_kind": "none",
        "team": "office",
    }  # fmt: skip
    cases.create(connection, conversation_id, seq, given | values)
    return conversation_id
