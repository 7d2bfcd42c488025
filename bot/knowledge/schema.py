"""Kinds of offers: the JSON Schema of each, the columns a search filters by, and what is given up first.

A new fact is a line in `schemas/<kind>.json`. A new filter is a line in `FILTERS` and, if it needs a new column,
in `ENUMERATED` or `MEASURED`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

KINDS = ("job", "training", "housing", "childcare", "service", "event")

_FOLDER = Path(__file__).parent / "schemas"


@cache
def record_schema(kind: str) -> Mapping[str, Any]:
    """The JSON Schema of a whole record of this kind."""
    record: dict[str, Any] = json.loads((_FOLDER / "record.json").read_text("utf-8"))
    record["properties"]["facts"] = facts = json.loads((_FOLDER / f"{kind}.json").read_text("utf-8"))
    # References in the facts' schema start at the root, which is now the record.
    record["$defs"] = facts.pop("$defs", {})
    return record


@cache
def enum_values(kind: str, fact: str) -> tuple[str, ...]:
    """The values an enumerated fact, or the entries of an enumerated list, can have; () for any other fact."""
    schema = record_schema(kind)["properties"]["facts"]["properties"].get(fact, {})
    return tuple(schema.get("enum") or schema.get("items", {}).get("enum") or ())


Facts = Mapping[str, Any]
Columns = Mapping[str, Any]
"""Name of a column to a NumPy array with one entry per offer: int64 for enumerated facts, else float64."""


def mask_of(kind: str, fact: str, values: Iterable[str]) -> int:
    """Enumerated values as a bit mask, so that "any of these" is one integer operation."""
    known = enum_values(kind, fact)
    return sum(1 << known.index(value) for value in set(values))


def _mask(kind: str, fact: str) -> Callable[[Facts], int]:
    def fill(facts: Facts) -> int:
        values = facts.get(fact, ())
        return mask_of(kind, fact, [values] if isinstance(values, str) else values)

    return fill


def _number(*facts_: str) -> Callable[[Facts], float | None]:
    return lambda facts: next((facts[name] for name in facts_ if name in facts), None)


ENUMERATED: Mapping[str, Callable[[Facts], int]] = {
    "occupation": _mask("job", "occupation"),
    "working_time": _mask("job", "working_time"),
    "training_kind": _mask("training", "training_kind"),
    "deal": _mask("housing", "deal"),
    "housing_kind": _mask("housing", "housing_kind"),
    "childcare_kind": _mask("childcare", "childcare_kind"),
    "service_kind": _mask("service", "service_kind"),
    "topics": _mask("service", "topics"),
    "event_kind": _mask("event", "event_kind"),
}
"""Integer columns and how each is filled from a record's facts; 0 where the record says nothing."""

MEASURED: Mapping[str, Callable[[Facts], float | None]] = {
    "rooms": _number("rooms"),
    # A budget is what leaves the account: with heating and running costs where the record says so.
    "price": _number("rent_warm", "rent_cold", "price", "costs"),
    "area": _number("area", "plot_area"),
    "age_min": _number("age_min_months"),
    "age_max": _number("age_max_months"),
}
"""Real columns and how each is filled; NULL where the record says nothing, which no criterion accepts."""


@dataclass(frozen=True, slots=True)
class Filter:
    """A criterion: which offers it accepts, the kinds it means something for, and what values it takes.

    `accepts(columns, value)` gives one boolean per offer. `values` names the (kind, fact) whose values are possible,
    given to `accepts` as a bit mask; without it the value is a number, not below `least`.
    """

    accepts: Callable[[Columns, Any], Any]
    kinds: tuple[str, ...]
    values: tuple[str, str] | None = None
    least: float = 0.0


def _any_of(column: str, *kinds: str) -> Filter:
    return Filter(lambda columns, mask: columns[column] & mask != 0, kinds, (kinds[0], column))


FILTERS: Mapping[str, Filter] = {
    "occupation": _any_of("occupation", "job", "training"),
    "working_time": _any_of("working_time", "job"),
    "without_working_time": Filter(
        lambda columns, mask: columns["working_time"] & mask == 0, ("job",), ("job", "working_time")
    ),
    "training_kind": _any_of("training_kind", "training"),
    "deal": _any_of("deal", "housing"),
    "housing_kind": _any_of("housing_kind", "housing"),
    # Half rooms count as the full number below: who asks for 3 rooms also wants to see 3.5.
    "rooms": Filter(
        lambda columns, rooms: (columns["rooms"] >= rooms) & (columns["rooms"] < rooms + 1), ("housing",), least=0.5
    ),
    "rooms_min": Filter(lambda columns, rooms: columns["rooms"] >= rooms, ("housing",), least=0.5),
    "rooms_max": Filter(lambda columns, rooms: columns["rooms"] < rooms + 1, ("housing",), least=0.5),
    "price_max": Filter(lambda columns, price: columns["price"] <= price, ("housing", "service", "event")),
    "area_min": Filter(lambda columns, area: columns["area"] >= area, ("housing", "service")),
    "childcare_kind": _any_of("childcare_kind", "childcare"),
    "child_age": Filter(
        lambda columns, months: (columns["age_min"] <= months) & (months <= columns["age_max"]), ("childcare",)
    ),
    "service_kind": _any_of("service_kind", "service"),
    "topic": _any_of("topics", "service"),
    "event_kind": _any_of("event_kind", "event"),
}

RELAX_ORDER: Mapping[str, tuple[str, ...]] = {
    # A job in another town beats another occupation; hours are given up before either.
    "job": ("text", "countryside", "without_working_time", "working_time", "place", "occupation"),
    "training": ("text", "countryside", "training_kind", "place", "occupation"),
    # The budget is given up after the place: most people can move one town on, not pay more.
    "housing": ("text", "countryside", "area_min", "place", "price_max", "rooms", "rooms_min", "rooms_max", "housing_kind", "deal"),
    # A childcare place that does not take the child is none: the age goes last.
    "childcare": ("text", "countryside", "childcare_kind", "place", "child_age"),
    # What a service is about stands in its text and kind; where it is matters less.
    "service": ("countryside", "place", "area_min", "price_max", "text", "service_kind", "topic"),
    "event": ("countryside", "price_max", "place", "text", "event_kind"),
    "": ("countryside", "place", "text"),
}
"""Criteria in the order in which a search that finds nothing gives them up; "" is a search over all kinds."""
