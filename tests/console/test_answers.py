"""Prepared replies, answers, offers, appointments: chosen in German, read in the visitor's language."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from icalendar import Calendar

from .conftest import Member, case_of

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
    given = {"day": day.isoformat(), "time": "14:30", "minutes": "45"}
    assert somebody.post(f"/cases/{number}/appointment", **given, key=_key()).status_code == 303
    sent = talk.messages()[-1]
    assert sent["language"] == "uk" and "14:30" in sent["text"] and str(day.year) in sent["text"]
    link = re.search(r"/api/v1/appointments/[\w.-]+", sent["text"])
    assert link
    answer = httpx.get(f"{somebody.http.base_url}{link[0]}")
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/calendar")
    (event,) = Calendar.from_ical(answer.content).walk("VEVENT")
    assert (event["dtstart"].dt.date(), f"{event['dtstart'].dt:%H:%M}") == (day, "14:30")
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


def test_only_the_owner_sends(taken: Callable[..., Any], member: Callable[..., Member]) -> None:
    _, _, number = taken("de")
    other = member(name="Bernd Busch")
    assert other.post(f"/cases/{number}/prepared", name="greeting", key=_key()).status_code == 409
