"""What people look for and do not find, told without a word of theirs: canonical criteria alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.knowledge.query import Query, Result
from bot.knowledge.schema import FILTERS, enum_values

EFFECT = "count_demand"
"""The effect of a turn that counts one search (`bot/conversation/demand.py`)."""


def unmet(query: Query, found: Result) -> dict[str, Any]:
    """The part of a reply's `json_message` that has a search counted which found nothing as it was asked.

    Empty for a search that found something, for further pages, and for a search without a kind.
    """
    if query.offset or query.kind is None or (found.hits and not found.relaxed):
        return {}
    return {
        "effects": {
            EFFECT: {
                "kind": query.kind,
                "place": query.place or "",
                "language": query.language or "",
                "criteria": canonical(query),
                "relaxed": list(found.relaxed),
            }
        }
    }


def canonical(query: Query) -> dict[str, Any]:
    """The criteria of a search as values of the lexicon and numbers; `text` says that there were own words, not which."""
    criteria: dict[str, Any] = {}
    for name, value in sorted(query.filters.items()):
        spec = FILTERS.get(name)
        if spec is None or query.kind not in spec.kinds:
            continue
        values = [each for each in (value if isinstance(value, list | tuple) else [value]) if _is_canonical(spec, each)]
        if values:
            criteria[name] = sorted(values) if len(values) > 1 else values[0]
    if query.place and query.radius_km:
        criteria["radius_km"] = round(query.radius_km)
    if query.countryside:
        criteria["countryside"] = True
    if query.text:
        criteria["text"] = True
    return criteria


def _is_canonical(spec: Any, value: Any) -> bool:
    if spec.values:
        return value in enum_values(*spec.values)
    return isinstance(value, int | float) and not isinstance(value, bool)


def in_words(kind: str, criteria: Mapping[str, Any], place: str, resources: Any, language: str = "de") -> str:
    """A counted search as staff read it: "Wohnen, Tangermünde, 3 Zimmer, bis 600 €"."""
    single = {name: value for name, value in criteria.items() if not isinstance(value, list) and name != "text"}
    asked = {**single, "place": place or None}
    words = [resources.describe(kind, asked, language)]
    for name, value in criteria.items():
        if isinstance(value, list):
            words.append(" / ".join(resources.names.enumerated(name, str(each), language) for each in value))
    if criteria.get("text"):
        words.append(resources.interface.text(language, "criteria", "text"))
    return ", ".join(words)
