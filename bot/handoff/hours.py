"""When the office is open: its hours, the country's public holidays, its own closing days."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache

import holidays

from bot.region import Region


@lru_cache(maxsize=16)
def _public_holidays(country: str, subdivision: str | None, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays(country, subdiv=subdivision, years=year))


def is_working_day(region: Region, day: date) -> bool:
    """Whether the office opens at all on a day."""
    public = _public_holidays(region.holidays_country, region.holidays_subdivision, day.year)
    return day.weekday() in region.office.hours and day not in public and day not in region.office.closing_days


def is_open(region: Region, moment: datetime) -> bool:
    """Whether the office is open at a moment (aware, any time zone)."""
    local = moment.astimezone(region.time_zone)
    if not is_working_day(region, local.date()):
        return False
    return any(begin <= local.time() < end for begin, end in region.office.hours[local.weekday()])


def answer_by(region: Region, moment: datetime) -> date:
    """The day by which an answer can be expected to what arrives at a moment.

    Args:
        moment: Aware. What arrives after the day's last hour counts from the next working day on.
    """
    local = moment.astimezone(region.time_zone)
    day = local.date()
    if not is_working_day(region, day) or local.time() >= region.office.hours[day.weekday()][-1][1]:
        day = next_working_day(region, day)
    for _ in range(region.office.answer_within_working_days):
        day = next_working_day(region, day)
    return day


def next_working_day(region: Region, day: date) -> date:
    """The first day after `day` on which the office opens.

    Raises:
        ValueError: there is none within a year.
    """
    for _ in range(400):
        day += timedelta(days=1)
        if is_working_day(region, day):
            return day
    raise ValueError("the office has no working day within a year: check `hours` and `closing_days` in data/region.yml")
