"""Writes of many share a transaction and not their failures; what was deleted is gone from disk."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from bot.conversation import log
from bot.db import Database, Unavailable, conversations, create_engine, jobs, messages, metadata


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 't.db'}")
    metadata.create_all(database.engine)
    yield database
    database.close()


def _names(database: Database) -> list[str]:
    return list(database._read(lambda c: c.execute(sa.select(jobs.c.name).order_by(jobs.c.name)).scalars().all()))


def _note(connection: Connection, name: str) -> str:
    connection.execute(jobs.insert().values(name=name, ran_at=0))
    return name


async def _together(database: Database, *works: object) -> list[object]:
    """Puts work in while the one writer is held up, so that all of it comes to lie in one transaction."""
    held = threading.Event()
    first = asyncio.ensure_future(database.write(lambda c: held.wait(10)))
    await asyncio.sleep(0.05)
    rest = [asyncio.ensure_future(database.write(work)) for work in works]  # type: ignore[arg-type]
    await asyncio.sleep(0.05)
    held.set()
    await first
    return await asyncio.wait_for(asyncio.gather(*rest, return_exceptions=True), 20)


async def test_who_fails_takes_nobody_along(database: Database) -> None:
    connections = []

    def fails(connection: Connection) -> None:
        _note(connection, "half")
        raise ValueError("mine")

    def seen(connection: Connection, name: str) -> str:
        connections.append(connection)
        return _note(connection, name)

    found = await _together(database, lambda c: seen(c, "a"), fails, lambda c: _note(c, "a"), lambda c: seen(c, "b"))
    assert (found[0], found[3]) == ("a", "b")
    assert isinstance(found[1], ValueError), "each is told its own failure"
    assert isinstance(found[2], IntegrityError), "what breaks a rule of the tables stays what it is"
    assert connections[0] is connections[1], "they shared a transaction"
    assert _names(database) == ["a", "b"]


async def test_a_failure_that_no_future_takes_leaves_nobody_waiting(database: Database) -> None:
    def exhausted(_: Connection) -> None:
        raise StopIteration

    outcomes = await asyncio.wait_for(_together(database, exhausted, lambda c: _note(c, "a")), 5)
    assert isinstance(outcomes[0], RuntimeError) and outcomes[1] == "a"
    assert _names(database) == ["a"]


def test_an_old_sqlite_is_refused_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 34, 1))
    with pytest.raises(RuntimeError, match="3.35"):
        create_engine("sqlite://")


async def test_whoever_has_gone_away_is_left_out(database: Database) -> None:
    held = threading.Event()
    first = asyncio.ensure_future(database.write(lambda c: held.wait(10)))
    await asyncio.sleep(0.05)
    gone = asyncio.ensure_future(database.write(lambda c: _note(c, "gone")))
    kept = asyncio.ensure_future(database.write(lambda c: _note(c, "kept")))
    await asyncio.sleep(0.05)
    gone.cancel()
    # Only then has the loop told the writer.
    await asyncio.wait([gone])
    held.set()
    assert await asyncio.wait_for(kept, 20) == "kept" and await first
    assert _names(database) == ["kept"]


async def test_a_failure_alone_leaves_nothing_and_the_writer_goes_on(database: Database) -> None:
    def fails(connection: Connection) -> None:
        _note(connection, "half")
        raise KeyError("x")

    with pytest.raises(KeyError):
        await database.write(fails)
    assert await database.write(lambda c: _note(c, "after")) == "after"
    assert _names(database) == ["after"]


async def test_a_database_that_is_not_there_is_told_as_such(tmp_path: Path) -> None:
    lost = Database(f"sqlite:///{tmp_path / 'no' / 'folder' / 'x.db'}")
    with pytest.raises(Unavailable):
        await lost.write(lambda c: _note(c, "x"))
    with pytest.raises(Unavailable):
        await lost.read(lambda c: c.execute(sa.select(jobs)).all())
    lost.close()


def test_what_is_queued_is_written_before_closing(tmp_path: Path) -> None:
    async def leave() -> None:
        database = Database(f"sqlite:///{tmp_path / 't.db'}")
        metadata.create_all(database.engine)
        works = [asyncio.ensure_future(database.write(lambda c, n=n: _note(c, f"{n:03}"))) for n in range(200)]
        await asyncio.sleep(0)
        await asyncio.to_thread(database.close)
        await asyncio.gather(*works)

    asyncio.run(leave())
    again = Database(f"sqlite:///{tmp_path / 't.db'}")
    assert len(_names(again)) == 200
    again.close()


def test_a_row_without_its_conversation_is_refused_and_goes_with_it(database: Database) -> None:
    orphan = {"conversation_id": "nobody", "seq": 1, "author": "bot", "text": "x", "language": "de", "at": 0}
    with pytest.raises(IntegrityError):
        database.write_now(lambda c: c.execute(messages.insert().values(**orphan)))
    said = [{"author": "visitor", "text": "Straße", "language": "de"}]
    one = database.write_now(lambda c: log.create(c, token="x", language="de", page=None, greeting=said))
    database.write_now(lambda c: c.execute(conversations.delete().where(conversations.c.id == one)))
    assert database._read(lambda c: c.execute(sa.select(messages)).all()) == []


def test_upper_and_lower_case_of_every_script_are_one(database: Database) -> None:
    folded = database._read(lambda c: [c.exec_driver_sql("SELECT lotse_fold(?)", (text,)).scalar() for text in (
        "ÖLOFEN Ölofen", "ШУКАЄМО Шукаємо", None
    )])  # fmt: skip
    assert len(set(folded[0].split())) == len(set(folded[1].split())) == 1 and folded[2] == ""


def test_deleted_words_are_nowhere_on_disk(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 't.db'}")
    metadata.create_all(database.engine)
    said = [{"author": "visitor", "text": "Olena Kovalenko", "language": "de"}]
    one = database.write_now(lambda c: log.create(c, token="x", language="de", page=None, greeting=said))

    def on_disk() -> bool:
        return any(b"Olena" in file.read_bytes() for file in tmp_path.iterdir())

    assert on_disk()
    database.write_now(lambda c: c.execute(conversations.delete().where(conversations.c.id == one)))
    database.empty_log()
    assert not on_disk()
    # The database goes on working.
    assert database.write_now(lambda c: log.create(c, token="y", language="de", page=None, greeting=said))
    database.close()


async def test_a_failed_transaction_leaves_the_next_one_a_sound_connection(database: Database) -> None:
    await database.write(lambda c: _note(c, "a"))
    for run in (database.read, database.look_up, database.write):
        before = await run(lambda c: id(c.connection.connection))
        assert await run(lambda c: id(c.connection.connection)) == before, "a thread keeps its connection"
        with pytest.raises(Unavailable):
            await run(lambda c: c.execute(sa.text("SELECT nothing FROM nowhere")))
        assert await run(lambda c: c.execute(sa.select(jobs.c.name)).scalars().all()) == ["a"]
    assert len(database._kept) <= 4


def test_the_log_of_the_file_is_written_back_when_the_database_is_closed(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 't.db'}")
    metadata.create_all(database.engine)
    database.write_now(lambda c: _note(c, "a"))
    assert _names(database) == ["a"]
    assert (tmp_path / "t.db-wal").exists()
    database.close()
    assert not (tmp_path / "t.db-wal").exists()
