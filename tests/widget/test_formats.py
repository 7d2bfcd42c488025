"""Dates and distances as visitors write them."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from bot.widget.formats import Formats

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("language", "day", "distance"),
    [
        ("de", "1. März 2026", "4,3 km"), ("de-simple", "1. März 2026", "4,3 km"),
        ("en", "March 1, 2026", "4.3 km"), ("uk", "1 березня 2026 р.", "4,3 км"),
    ],
)  # fmt: skip
def test_formats_follow_the_language(language: str, day: str, distance: str) -> None:
    formats = Formats(language, BERLIN)
    assert formats.date("2026-03-01") == day
    assert formats.distance(4.26).replace("\xa0", " ") == distance


def test_time_is_the_regions() -> None:
    assert Formats("de", BERLIN).time("2026-07-01T22:05:00.000Z") == "00:05"


def test_other_language_is_named_in_the_visitors_own() -> None:
    assert Formats("uk", BERLIN).other("de") == "німецька"
    assert Formats("de-simple", BERLIN).other("de") == ""


def test_map_marks_only_an_offers_own_point() -> None:
    formats, point = Formats("de", BERLIN), {"latitude": 52.5, "longitude": 11.9}
    assert "mlat=52.5" in formats.map_link({"coordinates": {**point, "exact": True}})
    assert (
        formats.map_link({"coordinates": {**point, "exact": False}})
        == "https://www.openstreetmap.org/#map=12/52.5/11.9"
    )
    assert formats.map_link({}) == ""
