"""What a search found, as `GET /api/v1/offers` and `lotse search` give it: cards, why each, and what else there would be."""

from __future__ import annotations

import json
from typing import Any

from bot.interface import Interface
from bot.knowledge.names import Names
from bot.knowledge.present import present
from bot.knowledge.query import Hit, Result


def reasons(hit: Hit, language: str, interface: Interface) -> list[str]:
    """What of the search an offer meets, in words: `Ort`, `Preis`, `„Garten“`."""
    words = []
    for reason in hit.reasons:
        name, _, word = reason.partition(":")
        shown = interface.text(language, "criteria_values", name, value=word) if word else interface.text(language, "criteria", name)
        words.append(shown)
    return list(dict.fromkeys(words))


def listing(found: Result, language: str, names: Names, interface: Interface) -> dict[str, Any]:
    """JSON-ready. `relaxed` and the keys of `without` are names of criteria."""
    return {
        "offers": [
            present(hit.offer, language, names, distance_km=hit.distance_km, reasons=reasons(hit, language, interface))
            for hit in found.hits
        ],
        "total": found.total,
        "relaxed": list(found.relaxed),
        "without": dict(found.without),
    }


def print_listing(found: Result, language: str, resources: Any, *, as_json: bool) -> None:
    """For a terminal."""
    listed = listing(found, language, resources.names, resources.interface)
    if as_json:
        print(json.dumps(listed, ensure_ascii=False, indent=2))
        return

    def named(criterion: str) -> str:
        return str(resources.interface.text(language, "criteria", criterion))

    given_up = f", without {', '.join(map(named, found.relaxed))}" if found.relaxed else ""
    print(f"{found.total} found{given_up}")
    if found.without:
        print("There would be " + "; ".join(f"{count} without {named(name)}" for name, count in found.without.items()))
    for card in listed["offers"]:
        facts = "; ".join(f"{fact['label']}: {fact['value']}" for fact in card["facts"][:6])
        away = f", {card['distance_km']} km" if "distance_km" in card else ""
        why = f"\n  fits: {', '.join(card['reasons'])}" if "reasons" in card else ""
        print(f"- {card['title']} ({card['place']}{away}) [{card['id']}]\n  {facts}{why}")
