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

import numpy as np

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

_WEEKS_A_MONTH = 52 / 12
GERMAN_LEVELS = ("none", "A1", "A2", "B1", "B2", "C1", "C2")
"""Of German, as the schemas list them: 0 is none at all."""


def _german(facts: Facts) -> float | None:
    return GERMAN_LEVELS.index(facts["language_level"]) if facts.get("language_level") in GERMAN_LEVELS else None


def _monthly_pay(facts: Facts) -> float | None:
    """The most a job pays, in EUR a month; None where that cannot be told."""
    pay, per = facts.get("pay_max", facts.get("pay_min")), facts.get("pay_per")
    if pay is None or per == "hour" and "hours_per_week" not in facts:
        return None
    return float(pay * {"hour": facts.get("hours_per_week", 0) * _WEEKS_A_MONTH, "year": 1 / 12}.get(str(per), 1))


MEASURED: Mapping[str, Callable[[Facts], float | None]] = {
    "rooms": _number("rooms"),
    # A budget is what leaves the account: with heating and running costs where the record says so.
    "price": _number("rent_warm", "rent_cold", "price", "costs"),
    "area": _number("area", "plot_area"),
    "age_min": _number("age_min_months"),
    "age_max": _number("age_max_months"),
    "german": _german,
    "pay": _monthly_pay,
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


_HOMES_TOO = {"flat": "senior_flat", "room": "shared_flat"}
"""Kinds of homes that are such a home as well: who looks for a flat also wants to see those for older people."""


def _homes(mask: int) -> int:
    for wanted, too in _HOMES_TOO.items():
        if mask & mask_of("housing", "housing_kind", [wanted]):
            mask |= mask_of("housing", "housing_kind", [too])
    return mask


def _none_of(column: str, *kinds: str) -> Filter:
    """Offers that have something else besides what is left out."""
    return Filter(lambda columns, mask: columns[column] & ~mask != 0, kinds, (kinds[0], column))


WORKING_TIMES = (("full_time", "part_time", "mini_job"), ("shift", "weekend"), ("remote",))
"""Sorts of working time: values of the same sort are alternatives, those of different sorts can hold together."""
_LENGTHS, _BURDENS, _ = (mask_of("job", "working_time", sort) for sort in WORKING_TIMES)


def _worked(columns: Columns, mask: int) -> Any:
    """Of each sort that is named one: "remote, part time or full time"."""
    named = [own for sort in WORKING_TIMES if (own := mask & mask_of("job", "working_time", sort))]
    return np.logical_and.reduce([columns["working_time"] & own != 0 for own in named])


def _not_worked(columns: Columns, mask: int) -> Any:
    """Without shifts or weekends none that has them; without a length of the day, or from home, whatever can be had
    otherwise: "full time or part time" is left to those who cannot work full time."""
    times = columns["working_time"]
    free = times & mask & _BURDENS == 0
    otherwise = (times & _LENGTHS == 0) | (times & _LENGTHS & ~mask != 0)
    return free & otherwise & ((times == 0) | (times & ~mask != 0))


FILTERS: Mapping[str, Filter] = {
    "occupation": _any_of("occupation", "job", "training"),
    "without_occupation": _none_of("occupation", "job", "training"),
    "working_time": Filter(_worked, ("job",), ("job", "working_time")),
    "without_working_time": Filter(_not_worked, ("job",), ("job", "working_time")),
    # Where nothing is said of German or of pay, nobody can tell.
    "german_level": Filter(lambda columns, level: columns["german"] <= level, ("job", "training")),
    "pay_min": Filter(lambda columns, pay: columns["pay"] >= pay, ("job",)),
    "training_kind": _any_of("training_kind", "training"),
    "deal": _any_of("deal", "housing"),
    "housing_kind": Filter(
        lambda columns, mask: columns["housing_kind"] & _homes(mask) != 0, ("housing",), ("housing", "housing_kind")
    ),
    "without_housing_kind": _none_of("housing_kind", "housing"),
    # Half rooms count as the full number below: who asks for 3 rooms also wants to see 3.5.
    "rooms": Filter(
        lambda columns, rooms: (columns["rooms"] >= rooms) & (columns["rooms"] < rooms + 1), ("housing",), least=0.5
    ),
    "rooms_min": Filter(lambda columns, rooms: columns["rooms"] >= rooms, ("housing",), least=0.5),
    "rooms_max": Filter(lambda columns, rooms: columns["rooms"] < rooms + 1, ("housing",), least=0.5),
    "price_max": Filter(lambda columns, price: columns["price"] <= price, ("housing", "service", "event")),
    "area_min": Filter(lambda columns, area: columns["area"] >= area, ("housing", "service")),
    "childcare_kind": _any_of("childcare_kind", "childcare"),
    "without_childcare_kind": _none_of("childcare_kind", "childcare"),
    "child_age": Filter(
        lambda columns, months: (columns["age_min"] <= months) & (months <= columns["age_max"]), ("childcare",)
    ),
    "service_kind": _any_of("service_kind", "service"),
    "topic": _any_of("topics", "service"),
    "event_kind": _any_of("event_kind", "event"),
}

RELAX_ORDER: Mapping[str, tuple[str, ...]] = {
    # A job in another town beats another occupation, and hours that somebody cannot work.
    "job": (
        "text", "countryside", "near", "place", "pay_min", "working_time", "german_level", "without_working_time",
        "occupation", "without_occupation",
    ),
    "training": ("text", "countryside", "training_kind", "near", "place", "german_level", "occupation", "without_occupation"),
    # The budget is given up after the place: most people can move one town on, not pay more.
    "housing": (
        "text", "countryside", "area_min", "near", "place", "price_max", "rooms", "rooms_min", "rooms_max",
        "housing_kind", "without_housing_kind", "deal",
    ),
    # A childcare place that does not take the child is none: the age goes last.
    "childcare": ("text", "countryside", "childcare_kind", "near", "place", "without_childcare_kind", "child_age"),
    # What a service is about stands in its text and kind; where it is matters less.
    "service": ("countryside", "place", "area_min", "price_max", "text", "service_kind", "topic"),
    "event": ("countryside", "price_max", "place", "text", "event_kind"),
    "": ("countryside", "place", "text"),
}
"""Criteria in the order in which a search that finds nothing gives them up; "" is a search over all kinds.

`near` is the place widened to its surroundings. Where `text` comes first, nothing but the place is given up before it.
"""
PLACES = ("near", "place", "countryside")
CORE = frozenset({"occupation", "without_occupation", "housing_kind", "without_housing_kind", "deal", "child_age"})
"""What is looked for at all: a flat is no answer to who needs a house to buy."""
