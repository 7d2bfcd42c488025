"""Counts searches that found nothing: a number per month, kind, place, criteria and language, and nobody's words.

A count is written in the turn's transaction, so that a repeated turn counts once and a lost one not at all.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from rich.console import Console
from rich.table import Table
from sqlalchemy.engine import Connection

from bot.db import demand, insert
from bot.knowledge.demand import canonical, in_words
from bot.knowledge.query import Query
from bot.knowledge.schema import FILTERS, KINDS
from bot.region import Region

_KEY = ("month", "kind", "place", "language", "criteria", "relaxed")


def counter(region: Region) -> Any:
    """The effect `count_demand` of a turn, for a region.

    What an action sends is taken apart again here and only what is canonical is stored: an action server elsewhere,
    or a mistake in an action, must not be able to store what somebody wrote.
    """

    def count(connection: Connection, _conversation_id: str, _seq: int, values: Mapping[str, Any]) -> None:
        kind, place = values.get("kind"), values.get("place") or ""
        if kind not in KINDS or (place and place not in region.places):
            return
        given = dict(values.get("criteria") or {})
        radius, text = given.pop("radius_km", 0), given.pop("text", False)
        countryside = given.pop("countryside", False) is True
        query = Query(
            kind=kind, place=place or None, filters=given, text="x" if text is True else "",
            radius_km=float(radius) if isinstance(radius, int | float) else 0.0, countryside=countryside,
        )  # fmt: skip
        language = str(values.get("language") or "")
        row = {
            "month": datetime.fromtimestamp(time.time(), UTC).astimezone(region.time_zone).strftime("%Y-%m"),
            "kind": kind,
            "place": place,
            "language": language if len(language) <= 20 and language.replace("-", "").isalnum() else "",
            "criteria": json.dumps(canonical(query), sort_keys=True),
            "relaxed": ",".join(n for n in values.get("relaxed") or () if n in FILTERS or n in ("place", "text", "countryside")),
        }
        connection.execute(
            insert(connection, demand)
            .values(**row, searches=1)
            .on_conflict_do_update(index_elements=_KEY, set_={"searches": demand.c.searches + 1})
        )

    return count


@dataclass
class Unmet:
    """Searches alike: how many, in which languages and months. `relaxed`: what had to be given up to show anything,
    empty where not even that helped."""

    kind: str
    place: str
    criteria: dict[str, Any]
    relaxed: list[str]
    searches: int = 0
    languages: dict[str, int] = field(default_factory=dict)
    months: dict[str, int] = field(default_factory=dict)


def most_wanted(connection: Connection, month: str | None = None) -> list[Unmet]:
    """What was looked for and not found, most often first; of one month (`2026-11`) or of all."""
    chosen = sa.select(demand).order_by(demand.c.month, demand.c.id)
    if month:
        chosen = chosen.where(demand.c.month == month)
    found: dict[tuple[str, ...], Unmet] = {}
    for row in connection.execute(chosen):
        key = (row.kind, row.place, row.criteria, row.relaxed)
        relaxed = row.relaxed.split(",") if row.relaxed else []
        unmet = found.setdefault(key, Unmet(row.kind, row.place, json.loads(row.criteria), relaxed))
        unmet.searches += row.searches
        unmet.languages[row.language] = unmet.languages.get(row.language, 0) + row.searches
        unmet.months[row.month] = unmet.months.get(row.month, 0) + row.searches
    return sorted(found.values(), key=lambda unmet: (-unmet.searches, unmet.kind, unmet.place))


def show_demand(wanted: Sequence[Unmet], resources: Any, *, as_json: bool) -> None:
    """Print it, in the default language: as a table, or as JSON with the canonical values beside."""
    language = resources.languages.default
    said = [in_words(each.kind, each.criteria, each.place, resources, language) for each in wanted]
    if as_json:
        rows = [{"words": words, **asdict(each)} for words, each in zip(said, wanted, strict=True)]
        print(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("searches", "looked for", "found only without", "languages", "months"):
        table.add_column(heading, justify="right" if heading == "searches" else "left", overflow="fold")
    for words, each in zip(said, wanted, strict=True):
        without = ", ".join(resources.interface.text(language, "criteria", name) for name in each.relaxed)
        counted = [", ".join(f"{name} {n}" for name, n in sorted(of.items())) for of in (each.languages, each.months)]
        table.add_row(str(each.searches), words, without or "– (nothing at all)", *counted)
    out = Console(highlight=False, width=None if sys.stdout.isatty() else 150)
    out.print(table if wanted else "No search has gone without a result.")
