"""What staff read of a conversation: each message as it was written, and what it says in their language."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from bot.conversation import log
from bot.db import cases
from bot.errors import load_yaml
from tests.conftest import ROOT

from .conftest import Member, Office, case_of, writing


def test_page_explains_a_foreign_conversation(member: Callable[..., Member], visitor: Callable[..., Any]) -> None:
    talk = visitor("ar")
    talk.say("كيف أسجل عنواني؟")
    number = case_of(talk, "نبحث عن قابلة.")
    somebody = member()
    page = somebody.page(f"/cases/{number}")
    assert "Erkannt: Anmelden und Ummelden" in page and "% sicher" in page
    assert 'dir="rtl" lang="ar">كيف أسجل عنواني؟' in page
    assert "Wie erreichen wir Sie?" in page, "the German wording of what was asked"
    assert "Schaltfläche gewählt: Ohne Kontaktdaten" in page
    somebody.http.post("/console/language", data={"language": "en", "back": "/"})
    assert "Understood: " in somebody.page(f"/cases/{number}")


def test_the_receipts_secret_stays_the_visitors(member: Callable[..., Member], visitor: Callable[..., Any]) -> None:
    talk = visitor()
    number = case_of(talk)
    secrets = re.findall(r"\b[0-9a-f]{32}\b", talk.messages()[-1]["text"])
    assert secrets
    assert not re.search("|".join(secrets), member().page(f"/cases/{number}"))


def _write(office: Office, number: str, text: str, language: str, **extra: Any) -> None:
    """Adds a message of the assistant's to a case, as a server before this one may have stored it."""
    case = office.row(sa.select(cases).where(cases.c.number == number))
    with writing(office.engine) as connection:
        log.append(connection, case.conversation_id, [{"author": "bot", "text": text, "language": language, "extra": extra}])


def _last(page: str) -> str:
    return page.rpartition('<li class="message ')[2].partition("</li>\n")[0]


def test_what_there_is_no_longer_does_not_hide_the_conversation(office: Office) -> None:
    anna, (_, number) = office.member(), office.case("ar")
    _write(office, number, "مرحبا", "ar", utter="utter_that_was_dropped", values={})
    page = anna.page(f"/cases/{number}")
    assert "مرحبا" in _last(page) and "bubble__wording" not in _last(page)
    _write(office, number, "أهلا", "ar", prepared="dropped", values={})
    assert "أهلا" in _last(anna.page(f"/cases/{number}"))
    card = {"id": "gone-1", "title": "شقة قديمة", "place": "Iden", "facts": []}
    _write(office, number, "عرض", "ar", offers=[card])
    shown = anna.page(f"/cases/{number}")
    assert "شقة قديمة" in shown, "as the visitor saw it"


def test_what_is_not_known_any_more_is_left_open_and_facts_are_todays(office: Office) -> None:
    anna, (_, number) = office.member(), office.case("uk")
    _write(office, number, "…", "uk", utter="utter_staff_joined", values={})
    shown = _last(anna.page(f"/cases/{number}"))
    wording = shown.partition("bubble__wording")[2]
    assert "…" in wording and "{" not in wording


def test_in_their_own_language_nothing_is_said_twice(office: Office) -> None:
    anna, (_, number) = office.member(), office.case("de-simple")
    _write(office, number, "Frau Muster ist da", "de-simple", utter="utter_staff_joined", values={"name": "Frau Muster"})
    assert "bubble__wording" not in _last(anna.page(f"/cases/{number}")), "Easy German is German"
    anna.post("/language", language="en", back="/")
    assert "Frau Muster" in _last(anna.page(f"/cases/{number}")).partition("bubble__wording")[2]


def test_buttons_of_the_dialogues_own_making_are_explained(office: Office) -> None:
    anna, (_, number) = office.member(), office.case("uk")
    buttons = [
        {"id": "0.0.0", "title": "Показати ще", "payload": "/show_more"},
        {"id": "0.0.1", "title": "Мені байдуже", "payload": '/refine_search{"change": "skip"}'},
        {"id": "0.0.2", "title": "оренда", "payload": '/refine_search{"deal": "rent"}'},
        {"id": "0.0.5", "title": "العربية", "payload": '/change_language{"language": "ar"}'},
        {"id": "0.0.3", "title": "Щось зовсім інше", "payload": '/dropped_long_ago{"x": "y"}'},
        {"id": "0.0.4", "title": "Не читається", "payload": "/refine_search{"},
    ]
    skip = load_yaml(ROOT / "data/interface/uk.yml").data["skip"]
    buttons[1]["title"] = skip
    _write(office, number, "?", "uk", utter="utter_search_results", buttons=buttons, values={})
    shown = _last(anna.page(f"/cases/{number}"))
    meanings = re.findall(r'<bdi lang="uk">([^<]*)</bdi>(?: <span class="choice__meaning">([^<]*)</span>)?', shown)
    assert meanings == [
        ("Показати ще", "Mehr anzeigen"), (skip, "Ist mir egal"), ("оренда", "mieten"), ("العربية", "Arabisch"),
        ("Щось зовсім інше", ""), ("Не читається", ""),
    ]  # fmt: skip
    _write(office, number, "?", "ar", utter="utter_search_results", buttons=buttons[:1], values={})
    anna.http.post("/console/language", data={"language": "en", "back": "/"})
    assert ">Show more<" in anna.page(f"/cases/{number}")


def test_what_was_looked_for_before_a_hand_over_staff_read_in_german(
    member: Callable[..., Member], visitor: Callable[..., Any]
) -> None:
    talk, somebody = visitor("ar"), member()
    talk.say("أبحث عن شقة في شتندال")
    number = case_of(talk, "نبحث عن قابلة.")
    page = somebody.page(f"/cases/{number}")
    known = page.partition("<dt>Schon bekannt</dt>")[2].partition("</dd>")[0]
    assert "شتندال" in known and "[Wohnen, Stendal" in known
    assert "Mehr anzeigen" in page
    somebody.post(f"/cases/{number}/take")
    somebody.post(f"/cases/{number}/give-back")
    assert "Ihre Suche ist noch da (Wohnen, Stendal" in somebody.page(f"/cases/{number}")


def test_what_a_notice_says_of_teams_searches_and_days_is_in_the_language_of_the_page(office: Office) -> None:
    anna, (talk, number) = office.member(), office.case("ar")
    anna.post(f"/cases/{number}/take")
    anna.post(f"/cases/{number}/pass-on", team="immigration")
    assert "فريق الهجرة" in talk.messages()[-1]["text"]
    page = anna.page(f"/cases/{number}")
    assert "فريق الهجرة" in _last(page)
    assert "kümmert sich jetzt: Team Zuwanderung." in _wording(page)
    looked = {"kind": "housing", "place": "stendal", "rooms": 3}
    _write(office, number, "…", "ar", utter="utter_search_kept", values={"criteria": looked})
    assert "(Wohnen, Stendal, 3 Zimmer)" in _wording(anna.page(f"/cases/{number}"))
    _write(office, number, "…", "ar", utter="utter_live_missed", values={"answer_by": "2026-11-25"})
    assert "25. November" in _wording(anna.page(f"/cases/{number}"))
    for key, values in (("left_beside", {"name": "Anna", "other": "Bert"}), ("dropped", {})):
        _write(office, number, "…", "ar", told=key, values=values)
    first, last = anna.page(f"/cases/{number}").split('<li class="message ')[-2:]
    assert "Bert ist weiter für Sie da." in first and "bubble__wording" not in last


def _wording(page: str) -> str:
    return _last(page).partition("bubble__wording")[2]
