"""What staff choose from is complete, in their order, and says beforehand what the visitor will read."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.handoff.hours import is_working_day
from bot.region import Region
from tests.conftest import ROOT

from .conftest import Member, Office

Taken = Callable[[str], tuple[Member, str, str]]


def _said(page: str, name: str) -> str:
    """What the visitor would read, of the prepared reply of that name."""
    before = page.partition(f'name="name" value="{name}"')[0]
    found = re.findall(r'prepared__text--said"[^>]*>(.*?)</p>', before, re.DOTALL)
    assert found, name
    return html.unescape(found[-1])


@pytest.fixture
def taken(office: Office) -> Taken:
    """(who has the case, its number, its page) of a case in a language."""

    def take(language: str) -> tuple[Member, str, str]:
        anna, (_, number) = office.member(name="Anna Albrecht"), office.case(language)
        assert anna.post(f"/cases/{number}/take").status_code == 303
        return anna, number, anna.page(f"/cases/{number}")

    return take


def test_numbers_and_names_keep_their_order_inside_arabic(taken: Taken) -> None:
    _, number, page = taken("ar")
    assert f"\u2066{number}\u2069" in _said(page, "answer_later")
    assert "{" not in _said(page, "answer_later")
    _, number, page = taken("uk")
    assert number in _said(page, "answer_later") and "\u2066" not in page


def test_only_a_foreign_wording_stands_twice(taken: Taken) -> None:
    anna, number, page = taken("de")
    assert 'class="prepared__text"' not in page and "Anna Albrecht" in _said(page, "greeting")
    anna.post("/language", language="en", back="/")
    assert 'class="prepared__text" lang="en"' in anna.page(f"/cases/{number}")


def test_questions_are_in_the_order_of_their_titles(taken: Taken) -> None:
    anna, number, page = taken("de")
    for language in ("de", "en"):
        anna.post("/language", language=language, back="/")
        choice = anna.page(f"/cases/{number}").partition('id="faq"')[2].partition("</select>")[0]
        offered = re.findall(r'<option value="(faq/[^"]+)">([^<]+)<', choice)
        titles = [html.unescape(title) for _, title in offered]
        assert len(titles) > 20 and titles == sorted(titles, key=str.casefold)
        assert not [title for title in titles if title.startswith("faq/")], "each question has words"


def test_an_appointment_is_for_tomorrow_at_the_earliest(taken: Taken) -> None:
    *_, page = taken("de")
    region, today = Region.load(ROOT / "data"), datetime.now(ZoneInfo("Europe/Berlin")).date()
    days = [today + timedelta(days=days) for days in range(1, 30)]
    first = next(day for day in days if is_working_day(region, day))
    assert f'name="day" type="date" value="{first}" min="{days[0]}"' in page, "and proposed for when the office is open"
