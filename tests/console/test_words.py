"""Topics, teams, languages and times as staff read them, in the language of the page."""

from __future__ import annotations

import time
from dataclasses import fields
from pathlib import Path

import pytest

from bot.console.texts import texts_in
from bot.console.words import Words
from bot.conversation.services import Services
from bot.resources import Resources
from bot.settings import Settings
from tests.conftest import ROOT

_NOVEMBER = 1_795_341_600.0
"""22 November 2026, 11:00 in Germany."""


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Services:
    """With the content alone; nothing else is asked."""
    var: Path = tmp_path_factory.mktemp("words")
    resources = Resources.load(Settings(data=ROOT / "data", var=var))
    return Services(**({field.name: None for field in fields(Services)} | {"resources": resources}))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def german(services: Services) -> Words:
    return Words(services, texts_in("de"))


@pytest.fixture(scope="module")
def english(services: Services) -> Words:
    return Words(services, texts_in("en"))


def test_names_are_in_the_pages_language(german: Words, english: Words) -> None:
    assert (german.spoken("ar"), english.spoken("ar")) == ("Arabisch", "Arabic")
    assert (german.spoken("de-simple"), english.spoken("de-simple")) == ("Leichte Sprache", "Easy German")
    assert german.topic("work") != english.topic("work")
    assert german.intent("find_housing") != english.intent("find_housing")


def test_what_the_content_no_longer_has_keeps_its_id(german: Words) -> None:
    assert german.topic("dropped") == german.team("dropped") == german.kind("dropped") == "dropped"
    assert german.direction("xx") == "ltr" and german.direction("ar") == "rtl"


def test_what_a_visitor_meant_is_never_a_name_of_the_program(german: Words, english: Words) -> None:
    assert [german.intent(name) for name in ("nlu_fallback", "dropped")] == ["nicht verstanden", "etwas anderes"]
    assert english.intent("inform") == "answer to a question or a search"


def test_teams_and_partners_are_both_known(services: Services, german: Words) -> None:
    region = services.region
    assert region.partners and region.teams
    for known in (*region.teams, *region.partners):
        assert german.team(known) != known


def test_times_are_those_of_the_region(german: Words, english: Words) -> None:
    assert german.clock(_NOVEMBER) == "11:00" and english.clock(_NOVEMBER).replace("\u202f", " ") in ("11:00", "11:00 AM")
    assert german.day(_NOVEMBER) == "Sonntag, 22. November 2026"
    assert german.machine(_NOVEMBER) == "2026-11-22T11:00:00+01:00"
    assert ":" in german.when(time.time()) and "." not in german.when(time.time()), "today the day is not said"
    assert german.when(_NOVEMBER - 30 * 86400).startswith("23.10.26")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(-30, "eben"), (5, "eben"), (60, "1 Min."), (3598, "59 Min."), (3600, "1 Std."), (86400, "1 Tag"), (200_000, "2 Tagen")],
)
def test_how_long_ago_in_the_largest_unit(german: Words, seconds: int, said: str) -> None:
    assert german.since(time.time() - seconds - 0.5) == said


def test_numbers_have_the_languages_separators(german: Words, english: Words) -> None:
    assert (german.number(1234.5), english.number(1234.5)) == ("1.234,5", "1,234.5")
