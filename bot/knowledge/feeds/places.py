"""Which place of the region an address is in: by name, else by coordinates, with the postcode to tell namesakes apart."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from bot.nlu.normalise import fold, fold_variants
from bot.region import EARTH_RADIUS_KM, Region

_WORD = re.compile(r"[^\W\d_]+")


class Places:
    """The region's places as partners write them.

    Args:
        within_km: Coordinates further than this from every place lie outside the region.
    """

    def __init__(self, region: Region, within_km: float) -> None:
        self._region = region
        self._within_km = within_km
        self._named: dict[tuple[str, ...], set[str]] = {}
        self._localities: dict[tuple[str, ...], set[str]] = {}
        for place in region.places.values():
            for name in {place.official_name, place.names["de"]}:
                _enter(self._named, name, place.id)
            for name in place.localities:
                _enter(self._localities, name, place.id)

    def find(
        self, name: str, postcode: str = "", latitude: float | None = None, longitude: float | None = None
    ) -> tuple[str | None, str]:
        """(id of the place, "") or (None, why there is none)."""
        nearest = self._nearest(latitude, longitude)
        found = self._by_name(name)
        if len(found) > 1:
            found = {id for id in found if postcode in self._region.places[id].postal_codes} or found
        if len(found) > 1 and nearest and nearest[0] in found:
            return nearest[0], ""
        if len(found) == 1:
            return next(iter(found)), ""
        if found:
            return None, f"{name!r} may be in {', '.join(sorted(found))}: a postcode or coordinates would tell"
        if nearest and nearest[1] <= self._within_km:
            return nearest[0], ""
        if nearest:
            return None, f"lies {nearest[1]:.0f} km from {nearest[0]}, the nearest place of this region"
        shared = [place.id for place in self._region.places.values() if postcode in place.postal_codes]
        if not name.strip() and len(shared) == 1:
            return shared[0], ""
        if shared:
            return None, (
                f"{name!r} is no place of this region; its postcode {postcode} is that of {', '.join(shared)}:"
                " add the name to the localities of one of them in data/region.yml"
            )
        return None, f"{name!r} is no place of this region" if name.strip() else "names no place"

    def _by_name(self, name: str) -> set[str]:
        """Places whose name stands in what was written: "39590 Tangermünde OT Buch" is in Tangermünde.

        The municipality counts before its villages, a longer name before a shorter one.
        """
        written = _words(name)
        for table in (self._named, self._localities):
            if written in table:
                return table[written]
        for table in (self._named, self._localities):
            inside = [names for names in table if _inside(names, written)]
            longest = max(map(len, inside), default=0)
            found: set[str] = set().union(*(table[names] for names in inside if len(names) == longest))
            if found:
                return found
        return set()

    def _nearest(self, latitude: float | None, longitude: float | None) -> tuple[str, float] | None:
        if latitude is None or longitude is None:
            return None
        away = {
            place.id: _distance_km(latitude, longitude, place.latitude, place.longitude)
            for place in self._region.places.values()
        }
        id = min(away, key=lambda each: away[each])
        return id, away[id]


def _enter(table: dict[tuple[str, ...], set[str]], name: str, id: str) -> None:
    # Tangerhütte is also written Tangerhuette and Tangerhutte.
    for spelling in fold_variants(name):
        table.setdefault(_words(spelling), set()).add(id)


def _words(name: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(fold(name)))


def _inside(names: Sequence[str], written: Sequence[str]) -> bool:
    length = len(names)
    return any(tuple(written[at : at + length]) == tuple(names) for at in range(len(written) - length + 1))


def _distance_km(lat_a: float, lon_a: float, lat_b: float, lon_b: float) -> float:
    a, b = math.radians(lat_a), math.radians(lat_b)
    chord = math.sin((b - a) / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin(math.radians(lon_b - lon_a) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(chord))
