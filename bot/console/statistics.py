"""The page of statistics: charts with their numbers as tables, and as files."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sanic.response import HTTPResponse
from sqlalchemy.engine import Connection

from bot.console import figures, sheets
from bot.console.figures import Figures, Tables
from bot.console.page import Page, Refused
from bot.console.words import Words
from bot.privacy import facts
from bot.privacy.facts import Fact

_WEEKS = 12
_LONGEST_DAYS = 366 * 3
_EARLIEST = date(2000, 1, 1)
"""Nobody has talked to this assistant before; further back, calendars end."""


def _period(page: Page) -> tuple[date, date]:
    """The chosen days, else the last twelve weeks; never the wrong way round, never longer than three years."""
    today = datetime.now(page.services.region.time_zone).date()
    chosen = []
    for name, otherwise in (("from", today - timedelta(weeks=_WEEKS)), ("to", today)):
        try:
            chosen.append(max(_EARLIEST, date.fromisoformat(page.request.args.get(name) or "")))
        except ValueError:
            chosen.append(otherwise)
    first, last = sorted(chosen)
    last = min(last, today)
    return max(min(first, last), last - timedelta(days=_LONGEST_DAYS)), last


async def _tables(page: Page) -> tuple[date, date, dict[str, Any], list[Figures]]:
    """(first day, last day, the summary, all tables)."""
    first, last = _period(page)

    def read(connection: Connection) -> tuple[list[Fact], list[Any]]:
        days = first.isoformat(), last.isoformat()
        return facts.between(connection, page.services.region, *days), figures.searches_between(connection, *days)

    found, searches = await page.services.database.read(read)
    place = page.request.args.get("place") or ""
    if place:
        found = [fact for fact in found if fact.place == place]
        searches = [row for row in searches if row.place == place]
    tables = Tables(page.texts, Words(page.services, page.texts), page.services.region)
    return first, last, figures.summary(found, searches), tables.all(found, searches, first, last)


async def show(page: Page) -> HTTPResponse:
    """All charts and tables of a period."""
    first, last, summary, tables = await _tables(page)
    places = [(place.id, place.name(page.language)) for place in page.services.region.places.values()]
    return page.render(
        "statistics.html", first=first, last=last, summary=summary, tables=tables, places=places,
        place=page.request.args.get("place") or "", query=page.request.query_string,
    )  # fmt: skip


async def table_csv(page: Page, table: str) -> HTTPResponse:
    """One table as a file."""
    _, _, _, tables = await _tables(page)
    chosen = next((each for each in tables if f"{each.name}.csv" == table), None)
    if chosen is None:
        raise Refused(404, "not_found")
    return sheets.download("csv", chosen.name, chosen.head, chosen.rows)
