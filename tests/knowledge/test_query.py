"""Queries that make sense and those that do not; the order in which criteria are given up."""

from __future__ import annotations

from typing import Any

import pytest

from bot.knowledge import Query, QueryError
from bot.knowledge.query import relax_steps
from tests.knowledge.conftest import Open, Write


def test_each_alone_then_ever_more_together() -> None:
    assert relax_steps("housing", ["rooms", "place", "price_max"]) == [
        ("place",),
        ("price_max",),
        ("rooms",),
        ("place", "price_max"),
        ("place", "price_max", "rooms"),
    ]
    assert relax_steps("housing", []) == []


def test_words_go_with_whatever_else_is_given_up_but_places() -> None:
    steps = relax_steps("job", ["text", "place", "near", "working_time", "occupation"])
    assert steps[:4] == [("text",), ("near",), ("place",), ("text", "near")]
    assert all("text" in step for step in steps[3:])


def test_what_is_looked_for_at_all_is_given_up_after_all_else_together() -> None:
    steps = relax_steps("job", ["place", "working_time", "occupation"])
    assert steps.index(("place", "working_time")) < steps.index(("occupation",))
    assert steps[-1] == ("place", "working_time", "occupation")


def test_without_a_kind_not_everything_is_given_up() -> None:
    assert relax_steps(None, ["place", "text"]) == [("place",), ("text",)]
    assert relax_steps(None, ["text"]) == []


@pytest.mark.parametrize(
    ("criteria", "criterion"),
    [
        ({"kind": "castle"}, "kind"),
        ({"place": "magdeburg"}, "place"),
        ({"radius_km": -1.0}, "radius_km"),
        ({"near_km": -1.0}, "near_km"),
        ({"limit": 1000}, "limit"),
        ({"offset": 10**30}, "offset"),
        ({"kind": "housing", "filters": {"colour": "red"}}, "colour"),
        ({"kind": "housing", "filters": {"rooms": "drei"}}, "rooms"),
        ({"kind": "housing", "filters": {"price_max": float("nan")}}, "price_max"),
        ({"kind": "housing", "filters": {"price_max": -5}}, "price_max"),
        ({"kind": "housing", "filters": {"rooms": [2, 3]}}, "rooms"),
        ({"kind": "housing", "filters": {"deal": "x'; DROP TABLE offer"}}, "deal"),
    ],
)
def test_senseless_criteria_are_named(write: Write, index: Open, criteria: dict[str, Any], criterion: str) -> None:
    write("housing")
    with pytest.raises(QueryError) as raised:
        index().search(Query(**criteria))
    assert raised.value.criterion == criterion
