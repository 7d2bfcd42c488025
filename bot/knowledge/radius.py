""" "Within 20 km", "до 15 км от": how far around a place somebody wants to look, read out of their words."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from bot.nlu.normalise import fold, fold_with_offsets

MOST_KM = 200


@dataclass(frozen=True)
class Radius:
    """A distance, and where in the text it is named."""

    km: int
    start: int
    end: int


def radius_in(text: str, units: Collection[str]) -> Radius | None:
    """The distance that a text names; None if it names none.

    Args:
        units: How kilometres are written and abbreviated in the languages there are.
    """
    # Longest first: "kilometer" must not be read as "k" and a rest.
    words = "|".join(re.escape(fold(unit)) for unit in sorted(units, key=len, reverse=True))
    if not words:
        return None
    folded = fold_with_offsets(text)
    found = re.search(rf"(?<![\d.,])(\d{{1,3}})(?:[.,]\d)?\s*-?\s*(?:{words})(?!\w)", folded.text)
    km = int(found[1]) if found else 0
    return Radius(km, *folded.span(*found.span())) if found and 0 < km <= MOST_KM else None
