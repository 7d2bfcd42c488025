"""Once a night, at one worker (reliability.md, case 30)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.engine import Engine

from bot.privacy import nightly
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
