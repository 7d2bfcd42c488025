"""A proposed appointment as a calendar file. Nothing is stored: the link itself says what is proposed, signed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from icalendar import Calendar, Event
from itsdangerous import BadSignature, URLSafeSerializer

from bot.region import Region, name_in

LONGEST_MINUTES = 480


@dataclass(frozen=True)
class Appointment:
    """`begin` is aware; `language` the visitor's."""

    case_number: str
    begin: datetime
    minutes: int
    language: str


def _signer(secret: bytes) -> URLSafeSerializer:
    return URLSafeSerializer(secret, salt="appointment")


def ticket(secret: bytes, appointment: Appointment) -> str:
    """What stands in the link."""
    begin = int(appointment.begin.timestamp())
    return str(_signer(secret).dumps([appointment.case_number, begin, appointment.minutes, appointment.language]))


def read_ticket(secret: bytes, region: Region, text: str) -> Appointment | None:
    """The appointment that a link means; None for one that we have not written."""
    try:
        number, begin, minutes, language = _signer(secret).loads(text)
    except (BadSignature, ValueError):
        return None
    return Appointment(number, datetime.fromtimestamp(begin, region.time_zone), minutes, language)


def calendar(region: Region, appointment: Appointment, host: str) -> bytes:
    """The file (RFC 5545)."""
    event = Event()
    event.add("uid", f"{appointment.case_number}-{int(appointment.begin.timestamp())}@{host}")
    event.add("dtstamp", appointment.begin)
    event.add("dtstart", appointment.begin)
    event.add("dtend", appointment.begin + timedelta(minutes=appointment.minutes))
    event.add("summary", f"{name_in(region.office.names, appointment.language)} ({appointment.case_number})")
    event.add("location", region.office.address)
    event.add("contact", region.office.phone)
    whole = Calendar()
    whole.add("prodid", "-//Heimatlotse//DE")
    whole.add("version", "2.0")
    whole.add("method", "PUBLISH")
    whole.add_component(event)
    return bytes(whole.to_ical())
