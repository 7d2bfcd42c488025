"""iCalendar (RFC 5545): events. Of one that repeats, the next occurrences are taken, each an offer of its own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from dateutil.rrule import rrulestr
from icalendar import Calendar, Event, vCalAddress, vText

from bot.knowledge.feeds import jsonld, values
from bot.knowledge.feeds.fields import Context, Delivery, Entry, Field, Format, Key, Refused, Unreadable
from bot.knowledge.feeds.texts import text_in, title_in
from bot.knowledge.offers import Offer

NAME = "icalendar"
_OFTEN = ("SECONDLY", "MINUTELY", "HOURLY")
# A rule that has not come to today after so many occurrences is a mistake.
_MOST_STEPS = 20_000
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"\+?\d[\d\s()/-]{5,}\d")


@dataclass(frozen=True)
class _Occurrence:
    event: Any
    starts: date | datetime
    """Local time of the region without a zone, or a day."""
    length: timedelta
    calendar: str
    """Name of the calendar."""
    series: str = ""
    """Of one that repeats: which occurrence, by when it was to begin."""

    @property
    def all_day(self) -> bool:
        return not isinstance(self.starts, datetime)

    def text(self, name: str) -> str:
        return str(self.event.get(name, "")).strip()


def read(content: bytes, context: Context) -> Delivery:
    """Each VEVENT by itself, so that one that is broken harms no other. Raises Unreadable."""
    text = jsonld.decode(content).replace("\r\n", "\n")
    if "BEGIN:VCALENDAR" not in text.upper():
        raise Unreadable("no BEGIN:VCALENDAR: this is no iCalendar file")
    zones = "".join(re.findall(r"^BEGIN:VTIMEZONE\n.*?^END:VTIMEZONE\n?", text, re.MULTILINE | re.DOTALL | re.IGNORECASE))
    named = re.search(r"^(?:X-WR-CALNAME|NAME)[^:\n]*:(.*)$", text, re.MULTILINE | re.IGNORECASE)
    calendar = str(vText.from_ical(named[1].strip())) if named else ""
    found: list[tuple[str, Any]] = []
    blocks = re.finditer(r"^BEGIN:VEVENT\n.*?(?:^END:VEVENT\n?|\Z)", text, re.MULTILINE | re.DOTALL | re.IGNORECASE)
    for number, block in enumerate(blocks, start=1):
        where = f"VEVENT {number} (line {text.count(chr(10), 0, block.start()) + 1})"
        found.append((where, _parsed(zones + block[0])))
    changed = {
        (str(event.get("UID")), _local(event["RECURRENCE-ID"].dt, context)): (where, event)
        for where, event in found
        if not isinstance(event, Exception) and "RECURRENCE-ID" in event
    }
    entries: list[Entry] = []
    for where, event in found:
        if isinstance(event, Exception):
            entries.append(Entry(where, event, context))
        elif "RECURRENCE-ID" not in event:
            entries += _entries(where, event, changed, calendar, context)
    return Delivery(entries)


def _parsed(block: str) -> Any:
    """The event, or as an exception why it is none."""
    try:
        calendar: Any = Calendar.from_ical(f"BEGIN:VCALENDAR\n{block}\nEND:VCALENDAR\n")
        (event,) = calendar.walk("VEVENT")
    except (ValueError, IndexError, KeyError) as error:
        return Refused(f"is no valid event: {str(error)[:120]}")
    broken = [f"{name}: {message}" for name, message in event.errors]
    return Refused(f"is no valid event: {'; '.join(broken)[:120]}") if broken else event


def _entries(where: str, event: Any, changed: Any, calendar: str, context: Context) -> Iterator[Entry]:
    try:
        starts = _local(event["DTSTART"].dt, context)
        length = _length(event, starts, context)
        occurrences, rest = _occurrences(event, starts, context) if _repeats(event) else ([starts], "")
    except KeyError as missing:
        yield Entry(where, Refused(f"{missing.args[0]} is missing"), context)
        return
    except (Refused, ValueError, TypeError, OverflowError) as error:
        yield Entry(where, Refused(str(error)[:120]), context)
        return
    if rest and not occurrences:
        yield Entry(where, Refused(f"repeats, but {rest}"), context)
    for number, at in enumerate(occurrences):
        series = "" if not _repeats(event) else at.strftime("%Y%m%dT%H%M" if isinstance(at, datetime) else "%Y%m%d")
        entry_where, own, begins, lasts = where, event, at, length
        if series and (str(event.get("UID")), at) in changed:
            entry_where, own = changed[str(event.get("UID")), at]
            begins = _local(own["DTSTART"].dt, context)
            lasts = _length(own, begins, context)
        written = at.strftime("%d.%m.%Y")
        entry = Entry(f"{entry_where} {written}" if series else where, _Occurrence(own, begins, lasts, calendar, series), context)
        if rest and number == 0:
            entry.remark(f"repeats: {rest}")
        yield entry


def _repeats(event: Any) -> bool:
    return "RRULE" in event or "RDATE" in event


def _local(value: date | datetime, context: Context) -> date | datetime:
    """As the region's clocks show it; a day stays a day."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(context.region.time_zone).replace(tzinfo=None)
    return value


def _length(event: Any, starts: date | datetime, context: Context) -> timedelta:
    if "DTEND" in event:
        ends = _local(event["DTEND"].dt, context)
        if isinstance(ends, datetime) != isinstance(starts, datetime):
            raise Refused("DTSTART and DTEND are not both days or both times")
        return ends - starts
    return event["DURATION"].dt if "DURATION" in event else timedelta()  # type: ignore[no-any-return]


def _occurrences(event: Any, starts: date | datetime, context: Context) -> tuple[list[date | datetime], str]:
    """(those that are taken, in words which those are)."""
    at_most = int(context.mappings.setting(NAME, "occurrences_at_most"))
    until_day = context.today + timedelta(days=int(context.mappings.setting(NAME, "days_ahead")))
    first = starts if isinstance(starts, datetime) else datetime.combine(starts, time())
    dates = set(_dates(event, "RDATE", context))
    left_out = set(_dates(event, "EXDATE", context))
    taken: set[datetime] = {each for each in dates if each.date() >= context.today}
    for rule in _listed(event.get("RRULE")):
        if str(rule.get("FREQ", [""])[0]).upper() in _OFTEN:
            raise Refused("repeats more often than daily")
        for step, at in enumerate(_steps(rule, first, context)):
            if step > _MOST_STEPS:
                raise Refused("repeats endlessly without coming to today")
            if at.date() > until_day:
                break
            if at.date() >= context.today and not _excluded(at, left_out):
                taken.add(at)
                if len(taken) > at_most:
                    break
    chosen = sorted(each for each in taken if not _excluded(each, left_out) and each.date() <= until_day)
    days = ", ".join(f"{each:%d.%m.%Y}" for each in chosen[:at_most])
    rest = f"taken are {days}; those that follow with a later import"
    if not chosen:
        rest = f"no occurrence lies between today and {until_day:%d.%m.%Y}"
    return [each if isinstance(starts, datetime) else each.date() for each in chosen[:at_most]], rest


def _steps(rule: Any, first: datetime, context: Context) -> Iterator[datetime]:
    plain = {name: given for name, given in rule.items() if name.upper() != "UNTIL"}
    text = ";".join(f"{name}={','.join(map(str, _listed(given)))}" for name, given in plain.items())
    until = [_local(each, context) for each in _listed(rule.get("UNTIL"))]
    last = until[0] if until else None
    if last is not None and not isinstance(last, datetime):
        last = datetime.combine(last, time(23, 59))
    for at in rrulestr(text, dtstart=first):
        if last is not None and at > last:
            return
        yield at


def _dates(event: Any, name: str, context: Context) -> Iterator[datetime]:
    for group in _listed(event.get(name)):
        for each in getattr(group, "dts", ()):
            value = each.dt[0] if isinstance(each.dt, tuple) else each.dt
            local = _local(value, context)
            yield local if isinstance(local, datetime) else datetime.combine(local, time())


def _excluded(at: datetime, left_out: set[datetime]) -> bool:
    # A whole day is left out by its midnight.
    return at in left_out or datetime.combine(at.date(), time()) in left_out


def _listed(value: Any) -> list[Any]:
    return [] if value is None else list(value) if isinstance(value, list | tuple) else [value]


def key(entry: Entry) -> Key | None:
    one: _Occurrence = entry.content()
    uid = one.text("UID")
    if uid.endswith(f"@{entry.context.own_ids}"):
        return Key(uid.partition("@")[0], ours=True)
    return Key("-".join(part for part in (uid, one.series) if part)) if uid else None


def kind(entry: Entry) -> str:
    if entry.content().text("CLASS").upper() in ("PRIVATE", "CONFIDENTIAL"):
        raise Refused("is not public (CLASS)")
    return "event"


def withdrawn(entry: Entry) -> bool:
    return entry.content().text("STATUS").upper() == "CANCELLED"


def _language(entry: Entry, name: str) -> str:
    said = getattr(entry.raw.event.get(name), "params", {}).get("LANGUAGE", "")
    code = str(said).lower().partition("-")[0]
    return code if code in entry.context.languages.written else entry.context.language


def _title(entry: Entry) -> dict[str, str]:
    return title_in(_language(entry, "SUMMARY"), entry.raw.text("SUMMARY"), "SUMMARY")


def _text(entry: Entry) -> dict[str, str]:
    one = entry.raw
    instead = ". ".join(part for part in (one.text("SUMMARY"), one.text("LOCATION")) if part) + "."
    said = one.text("DESCRIPTION")
    return text_in(_language(entry, "SUMMARY"), said if values.long_text(said) else instead, "DESCRIPTION")


def _coordinates(entry: Entry) -> dict[str, float] | None:
    geo = entry.raw.event.get("GEO")
    return {"latitude": geo.latitude, "longitude": geo.longitude} if geo is not None else None


def _place(entry: Entry) -> str:
    location, at = entry.raw.text("LOCATION"), _coordinates(entry) or {}
    postcode = re.search(r"\b\d{5}\b", location)
    found, why_not = entry.context.places.find(
        location, postcode[0] if postcode else "", at.get("latitude"), at.get("longitude")
    )
    if found is None:
        raise Refused(f"LOCATION {why_not}")
    return found


def _address(entry: Entry) -> str | None:
    """What LOCATION says beyond the place's name."""
    location = " ".join(entry.raw.text("LOCATION").split())
    name = entry.context.region.place(_place(entry)).names["de"]
    return location.removesuffix(f", {name}")[:200] if location not in (name, "") else None


def _provider(entry: Entry) -> str:
    organizer = entry.raw.event.get("ORGANIZER")
    found = str(getattr(organizer, "params", {}).get("CN", "")).strip() or entry.raw.calendar
    if not found:
        raise Refused("neither ORGANIZER nor the calendar has a name")
    return found[:120]


def _starts(entry: Entry) -> str:
    return _written(entry.raw.starts)


def _ends(entry: Entry) -> str | None:
    one = entry.raw
    if one.all_day:
        # The end of whole days is the day after.
        days = max(one.length.days, 1)
        return _written(one.starts + timedelta(days=days - 1)) if days > 1 else None
    return _written(one.starts + one.length) if one.length > timedelta() else None


def _written(at: date | datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M" if isinstance(at, datetime) else "%Y-%m-%d")


def _event_kind(entry: Entry) -> str | None:
    for group in _listed(entry.raw.event.get("CATEGORIES")):
        for category in getattr(group, "cats", ()):
            if found := entry.context.mappings.find(NAME, "event_kind", category):
                return str(found)
    return None


def _guessed_kind(entry: Entry) -> str:
    mappings = entry.context.mappings
    return str(mappings.within(NAME, "event_words", entry.raw.text("SUMMARY")) or mappings.setting(NAME, "otherwise"))


def _email(entry: Entry) -> str | None:
    organizer = re.sub(r"^mailto:", "", entry.raw.text("ORGANIZER"), flags=re.IGNORECASE)
    found = _EMAIL.fullmatch(organizer) or _EMAIL.search(entry.raw.text("CONTACT"))
    return found[0] if found else None


def _phone(entry: Entry) -> str | None:
    found = _PHONE.search(entry.raw.text("CONTACT"))
    return values.phone(found[0].strip(), entry.context.region.holidays_country) if found else None


def _person(entry: Entry) -> str | None:
    """What CONTACT says beside telephone and e-mail."""
    rest = _EMAIL.sub("", _PHONE.sub("", entry.raw.text("CONTACT")))
    return re.sub(r"(?i)\b(tel|telefon|e-?mail)\b\.?:?", "", rest).strip(" ,;:/()")[:120] or None


def _url(entry: Entry) -> str | None:
    contact = getattr(entry.raw.event.get("CONTACT"), "params", {}).get("ALTREP", "")
    reached = _email(entry) or _phone(entry)
    return values.web_address(contact) or (None if reached else values.web_address(entry.raw.text("URL")))


FIELDS = (
    Field("title", "SUMMARY", _title, note="its LANGUAGE is taken; cut at 60 characters"),
    Field("text", "DESCRIPTION, else SUMMARY and LOCATION", _text, note="HTML removed; cut at 1,500 characters"),
    Field("provider", "ORGANIZER;CN, else X-WR-CALNAME or NAME", _provider),
    Field("place", "LOCATION, GEO", _place, note="must be a place of data/region.yml"),
    Field("address", "LOCATION", _address, note="unless it is just the place's name"),
    Field("coordinates", "GEO", _coordinates),
    Field("source", "URL, else ORGANIZER;CN or the calendar's name",
          lambda e: (values.web_address(e.raw.text("URL")) or _provider(e))[:300]),
    Field("facts.event_kind", "CATEGORIES", _event_kind, keep=True, note="data/feeds.yml"),
    Field("facts.event_kind", "SUMMARY", _guessed_kind, guess=True, note="`event_words`, else `otherwise`, in data/feeds.yml"),
    Field("facts.starts", "DTSTART", _starts, note="local time; a day where it lasts whole days"),
    Field("facts.ends", "DTEND, else DTSTART + DURATION", _ends),
    Field("contact.name", "CONTACT", _person, note="what is neither telephone nor e-mail"),
    Field("contact.phone", "CONTACT", _phone),
    Field("contact.email", "ORGANIZER (mailto:), else CONTACT", _email),
    Field("contact.url", "CONTACT;ALTREP, else URL", _url, note="`URL` only where there is neither e-mail nor telephone"),
)  # fmt: skip


def write(offers: Iterable[Offer], context: Context) -> bytes:
    """A calendar with one VEVENT an event, in one language."""
    calendar = Calendar()
    calendar.add("prodid", f"-//Heimatlotse//{context.region.id}//DE")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", context.region.name(context.language))
    for offer in offers:
        calendar.add_component(_event(offer, context))
    return bytes(calendar.to_ical())


def _event(offer: Offer, context: Context) -> Event:
    facts, contact = offer.facts, offer.contact
    language = context.language if context.language in offer.title else next(iter(offer.title))
    event: Any = Event()
    event.add("uid", f"{offer.id}@{context.own_ids}")
    event.add("dtstamp", datetime.combine(offer.reviewed_on, time(), UTC))
    event.add("dtstart", _when(facts["starts"], context))
    if "ends" in facts:
        ends = _when(facts["ends"], context)
        event.add("dtend", ends if isinstance(ends, datetime) else ends + timedelta(days=1))
    event.add("summary", offer.title[language], parameters={"LANGUAGE": language})
    event.add("description", offer.text[language], parameters={"LANGUAGE": language})
    name = context.region.place(offer.place).names["de"]
    event.add("location", name if not offer.address else offer.address if name in offer.address else f"{offer.address}, {name}")
    if offer.coordinates:
        event.add("geo", offer.coordinates)
    words = context.mappings.table(NAME, "event_kind").items()
    event.add("categories", [next((word for word, kind in words if kind == facts["event_kind"]), facts["event_kind"])])
    organizer = vCalAddress(f"mailto:{contact['email']}" if "email" in contact else context.own_ids)
    organizer.params["CN"] = vText(offer.provider)
    event.add("organizer", organizer)
    said = ", ".join(contact[part] for part in ("name", "phone") if part in contact)
    if said or "url" in contact:
        event.add("contact", said or offer.provider, parameters={"ALTREP": contact["url"]} if "url" in contact else None)
    if values.web_address(offer.source):
        event.add("url", offer.source)
    return event


def _when(text: str, context: Context) -> date | datetime:
    if len(text) == 10:
        return date.fromisoformat(text)
    return datetime.fromisoformat(text).replace(tzinfo=context.region.time_zone)


FORMAT = Format(
    name=NAME, title="iCalendar (RFC 5545)", kinds=("event",), fields=FIELDS, read=read, key=key, kind=kind,
    withdrawn=withdrawn, write=write,
    tables={"event_kind": ("event", "event_kind"), "event_words": ("event", "event_kind")},
    notes=(
        "`UID` is what an event is recognised by.",
        "Of an event that repeats (`RRULE`, `RDATE`, without `EXDATE`) the next occurrences are taken, each as an offer of"
        " its own: as many and as far ahead as `occurrences_at_most` and `days_ahead` in data/feeds.yml say. The report says"
        " which; import again (say weekly) for those that follow. `RECURRENCE-ID` changes one of them.",
        "`STATUS:CANCELLED` withdraws. What is not public (`CLASS:PRIVATE`) is refused, what is over is passed.",
    ),
)  # fmt: skip
