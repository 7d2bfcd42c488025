"""Kinds of offers: the JSON Schema of each, the columns a search filters by, and what is given up first.

A new fact is a line in `schemas/<kind>.json`. A new filter is a line in `FILTERS` and, if it needs a new column,
in `COLUMNS`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
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


def _mask(kind: str, fact: str) -> Callable[[Facts], int]:
    return lambda facts: mask_of(kind, fact, facts.get(fact, ()))


def mask_of(kind: str, fact: str, values: Any) -> int:
    """A list of enumerated values as a bit mask, so that "any of" is one integer operation."""
    known = enum_values(kind, fact)
    return sum(1 << known.index(value) for value in set(values))


def _price(facts: Facts) -> float | None:
    # A budget is what leaves the account: with heating and running costs where the record says so.
    return facts.get("rent_warm", facts.get("rent_cold", facts.get("price")))


COLUMNS: Mapping[str, Callable[[Facts], Any]] = {
    "occupation": lambda facts: facts.get("occupation"),
    "working_time": _mask("job", "working_time"),
    "training_kind": lambda facts: facts.get("training_kind"),
    "deal": lambda facts: facts.get("deal"),
    "housing_kind": lambda facts: facts.get("housing_kind"),
    "rooms": lambda facts: facts.get("rooms"),
    "price": _price,
    "area": lambda facts: facts.get("area", facts.get("plot_area")),
    "childcare_kind": _mask("childcare", "childcare_kind"),
    "age_min": lambda facts: facts.get("age_min_months"),
    "age_max": lambda facts: facts.get("age_max_months"),
    "service_kind": lambda facts: facts.get("service_kind"),
    "topics": _mask("service", "topics"),
    "event_kind": lambda facts: facts.get("event_kind"),
}
"""Typed columns beside those every offer has: how each is filled from a record's facts."""

KIND_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "job": ("occupation", "working_time"),
    "training": ("occupation", "training_kind"),
    "housing": ("deal", "housing_kind", "rooms", "price", "area"),
    "childcare": ("childcare_kind", "age_min", "age_max"),
    "service": ("service_kind", "topics", "area", "price"),
    "event": ("event_kind",),
}
"""Columns of the covering index of each kind, the most selective equality first."""


@dataclass(frozen=True, slots=True)
class Filter:
    """How a criterion becomes SQL.

    `sql` is true for rows that fit and has one `?` per entry of `binds`; `kinds` are those it means something for.
    `values` names (kind, fact) whose values are possible; without it the criterion is a number.
    """

    sql: str
    kinds: tuple[str, ...]
    values: tuple[str, str] | None = None
    masked: bool = False
    least: float = 0.0


FILTERS: Mapping[str, Filter] = {
    "occupation": Filter("occupation IN ({})", ("job", "training"), ("job", "occupation")),
    "working_time": Filter("working_time & ? <> 0", ("job",), ("job", "working_time"), masked=True),
    "without_working_time": Filter("working_time & ? = 0", ("job",), ("job", "working_time"), masked=True),
    "training_kind": Filter("training_kind IN ({})", ("training",), ("training", "training_kind")),
    "deal": Filter("deal IN ({})", ("housing",), ("housing", "deal")),
    "housing_kind": Filter("housing_kind IN ({})", ("housing",), ("housing", "housing_kind")),
    # Half rooms count as the full number below: who asks for 3 rooms also wants to see 3.5.
    "rooms": Filter("rooms >= ? AND rooms < ? + 1", ("housing",), least=0.5),
    "rooms_min": Filter("rooms >= ?", ("housing",), least=0.5),
    "price_max": Filter("price <= ?", ("housing", "service"), least=0.0),
    "area_min": Filter("area >= ?", ("housing", "service"), least=0.0),
    "childcare_kind": Filter("childcare_kind & ? <> 0", ("childcare",), ("childcare", "childcare_kind"), masked=True),
    "child_age": Filter("age_min <= ? AND age_max >= ?", ("childcare",)),
    "service_kind": Filter("service_kind IN ({})", ("service",), ("service", "service_kind")),
    "topic": Filter("topics & ? <> 0", ("service",), ("service", "topics"), masked=True),
    "event_kind": Filter("event_kind IN ({})", ("event",), ("event", "event_kind")),
}

RELAX_ORDER: Mapping[str, tuple[str, ...]] = {
    # A job in another town beats another occupation; hours are given up before either.
    "job": ("text", "without_working_time", "working_time", "place", "occupation"),
    "training": ("text", "training_kind", "place", "occupation"),
    # The budget is given up after the place: most people can move one town on, not pay more.
    "housing": ("text", "area_min", "place", "price_max", "rooms", "rooms_min", "housing_kind", "deal"),
    # A childcare place that does not take the child is none: the age goes last.
    "childcare": ("text", "childcare_kind", "place", "child_age"),
    # What a service is about stands in its text and kind; where it is matters less.
    "service": ("place", "area_min", "price_max", "text", "service_kind", "topic"),
    "event": ("place", "text", "event_kind"),
    "": ("place", "text"),
}
"""Criteria in the order in which a search that finds nothing gives them up; "" is a search over all kinds."""
