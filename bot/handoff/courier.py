"""Sends what is in the outbox, and tries again with growing pauses until it is through.

Every worker has a courier; a letter is claimed by a lease in the database, so that one of them sends it. A worker
that dies between sending and noting it leaves a letter that is sent again under the same id (`Message-ID`,
`Lotse-Event`): better the same mail twice, which mail systems show once, than none.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from prometheus_client import Counter
from sqlalchemy.engine import Connection, Row

from bot.background import repeating
from bot.db import Database, case_reads
from bot.faults import crash_point
from bot.handoff import cases, outbox, presence
from bot.handoff.notify import Letter, Refused, Send
from bot.region import locale_of, name_in
from bot.resources import Resources

logger = logging.getLogger(__name__)

notifications = Counter("lotse_notifications_total", "Letters of the outbox by way and outcome", ["way", "outcome"])

_LEASE = 60.0
"""Longer than any way takes."""
_LOOK_SECONDS = 1.0


class Courier:
    """Sends the letters that are due.

    Args:
        worker: Name of this process in leases.
        ways: By name; what is not among them is not tried.
    """

    def __init__(self, database: Database, resources: Resources, *, worker: str, ways: Mapping[str, Send]) -> None:
        self._database = database
        self._resources = resources
        self._worker = worker
        self._ways = ways
        self._task = repeating("courier", _LOOK_SECONDS, self._deliver, logger)

    def start(self) -> None:
        """Begins to look for letters."""
        self._task.start()

    async def stop(self) -> None:
        """Ends it; what is being sent is sent again by whoever comes next."""
        await self._task.stop()

    async def _deliver(self) -> None:
        if await self._stale():
            await self._database.write(lambda c: outbox.drop_unused(c, self._ways))
        while await self.round():
            pass

    async def _stale(self) -> bool:
        unused = [way for way in outbox.WAYS if way not in self._ways and way != "mail"]
        table = outbox.outbox
        query = sa.select(table.c.id).where(table.c.state == "due", table.c.way.in_(unused)).limit(1)
        return bool(unused) and await self._database.read(lambda c: c.execute(query).first()) is not None

    async def round(self) -> int:
        """Sends what is due now; returns how many letters there were."""
        if not self._ways or not await self._database.read(self._any_due):
            return 0
        letters = await self._database.write(lambda c: outbox.claim(c, self._worker, tuple(self._ways), seconds=_LEASE))
        await asyncio.gather(*(self._send(row) for row in letters))
        return len(letters)

    def _any_due(self, connection: Connection) -> bool:
        return outbox.any_due(connection, tuple(self._ways))

    async def _send(self, row: Row) -> None:
        settings = self._resources.settings
        crash_point("before_notify")
        letter = await self._database.read(lambda c: self._letter(c, row))
        if letter is None:
            await self._database.write(lambda c: outbox.done(c, row, self._worker, state="void"))
            return
        try:
            async with asyncio.timeout(_LEASE / 2):
                reference = await self._ways[row.way](letter)
        except Refused as error:
            outcome, reason = "dead", str(error)
            await self._database.write(lambda c: outbox.done(c, row, self._worker, state="dead", error=reason))
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
            outcome = await self._database.write(
                lambda c: outbox.failed(
                    c, row, self._worker, reason, pause=settings.notify_pause, hours=settings.notify_hours
                )
            )
        else:
            crash_point("after_notify")
            outcome, reason = "sent", ""
            await self._database.write(
                lambda c: outbox.done(c, row, self._worker, state="sent", reference=reference or "")
            )
        notifications.labels(row.way, outcome).inc()
        if outcome != "sent":
            # The way and the kind of failure; what the other side said may name people.
            logger.warning("a notification by %s failed, it is %s: %s", row.way, outcome, reason.partition(":")[0][:60])

    def _letter(self, connection: Connection, row: Row) -> Letter | None:
        """The letter as it is sent now; None if it is no longer needed."""
        case = cases.find(connection, row.case_number)
        if case is None or (row.way == "mail" and _settled(connection, row, case)):
            return None
        base, secret = self._resources.settings.base_url, self._resources.secret
        language = str(cases.language_of(connection, case))
        return Letter(
            key=row.key, kind=row.kind, case=case, team=row.team, language=language,
            console_link=f"{base}/console/cases/{case.number}", visitor_link=cases.receipt_link(base, secret, case.number),
            reference=row.reference or outbox.reference_of(connection, case.number, row.way),
            values=self._values(case, row, language),
        )  # fmt: skip

    def _values(self, case: Any, row: Row, spoken: str) -> dict[str, str]:
        region = self._resources.region
        language = spoken if row.kind == "answer" else "de"
        topic = region.topics.get(case.topic)
        place = region.places.get(case.place or "")
        return {
            **self._resources.facts(language),
            "case_number": case.number,
            "topic": name_in(topic.names, language) if topic else case.topic,
            "place": place.name(language) if place else "–",
            "spoken": str(locale_of(language).languages.get(spoken.partition("-")[0], spoken)),
        }


def _settled(connection: Connection, row: Row, case: Any) -> bool:
    """Whether a mail would tell what its reader knows already."""
    if case.state == "closed" and row.kind != "answer":
        return True
    if row.kind == "answer":
        seen = presence.last_seen(connection, case.conversation_id, presence.VISITOR)
        return "@" not in (case.contact or "") or not case.notify or (seen or 0.0) > row.created_at
    if row.kind == "visitor_wrote":
        read = sa.select(sa.func.max(case_reads.c.seq)).where(case_reads.c.case_number == case.number)
        return (connection.execute(read).scalar() or 0) > int(row.key.rpartition(":")[2])
    return case.owner_id is not None and row.kind != "case_reopened"
