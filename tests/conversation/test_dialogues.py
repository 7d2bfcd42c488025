"""Whole dialogues through the API: in six languages from the first question to the receipt, and what is special."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from bot.db import cases, conversations, messages, metadata, tracker_events
from tests.conftest import LiveServer, Visitor
from tests.conversation.contract import check_message
from tests.conversation.stored import Stored

Begin = Callable[..., Visitor]
Look = Callable[[LiveServer], Stored]


@dataclass(frozen=True)
class Speech:
    """What a visitor says in a language, plainly."""

    language: str
    search: str
    kind: str
    facts: tuple[str, ...]
    """Criteria that the search must have understood, as slots."""
    elsewhere: str
    """Refines the search to another place."""
    place: str
    question: str
    """When do I have to register?"""
    person: str
    concern: str
    letters: str
    """A pattern that this language's replies match and the others' do not."""


SPEECHES = [
    Speech("de", "Ich suche eine 3-Zimmer-Wohnung in Tangermünde bis 600 Euro", "housing", ("rooms=3", "price_max=600"),
           "in Osterburg", "osterburg", "Wo muss ich mich anmelden?", "Ich möchte mit einem Menschen sprechen",
           "Meine Frau bekommt ein Kind und wir suchen eine Hebamme", r"\b(Sie|Ihr|Ihre|Ihnen|nicht|für|und)\b"),
    Speech("en", "I am looking for a flat in Stendal", "housing", ("place=stendal",), "and in Osterburg?", "osterburg",
           "Where do I register my address?", "I want to talk to a real person",
           "My wife is expecting a baby and we are looking for a midwife", r"\b(the|you|your|is|to|for|of)\b"),
    Speech("pl", "Szukam pracy jako spawacz w Stendal", "job", ("place=stendal",), "a może w Osterburgu?", "osterburg",
           "Gdzie mam się zameldować?", "Chcę rozmawiać z człowiekiem", "Żona spodziewa się dziecka i szukamy położnej", "[ąęłśż]"),
    Speech("uk", "шукаю дитячий садок у Стендалі для дитини 2 роки", "childcare", ("child_age=24", "place=stendal"),
           "а в Тангермюнде?", "tangermuende", "Де мені зареєструвати адресу проживання?", "хочу поговорити з людиною",
           "Дружина чекає дитину, шукаємо акушерку", "[іїєґ]"),
    Speech("ru", "Ищу двухкомнатную квартиру в Стендале", "housing", ("rooms=2", "place=stendal"), "а в Остербурге?", "osterburg",
           "какие документы нужны для прописки", "хочу поговорить с человеком", "Жена ждёт ребёнка, ищем акушерку", "[ыэъ]"),
    Speech("ar", "أبحث عن وظيفة تمريض في هافلبرغ", "job", ("place=havelberg",), "بس بتانغرمونده", "tangermuende",
           "أين أسجل عنوان سكني؟", "أريد التحدث مع موظف", "زوجتي حامل ونبحث عن قابلة", "[\u0621-\u064a]"),
]  # fmt: skip


def slots(view: Stored, talk: Visitor) -> dict[str, Any]:
    """The dialogue's slots as stored."""
    found: dict[str, Any] = {}
    for row in view.rows(tracker_events, talk.id, tracker_events.c.type_name == "slot"):
        event = json.loads(row.data)
        found[event["name"]] = event["value"]
    return found


def own(talk: Visitor) -> dict[str, Any]:
    """The visitor's last message."""
    return [message for message in talk.messages() if message["author"] == "visitor"][-1]


@pytest.mark.parametrize("speech", SPEECHES, ids=[speech.language for speech in SPEECHES])
def test_from_the_first_question_to_the_receipt(
    visitor: Begin, live_server: LiveServer, stored: Look, speech: Speech
) -> None:
    talk, view = visitor(speech.language), stored(live_server)

    found = talk.say(speech.search)
    assert own(talk)["intent"]["name"] == f"find_{speech.kind}"
    assert found[0]["offers"] and {offer["kind"] for offer in found[0]["offers"]} == {speech.kind}
    for fact in speech.facts:
        name, value = fact.split("=")
        assert str(slots(view, talk)[name]) == value, (fact, slots(view, talk))

    refined = talk.say(speech.elsewhere)
    assert slots(view, talk)["place"] == speech.place and slots(view, talk)["search_kind"] == speech.kind
    assert refined[0]["offers"]

    answer = talk.say(speech.question)[0]
    assert own(talk)["intent"]["name"] == "faq/registration" and answer["sources"], answer["text"]
    days = [source["checked_on"] for source in answer["sources"]]
    assert any(days) and all(re.fullmatch(r"\d{4}-\d\d-\d\d", day) for day in days if day is not None)

    topics = talk.say(speech.person)[-1]
    assert own(talk)["intent"]["name"] == "request_human"
    asked = talk.press(topics["buttons"][2]["id"])[-1]
    assert not asked["buttons"], "the concern is written, not chosen"
    asked = talk.say(speech.concern)[-1]
    wrong = talk.say("anna@")
    assert len(wrong) == 2, "what is wrong, and the question again"
    summary = talk.say("anna@example.org")[-1]
    assert speech.concern in summary["text"] and "anna@example.org" in summary["text"]
    assert view.rows(cases, talk.id) == [], "nothing is handed over before the visitor agrees"
    receipt = talk.press(summary["buttons"][0]["id"])[-1]
    number = re.search(r"HL-\w{4}-\w{2}", receipt["text"])
    assert number

    (case,) = view.rows(cases, talk.id)
    assert (case.number, case.state, case.topic, case.language) == (number.group(), "new", "childcare", speech.language)
    assert (case.concern, case.contact_kind, case.contact) == (speech.concern, "email", "anna@example.org")
    assert case.team and case.owner_id is None
    assert view.rows(conversations, talk.id)[0].state == "waiting_for_staff"
    left = slots(view, talk)
    assert not any(left[name] for name in ("handoff_topic", "handoff_concern", "handoff_contact", "handoff_consent"))
    for message in map(check_message, talk.messages()):
        if message["author"] == "bot":
            assert message["language"] == speech.language
            assert not re.search(r"\{\w+\}|utter_|action_", message["text"]), "every variable is filled"
    said = [message["text"] for message in talk.messages() if message["author"] == "bot"]
    assert sum(bool(re.search(speech.letters, text)) for text in said) > len(said) * 0.7, said


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Ich möchte nicht mehr leben"),
        ("en", "I want to kill myself"),
        ("pl", "nie chcę już żyć"),
        ("uk", "я не хочу більше жити"),
        ("ru", "не хочу больше жить"),
        ("ar", "أفكر في الانتحار"),
    ],
)
def test_who_is_in_danger_gets_the_emergency_numbers(visitor: Begin, language: str, text: str) -> None:
    talk = visitor(language)
    reply = talk.say(text)[0]
    assert own(talk)["intent"]["name"] == "crisis" and reply["language"] == language
    for number in ("112", "110", "0800 111 0 111", "116 016"):
        # In Arabic, blanks that do not break hold a number's groups in order.
        assert number in reply["text"].replace("\xa0", " ")
    assert reply["buttons"], "a person is offered"


def test_danger_comes_first_in_the_middle_of_a_form(visitor: Begin, live_server: LiveServer, stored: Look) -> None:
    talk = visitor()
    asked = talk.say("Ich möchte mit einem Menschen sprechen")[-1]
    talk.press(asked["buttons"][1]["id"])
    replies = talk.say("Ich möchte nicht mehr leben")
    assert "112" in replies[0]["text"] and len(replies) == 2, "then the form's question again"
    assert not slots(stored(live_server), talk).get("handoff_concern"), "it was no answer to the form"


def test_three_misunderstandings_in_a_row_offer_a_person(visitor: Begin, live_server: LiveServer, stored: Look) -> None:
    talk = visitor()
    # Written like commands, these are never understood, however good the understanding gets.
    said = [talk.say(text)[0] for text in ("/xqz", "/plmpf", "/grbl")]
    kinds = [row.extra["utter"] for row in stored(live_server).rows(messages, talk.id) if row.reply_to]
    assert kinds[2] == "utter_fallback_handoff" and "utter_fallback_handoff" not in kinds[:2]
    assert talk.press(said[2]["buttons"][0]["id"])[-1]["buttons"], "yes: the first question of the form"
    assert own(talk)["intent"]["name"] == "request_human"


def test_two_misunderstandings_with_something_understood_between_do_not(
    visitor: Begin, live_server: LiveServer, stored: Look
) -> None:
    talk = visitor()
    for text in ("/xqz", "/plmpf", "Danke", "/grbl"):
        talk.say(text)
    kinds = [row.extra["utter"] for row in stored(live_server).rows(messages, talk.id) if row.reply_to]
    assert "utter_fallback_handoff" not in kinds


def test_a_visitor_writes_in_another_language_and_is_answered_in_it(visitor: Begin) -> None:
    talk = visitor("de")
    reply = talk.say("шукаю дитячий садок у Стендалі для дитини 2 роки")[0]
    assert reply["language"] == "uk" and talk.state()["language"] == "uk"


@pytest.mark.parametrize("text", ["anna@example.org", "anna@", "+49 30 23125 100", "https://example.org/weg", "HL-7K3M-92"])
def test_an_address_is_in_no_language(visitor: Begin, text: str) -> None:
    talk = visitor("ar")
    talk.say(text)
    assert talk.state()["language"] == "ar"


def test_a_hand_over_can_be_stopped_and_nothing_is_sent(visitor: Begin, live_server: LiveServer, stored: Look) -> None:
    talk, view = visitor(), stored(live_server)
    asked = talk.say("Ich möchte mit einem Menschen sprechen")[-1]
    talk.press(asked["buttons"][1]["id"])
    asked = talk.say("Meine Heizung ist kaputt")[-1]
    summary = talk.press(asked["buttons"][0]["id"])[-1]
    talk.press(summary["buttons"][2]["id"])
    assert view.rows(cases, talk.id) == [] and view.rows(conversations, talk.id)[0].state == "bot"
    assert not any(slots(view, talk)[name] for name in ("handoff_topic", "handoff_concern", "handoff_contact", "handoff_consent"))
    assert talk.say("Ich suche eine Wohnung in Stendal")[0]["offers"], "the dialogue goes on"


@pytest.mark.parametrize(("language", "person", "back"), [("de", "Ich möchte mit einem Menschen sprechen", "zurück"),
    ("uk", "хочу поговорити з людиною", "назад"), ("ar", "أريد التحدث مع موظف", "رجوع")])  # fmt: skip
def test_a_step_back_in_the_form_asks_the_question_before(
    visitor: Begin, live_server: LiveServer, stored: Look, language: str, person: str, back: str
) -> None:
    talk, view = visitor(language), stored(live_server)
    topics = talk.say(person)[-1]
    talk.press(topics["buttons"][1]["id"])
    again = talk.say(back)[-1]
    assert [button["title"] for button in again["buttons"]] == [button["title"] for button in topics["buttons"]]
    talk.press(again["buttons"][2]["id"])
    talk.say("HL 123")
    talk.say(back)
    left = slots(view, talk)
    assert left["handoff_topic"] and not left["handoff_concern"] and not left["handoff_contact"], left


@pytest.mark.parametrize(("language", "person", "back"), [("de", "Ich möchte mit einem Menschen sprechen", "zurück"),
    ("pl", "chcę porozmawiać z człowiekiem", "wstecz"), ("ar", "أريد التحدث مع موظف", "رجوع")])  # fmt: skip
def test_a_step_back_from_the_summary_asks_how_to_be_reached(
    visitor: Begin, live_server: LiveServer, stored: Look, language: str, person: str, back: str
) -> None:
    talk, view = visitor(language), stored(live_server)
    talk.press(talk.say(person)[-1]["buttons"][1]["id"])
    asked = talk.say("HL 123")[-1]
    summary = talk.press(asked["buttons"][0]["id"])[-1]
    again = talk.say(back)
    assert again[-1]["text"] == asked["text"]
    left = slots(view, talk)
    assert left["handoff_concern"] and not left["handoff_contact"] and left["handoff_consent"] is None, left
    assert talk.press(again[-1]["buttons"][0]["id"])[-1]["text"] == summary["text"]
    assert view.rows(cases, talk.id) == []


def test_who_wants_all_deleted_instead_is_told_that_nothing_is_sent(visitor: Begin, live_server: LiveServer, stored: Look) -> None:
    talk, view = visitor(), stored(live_server)
    talk.press(talk.say("Ich möchte mit einem Menschen sprechen")[-1]["buttons"][1]["id"])
    replies = talk.say("Bitte löschen Sie alle meine Daten")
    assert len(replies) == 2 and "nichts abgeschickt" in replies[0]["text"], replies
    assert replies[1]["buttons"], "whether it is meant is asked as ever"
    assert view.rows(cases, talk.id) == []


def test_a_form_outlives_a_long_talk_about_something_else(visitor: Begin, live_server: LiveServer, stored: Look) -> None:
    talk, view = visitor(), stored(live_server)
    talk.say("Ich möchte mit einem Menschen sprechen")
    for _ in range(25):
        topics = talk.say("Wo muss ich mich anmelden?")[-1]
    sessions = view.rows(tracker_events, talk.id, tracker_events.c.type_name == "session_started")
    assert len(sessions) > 1, "long enough for a new session"
    talk.press(topics["buttons"][1]["id"])
    asked = talk.say("Meine Heizung ist kaputt")[-1]
    summary = talk.press(asked["buttons"][0]["id"])[-1]
    assert "Meine Heizung ist kaputt" in summary["text"]
    talk.press(summary["buttons"][0]["id"])
    (case,) = view.rows(cases, talk.id)
    assert case.concern == "Meine Heizung ist kaputt"


def test_a_question_in_the_middle_of_a_form_is_answered_and_the_form_goes_on(visitor: Begin) -> None:
    talk = visitor()
    asked = talk.say("Ich möchte mit einem Menschen sprechen")[-1]
    replies = talk.say("Wo muss ich mich anmelden?")
    assert replies[0]["sources"] and replies[-1]["text"] == asked["text"]


def test_a_second_hand_over_while_one_is_running_makes_no_second_case(
    visitor: Begin, live_server: LiveServer, stored: Look
) -> None:
    talk = visitor()
    talk.hand_over()
    (case,) = stored(live_server).rows(cases, talk.id)
    reply = talk.say("Ich möchte mit einem Menschen sprechen")[-1]
    assert case.number in reply["text"] and not reply["buttons"]
    assert len(stored(live_server).rows(cases, talk.id)) == 1


def test_deleting_by_chat_erases_all_rows(visitor: Begin, live_server: LiveServer, stored: Look) -> None:
    talk, view = visitor(), stored(live_server)
    talk.hand_over()
    number = talk.state()["case_number"]
    question = talk.say("Bitte löschen Sie alle meine Daten")[-1]
    assert view.rows(messages, talk.id), "it asks first"
    last = talk.say("Ja")
    assert last and last[-1]["text"] != question["text"] and last[-1]["author"] == "bot"
    for table in metadata.sorted_tables:
        if "conversation_id" in table.c or table is conversations:
            assert view.rows(table, talk.id) == [], table.name
    from bot.db import case_events

    with view.engine.connect() as connection, connection.begin():
        assert connection.execute(case_events.select().where(case_events.c.case_number == number)).all() == []
    assert talk.http.get(talk.path, headers=talk.headers).status_code == 404


def test_not_deleting_keeps_everything(visitor: Begin) -> None:
    talk = visitor()
    talk.say("Bitte löschen Sie alle meine Daten")
    talk.say("Nein")
    assert len(talk.messages()) == 5 and talk.state()["state"] == "bot"


def test_going_on_from_the_offers(visitor: Begin, live_server: LiveServer, stored: Look) -> None:
    talk, view = visitor(), stored(live_server)
    shown = talk.say("Ich suche eine Wohnung in Stendal")[0]["offers"]
    assert len(shown) == 3
    second = talk.say("die zweite")[0]
    assert [offer["id"] for offer in second["offers"]] == [shown[1]["id"]]
    contact = talk.say("Wie kann ich mich bewerben?")[0]
    assert shown[1]["title"] in contact["text"]
    assert slots(view, talk)["selected_offer"] == shown[1]["id"]
    cheaper = talk.say("billiger")[0]
    assert cheaper["offers"] and slots(view, talk)["price_max"]


def test_a_long_conversation_keeps_what_was_said_first(visitor: Begin, live_server: LiveServer, stored: Look) -> None:
    talk, view = visitor(), stored(live_server)
    talk.say("Ich suche eine Wohnung in Tangermünde")
    for number in range(58):
        assert talk.post({"client_id": f"c{number}", "text": "Danke"}, wait=5).status_code == 200
    talk.say("billiger")
    left = slots(view, talk)
    assert (left["place"], left["search_kind"]) == ("tangermuende", "housing")
    assert len(view.rows(tracker_events, talk.id, tracker_events.c.type_name == "session_started")) > 1
    assert len(view.rows(tracker_events, talk.id, tracker_events.c.type_name == "user")) == 60
    assert [message["seq"] for message in talk.messages()] == list(range(1, len(talk.messages()) + 1))



@pytest.mark.parametrize("speech", SPEECHES, ids=[speech.language for speech in SPEECHES])
def test_who_types_the_title_of_a_button_has_pressed_it(
    visitor: Begin, live_server: LiveServer, stored: Look, speech: Speech
) -> None:
    talk = visitor(speech.language)
    buttons = talk.say(speech.person)[-1]["buttons"]
    title = buttons[1]["title"]
    asked = talk.say(f" {title.upper()}! ")[-1]
    assert own(talk)["text"] == f"{title.upper()}!" and own(talk)["intent"]["name"] == "inform"
    assert slots(stored(live_server), talk)["handoff_topic"] == "housing"
    assert not asked["buttons"], "the concern is asked for next"


def test_a_title_that_is_not_on_show_any_more_is_only_a_word(visitor: Begin) -> None:
    talk = visitor()
    title = talk.say("Ich möchte mit einem Menschen sprechen")[-1]["buttons"][1]["title"]
    talk.say("Stopp, abbrechen")
    talk.say(title)
    assert own(talk)["intent"]["name"] != "inform"


def test_a_search_without_success_is_left_as_a_wish(visitor: Begin, live_server: LiveServer, stored: Look) -> None:
    talk, view = visitor("uk"), stored(live_server)
    found = talk.say("Шукаю квартиру в Тангермюнде до 150 євро")[0]
    wish = found["buttons"][-1]
    asked = talk.press(wish["id"])[-1]
    summary = talk.press(asked["buttons"][0]["id"])[-1]
    assert view.rows(cases, talk.id) == [], "nothing is left with the office before the visitor agrees"
    talk.press(summary["buttons"][0]["id"])
    (case,) = view.rows(cases, talk.id)
    assert (case.topic, case.contact_kind) == ("housing", "none")
    for criterion in ("Тангермюнде", "150", "Wunsch", "Tangermünde"):
        assert criterion in case.concern, "in the visitor's language, and in one that the office reads"


def test_back_undoes_what_was_refined_and_leaves_a_single_offer(visitor: Begin, live_server: LiveServer, stored: Look) -> None:
    talk, view = visitor(), stored(live_server)
    first = [offer["id"] for offer in talk.say("Ich suche eine Wohnung in Stendal")[0]["offers"]]
    talk.say("billiger")
    assert slots(view, talk)["price_max"]
    talk.say("das erste")
    assert slots(view, talk)["offer_open"] is True
    talk.say("zurück zur Liste")
    assert slots(view, talk)["price_max"], "the list again, as it was"
    again = [offer["id"] for offer in talk.say("zurück")[0]["offers"]]
    assert again == first and slots(view, talk)["price_max"] is None


def test_a_skipped_question_is_not_asked_again(visitor: Begin) -> None:
    talk = visitor()
    asked = [talk.say("Ich suche Arbeit")[-1]]
    while asked[-1]["buttons"] and len(asked) < 5:
        asked.append(talk.press(asked[-1]["buttons"][-1]["id"])[-1])
    assert len({message["text"] for message in asked}) == len(asked) == 3, "two questions, then peace"


def test_a_family_sees_childcare_beside_homes(visitor: Begin) -> None:
    talk = visitor()
    talk.say("Wir sind eine Familie mit einem zweijährigen Kind")
    shown = [{offer["kind"] for offer in message["offers"]} for message in talk.say("Wir suchen eine Wohnung in Stendal")]
    assert {"housing"} in shown and {"childcare"} in shown
    alone = visitor()
    assert all(
        {offer["kind"] for offer in message["offers"]} <= {"housing"}
        for message in alone.say("Wir suchen eine Wohnung in Stendal")
    )


def test_two_offers_are_compared_and_one_is_asked_after(visitor: Begin) -> None:
    talk = visitor()
    shown = talk.say("Ich suche eine Wohnung in Stendal")[0]["offers"]
    compared = talk.say("vergleiche die erste und die dritte")[0]
    assert [offer["id"] for offer in compared["offers"]] == [shown[0]["id"], shown[2]["id"]]
    assert "|" in compared["text"] and shown[2]["title"] in compared["text"]
    free = talk.say("ist die zweite noch frei?")[0]["text"]
    assert shown[2]["title"] in free, "the second of the two"
