"""Links to a proposed appointment, and the calendar file behind them."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from icalendar import Calendar
from itsdangerous import URLSafeSerializer

from bot.handoff.appointments import Appointment, calendar, read_ticket, ticket
from bot.resources import Resources

SECRET = b"one"


def proposed(resources: Resources, *, month: int = 7, language: str = "ar") -> Appointment:
    begin = datetime(2027, month, 5, 14, 30, tzinfo=resources.region.time_zone)
    return Appointment("HL-7K3M-92", begin, 45, language)


@pytest.mark.parametrize("month", [1, 7])
def test_a_link_means_what_was_proposed(loaded: Resources, month: int) -> None:
    appointment = proposed(loaded, month=month)
    read = read_ticket(SECRET, loaded.region, ticket(SECRET, appointment))
    assert read == appointment
    assert f"{read.begin:%H:%M}" == "14:30", "in the region's time, summer and winter"


def test_only_links_of_ours_are_read(loaded: Resources) -> None:
    written = ticket(SECRET, proposed(loaded))
    body, signature = written.rsplit(".", 1)
    other = ticket(SECRET, proposed(loaded, month=8)).rsplit(".", 1)[0]
    elsewhere = URLSafeSerializer(SECRET, salt="receipt").dumps(["HL-7K3M-92", 1, 30, "de"])
    shorter = URLSafeSerializer(SECRET, salt="appointment").dumps(["HL-7K3M-92"])
    for text in (f"{other}.{signature}", f"{body}.x", body, "", ".", "ä.ö", "\udcff", elsewhere, shorter):
        assert read_ticket(SECRET, loaded.region, text) is None, text
    assert read_ticket(b"another", loaded.region, written) is None


def test_a_calendar_that_imports_the_file_twice_has_one_entry(loaded: Resources) -> None:
    first, second = (calendar(loaded.region, proposed(loaded), "chat.example.org") for _ in range(2))
    assert first == second
    (event,) = Calendar.from_ical(first).walk("VEVENT")
    moved = Calendar.from_ical(calendar(loaded.region, proposed(loaded, month=8), "chat.example.org"))
    assert event["uid"].endswith("@chat.example.org") and event["uid"] != moved.walk("VEVENT")[0]["uid"]
    assert event["dtstart"].dt == proposed(loaded).begin and event["dtend"].dt - event["dtstart"].dt == timedelta(minutes=45)
    assert str(event["summary"]) == f"{loaded.region.office.names['ar']} (HL-7K3M-92)"
    assert str(event["location"]) == loaded.region.office.address
