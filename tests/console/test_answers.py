"""Prepared replies, answers, offers, appointments: chosen in German, read in the visitor's language."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from icalendar import Calendar

from .conftest import Member, Office, case_of

CONCERN = {"ar": "نبحث عن قابلة.", "uk": "Шукаємо квартиру для родини.", "de": "Wir suchen eine Hebamme."}


@pytest.fixture
def taken(member: Callable[..., Member], visitor: Callable[..., Any]) -> Callable[[str], tuple[Any, Member, str]]:
    def take(language: str) -> tuple[Any, Member, str]:
        talk, somebody = visitor(language), member(name="Jana Behrendt")
        number = case_of(talk, CONCERN[language])
        assert somebody.post(f"/cases/{number}/take").status_code == 303
        return talk, somebody, number

    return take


def _key() -> str:
    return uuid.uuid4().hex


@pytest.mark.parametrize(("language", "said"), [("ar", "مرحبًا، اسمي"), ("uk", "Добрий день, мене звати")])
def test_prepared_reply(language: str, said: str, taken: Callable[..., Any]) -> None:
    talk, somebody, number = taken(language)
    page = somebody.page(f"/cases/{number}")
    assert "Begrüßung" in page and "Guten Tag, mein Name ist Jana Behrendt" in page and said in page
    key = _key()
    for _ in range(2):
        assert somebody.post(f"/cases/{number}/prepared", name="greeting", key=key).status_code == 303
    sent = [m for m in talk.messages() if m["author"] == "staff"]
    assert len(sent) == 1, "the same form says it once"
    assert (sent[0]["language"], sent[0]["name"]) == (language, "Jana Behrendt")
    assert said in sent[0]["text"] and "Jana Behrendt" in sent[0]["text"] and "{" not in sent[0]["text"]
    shown = somebody.page(f"/cases/{number}")
    assert '</span>Guten Tag, mein Name ist Jana Behrendt. Ich habe' in shown, "the German wording beside it"


def test_answer_to_a_common_question(taken: Callable[..., Any]) -> None:
    talk, somebody, number = taken("uk")
    preview = somebody.http.get(f"/console/cases/{number}/faq", params={"intent": "faq/registration"}).text
    assert 'lang="de"' in preview and 'lang="uk"' in preview
    assert somebody.post(f"/cases/{number}/faq", intent="faq/registration", key=_key()).status_code == 303
    sent = talk.messages()[-1]
    assert (sent["author"], sent["language"], sent["buttons"]) == ("staff", "uk", [])
    assert sent["sources"] and re.search("[а-яіїє]{4}", sent["text"])
    assert somebody.post(f"/cases/{number}/faq", intent="technical_problem", key=_key()).status_code == 422


def test_offer_card(taken: Callable[..., Any]) -> None:
    talk, somebody, number = taken("ar")
    found = somebody.http.get(f"/console/cases/{number}/offers", params={"q": "Wohnung Stendal"}).text
    offer = re.search(r'name="offer" value="([^"]+)"', found)
    assert offer, found
    assert somebody.post(f"/cases/{number}/offer", offer=offer[1], key=_key()).status_code == 303
    sent = talk.messages()[-1]
    assert sent["language"] == "ar" and [card["id"] for card in sent["offers"]] == [offer[1]]
    assert "1 Angebot gezeigt" in somebody.page(f"/cases/{number}")
    assert somebody.post(f"/cases/{number}/offer", offer="no-such-offer", key=_key()).status_code == 422


def test_appointment_with_a_calendar_file(taken: Callable[..., Any]) -> None:
    talk, somebody, number = taken("uk")
    day = (datetime.now() + timedelta(days=9)).date()
    # Whatever day that is: this is not about the opening hours.
    given = {"day": day.isoformat(), "time": "14:30", "minutes": "45", "outside": "1"}
    assert somebody.post(f"/cases/{number}/appointment", **given, key=_key()).status_code == 303
    sent = talk.messages()[-1]
    assert sent["language"] == "uk" and "14:30" in sent["text"] and str(day.year) in sent["text"]
    link = re.search(r"/api/v1/appointments/[\w.-]+", sent["text"])
    assert link
    answer = httpx.get(f"{somebody.http.base_url}{link[0]}")
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/calendar")
    (event,) = Calendar.from_ical(answer.content).walk("VEVENT")
    begin = event["dtstart"].dt.astimezone(ZoneInfo("Europe/Berlin"))
    assert (begin.date(), f"{begin:%H:%M}") == (day, "14:30")
    assert event["dtend"].dt - event["dtstart"].dt == timedelta(minutes=45)
    assert number in event["summary"]
    assert httpx.get(f"{somebody.http.base_url}{link[0]}x").status_code == 404
    assert "um 14:30 Uhr" in somebody.page(f"/cases/{number}"), "the German wording beside it"
    talk.http.delete(talk.path, headers=talk.headers)
    assert httpx.get(f"{somebody.http.base_url}{link[0]}").status_code == 404


@pytest.mark.parametrize(
    "given",
    [
        {"day": "2020-01-01", "time": "10:00", "minutes": "30"}, {"day": "2999-01-01", "time": "10:00", "minutes": "30"},
        {"day": "", "time": "", "minutes": ""}, {"day": "2027-01-11", "time": "10:00", "minutes": "0"},
    ],
)  # fmt: skip
def test_impossible_appointments(given: dict[str, str], taken: Callable[..., Any]) -> None:
    talk, somebody, number = taken("de")
    last = talk.messages()[-1]["seq"]
    assert somebody.post(f"/cases/{number}/appointment", **given, key=_key()).status_code == 422
    assert talk.messages(last) == []


def _spring() -> date:
    """The next last Sunday of March."""
    today = date.today()
    days = (date(year, 3, 31 - (date(year, 3, 31).weekday() + 1) % 7) for year in (today.year, today.year + 1))
    return next(day for day in days if day > today)


def test_a_time_outside_of_the_opening_hours_has_to_be_meant(office: Office) -> None:
    (talk, number), somebody = office.case(), office.member()
    somebody.post(f"/cases/{number}/take")
    last = talk.messages()[-1]["seq"]
    sunday = date.today() + timedelta(days=7 + 6 - date.today().weekday())
    given = {"day": sunday.isoformat(), "time": "10:00", "minutes": "30"}
    refused = somebody.post(f"/cases/{number}/appointment", **given, key=_key())
    assert refused.status_code == 422 and "außerhalb der Öffnungszeiten" in refused.text and "Sonntag" in refused.text
    never = {**given, "day": _spring().isoformat(), "time": "02:30", "outside": "1"}
    refused = somebody.post(f"/cases/{number}/appointment", **never, key=_key())
    assert refused.status_code == 422 and "Diese Uhrzeit gibt es nicht" in refused.text
    assert talk.messages(last) == []
    assert somebody.post(f"/cases/{number}/appointment", **given, outside="1", key=_key()).status_code == 303
    assert "10:00" in talk.messages(last)[0]["text"]


def test_a_moved_appointment_moves_in_the_calendar(office: Office) -> None:
    (talk, number), somebody = office.case(), office.member()
    somebody.post(f"/cases/{number}/take")
    events = []
    for days in (9, 12):
        day = (date.today() + timedelta(days=days)).isoformat()
        given = {"day": day, "time": "10:00", "minutes": "30", "outside": "1", "key": _key()}
        assert somebody.post(f"/cases/{number}/appointment", **given).status_code == 303
        link = re.search(r"/api/v1/appointments/[\w.-]+", talk.messages()[-1]["text"])
        assert link
        events += Calendar.from_ical(httpx.get(f"{office.server.url}{link[0]}").content).walk("VEVENT")
    assert events[0]["uid"] == events[1]["uid"] and (events[1]["dtstart"].dt.date() - events[0]["dtstart"].dt.date()).days == 3


def test_only_the_owner_sends(taken: Callable[..., Any], member: Callable[..., Member]) -> None:
    _, _, number = taken("de")
    other = member(name="Bernd Busch")
    assert other.post(f"/cases/{number}/prepared", name="greeting", key=_key()).status_code == 409
