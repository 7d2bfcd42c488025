"""Numbers of the statistics, worked out by hand."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy.engine import Connection

from bot.console import figures
from bot.console.figures import Tables
from bot.console.texts import texts_in
from bot.db import demand
from bot.privacy.facts import Fact
from bot.region import Region
from tests.console.both import any_connection, any_engine

__all__ = ["any_connection", "any_engine"]

REGION = Region.load(Path(__file__).parents[2] / "data")
WORDS: Any = SimpleNamespace(
    spoken=lambda code: {"de": "Deutsch", "uk": "Ukrainisch"}.get(code, code), topic=str, intent=str, kind=str
)


@pytest.mark.parametrize(
    ("values", "share", "found"),
    [([], 0.5, None), ([7], 0.9, 7), ([1, 2, 3, 4], 0.5, 2), ([5, 1, 3], 0.5, 3), (list(range(1, 11)), 0.9, 9)],
)
def test_quantile(values: list[float], share: float, found: float | None) -> None:
    assert figures.quantile(values, share) == found


def test_summary_and_weeks() -> None:
    found = [
        Fact("2026-11-02", "de", said=2, intents={"find_job": 2}, up=1),
        Fact("2026-11-08", "uk", said=1, intents={"nlu_fallback": 1}, misunderstood=1, down=1),
        Fact("2026-11-09", "uk", said=3, intents={"find_job": 1}, handed_over=True, topic="work", wait=600, place="stendal"),
    ]
    summary = figures.summary(found, [])
    assert (summary["conversations"], summary["alone_share"], summary["handed"]) == (3, 33, 1)
    assert (summary["wait_median"], summary["rating_share"], summary["unmet"]) == (10.0, 50, 0)
    tables = {t.name: t for t in Tables(texts_in("de"), WORDS, REGION).all(found, [], date(2026, 11, 4), date(2026, 11, 20))}
    assert tables["weeks"].rows == [("02.11.26", 2, 0, 1, None, None), ("09.11.26", 1, 1, 0, 10.0, 10.0), ("16.11.26", 0, 0, 0, None, None)]
    assert tables["languages"].rows == [("Ukrainisch", 2, 1, 10.0), ("Deutsch", 1, 0, None)]
    assert tables["intents"].rows == [("find_job", 3)]
    assert tables["places"].rows[1] == ("Stendal", 1, 1, 10.0)
    assert tables["campaigns"].rows == []


def test_empty_period() -> None:
    assert figures.summary([], [])["alone_share"] is None
    assert Tables(texts_in("en"), WORDS, REGION).all([], [], date(2026, 11, 1), date(2026, 11, 1))[0].rows[0][1] == 0


def test_searches_without_a_result(any_connection: Connection) -> None:
    row = {"kind": "housing", "place": "stendal", "language": "uk", "criteria": "{}", "relaxed": ""}
    for month, n in (("2026-10", 3), ("2026-11", 4), ("2026-01", 9)):
        any_connection.execute(demand.insert().values(month=month, searches=n, **row))
    (found,) = figures.searches_between(any_connection, "2026-10-05", "2026-11-02")
    assert (found.kind, found.place, found.n) == ("housing", "stendal", 7)


def test_the_tile_and_the_table_of_searches_say_the_same() -> None:
    """As far as the table goes, and where it ends too."""
    for kinds in (3, 60):
        searches = [SimpleNamespace(kind=f"kind {n}", place="stendal", language="de", n=100 - n) for n in range(kinds)]
        table = Tables(texts_in("de"), WORDS, REGION).all([], searches, date(2026, 11, 1), date(2026, 11, 1))[-1]
        assert sum(row[-1] for row in table.rows) == figures.summary([], searches)["unmet"] == sum(row.n for row in searches)
        assert len(table.rows) <= 51 and (table.rows[-1][0] == "alle übrigen") is (kinds == 60)
