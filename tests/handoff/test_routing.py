"""A case goes to a team that has its topic and, if there is one, speaks its language."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest

from bot.handoff.routing import team_for
from bot.region import Region, Team


def team(name: str, topics: str, languages: str) -> Team:
    return Team(name, {"de": name}, frozenset(topics.split()), tuple(languages.split()), "a@example.org", "1", "", True)


@pytest.fixture(scope="module")
def region() -> Region:
    teams = [
        team("office", "other", "de en"),
        team("work-east", "work", "de pl"),
        team("work-north", "work housing", "de uk"),
        team("papers", "arriving", "de ar"),
    ]
    loaded = Region.load(Path(__file__).parents[2] / "data")
    return replace(loaded, teams=MappingProxyType({each.id: each for each in teams}), fallback_team="office")


@pytest.mark.parametrize(
    ("topic", "language", "wanted"),
    [
        pytest.param("work", "pl", "work-east", id="the topic and the language"),
        pytest.param("work", "uk", "work-north", id="a later team that speaks it comes before one that does not"),
        pytest.param("work", "ar", "work-east", id="nobody speaks it: the first with the topic"),
        pytest.param("arriving", "ru", "papers", id="the topic counts more than the language"),
        pytest.param("childcare", "en", "office", id="nobody has the topic: the office"),
        pytest.param("nonsense", "xx", "office", id="nothing is known: the office"),
    ],
)
def test_the_team_is_chosen_by_topic_then_language(region: Region, topic: str, language: str, wanted: str) -> None:
    assert team_for(region, topic, language) == wanted


def test_every_topic_of_the_region_has_a_team_in_every_language() -> None:
    region = Region.load(Path(__file__).parents[2] / "data")
    for topic in region.topics:
        for language in ("de", "en", "pl", "uk", "ru", "ar", "de-simple"):
            assert team_for(region, topic, language) in region.teams
