"""Runs the purge once a night inside the server, at one worker only."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from bot.conversation.services import Services
from bot.db import Unavailable, jobs
from bot.privacy import journal
from bot.privacy.retention import DAY, Periods, purge

PURGE = "purge"
_LOOK_SECONDS = 300.0
_JOURNAL_DAYS = 400

log = logging.getLogger(__name__)


def begin(connection: Connection, name: str, now: float) -> None:
    """Makes the job known; it runs for the first time when its hour comes."""
    insert: Any = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    connection.execute(insert(jobs).values(name=name, ran_at=now).on_conflict_do_nothing())


def take(connection: Connection, name: str, since: float, now: float) -> bool:
    """Whether the caller runs the job that is due `since` then: of several workers, one."""
    changed = connection.execute(
        jobs.update().where(jobs.c.name == name, jobs.c.ran_at < since).values(ran_at=now)
    )
    return changed.rowcount == 1


def last_due(now: datetime, hour: int) -> datetime:
    """The last moment at which the clock struck `hour`, in the time zone of `now`."""
    today = now.replace(hour=hour, minute=0, second=0, microsecond=0)
    return today if today <= now else today - timedelta(days=1)


class Nightly:
    """The task of a worker; `start` and `stop` with the server."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begins to wait for the hour."""
        self._task = asyncio.create_task(self._run(), name="nightly")

    async def stop(self) -> None:
        """Ends waiting."""
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        known = False
        while True:
            try:
                if not known:
                    await self._services.database.write(lambda c: begin(c, PURGE, time.time()))
                    known = True
                await self.run_if_due(datetime.now(self._services.region.time_zone))
            except Unavailable:
                pass
            except Exception:
                log.exception("the nightly run failed")
            await asyncio.sleep(_LOOK_SECONDS)

    async def run_if_due(self, now: datetime) -> dict[str, int] | None:
        """What was deleted, or None if it was not this worker's turn."""
        services = self._services
        settings, region = services.settings, services.region
        since, moment = last_due(now, settings.purge_hour).timestamp(), now.timestamp()

        def work(connection: Connection) -> dict[str, int] | None:
            # In one transaction: what fails half-way is due again.
            if not take(connection, PURGE, since, moment):
                return None
            return purge(connection, Periods.of(settings), region, var=settings.var, now=moment)

        ran_at = sa.select(jobs.c.ran_at).where(jobs.c.name == PURGE)
        # Asked first, so that nothing is written but once a night.
        if (await services.database.read(lambda c: c.execute(ran_at).scalar()) or since) >= since:
            return None
        gone = await services.database.write(work)
        if gone is not None:
            await asyncio.get_running_loop().run_in_executor(None, services.database.empty_log)
            journal.forget(settings.var, moment - _JOURNAL_DAYS * DAY)
            log.info("nightly run: %s", ", ".join(f"{name} {count}" for name, count in gone.items()))
        return gone
