""" "Within 20 km", "до 15 км от": how far around a place somebody wants to look, read out of their words."""

from __future__ import annotations

import re
from collections.abc import Collection

from bot.nlu.normalise import fold

MOST_KM = 200


def radius_in(text: str, units: Collection[str]) -> int | None:
    """Kilometres that a text names; None if it names none.

    Args:
        units: How kilometres are written and abbreviated in the languages there are.
    """
    # Longest first: "kilometer" must not be read as "k" and a rest.
    words = "|".join(re.escape(fold(unit)) for unit in sorted(units, key=len, reverse=True))
    if not words:
        return None
    found = re.search(rf"(?<![\d.,])(\d{{1,3}})(?:[.,]\d)?\s*-?\s*(?:{words})(?!\w)", fold(text))
    km = int(found[1]) if found else 0
    return km if 0 < km <= MOST_KM else None
