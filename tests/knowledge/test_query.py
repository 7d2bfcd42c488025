"""The order in which criteria are given up."""

from __future__ import annotations

from bot.knowledge.query import relax_steps
from bot.knowledge.schema import FILTERS, KINDS, RELAX_ORDER


def test_each_alone_then_ever_more_together() -> None:
    assert relax_steps("housing", ["rooms", "place", "price_max"]) == [
        ("place",),
        ("price_max",),
        ("rooms",),
        ("place", "price_max"),
        ("place", "price_max", "rooms"),
    ]
    assert relax_steps("housing", []) == []


def test_without_a_kind_not_everything_is_given_up() -> None:
    assert relax_steps(None, ["place", "text"]) == [("place",), ("text",)]
    assert relax_steps(None, ["text"]) == []


def test_every_criterion_of_a_kind_has_its_place_in_the_order() -> None:
    for kind in KINDS:
        usable = {name for name, spec in FILTERS.items() if kind in spec.kinds} | {"text", "place", "countryside"}
        assert set(RELAX_ORDER[kind]) == usable, kind
