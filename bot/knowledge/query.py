"""What is asked of the index and what comes back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from bot.knowledge.offers import Offer
from bot.knowledge.schema import CORE, FILTERS, KINDS, PLACES, RELAX_ORDER, enum_values, mask_of

MAX_LIMIT = 200


class QueryError(ValueError):
    """A query that makes no sense. `criterion` is the name of the field or filter that is wrong."""

    def __init__(self, criterion: str, message: str) -> None:
        super().__init__(f"{criterion}: {message}")
        self.criterion = criterion


@dataclass(frozen=True)
class Query:
    """A search. Every criterion may be left out.

    kind: one of KINDS; None searches all kinds by text and place.
    text: the visitor's own words, in any language, that an offer has to hold. prefer: words that only decide the
        order. glosses: what words of either mean in English, so that they find offers written in other languages; " / "
        stands between readings of which any will do.
    place: id of a place; radius_km: how far around it, 0 is that municipality alone. near_km: how far around it to look
        before the place is given up, where nothing is found.
    also_in: further places that will do. without_place: places that are left out. countryside: leave out the region's towns.
    filters: name in FILTERS to a value, or for enumerated ones to a list of which any will do. Filters that mean
        nothing for the kind are passed over, because a conversation keeps what was said when the topic changes.
    language: the visitor's; German compounds in `text` are split when it is German or unknown.
    limit, offset: which part of the hits, at most 200. today: offers that are not valid on this day are left out.
    """

    kind: str | None = None
    text: str = ""
    prefer: str = ""
    glosses: Mapping[str, str] = field(default_factory=dict)
    place: str | None = None
    radius_km: float = 0.0
    near_km: float = 0.0
    also_in: Sequence[str] = ()
    without_place: Sequence[str] = ()
    countryside: bool = False
    filters: Mapping[str, Any] = field(default_factory=dict)
    language: str | None = None
    limit: int = 5
    offset: int = 0
    today: date | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """An offer that fits. `distance_km` is from the place of the query to the offer's, None without a place.

    `reasons` names the criteria of the query that the offer meets; `text:garten` is a word of the text found in it.
    """

    offer: Offer
    distance_km: float | None
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """`hits` is the part that was asked for of `total`; `relaxed` are criteria given up because nothing met all.

    `without`, if nothing met all: how many offers there would be without this criterion alone; those that would help.
    """

    hits: tuple[Hit, ...]
    total: int
    relaxed: tuple[str, ...] = ()
    without: Mapping[str, int] = field(default_factory=dict)


def check_query(query: Query, places: Mapping[str, Any]) -> None:
    """Raises QueryError naming the criterion that is wrong and what would be right."""
    if query.kind is not None and query.kind not in KINDS:
        raise QueryError("kind", f"{query.kind!r} is none of {', '.join(KINDS)}")
    if query.place is not None and query.place not in places:
        raise QueryError("place", f"{query.place!r} is no place of this region")
    if not 0 <= query.radius_km < 1000:
        raise QueryError("radius_km", f"{query.radius_km!r} is not between 0 and 1000")
    if not 0 <= query.near_km < 1000:
        raise QueryError("near_km", f"{query.near_km!r} is not between 0 and 1000")
    if not 0 <= query.limit <= MAX_LIMIT:
        raise QueryError("limit", f"{query.limit!r} is not between 0 and {MAX_LIMIT}")
    # SQLite's integers end at 2**63; far beyond any list of offers is far enough.
    if not 0 <= query.offset <= 10**9:
        raise QueryError("offset", f"{query.offset!r} is not between 0 and a thousand million")


def active_filters(query: Query) -> dict[str, int | float]:
    """The filters that mean something for the query's kind, as their `accepts` takes them.

    Raises QueryError for an unknown name or an impossible value.
    """
    active: dict[str, int | float] = {}
    for name, value in query.filters.items():
        spec = FILTERS.get(name)
        if spec is None:
            raise QueryError(name, f"no such filter; there are {', '.join(FILTERS)}")
        values = list(value) if isinstance(value, list | tuple | set | frozenset) else [value]
        if value is None or not values or query.kind not in spec.kinds:
            continue
        if spec.values:
            known = enum_values(*spec.values)
            wrong = [each for each in values if each not in known]
            if wrong:
                raise QueryError(name, f"{wrong[0]!r} is none of {', '.join(known)}")
            active[name] = mask_of(*spec.values, values)
        elif len(values) > 1:
            raise QueryError(name, "takes one number")
        else:
            active[name] = _number(name, values[0], spec.least)
    return active


def _number(name: str, value: Any, least: float) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise QueryError(name, f"{value!r} is not a number") from None
    if not least <= number <= 1e9:  # also refuses NaN
        raise QueryError(name, f"{value!r} is not between {least:g} and a thousand million")
    return number


def relax_steps(kind: str | None, criteria: Sequence[str]) -> list[tuple[str, ...]]:
    """Which criteria to give up, step by step: each alone in the kind's order, then ever more of them together.

    Words that come first are given up with whatever else is, places apart: "the accountant who mentions 'pay'" is no
    answer to a warehouseman. Nor is what is looked for at all (CORE) given up before everything else together.
    """
    order = [name for name in RELAX_ORDER[kind or ""] if name in criteria]
    if order[:1] == ["text"]:
        alone = [("text",), *((name,) for name in order if name in PLACES), *(("text", name) for name in order[1:])]
    else:
        alone = [(name,) for name in order]
    together = [tuple(order[:count]) for count in range(2, len(order) + 1)]
    each = [*alone, *together]
    steps = list(dict.fromkeys([*(step for step in each if not CORE & {*step}), *each]))
    # Without a kind, giving up everything would answer any question with any offer.
    return steps if kind else [step for step in steps if len(step) < len(criteria)]
