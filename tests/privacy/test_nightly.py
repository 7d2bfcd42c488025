"""Once a night, at one worker (reliability.md, case 30)."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.engine import Engine

from bot.conversation import log
from bot.db import Database, conversations
from bot.privacy import nightly
from bot.region import Region
from bot.settings import Settings
from tests.console.both import any_engine

__all__ = ["any_engine"]

ZONE = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-11-22T03:00", "2026-11-22T03:00"), ("2026-11-22T02:59", "2026-11-21T03:00"),
        ("2026-11-22T23:00", "2026-11-22T03:00"), ("2026-10-25T12:00", "2026-10-25T03:00"),
    ],
)  # fmt: skip
def test_last_due(now: str, due: str) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=ZONE)
    assert nightly.last_due(moment, 3) == datetime.fromisoformat(due).replace(tzinfo=ZONE)


def test_of_several_workers_one_runs(any_engine: Engine) -> None:
    with any_engine.begin() as connection:
        nightly.begin(connection, nightly.PURGE, 100.0)
        nightly.begin(connection, nightly.PURGE, 999.0)

    def take(_: int) -> bool:
        options = any_engine.connect().execution_options(begin="BEGIN IMMEDIATE")
        with options as connection, connection.begin():
            return nightly.take(connection, nightly.PURGE, 200.0, 201.0)

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(take, range(4))) == [False, False, False, True]
    assert not take(0), "the same night again"
    with any_engine.begin() as connection:
        assert nightly.take(connection, nightly.PURGE, 300.0, 301.0), "the next night"


async def test_a_worker_deletes_what_is_due_once_a_night(any_engine: Engine, tmp_path: Path) -> None:
    """With a clock of our own, from the evening to the second night."""
    database = Database(str(any_engine.url))
    services: Any = SimpleNamespace(
        settings=Settings(var=tmp_path), region=Region.load(Path(__file__).parents[2] / "data"), database=database
    )
    evening = datetime(2026, 11, 21, 22, 0, tzinfo=ZONE)
    with any_engine.begin() as connection:
        nightly.begin(connection, nightly.PURGE, evening.timestamp())
        log.create(connection, token="x", language="de", page=None, greeting=[])
        connection.execute(conversations.update().values(updated_at=evening.timestamp() - 31 * 86400))
    night = [nightly.Nightly(services), nightly.Nightly(services)]
    assert await night[0].run_if_due(evening) is None
    runs = await asyncio.gather(*(each.run_if_due(evening + timedelta(hours=6)) for each in night))
    assert sorted(run["conversations"] if run else -1 for run in runs) == [-1, 1]
    again = await night[1].run_if_due(evening + timedelta(hours=30))
    assert again is not None and again["conversations"] == 0
    database.close()
