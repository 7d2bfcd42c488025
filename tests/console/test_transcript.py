"""What staff read of a conversation: each message as it was written, and what it says in their language."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from bot.conversation import log
from bot.db import cases

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
