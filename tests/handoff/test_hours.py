"""When the office is open, and by when an answer can be expected."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from types import MappingProxyType

import pytest

from bot.handoff.hours import answer_by, is_open, is_working_day
from bot.region import Region, parse_hours

_WEEK = {
    "monday": [["09:00", "12:00"], ["13:00", "15:30"]],
    "tuesday": [["09:00", "12:00"], ["13:00", "18:00"]],
    "wednesday": [["09:00", "12:00"]],
    "thursday": [["09:00", "12:00"], ["13:00", "16:00"]],
    "friday": [["09:00", "12:00"]],
}


@pytest.fixture(scope="module")
def region() -> Region:
    """The region with hours and closing days of this test's own: the content may change."""
    region = Region.load(Path(__file__).parents[2] / "data")
    closing = frozenset({date(2026, 12, 24), *(date(2026, 12, day) for day in (28, 29, 30, 31)), date(2027, 5, 7)})
    office = replace(region.office, hours=parse_hours(_WEEK), closing_days=closing, answer_within_working_days=2)
    return replace(region, office=office)


def at(region: Region, text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=region.time_zone)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        pytest.param("2026-01-05", True, id="an ordinary Monday"),
        pytest.param("2026-01-06", False, id="Epiphany is a holiday in Saxony-Anhalt"),
        pytest.param("2025-10-31", False, id="Reformation Day is a holiday in Saxony-Anhalt"),
        pytest.param("2026-06-04", True, id="Corpus Christi is not"),
        pytest.param("2026-11-18", True, id="nor is the Day of Repentance"),
        pytest.param("2027-03-26", False, id="Good Friday moves with Easter"),
        pytest.param("2026-01-10", False, id="Saturday"),
        pytest.param("2026-12-28", False, id="a closing day of the office's own"),
        pytest.param("2027-05-07", False, id="the day between a holiday and the weekend"),
    ],
)
def test_the_office_works_on_weekdays_that_are_no_holidays(region: Region, day: str, works: bool) -> None:
    assert is_working_day(region, date.fromisoformat(day)) is works


@pytest.mark.parametrize(
    ("moment", "is_it"),
    [
        pytest.param("2026-01-05T08:59", False, id="a minute early"),
        pytest.param("2026-01-05T09:00", True, id="at the hour"),
        pytest.param("2026-01-05T12:00", False, id="at noon it is closed"),
        pytest.param("2026-01-05T12:59", False, id="in the break"),
        pytest.param("2026-01-05T15:29", True, id="the last minute"),
        pytest.param("2026-01-07T13:30", False, id="Wednesday afternoon"),
        pytest.param("2026-01-06T10:00", False, id="a holiday"),
    ],
)
def test_open_is_by_the_clock_on_its_wall(region: Region, moment: str, is_it: bool) -> None:
    assert is_open(region, at(region, moment)) is is_it


def test_a_visitor_abroad_asks_in_another_time_zone(region: Region) -> None:
    assert is_open(region, datetime(2026, 1, 5, 8, 0, tzinfo=UTC))
    assert is_open(region, datetime(2026, 7, 6, 7, 0, tzinfo=UTC)), "in summer nine o'clock is seven in UTC"
    assert not is_open(region, datetime(2026, 7, 6, 13, 30, tzinfo=UTC))


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        pytest.param("2026-01-12T10:00", "2026-01-14", id="Monday morning: Wednesday"),
        pytest.param("2026-01-12T15:29", "2026-01-14", id="in the last minute of the day"),
        pytest.param("2026-01-12T15:30", "2026-01-15", id="after the last hour it counts from the next day"),
        pytest.param("2026-01-12T12:30", "2026-01-14", id="in the break it is the same day"),
        pytest.param("2026-01-12T03:00", "2026-01-14", id="before opening it is the same day"),
        pytest.param("2026-01-16T13:00", "2026-01-21", id="Friday afternoon counts from Monday"),
        pytest.param("2026-01-17T10:00", "2026-01-21", id="Saturday as well"),
        pytest.param("2026-01-05T10:00", "2026-01-08", id="over Epiphany"),
        pytest.param("2025-10-30T10:00", "2025-11-04", id="over Reformation Day and a weekend"),
        pytest.param("2026-12-23T10:00", "2027-01-05", id="over Christmas, the office's closing days and New Year"),
        pytest.param("2027-05-05T13:00", "2027-05-12", id="over Ascension, a day between, and a weekend"),
    ],
)
def test_an_answer_is_promised_for_a_day_on_which_somebody_works(region: Region, moment: str, day: str) -> None:
    assert answer_by(region, at(region, moment)).isoformat() == day


def test_the_day_is_the_offices_not_utcs(region: Region) -> None:
    late_on_sunday_in_utc = datetime(2026, 1, 11, 23, 30, tzinfo=UTC)
    assert answer_by(region, late_on_sunday_in_utc).isoformat() == "2026-01-14"


def test_an_office_that_never_opens_says_so_instead_of_searching_for_ever(region: Region) -> None:
    closed = replace(region, office=replace(region.office, hours=MappingProxyType({})))
    with pytest.raises(ValueError, match="region.yml"):
        answer_by(closed, at(region, "2026-01-12T10:00"))
