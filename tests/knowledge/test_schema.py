"""What each criterion accepts, and that criteria, columns and schemas go together."""

from __future__ import annotations

from typing import Any

import pytest

from bot.knowledge import Query
from bot.knowledge.schema import ENUMERATED, FILTERS, KINDS, MEASURED, RELAX_ORDER, enum_values, mask_of
from tests.knowledge.conftest import TODAY, Open, Write, ids

HOMES = [
    {"id": "a", "facts": "housing_kind: flat, deal: rent, rooms: 3, area: 60, rent_cold: 400, rent_warm: 550"},
    {"id": "b", "facts": "housing_kind: flat, deal: rent, rooms: 3.5, area: 80, rent_cold: 590"},
    {"id": "c", "facts": "housing_kind: house, deal: rent, rooms: 4, area: 110, rent_cold: 590, rent_warm: 800"},
    {"id": "d", "facts": "housing_kind: plot, deal: buy, plot_area: 900, price: 40000"},
    {"id": "e", "facts": "housing_kind: flat, deal: rent, rooms: 2, area: 45, rent_cold: 300"},
]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"rooms": 3}, {"a", "b"}),
        ({"rooms": "3", "price_max": 600}, {"a", "b"}),
        ({"rooms_min": 3.5}, {"b", "c"}),
        # What leaves the account counts: c costs 590 without heating but 800 with it.
        ({"price_max": 600, "deal": "rent"}, {"a", "b", "e"}),
        ({"housing_kind": ["house", "plot"]}, {"c", "d"}),
        ({"area_min": 100}, {"c", "d"}),
        ({"deal": "rent", "area_min": 60, "price_max": 570}, {"a"}),
        ({"rooms": None, "deal": []}, {"a", "b", "c", "d", "e"}),
        # Kept from an earlier search for work; it says nothing about homes.
        ({"occupation": "it"}, {"a", "b", "c", "d", "e"}),
    ],
)
def test_housing_filters_are_exact(write: Write, index: Open, filters: dict[str, Any], expected: set[str]) -> None:
    write("housing", *HOMES)
    assert set(ids(index(), kind="housing", filters=filters)) == expected


def test_work_filters(write: Write, index: Open) -> None:
    write(
        "job",
        {"id": "nurse", "facts": "occupation: nursing_care, working_time: [full_time, shift]"},
        {"id": "half", "facts": "occupation: nursing_care, working_time: [part_time]"},
        {"id": "it", "facts": "occupation: it, working_time: [full_time, remote]"},
    )
    opened = index()
    assert set(ids(opened, kind="job", filters={"occupation": "nursing_care"})) == {"nurse", "half"}
    assert ids(opened, kind="job", filters={"occupation": ["nursing_care"], "working_time": "part_time"}) == ["half"]
    assert set(ids(opened, kind="job", filters={"working_time": ["part_time", "remote"]})) == {"half", "it"}
    assert set(ids(opened, kind="job", filters={"without_working_time": "shift"})) == {"half", "it"}


@pytest.mark.parametrize(("months", "found"), [(11, False), (12, True), (24, True), (36, True), (37, False)])
def test_a_childs_age_must_lie_within_the_range(write: Write, index: Open, months: int, found: bool) -> None:
    write("childcare")
    result = index().search(Query(kind="childcare", filters={"child_age": months}, today=TODAY))
    assert (result.relaxed == ()) is found


def test_every_criterion_of_a_kind_has_its_place_in_the_order() -> None:
    for kind in KINDS:
        usable = {name for name, spec in FILTERS.items() if kind in spec.kinds} | {"text", "place", "countryside"}
        assert set(RELAX_ORDER[kind]) == usable, kind


def test_every_filter_has_its_column_and_the_values_it_names() -> None:
    for name, spec in FILTERS.items():
        assert set(spec.kinds) <= set(KINDS), name
        if spec.values:
            values = enum_values(*spec.values)
            assert values and spec.values[1] in ENUMERATED, name
            # A column is a 64-bit integer, and its sign is no value.
            assert 0 < mask_of(*spec.values, values) < 2**63, name


def test_a_mask_holds_each_value_once_and_refuses_others() -> None:
    first, second, *_ = enum_values("job", "working_time")
    assert mask_of("job", "working_time", [first, second, first]) == 0b11
    assert mask_of("job", "working_time", []) == 0
    with pytest.raises(ValueError):
        mask_of("job", "working_time", ["sometimes"])
    assert enum_values("job", "pay_min") == enum_values("job", "no_such_fact") == ()


@pytest.mark.parametrize(
    ("facts", "price"),
    [({"rent_warm": 550, "rent_cold": 400}, 550), ({"rent_cold": 400}, 400), ({"costs": 0}, 0), ({"deposit": 1}, None)],
)
def test_a_price_is_what_leaves_the_account_and_nothing_is_no_price_of_nought(facts: dict[str, Any], price: float | None) -> None:
    assert MEASURED["price"](facts) == price
