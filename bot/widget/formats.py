"""Dates, times and distances as a visitor of a language writes them, for pages without JavaScript."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from babel.units import format_unit

from bot.region import locale_of


@dataclass(frozen=True)
class Formats:
    """For one language; times are the region's."""

    language: str
    time_zone: ZoneInfo

    def date(self, day: str) -> str:
        """A day of the API (2026-03-01), written out."""
        return str(format_date(date.fromisoformat(day[:10]), "long", locale=locale_of(self.language)))

    def time(self, at: str) -> str:
        """The time of day of a message (RFC 3339)."""
        local = datetime.fromisoformat(at).astimezone(self.time_zone)
        return str(format_time(local, "short", locale=locale_of(self.language)))

    def distance(self, km: float) -> str:
        """Kilometres; with one decimal below ten."""
        pattern = "#,##0.#" if km < 10 else "#,##0"
        return str(format_unit(km, "length-kilometer", "short", format=pattern, locale=locale_of(self.language)))

    def other(self, language: str) -> str:
        """A language's name as the visitor calls it; empty for the visitor's own."""
        own, base = locale_of(self.language), language.partition("-")[0]
        return "" if own.language == base else str(own.languages.get(base, base))

    def map_link(self, offer: dict[str, Any]) -> str:
        """Where an offer is, on OpenStreetMap; empty without coordinates."""
        place = offer.get("coordinates") or {}
        if not {"latitude", "longitude"} <= place.keys():
            return ""
        latitude, longitude = place["latitude"], place["longitude"]
        # A mark only where the point is the offer's own; otherwise the municipality around it.
        mark, zoom = (f"?mlat={latitude}&mlon={longitude}", 15) if place.get("exact", True) else ("", 12)
        return f"https://www.openstreetmap.org/{mark}#map={zoom}/{latitude}/{longitude}"
