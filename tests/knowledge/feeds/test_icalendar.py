"""iCalendar: single events, repeated ones, changed and cancelled occurrences, whole days."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bot.knowledge.feeds import Unreadable
from bot.knowledge.names import Names
from bot.knowledge.present import present
from tests.knowledge.feeds.conftest import TODAY, context, offers, outcome_of, refusals, snapshot, statuses, take

EVENT = "UID:1@x\nSUMMARY:Ein Treffen\nDESCRIPTION:Wir treffen uns und reden.\nLOCATION:Iden\nURL:https://example.org/t\n"
CALENDAR = "BEGIN:VCALENDAR\nX-WR-CALNAME:Verein\n{}END:VCALENDAR\n"


def calendar(*lines: str, event: str = EVENT) -> bytes:
    return CALENDAR.format(f"BEGIN:VEVENT\n{event}" + "".join(f"{line}\n" for line in lines) + "END:VEVENT\n").encode()


def starts(data: Path) -> list[str]:
    return [offer.facts["starts"] for offer in offers(data).values()]


def test_a_clubs_calendar(data: Path) -> None:
    report = take(data, "icalendar", "events.ics", source="vereine")
    # The tour, five of the judo lessons and the festival; one lesson is cancelled, one event is over.
    assert statuses(report) == ["new"] * 3 + ["unchanged"] + ["new"] * 4 + ["past"] + ["refused"] * 3
    tour, *lessons, festival = offers(data).values()
    assert (tour.kind, tour.place, tour.provider) == ("event", "tangermuende", "Heimatverein Tangerland")
    assert tour.facts == {"event_kind": "welcome", "starts": "2027-04-10 10:00", "ends": "2027-04-10 12:30"}
    assert tour.text["de"].endswith("Elbe. Danach gibt es Kaffee und Kuchen.")
    assert tour.contact == {"name": "Herr Sommer", "phone": "+49 30 23125820", "email": "verein@heimat.example.org"}
    assert tour.source == "https://heimat.example.org/rundgang"
    assert [lesson.facts["starts"] for lesson in lessons] == [
        "2026-11-24 17:00", "2026-12-02 18:00", "2026-12-15 17:00", "2027-01-05 17:00", "2027-01-12 17:00",
    ]  # fmt: skip
    assert lessons[1].title["de"].endswith("(verlegt)"), "RECURRENCE-ID changes one occurrence"
    assert {lesson.facts["event_kind"] for lesson in lessons} == {"trial_lesson"}
    assert lessons[0].address == "Turnhalle am Wall"
    assert (festival.facts["starts"], festival.facts["ends"]) == ("2027-06-18", "2027-06-20")
    assert festival.last_day == date(2027, 6, 20)
    broken, elsewhere, private = refusals(report)
    assert "DTSTART" in broken and "Gardelegen" in elsewhere and "not public" in private
    (said,) = outcome_of(report, "24.11.2026").remarks
    assert said.startswith("repeats: taken are 24.11.2026, 01.12.2026, 08.12.2026, 15.12.2026, 05.01.2027, 12.01.2027;")


def test_a_weeks_later_import_adds_what_follows(data: Path) -> None:
    take(data, "icalendar", "events.ics")
    before = snapshot(data)
    assert take(data, "icalendar", "events.ics").count("new") == 0
    assert snapshot(data) == before
    later = take(data, "icalendar", "events.ics", today=date(2026, 11, 28))
    assert [each.where for each in later.outcomes if each.status == "new"] == ["VEVENT 2 (line 39) 19.01.2027"]


def test_whole_days_are_shown_without_a_time(data: Path) -> None:
    take(data, "icalendar", "events.ics")
    festival = list(offers(data).values())[-1]
    card = present(festival, "de", Names.load(data))
    shown = {fact["name"]: fact["value"] for fact in card["facts"]}
    assert "18. Juni 2027" in shown["date"] and "20. Juni 2027" in shown["date"]
    assert "time" not in shown


def test_a_cancelled_event_is_withdrawn(data: Path) -> None:
    take(data, "icalendar", calendar("DTSTART:20270501T080000Z"))
    assert starts(data) == ["2027-05-01 10:00"], "local time of the region, summer time"
    report = take(data, "icalendar", calendar("DTSTART:20270501T080000Z", "STATUS:CANCELLED"))
    assert statuses(report) == ["withdrawn"]
    (offer,) = offers(data).values()
    assert offer.last_day == date(2026, 11, 20)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["DTSTART:20270110T100000", "RRULE:FREQ=MONTHLY;COUNT=3"],
         ["2027-01-10 10:00", "2027-02-10 10:00", "2027-03-10 10:00"]),
        (["DTSTART;VALUE=DATE:20261201", "RRULE:FREQ=DAILY;UNTIL=20261203"], ["2026-12-01", "2026-12-02", "2026-12-03"]),
        (["DTSTART:20261201T100000", "RDATE:20261205T100000,20261224T150000", "RRULE:FREQ=DAILY;COUNT=1"],
         ["2026-12-01 10:00", "2026-12-05 10:00", "2026-12-24 15:00"]),
        (["DTSTART:20261124T100000", "RRULE:FREQ=WEEKLY;COUNT=3", "EXDATE;VALUE=DATE:20261201"],
         ["2026-11-24 10:00", "2026-12-08 10:00"]),
        (["DTSTART:20101124T100000", "RRULE:FREQ=WEEKLY"],
         ["2026-11-25 10:00", "2026-12-02 10:00", "2026-12-09 10:00", "2026-12-16 10:00", "2026-12-23 10:00", "2026-12-30 10:00"]),
    ],
)  # fmt: skip
def test_which_occurrences_are_taken(data: Path, lines: list[str], expected: list[str]) -> None:
    take(data, "icalendar", calendar(*lines))
    assert starts(data) == expected


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ([], "DTSTART is missing"),
        (["DTSTART:20270101T100000", "RRULE:FREQ=SECONDLY"], "more often than daily"),
        (["DTSTART:00010101T100000", "RRULE:FREQ=DAILY"], "endlessly"),
        (["DTSTART:20270101T100000", "RRULE:FREQ=NEVER"], "RRULE"),
        (["DTSTART:20200101T100000", "RRULE:FREQ=YEARLY;UNTIL=20210101"], "no occurrence"),
        (["DTSTART:20270101T100000", "DTEND;VALUE=DATE:20270102"], "not both days"),
        (["DTSTART:20270101T100000", "DTEND:20270101T090000"], ""),
    ],
)
def test_impossible_events_are_refused(data: Path, lines: list[str], reason: str) -> None:
    report = take(data, "icalendar", calendar(*lines) if lines else calendar())
    if reason:
        assert reason in refusals(report)[0]
    else:
        assert [offer.facts.get("ends") for offer in offers(data).values()] == [None], "an end before the beginning is none"


def test_no_calendar_and_no_way_to_reach_anybody(data: Path) -> None:
    with pytest.raises(Unreadable, match="no iCalendar"):
        take(data, "icalendar", b"BEGIN:VCARD\nEND:VCARD")
    silent = EVENT.replace("URL:https://example.org/t\n", "")
    assert refusals(take(data, "icalendar", calendar("DTSTART:20270101T100000", event=silent))) == ["contact is missing"]


def test_our_own_uids_are_the_offers_ids(data: Path) -> None:
    own = EVENT.replace("1@x", f"event-treffen@{context(data).own_ids}")
    take(data, "icalendar", calendar("DTSTART:20270101T100000", event=own))
    assert list(offers(data)) == ["event-treffen"]
    assert offers(data)["event-treffen"].last_day > TODAY  # type: ignore[operator]
