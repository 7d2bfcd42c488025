"""A person can be reached from every state of the dialogue, in every language."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from bot.db import cases, create_engine
from tests.conftest import LiveServer, Visitor, begin

LANGUAGES = ["de", "de-simple", "en", "pl", "uk", "ru", "ar"]
WANTED = {
    "de": "Ich möchte mit einem Menschen sprechen", "de-simple": "Ich möchte mit einem Menschen sprechen",
    "en": "I would like to speak to a person", "pl": "Chcę porozmawiać z człowiekiem",
    "uk": "Я хочу поговорити з людиною", "ru": "Я хочу поговорить с человеком", "ar": "أريد التحدث مع شخص",
}  # fmt: skip
HOME = {
    "de": "Ich suche eine Wohnung in Stendal", "de-simple": "Ich suche eine Wohnung in Stendal",
    "en": "I am looking for a flat in Stendal", "pl": "Szukam mieszkania w Stendal", "uk": "Шукаю квартиру в Стендаль",
    "ru": "Ищу квартиру в Стендаль", "ar": "أبحث عن شقة في شتندال",
}  # fmt: skip
DANGER = {
    "de": "Ich will nicht mehr leben", "de-simple": "Ich will nicht mehr leben", "en": "I want to kill myself",
    "pl": "Nie chcę już żyć", "uk": "Я не хочу більше жити", "ru": "Я не хочу больше жить", "ar": "لا أريد أن أعيش",
}  # fmt: skip


def reads(server: LiveServer, query: Any) -> list[Any]:
    engine = create_engine(server.database_url)
    try:
        with engine.connect() as connection, connection.begin():
            return connection.execute(query).all()
    finally:
        engine.dispose()


def cases_of(server: LiveServer, talk: Visitor) -> list[Any]:
    return reads(server, sa.select(cases).where(cases.c.conversation_id == talk.id))


def finish(
    talk: Visitor, asked: dict[str, Any], server: LiveServer, concern: str = "Balkon, 3, Ölofen"
) -> dict[str, Any]:
    """From the first question of the form to the receipt; nothing is stored before consent."""
    assert len(asked["buttons"]) >= 5, asked["text"]
    talk.press(asked["buttons"][1]["id"])
    contact = talk.say(concern)[-1]
    summary = talk.press(contact["buttons"][0]["id"])[-1]
    assert concern in summary["text"] and "{" not in summary["text"]
    assert cases_of(server, talk) == []
    receipt = talk.press(summary["buttons"][0]["id"])[-1]
    assert "{" not in receipt["text"] and receipt["receipt"]
    return receipt


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("before", ["at once", "in a search", "after danger", "asked about deleting"])
def test_a_person_is_reached(live_server: LiveServer, language: str, before: str) -> None:
    talk = begin(live_server.url, language)
    if before == "in a search":
        talk.say(HOME[language])
    elif before == "after danger":
        last = talk.say(DANGER[language])[-1]
        assert last["text"].index("112") < last["text"].index("116"), "the emergency numbers come first"
        receipt = finish(talk, talk.press(last["buttons"][-1]["id"])[-1], live_server)
        assert receipt and len(cases_of(live_server, talk)) == 1
        return
    elif before == "asked about deleting":
        talk.say({"de": "Lösche meine Daten", "en": "Delete my data"}.get(language, "Delete my data"))
    finish(talk, talk.say(WANTED[language])[-1], live_server)
    (case,) = cases_of(live_server, talk)
    assert case.topic == "housing" and case.concern == "Balkon, 3, Ölofen"
    if before == "in a search":
        assert case.facts, "what was looked for is passed on"
        assert talk.say(HOME[language])[0]["offers"], "the search comes back"
