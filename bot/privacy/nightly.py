"""Runs the purge once a night inside the server, at one worker only."""

from __future__ import annotations

import asyncio
import logging
import time
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.background import repeating
from bot.conversation.services import Services
from bot.db import insert, jobs
from bot.privacy import journal
from bot.privacy.retention import DAY, Periods, purge

PURGE = "purge"
_LOOK_SECONDS = 300.0
_JOURNAL_DAYS = 400

log = logging.getLogger(__name__)


def begin(connection: Connection, name: str, now: float) -> None:
    """Makes the job known; it runs for the first time when its hour comes."""
    connection.execute(insert(connection, jobs).values(name=name, ran_at=now).on_conflict_do_nothing())


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
        self._known = False
        self._task = repeating("nightly", _LOOK_SECONDS, self._look, log)

    def start(self) -> None:
        """Begins to wait for the hour."""
        self._task.start()

    async def stop(self) -> None:
        """Ends waiting."""
        await self._task.stop()

    async def _look(self) -> None:
        if not self._known:
            await self._services.database.write(lambda c: begin(c, PURGE, time.time()))
            self._known = True
        await self.run_if_due(datetime.now(self._services.region.time_zone))

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
