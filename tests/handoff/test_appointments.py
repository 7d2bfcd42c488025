"""Links to a proposed appointment, and the calendar file behind them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from icalendar import Calendar
from itsdangerous import URLSafeSerializer
from sqlalchemy.engine import Connection

from bot.conversation import log
from bot.handoff.appointments import Appointment, calendar, mark_of, read_ticket, there_is, ticket
from bot.resources import Resources
from tests.console.both import any_connection, any_engine, make_case

__all__ = ["any_connection", "any_engine"]

SECRET = b"one"


PROPOSED = 1_790_000_000


def proposed(resources: Resources, *, month: int = 7, language: str = "ar", at: int = PROPOSED) -> Appointment:
    begin = datetime(2027, month, 5, 14, 30, tzinfo=resources.region.time_zone)
    return Appointment("HL-7K3M-92", begin, 45, language, at, 1_800_000_000)


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
    assert event["uid"] == "HL-7K3M-92-1800000000@chat.example.org"
    assert event["dtstart"].dt == proposed(loaded).begin and event["dtend"].dt - event["dtstart"].dt == timedelta(minutes=45)
    assert str(event["summary"]) == f"{loaded.region.office.names['ar']} (HL-7K3M-92)"
    assert str(event["location"]) == loaded.region.office.address


@pytest.mark.parametrize("month", [1, 7])
def test_its_times_need_no_time_zone_beside_them(loaded: Resources, month: int) -> None:
    """RFC 5545, 3.2.19: a TZID needs a VTIMEZONE of its own; times in UTC need none."""
    file = calendar(loaded.region, proposed(loaded, month=month), "chat.example.org").decode()
    hour = {1: 13, 7: 12}[month]
    assert "TZID" not in file and f"DTSTART:20270{month}05T{hour}3000Z" in file and f"DTEND:20270{month}05T{hour + 1}1500Z" in file
    assert f"DTSTAMP:{datetime.fromtimestamp(PROPOSED, UTC):%Y%m%dT%H%M%SZ}" in file, "when it was proposed"


def test_a_date_that_is_moved_moves_the_entry(loaded: Resources) -> None:
    files = [calendar(loaded.region, proposed(loaded, month=7 + n, at=PROPOSED + n), "chat.example.org") for n in (0, 1)]
    first, second = (Calendar.from_ical(file).walk("VEVENT")[0] for file in files)
    assert first["uid"] == second["uid"] and first["sequence"] < second["sequence"] < 2**31
    assert first["dtstart"].dt != second["dtstart"].dt


def test_a_link_of_an_earlier_version_is_read(loaded: Resources) -> None:
    begin = proposed(loaded).begin
    old = URLSafeSerializer(SECRET, salt="appointment").dumps(["HL-7K3M-92", int(begin.timestamp()), 45, "de"])
    read = read_ticket(SECRET, loaded.region, old)
    assert read is not None and (read.begin, read.mark) == (begin, int(begin.timestamp()))


@pytest.mark.parametrize(
    ("moment", "there"),
    [
        ("2027-03-28T02:30", False), ("2027-03-28T01:59", True), ("2027-03-28T03:00", True), ("2027-10-31T02:30", True),
        ("2027-07-05T14:30", True),
    ],
)  # fmt: skip
def test_an_hour_of_spring_is_not_there(loaded: Resources, moment: str, there: bool) -> None:
    assert there_is(datetime.fromisoformat(moment).replace(tzinfo=loaded.region.time_zone)) is there


def test_a_proposal_replaces_one_whose_time_is_still_to_come(any_connection: Connection) -> None:
    talk = make_case(any_connection, "HL-7K3M-92")
    now = datetime(2027, 7, 1, tzinfo=UTC)
    first, second, third = (now + timedelta(days=days) for days in (4, 9, 20))

    def propose(begin: datetime, now: datetime) -> int:
        mark = mark_of(any_connection, talk, begin, now)
        extra = {"prepared": "appointment", "values": {"begin": begin.timestamp(), "mark": mark}}
        log.append(any_connection, talk, [{"author": "staff", "text": "-", "language": "de", "extra": extra}])
        return mark

    assert propose(first, now) == first.timestamp()
    assert propose(second, now) == first.timestamp(), "moved"
    log.append(any_connection, talk, [{"author": "staff", "text": "-", "language": "de", "extra": {"prepared": "greeting"}}])
    assert propose(third, now + timedelta(days=8)) == first.timestamp(), "moved once more, while the second is to come"
    assert propose(third, third + timedelta(hours=1)) == third.timestamp(), "a further appointment"
