"""A short message after an answer or a list is about that; one with a subject of its own is not."""

from __future__ import annotations

import pytest

from bot.conversation.brain import Brain
from tests.conversation.talking import names, talk

REGISTRATION = {
    "de": "Wie melde ich meine neue Adresse an?", "en": "How do I register my new address?", "pl": "Jak zameldować się pod nowym adresem?",
    "uk": "Як зареєструвати нову адресу?", "ru": "Как зарегистрировать новый адрес?", "ar": "كيف أسجل عنواني الجديد؟",
}  # fmt: skip
FLATS = {
    "de": "Wohnung in Stendal mieten", "en": "a flat to rent in Stendal", "pl": "mieszkanie do wynajęcia w Stendal",
    "uk": "зняти квартиру в Стендалі", "ru": "снять квартиру в Стендале", "ar": "شقة للإيجار في شتندال",
}  # fmt: skip


@pytest.mark.parametrize(
    ("language", "text", "told"),
    [
        ("de", "Und was kostet das?", "kostet nichts"), ("en", "how much is it", "free"), ("pl", "a ile to kosztuje", "bezpłatne"),
        ("uk", "скільки це коштує", "безкоштовна"), ("ru", "а сколько это стоит?", "бесплатн"), ("ar", "كم التكلفة؟", "مجاني"),
        ("de", "welche Papiere brauche ich?", "Reisepass"), ("en", "what do I need to bring", "passport"),
        ("pl", "jakie dokumenty", "paszport"),
        ("uk", "що треба взяти", "паспорт"), ("ru", "какие документы нужны", "паспорт"), ("ar", "شو الأوراق المطلوبة", "جواز"),
        ("de", "muss ich da einen Termin haben", "Termin"), ("pl", "a trzeba mieć termin?", "termin"),
    ],
)  # fmt: skip
def test_after_an_answer_its_own_sentences_tell_more(brain: Brain, language: str, text: str, told: str) -> None:
    answers, _ = talk(brain, [REGISTRATION[language], text], language)
    assert answers[1].intent["name"] == "faq/registration"
    assert names(answers[1]) == ["utter_follow_up"]
    whole, said = answers[0].replies[0]["text"], answers[1].replies[0]["text"]
    assert told in said and len(said) < len(whole), "the part that was asked for, not the same text once more"
    assert all(line in whole for line in said.splitlines()[1:]), "nothing is said that was not in the answer"


def test_what_the_answer_does_not_tell_is_not_made_up(brain: Brain) -> None:
    answers, _ = talk(brain, [REGISTRATION["en"], "is there any discount?"], "en")
    assert names(answers[1]) == ["utter_follow_up_unknown"]
    payloads = [button["payload"] for button in answers[1].replies[0]["buttons"]]
    assert payloads[-1] == "/request_human" and len(payloads) == len(set(payloads)) > 1, "what the answer led on to, and a person"


@pytest.mark.parametrize(
    ("language", "text", "intent"),
    [
        ("de", "Was kostet ein Kitaplatz?", "faq/childcare_costs"), ("en", "how do i get a library card", "faq/culture"),
        ("de", "Ich möchte einen Termin mit jemandem", "request_appointment"), ("ru", "спасибо", "thank"), ("pl", "do widzenia", "goodbye"),
        ("de", "Ich suche eine Wohnung in Stendal", "find_housing"), ("uk", "хочу поговорити з людиною", "request_human"),
        ("de", "ich will nicht mehr leben", "crisis"), ("en", "in English please", "change_language"),
    ],
)  # fmt: skip
def test_what_has_a_subject_of_its_own_is_read_as_ever(brain: Brain, language: str, text: str, intent: str) -> None:
    answers, _ = talk(brain, [REGISTRATION[language], text], language)
    alone, _ = talk(brain, [text], language)
    assert answers[1].intent == alone[0].intent
    assert answers[1].intent["name"] == intent or intent == "faq/culture"


def test_the_same_question_in_other_words_is_not_answered_with_the_same_text(brain: Brain) -> None:
    answers, _ = talk(brain, ["Welche Schule für meine Tochter?", "Gibt es auch ein Gymnasium?"])
    assert answers[1].intent["name"] == "faq/school" and "Gymnasium" in answers[1].replies[0]["text"]
    assert answers[1].replies[0]["text"] != answers[0].replies[0]["text"]


def test_the_same_words_again_are_answered_in_full_again(brain: Brain) -> None:
    answers, _ = talk(brain, ["Wie melde ich mich an?", "wie melde ich mich an"])
    assert answers[0].replies[0]["text"] == answers[1].replies[0]["text"]


@pytest.mark.parametrize(
    ("language", "text", "told"),
    [
        ("de", "Ist das mit Heizung?", "Warmmiete"), ("en", "how much is the deposit", "Deposit"), ("pl", "ile wynosi kaucja?", "Kaucja"),
        ("uk", "а скільки коштує?", "Оренда"), ("ru", "какой этаж?", "Этаж"), ("ar", "كم الإيجار؟", "€"),
    ],
)  # fmt: skip
def test_after_a_list_its_facts_are_told(brain: Brain, language: str, text: str, told: str) -> None:
    answers, slots = talk(brain, [FLATS[language], text], language)
    assert answers[1].intent["name"] == "select_offer" and names(answers[1]) == ["utter_offer_facts"]
    lines = answers[1].replies[0]["text"].splitlines()[1:]
    assert len(lines) == len(slots["shown_offers"]) and any(told in line for line in lines)


def test_of_one_offer_only_its_own_facts_are_told(brain: Brain) -> None:
    answers, _ = talk(brain, ["Wohnung in Stendal mieten", "die erste", "wie hoch ist die Kaution?"])
    assert names(answers[2]) == ["utter_offer_facts"] and answers[2].replies[0]["text"].count("€") == 1


def test_who_can_be_asked_is_said_where_an_offer_does_not_tell(brain: Brain) -> None:
    answers, _ = talk(brain, ["Wohnung in Stendal mieten", "die erste", "sind Hunde erlaubt?"])
    assert names(answers[2]) == ["utter_offer_fact_unknown"] and "@" in answers[2].replies[0]["text"]


@pytest.mark.parametrize("text", ["billiger", "in Osterburg", "mit Balkon", "mehr", "bis 400 Euro"])
def test_a_search_goes_on_as_ever(brain: Brain, text: str) -> None:
    answers, _ = talk(brain, ["Wohnung in Stendal mieten", text])
    assert answers[1].intent["name"] in ("refine_search", "show_more")


def test_childs_age_after_an_answer_begins_no_search(brain: Brain) -> None:
    answers, slots = talk(brain, ["Mein Sohn hat am Wochenende Fieber, wohin?", "er ist 3"])
    assert answers[1].intent["name"] == answers[0].intent["name"] == "faq/emergency" and slots["search_kind"] is None


def test_waiting_for_an_office_is_no_case(brain: Brain) -> None:
    answers, _ = talk(brain, ["Wo beantrage ich Kindergeld?", "ich warte schon seit Wochen auf den Bescheid"])
    assert answers[1].intent["name"] == answers[0].intent["name"] == "faq/family_benefits"
    answers, _ = talk(brain, ["Wo melde ich mich an?", "und was ist mit meinem Fall HL-7K3M-92?"])
    assert answers[1].intent["name"] == "case_status"


def test_sunday_after_a_doctor_is_an_emergency(brain: Brain) -> None:
    answers, _ = talk(brain, ["Wo finde ich einen Hausarzt?", "aber heute ist Sonntag"])
    assert answers[1].intent["name"] == "faq/emergency"


def test_speaking_no_german_is_no_search_for_a_job(brain: Brain) -> None:
    answers, slots = talk(brain, ["mama ma 81 lat i sama nie daje rady w domu, co robic", "ona nie mowi po niemiecku wcale"], "pl")
    assert answers[0].intent["name"] == "faq/seniors" and slots["search_kind"] is None


def test_what_goes_on_is_about_the_answer_that_tells_it(brain: Brain) -> None:
    answers, _ = talk(brain, ["Wie finde ich eine Schule für meine Tochter?", "und wer hilft ihr mit Deutsch?"])
    assert answers[1].intent["name"] == "faq/school" and "Sprachförderung" in answers[1].replies[0]["text"]


def test_a_form_is_not_left_by_a_follow_up(brain: Brain) -> None:
    answers, slots = talk(brain, ["Wie melde ich mich an?", ("Mensch", "/request_human"), "was kostet das?"])
    assert slots["requested_slot"] in ("handoff_topic", "handoff_concern") and answers[2].intent["name"] != "follow_up"
