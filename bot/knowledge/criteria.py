"""From what was said to a query: which criteria hold, what to ask next, how they read.

Pure functions of slot values; `settings` is the section `search` of `data/dialogue.yml`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from bot.interface import Interface
from bot.knowledge.present import Formatter, Names
from bot.knowledge.query import Query
from bot.knowledge.schema import FILTERS, GERMAN_LEVELS, WORKING_TIMES
from bot.languages import Language, Languages

Slots = Mapping[str, Any]
Settings = Mapping[str, Any]

JOINED = ("occupation", "housing_kind", "childcare_kind")
"""Criteria of which several values hold only if they were said together."""
_SEVERAL = (*JOINED, "working_time")
"""Those of which several values can hold at all: "cleaning or kitchen"."""
_LEFT_OUT = {f"without_{name}": name for name in JOINED}
"""Criteria that leave offers out, and those that ask for the same; the next refusal is one more."""
_NUMBERS = ("german_level", "pay_min")
_CARRIED = (
    "radius_km", "countryside", "text", "prefer", "rooms_from", "rooms_max", "also_in", "without_place", *_LEFT_OUT, *_NUMBERS,
)  # fmt: skip
"""Criteria that no slot holds, because nothing but a running search has them."""
DESCRIBED = ("place", *FILTERS, *(name for name in _CARRIED if name not in ("prefer", *FILTERS)))
"""Criteria that `describe` puts into words."""
_EXCLUDES = {"without_working_time": "working_time", **_LEFT_OUT}
_ENUMERATED = ("occupation", "working_time", "childcare_kind", "housing_kind", "deal")


def kind_of(intent: str, said: Mapping[str, Any], running: str | None, settings: Settings) -> str | None:
    """What is looked for: by the intent, else the running search, else what the named criteria belong to."""
    for kind, rule in settings["kinds"].items():
        if rule["intent"] == intent:
            return str(kind)
    named = {name: settings["belongs_to"][name] for name in said if name in settings["belongs_to"]}
    if running in settings["stays"] and set(named) <= set(settings["stays"][running]):
        # "Is that with heating?", said of a flat, is about no trade.
        return running
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
    criteria = {name: _held(name, said.get(name, slots.get(name))) for name in [*own, *kept] if name not in _CARRIED}
    if new_question or slots.get("search_kind") not in (None, kind):
        # How much German somebody speaks is the same for the next search.
        before = {name: before.get(name) for name in ("deal", "german_level")}
        criteria.update({name: _held(name, said.get(name)) for name in own if name not in _LEFT_OUT})
        # Who asks anew has not said that it must be so, as who says "with a balcony" to a list has.
        criteria["prefer"] = text or None
        if "german_level" in own and said.get("german_level") is None:
            criteria["german_level"] = before["german_level"]
    else:
        criteria.update({name: before.get(name) for name in _CARRIED})
        criteria["text"] = text or before.get("text")
        criteria.update({name: _one(said[name]) for name in _NUMBERS if name in own and said.get(name) is not None})
        if "working_time" in own and said.get("working_time") is not None:
            criteria["working_time"] = _times(before.get("working_time"), said["working_time"])
    if _both(said.get("deal")):
        criteria["deal"] = None
    if said.get("place") is not None:
        criteria.update(radius_km=None, countryside=None, without_place=None, also_in=[*also_in] or None)
    if said.get("without_place") is not None:
        criteria.update(_without(criteria, [*as_list(said["without_place"])]))
    if said.get("rooms") is not None:
        criteria.update(rooms_from=_one(said.get("comparison")), rooms_max=_one(said.get("rooms_max")))
        if "housing_kind" not in said and {*as_list(criteria.get("housing_kind"))} & {*settings["single"]}:
            # "And one with two rooms?" is no single room any more.
            criteria["housing_kind"] = None
        if not criteria.get("housing_kind") and criteria["rooms"] == 1 and not criteria["rooms_from"]:
            # Who looks for a flat of one room does not want to share one.
            criteria["housing_kind"] = settings["of_one_room"]
    for excluded, wanted in _EXCLUDES.items():
        if said.get(excluded) is not None:
            # "Without shifts" is no wish for shifts, whatever else was said before.
            refused = as_list(said[excluded])
            criteria[wanted] = _held(wanted, [value for value in as_list(criteria.get(wanted)) if value not in refused])
            criteria[excluded] = _held(excluded, [*as_list(before.get(excluded)), *refused], several=True)
        elif said.get(wanted) is not None:
            asked_for = as_list(said[wanted])
            criteria[excluded] = _held(
                excluded, [value for value in as_list(criteria.get(excluded)) if value not in asked_for], several=True
            )
    if _turned(before.get("deal"), said.get("deal")) and "price_max" not in said:
        # What a month may cost says nothing about a price.
        criteria["price_max"] = None
    # "More than two rooms" says more by its number than by its "more".
    for change in as_list(said.get("change")) if "comparison" not in said else ():
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
    dearer = round((criteria.get("price_max") or 0) * (1 + settings["dearer_percent"] / 100))
    changes: dict[str, dict[str, Any]] = {
        "dearer": {} if "price_max" in said or not criteria.get("price_max") else {"price_max": dearer},
        "cheaper": {} if "price_max" in said else {"price_max": prices[len(prices) // 2] - 1} if prices else {},
        "larger": {} if "area_min" in said else {"area_min": max(areas) + 1} if areas else {},
        "smaller": {"area_min": None},
        "more_rooms": {"rooms": rooms + 1, "rooms_max": None} if rooms else {},
        "fewer_rooms": {"rooms": max(1, rooms - 1), "rooms_max": None} if rooms else {},
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
    near_km: float = 0.0,
    gloss: Callable[[str, str], Mapping[str, str]] = lambda text, language: {},
) -> Query:
    """The criteria as a query of the index; `gloss` gives the English of a text's words, `near_km` how far is still near."""
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
        near_km=near_km if criteria.get("place") else 0.0,
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
    for name in _ENUMERATED:
        if criteria.get(name):
            parts.extend(_alternatives(name, criteria[name], language, names))
    filters = _filters(criteria)
    for name in ("rooms", "rooms_min", "rooms_max", "area_min"):
        if filters.get(name) is not None:
            parts.append(interface.text(language, "criteria_values", name, value=filters[name]))
    if criteria.get("price_max") is not None:
        money = Formatter(names, language).money(criteria["price_max"])
        parts.append(interface.text(language, "criteria_values", "price_max", value=money))
    age = criteria.get("child_age")
    if age is not None:
        old = Formatter(names, language).months(age)
        parts.append(interface.text(language, "criteria_values", "child_age", value=old))
    for excluded, wanted in _EXCLUDES.items():
        if criteria.get(excluded):
            value = " / ".join(names.enumerated(wanted, each, language) for each in as_list(criteria[excluded]))
            parts.append(interface.text(language, "criteria_values", "without", value=value))
    if criteria.get("german_level") is not None:
        level = GERMAN_LEVELS[criteria["german_level"]]
        key = "german_level" if criteria["german_level"] else "german_none"
        parts.append(interface.text(language, "criteria_values", key, value=level))
    if criteria.get("pay_min") is not None:
        money = Formatter(names, language).money(criteria["pay_min"])
        parts.append(interface.text(language, "criteria_values", "pay_min", value=money))
    if criteria.get("text"):
        parts.append(interface.text(language, "criteria_values", "text", value=criteria["text"]))
    return listed((str(part) for part in parts), languages[language])


def listed(parts: Iterable[str], language: Language) -> str:
    """Texts in a row, as the language sets its commas."""
    return ("، " if language.direction == "rtl" else ", ").join(parts)


def _alternatives(name: str, value: Any, language: str, names: Names) -> Iterator[str]:
    """What is wanted together, each with what would do as well: "full time / part time", "remote"."""
    values = as_list(value)
    sorts = WORKING_TIMES if name == "working_time" else [values]
    for sort in sorts:
        own = [each for each in sort if each in values]
        if own:
            yield " / ".join(names.enumerated(name, each, language) for each in own)


def _times(before: Any, now: Any) -> Any:
    """The working times that hold: of the sorts that were just named only what was said now, else what held before."""
    named = as_list(now)
    others = [sort for sort in WORKING_TIMES if not {*sort} & {*named}]
    return _held("working_time", [*(each for each in as_list(before) for sort in others if each in sort), *named])


def _both(value: Any) -> bool:
    return len({*as_list(value)}) > 1


def _held(name: str, value: Any, *, several: bool = False) -> Any:
    """A criterion as it is kept: several values as a list where that is possible, else the last one; None for none."""
    values = list(dict.fromkeys(as_list(value)))
    return values if len(values) > 1 and (several or name in _SEVERAL) else _one(values)


def _one(value: Any) -> Any:
    """Rasa puts several mentions of an entity into a list; the last one is what was decided on."""
    return (value[-1] if value else None) if isinstance(value, list) else value


def as_list(value: Any) -> list[Any]:
    """The values of what is one, several in a list, or None."""
    return value if isinstance(value, list) else [] if value is None else [value]
