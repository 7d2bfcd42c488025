"""Numbers, dates, times and texts as people and programs write them, into the forms a record has.

Readers of single values give None for an empty one and raise Malformed for one that means nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from html.parser import HTMLParser
from typing import Any

from bot.knowledge.feeds.fields import Malformed
from bot.region import WEEKDAYS

TITLE_LENGTH = 60
TEXT_LENGTH = 1500

_UNIT = re.compile(r"(€|eur|euro|m²|m2|qm|std\.?|stunden|h|,-+|,–|%)\s*$", re.IGNORECASE)
_ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ].*)?")
_GERMAN_DAY = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4}|\d{2})(?:\s.*)?")
_CLOCK = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*(?:uhr|h)?(?::\d{2})?", re.IGNORECASE)
_TRUE = {"true", "1", "ja", "j", "x", "yes", "wahr", "✓"}
_FALSE = {"false", "0", "nein", "n", "no", "falsch", "-"}
# (m/w/d), (w/m/x), m/w/d: said in every German posting, and no part of a job's name.
_GENDERS = re.compile(r"\s*[(\[]?\b[mwfdxai]\s?[/|*,]\s?[mwfdxai](?:\s?[/|*,]\s?[mwfdxai])*\b[)\]]?", re.IGNORECASE)


def number(value: Any, *, german: bool = False) -> float | int | None:
    """`1.234,50`, `1234.5`, `450 €`, `450,-`; a lone point is a decimal point, but in German `1.234` is a thousand."""
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return _tidy(float(value))
    text = re.sub(r"[\s'’]", "", str(value))
    while (shorter := _UNIT.sub("", text)) != text:
        text = shorter
    if not text:
        return None
    if "," in text and "." in text:
        thousands = "." if text.rindex(",") > text.rindex(".") else ","
        text = text.replace(thousands, "").replace(",", ".")
    elif "," in text:
        text = text.replace(",", ".") if text.count(",") == 1 else text.replace(",", "")
    elif text.count(".") > 1 or (german and re.fullmatch(r"-?\d{1,3}(\.\d{3})+", text)):
        text = text.replace(".", "")
    if not re.fullmatch(r"-?\d+(\.\d+)?", text):
        raise Malformed(f"{str(value)[:40]!r} is no number")
    return _tidy(float(text))


def positive(value: Any, *, german: bool = False) -> float | int | None:
    """As `number`; None for 0, which exporters write where nothing was filled in."""
    found = number(value, german=german)
    return found if found and found > 0 else None


def _tidy(value: float) -> float | int:
    if not -1e12 < value < 1e12:
        raise Malformed(f"{value!r} is out of any range")
    return int(value) if value == int(value) else round(value, 4)


def day(value: Any) -> str | None:
    """`2026-12-03`, with or without a time, `03.12.2026`, `3.12.26`, a date; as `2026-12-03`."""
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    text = str(value).strip()
    try:
        if match := _ISO_DAY.fullmatch(text):
            return date(*map(int, match.groups())).isoformat()
        if match := _GERMAN_DAY.fullmatch(text):
            of_month, month, year = map(int, match.groups())
            return date(year + 2000 if year < 100 else year, month, of_month).isoformat()
    except ValueError:
        pass
    raise Malformed(f"{text[:40]!r} is no date: write it as 2026-12-03 or 03.12.2026")


def clock(value: Any) -> str | None:
    """`9`, `9:30`, `09.30 Uhr`, `09:30:00`; as `09:30`."""
    if value is None or value == "":
        return None
    match = _CLOCK.fullmatch(str(value).strip())
    if not match or int(match[1]) > 24 or int(match[2] or 0) > 59:
        raise Malformed(f"{str(value)[:40]!r} is no time of day: write it as 09:30")
    return f"{min(int(match[1]), 23):02}:{match[2] or '00'}" if match[1] != "24" else "23:59"


def yes_no(value: Any) -> bool | None:
    """`true`, `1`, `ja`, `x`, and their opposites; None for anything empty."""
    if value is None or isinstance(value, bool):
        return value
    text = str(value).strip().casefold()
    if not text:
        return None
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise Malformed(f"{text[:40]!r} is neither yes nor no")


def web_address(value: Any) -> str | None:
    """An http(s) address; None for anything else, which no visitor could open."""
    text = str(value or "").strip()
    if re.match(r"www\.", text):
        text = f"https://{text}"
    return text if re.fullmatch(r"https?://[^\s<>\"']+", text) else None


def phone(value: Any, country: str) -> str | None:
    """A telephone number in international form; as it was written where it cannot be read."""
    import phonenumbers

    text = str(value or "").strip()
    if not text:
        return None
    try:
        parsed = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return text
    if not phonenumbers.is_possible_number(parsed):
        return text
    written = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    # What was international already is kept as its owner groups it.
    return text if text.startswith("+") and re.sub(r"\D", "", text) == re.sub(r"\D", "", written) else written


def short_title(value: Any) -> str | None:
    """At most 60 characters, cut at a word, without the (m/w/d) that would take up a sixth of them."""
    text = " ".join(plain(value).split())
    text = _GENDERS.sub("", text).strip(" -–,;:") or text
    return clip(text, TITLE_LENGTH) if len(text) >= 3 else None


def long_text(value: Any) -> str | None:
    """HTML or text as one paragraph of at most 1,500 characters; None where it is shorter than 20."""
    text = " ".join(plain(value).split())
    return clip(text, TEXT_LENGTH) if len(text) >= 20 else None


def clip(text: str, length: int) -> str:
    """Cut at a word's end, with an ellipsis, if it is longer."""
    if len(text) <= length:
        return text
    cut = text[: length - 1]
    head = cut.rsplit(" ", 1)[0] if " " in cut[length // 2 :] else cut
    return head.rstrip(" ,;:-–(") + "…"


def plain(value: Any) -> str:
    """Text out of HTML; text without tags as it is."""
    text = str(value or "")
    if not re.search(r"<[a-zA-Z/!][^>]*>|&[a-zA-Z#]\w*;", text):
        return text
    reader = _Text()
    reader.feed(text)
    reader.close()
    return "".join(reader.parts)


class _Text(HTMLParser):
    """Collects what is read, with a break where a block ends and none of script or style."""

    _SILENT = ("script", "style", "head")

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self._silent += tag in self._SILENT
        if tag == "li":
            self.parts.append(" · ")
        elif tag in ("br", "p", "div", "ul", "tr", "h1", "h2", "h3", "h4"):
            self.parts.append(" ")

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in self._SILENT and self._silent > 0
        if tag in ("p", "div", "ul", "li", "tr", "h1", "h2", "h3", "h4"):
            self.parts.append(" ")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data)


Hours = Mapping[str, list[list[str]]]


def as_hours(ranges: Iterable[tuple[int, str, str]]) -> dict[str, list[list[str]]] | None:
    """(weekday, opens, closes) as a record's opening hours; five equal days as `weekdays`."""
    days: dict[int, list[list[str]]] = {}
    for weekday, opens, closes in sorted(set(ranges)):
        days.setdefault(weekday, []).append([opens, closes])
    if len(days) >= 5 and all(day in days and days[day] == days[0] for day in range(5)):
        return {"weekdays": days[0], **{WEEKDAYS[day]: days[day] for day in (5, 6) if day in days}}
    return {WEEKDAYS[day]: days[day] for day in sorted(days)} or None


def each_range(hours: Hours) -> Iterator[tuple[int, str, str]]:
    """A record's opening hours as (weekday, opens, closes); a day of its own beats `weekdays`."""
    days = {day: hours["weekdays"] for day in range(5)} if "weekdays" in hours else {}
    days |= {WEEKDAYS.index(name): ranges for name, ranges in hours.items() if name != "weekdays"}
    for weekday in sorted(days):
        for opens, closes in days[weekday]:
            yield weekday, opens, closes


def same_hours(hours: Hours) -> dict[str, list[list[str]]] | None:
    """Opening hours in the one way in which imports write them, so that equal ones compare equal."""
    return as_hours(each_range(hours))


def only(**parts: Any) -> dict[str, Any] | None:
    """Those parts that have a value; None where none has."""
    kept = {name: value for name, value in parts.items() if value not in (None, "", [], {})}
    return kept or None
