"""Statistics as tables, out of the facts of conversations (`bot/privacy/facts.py`) and the counted searches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from babel.dates import format_date
from sqlalchemy.engine import Connection

from bot.console.texts import Texts
from bot.console.words import Words
from bot.db import demand
from bot.privacy.facts import FAILED, Fact
from bot.region import Region, locale_of

_MOST_ROWS = 15
_MOST_SEARCHES = 50
_ROUTINE = frozenset({"greet", "goodbye", "thank", "affirm", "deny", "inform", *FAILED})


@dataclass(frozen=True)
class Figures:
    """A table and how it is drawn: the first column names, `charted` are the numbers of the columns shown as a chart."""

    name: str
    head: Sequence[str]
    rows: Sequence[Sequence[Any]]
    chart: str = "bar"
    charted: Sequence[int] = (1,)


def quantile(values: Iterable[float], share: float) -> float | None:
    """The smallest value that at least `share` of all do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-int(len(ordered) * share * 1000) // 1000) - 1)] if ordered else None


def minutes(seconds: float | None) -> float | None:
    """With one decimal; None stays None."""
    return None if seconds is None else round(seconds / 60, 1)


def percent(part: int, whole: int) -> int | None:
    """None where there is nothing to share."""
    return round(100 * part / whole) if whole else None


def summary(facts: Sequence[Fact], searches: Sequence[Any]) -> dict[str, Any]:
    """The figures above everything.

    Args:
        searches: See `searches_between`.
    """
    handed = sum(fact.handed_over for fact in facts)
    up, down = sum(fact.up for fact in facts), sum(fact.down for fact in facts)
    said = sum(sum(fact.intents.values()) for fact in facts)
    waits = [fact.wait for fact in facts if fact.wait is not None]
    return {
        "conversations": len(facts), "handed": handed, "handed_share": percent(handed, len(facts)),
        "alone_share": percent(sum(fact.is_alone for fact in facts), len(facts)),
        "wait_median": minutes(quantile(waits, 0.5)), "wait_90": minutes(quantile(waits, 0.9)), "up": up, "down": down,
        "rating_share": percent(up, up + down), "unmet": sum(row.n for row in searches),
        "misunderstood_share": percent(sum(fact.misunderstood for fact in facts), said),
    }  # fmt: skip


class Tables:
    """Makes the tables of a period in the language of the page."""

    def __init__(self, texts: Texts, words: Words, region: Region) -> None:
        self._t = texts
        self._words = words
        self._region = region

    def all(self, facts: Sequence[Fact], searches: Sequence[Any], first: date, last: date) -> list[Figures]:
        """Every table, in the order of the page."""
        linked = [fact for fact in facts if fact.campaign or fact.persona]
        handed = [fact for fact in facts if fact.topic]
        return [
            self._weeks(facts, first, last),
            self._counted("languages", facts, lambda fact: self._words.spoken(fact.language)),
            self._intents(facts),
            self._counted("topics", handed, lambda fact: self._words.topic(fact.topic)),
            self._counted("places", facts, lambda fact: self._place(fact.place)),
            self._counted("campaigns", linked, lambda fact: " · ".join(filter(None, (fact.campaign, fact.persona)))),
            self._searches(searches),
        ]

    def _head(self, *names: str) -> list[str]:
        return [self._t(f"figures.{name}") for name in names]

    def _weeks(self, facts: Sequence[Fact], first: date, last: date) -> Figures:
        by_week: dict[date, list[Fact]] = {}
        monday = first - timedelta(days=first.weekday())
        while monday <= last:
            by_week[monday] = []
            monday += timedelta(days=7)
        for fact in facts:
            day = date.fromisoformat(fact.day)
            by_week.setdefault(day - timedelta(days=day.weekday()), []).append(fact)
        rows = []
        for begin, own in sorted(by_week.items()):
            waits = [fact.wait for fact in own if fact.wait is not None]
            rows.append((
                format_date(begin, "dd.MM.yy", locale=locale_of(self._t.language)), len(own),
                sum(fact.handed_over for fact in own), sum(fact.is_alone for fact in own),
                minutes(quantile(waits, 0.5)), minutes(quantile(waits, 0.9)),
            ))  # fmt: skip
        head = self._head("week", "conversations", "handed", "alone", "wait_median", "wait_90")
        return Figures("weeks", head, rows, "line", (1, 2, 3))

    def _counted(self, name: str, facts: Sequence[Fact], key_of: Callable[[Fact], str]) -> Figures:
        """Conversations, hand-overs and waiting times by what `key_of` gives."""
        groups: dict[str, list[Fact]] = {}
        for fact in facts:
            groups.setdefault(key_of(fact), []).append(fact)
        rows = [
            (key, len(own), sum(f.handed_over for f in own), minutes(quantile([f.wait for f in own if f.wait is not None], 0.5)))
            for key, own in sorted(groups.items(), key=lambda pair: (-len(pair[1]), pair[0]))
        ]
        return Figures(name, self._head(f"by_{name}", "conversations", "handed", "wait_median"), rows)

    def _intents(self, facts: Sequence[Fact]) -> Figures:
        said: Counter[str] = Counter()
        for fact in facts:
            said.update({name: count for name, count in fact.intents.items() if name not in _ROUTINE})
        rows = [(self._words.intent(name), count) for name, count in said.most_common(_MOST_ROWS)]
        return Figures("intents", self._head("by_intents", "messages"), rows)

    def _searches(self, searches: Sequence[Any]) -> Figures:
        kinds = self._words.kind
        rows = [(kinds(row.kind), self._place(row.place), self._words.spoken(row.language), row.n) for row in searches]
        if len(rows) > _MOST_SEARCHES:
            others = sum(row.n for row in searches[_MOST_SEARCHES:])
            rows = [*rows[:_MOST_SEARCHES], (self._t("figures.others"), "", "", others)]
        return Figures("searches", self._head("kind", "place", "language", "searches"), rows, charted=())

    def _place(self, place: str) -> str:
        known = self._region.places.get(place)
        return known.name(self._t.language) if known else self._t("figures.unknown")


def searches_between(connection: Connection, first: str, last: str) -> list[Any]:
    """Searches to which there was nothing as they were asked, whether or not something similar was shown (`unmet` in
    bot/knowledge/demand.py): kind, place, language, `n`; counted by month, so whole months are taken."""
    d = demand.c
    n = sa.func.sum(d.searches).label("n")
    query = (
        sa.select(d.kind, d.place, d.language, n)
        .where(d.month >= first[:7], d.month <= last[:7])
        .group_by(d.kind, d.place, d.language)
        .order_by(n.desc(), d.kind, d.place, d.language)
    )
    return connection.execute(query).all()
