"""What runs beside the requests goes on after failures, and ends when it is told to."""

from __future__ import annotations

import asyncio
import logging

import pytest

from bot.background import Background, repeating
from bot.db import Unavailable


def test_goes_on_after_failures_and_logs_all_but_an_absent_database(caplog: pytest.LogCaptureFixture) -> None:
    failures: list[Exception | None] = [Unavailable(), ValueError("broken"), None]
    done: list[int] = []
    enough = asyncio.Event()

    async def work() -> None:
        failure = failures.pop(0) if failures else None
        if failure:
            raise failure
        done.append(1)
        if len(done) == 3:
            enough.set()

    async def run() -> None:
        task = repeating("count", 0.001, work, logging.getLogger("x"))
        task.start()
        async with asyncio.timeout(10):
            await enough.wait()
        await task.stop()
        before = len(done)
        await asyncio.sleep(0.02)
        assert len(done) == before

    asyncio.run(run())
    assert [record.getMessage() for record in caplog.records] == ["the task 'count' failed; it is tried again in 0.001 s"]


def test_ends_in_the_middle_of_its_work_and_may_be_stopped_unstarted() -> None:
    ended: list[str] = []

    async def forever() -> None:
        try:
            await asyncio.sleep(3600)
        finally:
            ended.append("here")

    async def run() -> None:
        await Background("unstarted", forever).stop()
        task = Background("stuck", forever)
        task.start()
        await asyncio.sleep(0)
        await task.stop()

    asyncio.run(run())
    assert ended == ["here"]
