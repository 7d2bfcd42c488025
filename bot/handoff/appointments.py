"""A proposed appointment as a calendar file. Nothing is stored: the link itself says what is proposed, signed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from icalendar import Calendar, Event
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy.engine import Connection

from bot.db import messages
from bot.handoff.prepared import APPOINTMENT
from bot.region import Region, name_in

LONGEST_MINUTES = 480


@dataclass(frozen=True)
class Appointment:
    """`begin` is aware; `language` the visitor's.

    `proposed_at`: seconds since 1970. `mark`: the same for proposals of which the later one replaces the earlier.
    """

    case_number: str
    begin: datetime
    minutes: int
    language: str
    proposed_at: int
    mark: int


def there_is(begin: datetime) -> bool:
    """Whether clocks show this time at all: an hour in spring is left out."""
    there_and_back = begin.astimezone(UTC).astimezone(begin.tzinfo)
    return there_and_back.replace(tzinfo=None) == begin.replace(tzinfo=None)


def mark_of(connection: Connection, conversation_id: str, begin: datetime, now: datetime) -> int:
    """The mark of a new proposal: that of the last one, if its time is still to come, so that it is moved and not doubled."""
    m = messages.c
    proposed = (m.conversation_id == conversation_id) & (m.extra["prepared"].as_string() == APPOINTMENT)
    query = sa.select(m.extra).where(proposed).order_by(m.seq.desc()).limit(1)
    last = (connection.execute(query).scalar() or {}).get("values") or {}
    if last.get("begin", 0) > now.timestamp():
        return int(last.get("mark") or last["begin"])
    return int(begin.timestamp())


def _signer(secret: bytes) -> URLSafeSerializer:
    return URLSafeSerializer(secret, salt="appointment")


def ticket(secret: bytes, appointment: Appointment) -> str:
    """What stands in the link."""
    said = appointment
    begin = int(said.begin.timestamp())
    return str(
        _signer(secret).dumps([said.case_number, begin, said.minutes, said.language, said.proposed_at, said.mark])
    )


def read_ticket(secret: bytes, region: Region, text: str) -> Appointment | None:
    """The appointment that a link means; None for one that we have not written."""
    try:
        number, begin, minutes, language, *rest = _signer(secret).loads(text)
        # Links of earlier versions end here.
        proposed_at, mark = rest or (begin, begin)
    except (BadSignature, ValueError):
        return None
    return Appointment(number, datetime.fromtimestamp(begin, region.time_zone), minutes, language, proposed_at, mark)


def calendar(region: Region, appointment: Appointment, host: str) -> bytes:
    """The file (RFC 5545). Its times are in UTC: one in a named zone would need the zone's rules beside it."""
    event, begin = Event(), appointment.begin.astimezone(UTC)
    event.add("uid", f"{appointment.case_number}-{appointment.mark}@{host}")
    # A calendar takes the file with the higher one.
    event.add("sequence", appointment.proposed_at)
    event.add("dtstamp", datetime.fromtimestamp(appointment.proposed_at, UTC))
    event.add("dtstart", begin)
    event.add("dtend", begin + timedelta(minutes=appointment.minutes))
    event.add("summary", f"{name_in(region.office.names, appointment.language)} ({appointment.case_number})")
    event.add("location", region.office.address)
    event.add("contact", region.office.phone)
    whole = Calendar()
    whole.add("prodid", "-//Heimatlotse//DE")
    whole.add("version", "2.0")
    whole.add("method", "PUBLISH")
    whole.add_component(event)
    return bytes(whole.to_ical())
