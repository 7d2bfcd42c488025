"""Which searches count as unmet, and what of them may be told."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from bot.knowledge import Query, Result
from bot.knowledge.demand import EFFECT, canonical, unmet

SEARCH = Query(kind="housing", place="iden", filters={"rooms": 5, "price_max": 400, "deal": "rent"}, language="uk")


def test_what_found_something_is_not_counted() -> None:
    hit: Any = object()
    assert unmet(SEARCH, Result((hit,), 1)) == {}
    assert unmet(SEARCH, Result((hit,), 1, ("rooms",))) != {}
    assert unmet(dataclasses.replace(SEARCH, offset=3), Result((), 4)) == {}
    assert unmet(dataclasses.replace(SEARCH, kind=None), Result((), 0)) == {}


def test_what_is_counted_is_told_without_the_place_being_guessed() -> None:
    told = unmet(dataclasses.replace(SEARCH, place=None, language=None), Result((), 0, ("rooms",)))["effects"][EFFECT]
    assert told == {"kind": "housing", "place": "", "language": "", "criteria": canonical(SEARCH), "relaxed": ["rooms"]}


@pytest.mark.parametrize(
    ("query", "criteria"),
    [
        # In whatever order they were said: one row.
        (Query(kind="job", filters={"working_time": ["shift", "full_time"]}), {"working_time": ["full_time", "shift"]}),
        (Query(kind="job", filters={"working_time": ["Maria", "shift"]}), {"working_time": "shift"}),
        (Query(kind="job", filters={"rooms": 3, "no_such": 1, "occupation": []}), {}),
        (Query(kind="housing", filters={"rooms": True, "price_max": "Maria"}), {}),
        (Query(kind="housing", place="iden", radius_km=14.6, countryside=True), {"radius_km": 15, "countryside": True}),
        (Query(kind="housing", radius_km=15, text="bei Maria"), {"text": True}),
    ],
)
def test_criteria_are_values_of_ours_and_numbers(query: Query, criteria: dict[str, Any]) -> None:
    assert canonical(query) == criteria
