"""From what was said to a query: which criteria hold, what to ask next, how they read.

Pure functions of slot values; `settings` is the section `search` of `data/dialogue.yml`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from bot.interface import Interface
from bot.knowledge.present import Formatter, Names
from bot.knowledge.query import Query
from bot.knowledge.schema import FILTERS
from bot.languages import Languages

Slots = Mapping[str, Any]
Settings = Mapping[str, Any]

_CARRIED = ("radius_km", "countryside", "text", "prefer", "rooms_from", "also_in", "without_place")
"""Criteria that no slot holds, because nothing but a running search has them."""
DESCRIBED = ("place", *FILTERS, *(name for name in _CARRIED if name != "prefer"))
"""Criteria that `describe` puts into words."""
_EXCLUDES = {"without_working_time": "working_time"}
"""Criteria that leave offers out, and those that ask for the same."""


def kind_of(intent: str, said: Mapping[str, Any], running: str | None, settings: Settings) -> str | None:
    """What is looked for: by the intent, else the running search, else what the named criteria belong to."""
    for kind, rule in settings["kinds"].items():
        if rule["intent"] == intent:
            return str(kind)
    named = {name: settings["belongs_to"][name] for name in said if name in settings["belongs_to"]}
    # After a search for childcare, "as a nurse in Havelberg" is about work; after one for training, a trade is not.
    if running and (running in named.values() or set(named) <= set(settings["kinds"][running]["own"])):
        return running
    return next(iter(named.values()), running)


def criteria_after(
    slots: Slots,
    said: Mapping[str, Any],
    kind: str,
    settings: Settings,
    *,
    new_question: bool,
    shown: Sequence[Any],
    before: Mapping[str, Any] = MappingProxyType({}),
    text: str = "",
    also_in: Sequence[str] = (),
) -> dict[str, Any]:
    """The criteria that hold after a message, None for those that do not.

    Args:
        slots: Criteria as the dialogue has them, what was just said included.
        said: Entity -> value of this message.
        new_question: A whole new question drops the criteria that are its kind's own.
        shown: The offers shown last, for "cheaper" and "larger".
        before: The criteria of the running search.
        text: What the message says besides, in words to look for.
        also_in: Places named beside the last one as just as good.
    """
    own, kept = settings["kinds"][kind]["own"], settings["kept"]
    criteria = {name: _one(slots.get(name)) for name in [*own, *kept]}
    if new_question or slots.get("search_kind") not in (None, kind):
        criteria.update({name: _one(said.get(name)) for name in own})
        # Who asks anew has not said that it must be so, as who says "with a balcony" to a list has.
        criteria["prefer"] = text or None
    else:
        criteria.update({name: before.get(name) for name in _CARRIED})
        criteria["text"] = text or before.get("text")
    if said.get("place") is not None:
        criteria.update(radius_km=None, countryside=None, without_place=None, also_in=[*also_in] or None)
    if said.get("without_place") is not None:
        criteria.update(_without(criteria, [*_as_list(said["without_place"])]))
    if said.get("rooms") is not None:
        criteria["rooms_from"] = _one(said.get("comparison"))
    for excluded, wanted in _EXCLUDES.items():
        if said.get(excluded) is not None:
            # "Without shifts" is no wish for shifts, whatever else was said before.
            values = _as_list(criteria.get(wanted))
            criteria[wanted] = next((value for value in values if value != _one(said[excluded])), None)
        elif said.get(wanted) is not None and criteria.get(excluded) in _as_list(said[wanted]):
            criteria[excluded] = None
    if _turned(before.get("deal"), said.get("deal")) and "price_max" not in said:
        # What a month may cost says nothing about a price.
        criteria["price_max"] = None
    # "More than two rooms" says more by its number than by its "more".
    for change in _as_list(said.get("change")) if "comparison" not in said else ():
        criteria.update(_changed(change, criteria, said, [] if new_question else shown, settings))
    return {name: value for name, value in criteria.items() if value is not None or name not in _CARRIED}


def _without(criteria: Mapping[str, Any], left_out: Sequence[str]) -> dict[str, Any]:
    """The places that still hold: "not in Iden" after "in Iden or Werben" leaves Werben, and after "20 km around Iden"
    all that is around."""
    places = [place for place in [*(criteria.get("also_in") or ()), criteria.get("place")] if place]
    kept = places if criteria.get("radius_km") else [place for place in places if place not in left_out]
    before = criteria.get("without_place") or []
    return {
        "place": kept[-1] if kept else None,
        "also_in": kept[:-1] or None,
        "without_place": [*before, *(place for place in left_out if place not in before)],
    }


def _turned(before: Any, now: Any) -> bool:
    """Whether somebody who wanted the one wants the other."""
    return before is not None and now is not None and _one(now) != before


def _changed(
    change: str, criteria: Mapping[str, Any], said: Mapping[str, Any], shown: Sequence[Any], settings: Settings
) -> dict[str, Any]:
    """What "cheaper" means in numbers: than most of those that were shown, for the cheapest of them may be the cheapest of
    all; "larger" than all of them."""
    prices = sorted(p for o in shown if (p := o.facts.get("rent_warm", o.facts.get("rent_cold", o.facts.get("price")))))
    areas = [a for o in shown if (a := o.facts.get("area"))]
    rooms = criteria.get("rooms")
    changes: dict[str, dict[str, Any]] = {
        "cheaper": {} if "price_max" in said else {"price_max": prices[len(prices) // 2] - 1} if prices else {},
        "larger": {} if "area_min" in said else {"area_min": max(areas) + 1} if areas else {},
        "smaller": {"area_min": None},
        "more_rooms": {"rooms": rooms + 1} if rooms else {},
        "fewer_rooms": {"rooms": max(1, rooms - 1)} if rooms else {},
        "nearer": {"radius_km": None},
        "around": {"radius_km": settings["around_km"]},
        "countryside": {"countryside": True, "radius_km": settings["around_km"]},
        "anywhere": {"place": None, "also_in": None, "radius_km": None, "countryside": None, "without_place": None},
        "any_price": {"price_max": None},
    }
    return changes.get(change, {})


def to_query(
    kind: str,
    criteria: Mapping[str, Any],
    language: str,
    *,
    limit: int,
    offset: int,
    gloss: Callable[[str, str], Mapping[str, str]] = lambda text, language: {},
) -> Query:
    """The criteria as a query of the index; `gloss` gives the English of a text's words."""
    text, prefer = criteria.get("text") or "", criteria.get("prefer") or ""
    return Query(
        kind=kind,
        text=text,
        prefer=prefer,
        glosses=gloss(f"{text} {prefer}", language) if text or prefer else {},
        countryside=bool(criteria.get("countryside")),
        place=criteria.get("place"),
        also_in=tuple(criteria.get("also_in") or ()),
        without_place=tuple(criteria.get("without_place") or ()),
        radius_km=float(criteria.get("radius_km") or 0),
        filters={name: value for name, value in _filters(criteria).items() if name in FILTERS and value is not None},
        language=language,
        limit=limit,
        offset=offset,
    )


def _filters(criteria: Mapping[str, Any]) -> dict[str, Any]:
    """The criteria with a number of rooms as the least or most there may be, where somebody said so."""
    rooms, compared = criteria.get("rooms"), criteria.get("rooms_from")
    if rooms is None or not compared:
        return dict(criteria)
    if compared == "at_most":
        return {**criteria, "rooms": None, "rooms_max": rooms}
    return {**criteria, "rooms": None, "rooms_min": rooms + (1 if compared == "more_than" else 0)}


def open_questions(
    kind: str, criteria: Mapping[str, Any], asked: Sequence[str], total: int, settings: Settings
) -> list[str]:
    """The criteria that may be asked for with the results, what matters most first; [] if enough was asked."""
    ask = settings["kinds"][kind]["ask"]
    own = [name for name in asked if name in ask]
    if total <= settings["shown"] or len(own) >= settings["questions_at_most"]:
        return []
    return [name for name in ask if criteria.get(name) is None and name not in asked]


def describe(
    kind: str, criteria: Mapping[str, Any], language: str, names: Names, interface: Interface, languages: Languages
) -> str:
    """The search in words: "Home, Tangermünde, 3 rooms, up to 600 €"."""
    # The child's age is kept for later, but says nothing about a home.
    criteria = {name: value for name, value in criteria.items() if name not in FILTERS or kind in FILTERS[name].kinds}
    parts = [interface.text(language, "kinds", kind)]
    if criteria.get("place"):
        places = [*(criteria.get("also_in") or ()), criteria["place"]]
        parts.append(" / ".join(names.region.place(place).name(language) for place in places))
        if criteria.get("radius_km"):
            parts.append(interface.text(language, "criteria_values", "radius_km", value=criteria["radius_km"]))
    if criteria.get("without_place"):
        left_out = " / ".join(names.region.place(place).name(language) for place in criteria["without_place"])
        parts.append(interface.text(language, "criteria_values", "without", value=left_out))
    if criteria.get("countryside"):
        parts.append(interface.text(language, "criteria_values", "countryside"))
    for name in ("occupation", "working_time", "childcare_kind", "housing_kind", "deal"):
        if criteria.get(name):
            parts.append(names.enumerated(name, criteria[name], language))
    filters = _filters(criteria)
    for name in ("rooms", "rooms_min", "rooms_max", "area_min"):
        if filters.get(name) is not None:
            parts.append(interface.text(language, "criteria_values", name, value=filters[name]))
    if criteria.get("price_max") is not None:
        money = Formatter(names, language).money(criteria["price_max"])
        parts.append(interface.text(language, "criteria_values", "price_max", value=money))
    age = criteria.get("child_age")
    if age is not None:
        years = age >= 24 and age % 12 == 0
        key, number = ("child_age_years", age // 12) if years else ("child_age_months", age)
        parts.append(interface.text(language, "criteria_values", key, value=number))
    for excluded, wanted in _EXCLUDES.items():
        if criteria.get(excluded):
            value = names.enumerated(wanted, criteria[excluded], language)
            parts.append(interface.text(language, "criteria_values", "without", value=value))
    if criteria.get("text"):
        parts.append(interface.text(language, "criteria_values", "text", value=criteria["text"]))
    comma = "، " if languages[language].direction == "rtl" else ", "
    return comma.join(str(part) for part in parts)


def _one(value: Any) -> Any:
    """Rasa puts several mentions of an entity into a list; the last one is what was decided on."""
    return (value[-1] if value else None) if isinstance(value, list) else value


def _as_list(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
