"""Any period can be asked for; what is shown and what is in the file are the same."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.db import cases, conversations, demand

from .conftest import Office, writing


def _days(page: str) -> tuple[str, str]:
    found = re.findall(r'name="(?:from|to)" type="date" value="([^"]+)"', page)
    return found[0], found[1]


def _ago(days: int) -> str:
    return (datetime.now(ZoneInfo("Europe/Berlin")).date() - timedelta(days=days)).isoformat()


@pytest.mark.parametrize(
    ("query", "first", "last"),
    [
        ("", 84, 0), ("?from={10}&to={3}", 10, 3), ("?from={3}&to={10}", 10, 3), ("?from=gestern&to=2026-13-45", 84, 0),
        ("?from=0001-01-01", 1098, 0), ("?from={5}&to=9999-12-31", 5, 0), ("?from=9999-01-01&to=9999-12-31", 0, 0),
    ],
)  # fmt: skip
def test_any_period_becomes_one_that_there_is(query: str, first: int, last: int, office: Office) -> None:
    asked = re.sub(r"{(\d+)}", lambda found: _ago(int(found[1])), query)
    assert _days(office.member("editor").page(f"/statistics{asked}")) == (_ago(first), _ago(last))


@pytest.mark.parametrize("day", ["0001-01-01", "0002-05-07", "1999-12-31"])
def test_a_period_before_there_was_anything_is_empty(day: str, office: Office) -> None:
    page = office.member("editor").page(f"/statistics?from={day}&to={day}")
    assert _days(page) == ("2000-01-01", "2000-01-01")


def test_searches_are_the_same_in_the_tile_and_in_the_table(office: Office) -> None:
    row = {"kind": "housing", "place": "iden", "language": "uk", "criteria": "{}"}
    with writing(office.engine) as connection:
        for relaxed, n in (("", 3), ("place", 33), ("price_max", 19)):
            connection.execute(demand.insert().values(month="2024-02", relaxed=relaxed, searches=n, **row))
    page = office.member("editor").page("/statistics?from=2024-02-05&to=2024-02-06&place=iden")
    tile = re.search(r"<dt>Suchen ohne passendes Angebot</dt><dd>(\d+) <small>nach ganzen Monaten", page)
    table = re.search(r'id="t-searches".*?data-value="(\d+)"', page, re.DOTALL)
    assert tile and table and tile[1] == table[1] == "55"


def test_a_place_leaves_out_the_others_and_the_file_says_the_same(office: Office) -> None:
    editor, (talk, number) = office.member("editor"), office.case("pl")
    with writing(office.engine) as connection:
        connection.execute(cases.update().where(cases.c.number == number).values(place="iden"))
        at = datetime(2026, 1, 5, 12, tzinfo=ZoneInfo("Europe/Berlin")).timestamp()
        connection.execute(conversations.update().where(conversations.c.id == talk.id).values(created_at=at))
    period = "from=2026-01-05&to=2026-01-05"
    for place, there in (("", True), ("iden", True), ("stendal", False)):
        page = editor.page(f"/statistics?{period}&place={place}")
        assert ("Polnisch" in page.partition('id="t-languages"')[2].partition("</table>")[0]) is there
        answer = editor.http.get(f"/console/statistics/languages.csv?{period}&place={place}")
        assert answer.status_code == 200 and ("Polnisch" in answer.content.decode("utf-8-sig")) is there


@pytest.mark.parametrize("name", ["nothing.csv", "languages", "languages.xlsx", "..%2Fx.csv"])
def test_a_table_that_there_is_not(name: str, office: Office) -> None:
    assert office.member("editor").http.get(f"/console/statistics/{name}").status_code == 404
