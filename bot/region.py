"""The region as `data/region.yml` describes it: places, office, topics, teams, partners. Read-only once loaded."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError
from babel.dates import get_day_names

from bot.errors import ContentError, ContentErrors, Document, load_yaml

Names = Mapping[str, str]
Hours = tuple[tuple[time, time], ...]

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
EARTH_RADIUS_KM = 6371.0088


def name_in(names: Names, language: str) -> str:
    """The name in a language, else in its base language (`de` for `de-simple`), else in German."""
    return names.get(language) or names.get(language.partition("-")[0]) or names["de"]


def locale_of(language: str) -> Locale:
    """Babel's locale for a language of ours; German where babel has none."""
    try:
        return Locale.parse(language.partition("-")[0])
    except (UnknownLocaleError, ValueError):
        return Locale.parse("de")


@dataclass(frozen=True, slots=True)
class Place:
    """A municipality. Coordinates are WGS 84 degrees of its seat; `localities` are its villages and quarters, `quarters`
    those of them that are part of the town itself."""

    id: str
    official_name: str
    names: Names
    latitude: float
    longitude: float
    postal_codes: tuple[str, ...]
    localities: tuple[str, ...]
    town: bool = False
    """Not what people mean by the country; its villages are."""
    quarters: tuple[str, ...] = ()

    def name(self, language: str) -> str:
        return name_in(self.names, language)


@dataclass(frozen=True, slots=True)
class Office:
    """The office that runs the service. `hours` has a weekday (0 is Monday) for every day it opens, local time."""

    names: Names
    place: str
    address: str
    phone: str
    email: str
    url: str
    hours: Mapping[int, Hours]
    closing_days: frozenset[date]
    answer_within_working_days: int
    live_wait_minutes: int
    sample: bool


@dataclass(frozen=True, slots=True)
class Topic:
    """What a request can be about."""

    id: str
    names: Names


@dataclass(frozen=True, slots=True)
class Team:
    """Who answers requests on its topics, in its languages. Network partners have the same shape and may have a URL.

    `places`: ids of the places that it is there for; empty for the whole region.
    """

    id: str
    names: Names
    topics: frozenset[str]
    languages: tuple[str, ...]
    email: str
    phone: str
    url: str
    sample: bool
    places: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Region:
    """A rural district. `places`, `topics`, `teams` and `partners` keep the order of the file."""

    id: str
    names: Names
    time_zone: ZoneInfo
    holidays_country: str
    holidays_subdivision: str | None
    places: Mapping[str, Place]
    office: Office
    topics: Mapping[str, Topic]
    teams: Mapping[str, Team]
    partners: Mapping[str, Team]
    fallback_team: str

    @classmethod
    def load(cls, data_dir: Path | str) -> Region:
        """Read `region.yml` in `data_dir`. Raises ContentErrors naming every line that is wrong."""
        document = load_yaml(Path(data_dir) / "region.yml")
        errors = document.check(_SCHEMA)
        if not errors:
            errors = list(_contradictions(document))
        if errors:
            raise ContentErrors(errors)
        return _build(document.data)

    def name(self, language: str) -> str:
        return name_in(self.names, language)

    def place_names(self) -> set[str]:
        """Of all places in all languages, and of their villages and quarters."""
        return {name for place in self.places.values() for name in (*place.names.values(), *place.localities)}

    def place(self, id: str) -> Place:
        """Raises KeyError for an id that is no place of this region."""
        return self.places[id]

    def receiver(self, id: str) -> Team | None:
        """The team or partner that a case can go to; None for an id that is neither."""
        return self.teams.get(id) or self.partners.get(id)

    def is_town(self, id: str) -> bool:
        """False for the country, and for an id that is no place of this region any more."""
        return id in self.places and self.places[id].town

    def village_in(self, id: str, text: str) -> str | None:
        """The village of a place that a text names; None if it names none."""
        place = self.places.get(id)
        villages = [name for name in place.localities if name not in place.quarters and name in text] if place else []
        return next((name for name in villages if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text)), None)

    def distance_km(self, a: str, b: str) -> float:
        """Great-circle distance between two places, by the haversine formula on a sphere of mean radius."""
        start, end = self.places[a], self.places[b]
        lat_a, lat_b = math.radians(start.latitude), math.radians(end.latitude)
        half_lat = (lat_b - lat_a) / 2
        half_lon = math.radians(end.longitude - start.longitude) / 2
        chord = math.sin(half_lat) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin(half_lon) ** 2
        return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(chord))

    def nearest(self, place: str, n: int) -> list[tuple[Place, float]]:
        """The `n` places nearest to a place, itself left out, with their distance in km, nearest first."""
        others = [(other, self.distance_km(place, other.id)) for other in self.places.values() if other.id != place]
        return sorted(others, key=lambda pair: (pair[1], pair[0].id))[:n]

    def facts(self, language: str) -> dict[str, str]:
        """The region's variables for replies, as plain text in a language."""
        office = self.office
        # Digits and Latin text inside a right-to-left sentence change places unless they are isolated.
        left_to_right = _isolate if locale_of(language).text_direction == "rtl" else str
        return {
            "region": self.name(language),
            "office": name_in(office.names, language),
            "office_phone": left_to_right(office.phone),
            "office_email": left_to_right(office.email),
            "office_address": left_to_right(office.address),
            "office_hours": format_hours(office.hours, language),
        }


def format_hours(hours: Mapping[int, Hours], language: str, width: str = "wide") -> str:
    """Opening hours in one line: `Montag–Donnerstag 09:00–12:00, 13:00–15:30; Freitag 09:00–12:00`.

    Days are in the language's words, `width` is Babel's: wide, abbreviated, short. Neighbouring days with the same
    hours are drawn together.
    """
    locale = locale_of(language)
    names = get_day_names(width, context="stand-alone", locale=locale)
    rtl = locale.text_direction == "rtl"
    comma, semicolon = ("، ", "؛ ") if rtl else (", ", "; ")
    runs: list[list[int]] = []
    for day in sorted(hours):
        if runs and runs[-1][-1] == day - 1 and hours[day] == hours[day - 1]:
            runs[-1].append(day)
        else:
            runs.append([day])
    parts = []
    for run in runs:
        days = names[run[0]] if len(run) == 1 else f"{names[run[0]]}–{names[run[-1]]}"
        ranges = [f"{start:%H:%M}–{end:%H:%M}" for start, end in hours[run[0]]]
        parts.append(f"{days} {comma.join(map(_isolate, ranges) if rtl else ranges)}")
    return semicolon.join(parts)


def _isolate(text: str) -> str:
    return f"\u2066{text}\u2069"


def parse_hours(raw: Mapping[str, Iterable[Iterable[str]]]) -> Mapping[int, Hours]:
    """`{monday: [["09:00", "12:00"]]}` as `{0: ((time(9), time(12)),)}`; the schema has checked the shape."""
    return MappingProxyType(
        {
            WEEKDAYS.index(day): tuple((time.fromisoformat(start), time.fromisoformat(end)) for start, end in ranges)
            for day, ranges in raw.items()
        }
    )


def _build(raw: Mapping[str, Any]) -> Region:
    office = raw["office"]
    return Region(
        id=raw["id"],
        names=_frozen(raw["names"]),
        time_zone=ZoneInfo(raw["time_zone"]),
        holidays_country=raw["holidays"]["country"],
        holidays_subdivision=raw["holidays"].get("subdivision"),
        places=MappingProxyType({
            id: Place(
                id, place["official_name"], _frozen(place["names"]), float(place["latitude"]),
                float(place["longitude"]), tuple(place["postal_codes"]), tuple(place.get("localities", ())),
                place.get("town", False), tuple(place.get("quarters", ())),
            )
            for id, place in raw["places"].items()
        }),
        office=Office(
            names=_frozen(office["names"]), place=office["place"], address=office["address"], phone=office["phone"],
            email=office["email"], url=office["url"], hours=parse_hours(office["hours"]),
            closing_days=frozenset(map(date.fromisoformat, office.get("closing_days", ()))),
            answer_within_working_days=office["answer_within_working_days"],
            live_wait_minutes=office["live_wait_minutes"], sample=office.get("sample", False),
        ),
        topics=MappingProxyType({id: Topic(id, _frozen(topic["names"])) for id, topic in raw["topics"].items()}),
        teams=_build_teams(raw["teams"]),
        partners=_build_teams(raw.get("partners", {})),
        fallback_team=raw["fallback_team"],
    )  # fmt: skip


def _build_teams(raw: Mapping[str, Any]) -> Mapping[str, Team]:
    return MappingProxyType({
        id: Team(
            id, _frozen(team["names"]), frozenset(team["topics"]), tuple(team["languages"]), team["email"],
            team["phone"], team.get("url", ""), team.get("sample", False), frozenset(team.get("places", ())),
        )
        for id, team in raw.items()
    })  # fmt: skip


def _frozen(names: Mapping[str, str]) -> Names:
    return MappingProxyType(dict(names))


def _contradictions(document: Document) -> Iterable[ContentError]:
    """What the schema cannot see: names that point nowhere, hours that end before they begin."""
    raw = document.data
    try:
        ZoneInfo(raw["time_zone"])
    except (ZoneInfoNotFoundError, ValueError):
        yield document.error(("time_zone",), f"{raw['time_zone']!r} is no time zone", "Write it as Europe/Berlin.")
    if raw["office"]["place"] not in raw["places"]:
        yield document.error(
            ("office", "place"), f"{raw['office']['place']!r} is no place of this region", "Use an id from `places`."
        )
    if raw["fallback_team"] not in raw["teams"]:
        yield document.error(
            ("fallback_team",), f"{raw['fallback_team']!r} is no team", f"Teams: {', '.join(raw['teams'])}."
        )
    for group in ("teams", "partners"):
        for id, team in raw.get(group, {}).items():
            for number, topic in enumerate(team["topics"]):
                if topic not in raw["topics"]:
                    yield document.error(
                        (group, id, "topics", number), f"{topic!r} is no topic", f"Topics: {', '.join(raw['topics'])}."
                    )
            for number, place in enumerate(team.get("places", ())):
                if place not in raw["places"]:
                    yield document.error(
                        (group, id, "places", number), f"{place!r} is no place of this region", "Use an id from `places`."
                    )
    for day, ranges in raw["office"]["hours"].items():
        before = ""
        for number, (start, end) in enumerate(ranges):
            if not before <= start < end:
                yield document.error(
                    ("office", "hours", day, number),
                    f"{start}–{end} ends before it begins, or overlaps the one before",
                    'Write ranges of a day in order, such as [["09:00", "12:00"], ["13:00", "16:00"]].',
                )
            before = end


_TEXT = {"type": "string", "minLength": 1}
_ID = {"type": "string", "pattern": "^[a-z][a-z0-9_-]*$", "description": "Lower-case letters, digits, - and _."}
_NAMES = {
    "type": "object",
    "required": ["de"],
    "propertyNames": {"pattern": "^[a-z]{2,3}(-[a-z0-9]+)*$"},
    "additionalProperties": _TEXT,
}
_CLOCK = {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$", "description": 'Write it as "09:30".'}
HOURS_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        day: {
            "type": "array",
            "minItems": 1,
            "items": {"type": "array", "minItems": 2, "maxItems": 2, "items": _CLOCK},
        }
        for day in WEEKDAYS
    },
    "additionalProperties": False,
}


def _group(required: str, optional: str = "", **properties: Any) -> dict[str, Any]:
    known = {name: properties.get(name, _TEXT) for name in (required + " " + optional).split()}
    return {"type": "object", "required": required.split(), "properties": known, "additionalProperties": False}


def _many(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "minProperties": 1, "propertyNames": _ID, "additionalProperties": schema}


_CODES = {"type": "array", "items": _TEXT, "minItems": 1, "uniqueItems": True}
_SAMPLE = {"type": "boolean"}
_TEAM = _group(
    "names topics languages email phone", "url sample places", names=_NAMES, topics=_CODES, languages=_CODES,
    sample=_SAMPLE, places=_CODES,
)
_SCHEMA = _group(
    "id names time_zone holidays places office topics teams fallback_team",
    "partners",
    id=_ID,
    names=_NAMES,
    holidays=_group("country", "subdivision"),
    places=_many(
        _group(
            "official_name names latitude longitude postal_codes",
            "localities quarters town",
            names=_NAMES,
            latitude={"type": "number", "minimum": -90, "maximum": 90},
            longitude={"type": "number", "minimum": -180, "maximum": 180},
            postal_codes={**_CODES, "items": {"type": "string", "pattern": "^[0-9A-Z -]{3,10}$"}},
            localities=_CODES,
            quarters=_CODES,
            town={"type": "boolean"},
        )
    ),
    office=_group(
        "names place address phone email url hours answer_within_working_days live_wait_minutes",
        "closing_days sample",
        names=_NAMES,
        hours=HOURS_SCHEMA,
        closing_days={"type": "array", "uniqueItems": True, "items": {"type": "string", "format": "date"}},
        answer_within_working_days={"type": "integer", "minimum": 1},
        live_wait_minutes={"type": "integer", "minimum": 1},
        sample=_SAMPLE,
    ),
    topics=_many(_group("names", names=_NAMES)),
    teams=_many(_TEAM),
    partners=_many(_TEAM),
)
