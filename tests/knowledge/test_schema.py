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
    assert set(ids(opened, kind="job", filters={"without_working_time": "shift"})) == {"half", "it"}
    assert set(ids(opened, kind="job", filters={"without_occupation": ["nursing_care"]})) == {"it"}


WORK = [
    {"id": "any", "facts": "occupation: it, working_time: [full_time, part_time, remote]"},
    {"id": "full", "facts": "occupation: it, working_time: [full_time, remote]"},
    {"id": "night", "facts": "occupation: it, working_time: [full_time, part_time, shift]"},
    {"id": "home", "facts": "occupation: it, working_time: [remote]"},
]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"working_time": ["full_time", "remote"]}, {"any", "full"}),
        ({"working_time": ["part_time", "mini_job"]}, {"any", "night"}),
        ({"working_time": ["part_time", "full_time", "remote"]}, {"any", "full"}),
        # What can be had otherwise survives what is refused; nights and weekends are part of the job.
        ({"without_working_time": "full_time"}, {"any", "night", "home"}),
        ({"without_working_time": "remote"}, {"any", "full", "night"}),
        ({"without_working_time": ["shift", "weekend"]}, {"any", "full", "home"}),
    ],
)
def test_working_times_of_one_sort_are_alternatives_and_of_two_hold_together(
    write: Write, index: Open, filters: dict[str, Any], expected: set[str]
) -> None:
    write("job", *WORK)
    assert set(ids(index(), kind="job", filters=filters)) == expected


def test_german_and_pay_are_known_or_not_fit(write: Write, index: Open) -> None:
    facts = "occupation: it, working_time: [full_time]"
    write(
        "job",
        {"id": "none", "facts": f"{facts}, language_level: none, pay_min: 2500, pay_max: 3000, pay_per: month"},
        {"id": "b2", "facts": f"{facts}, language_level: B2, pay_min: 20, pay_per: hour, hours_per_week: 40"},
        {"id": "unknown", "facts": f"{facts}, pay_min: 20, pay_per: hour"},
    )
    opened = index()
    assert set(ids(opened, kind="job", filters={"german_level": 0})) == {"none"}
    assert set(ids(opened, kind="job", filters={"german_level": 4})) == {"none", "b2"}
    assert set(ids(opened, kind="job", filters={"pay_min": 3000})) == {"none", "b2"}, "20 an hour is 3467 a month"
    assert set(ids(opened, kind="job", filters={"pay_min": 3200})) == {"b2"}


def test_a_flat_for_older_people_is_a_flat_and_a_room_may_be_in_a_shared_one(write: Write, index: Open) -> None:
    more = "deal: rent, rooms: 1, area: 30, rent_cold: 300"
    kinds = {"flat": "flat", "senior": "senior_flat", "room": "room", "shared": "shared_flat"}
    write("housing", *({"id": id, "facts": f"housing_kind: {kind}, {more}"} for id, kind in kinds.items()))
    opened = index()
    assert set(ids(opened, kind="housing", filters={"housing_kind": "flat"})) == {"flat", "senior"}
    assert set(ids(opened, kind="housing", filters={"housing_kind": "room"})) == {"room", "shared"}
    assert set(ids(opened, kind="housing", filters={"housing_kind": "senior_flat"})) == {"senior"}
    assert "flat" not in ids(opened, kind="housing", filters={"without_housing_kind": ["flat"]})


@pytest.mark.parametrize(("months", "found"), [(11, False), (12, True), (24, True), (36, True), (37, False)])
def test_a_childs_age_must_lie_within_the_range(write: Write, index: Open, months: int, found: bool) -> None:
    write("childcare")
    result = index().search(Query(kind="childcare", filters={"child_age": months}, today=TODAY))
    assert (result.relaxed == ()) is found


def test_every_criterion_of_a_kind_has_its_place_in_the_order() -> None:
    for kind in KINDS:
        usable = {name for name, spec in FILTERS.items() if kind in spec.kinds} | {"text", "place", "countryside"}
        assert {*RELAX_ORDER[kind]} - {"near"} == usable, kind


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
