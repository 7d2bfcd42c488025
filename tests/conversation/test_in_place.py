"""Messages in the middle of a search or form, in words that people use, from the text to the reply and the slots."""

from __future__ import annotations

from typing import Any

import pytest

from bot.conversation.brain import Brain
from tests.conversation.talking import names, talk

TO_THE_CONTACT = [
    ("Mensch", "/request_human"),
    ("Arbeit", '/inform{"handoff_topic": "work"}'),
    ("Hebamme", '/inform{"handoff_concern": "Ich suche eine Hebamme"}'),
]
TO_THE_SUMMARY = [*TO_THE_CONTACT, ("Ohne", '/inform{"handoff_contact": "none"}')]


def criteria(slots: dict[str, Any]) -> dict[str, Any]:
    return dict(slots["search_history"][-1]["criteria"])


@pytest.mark.parametrize(
    ("language", "search", "then", "held", "gone"),
    [
        ("de", "Wohnung in Tangermünde", "nicht in Tangermünde", {"without_place": ["tangermuende"]}, "place"),
        ("uk", "квартира в Стендалі", "не в Стендалі", {"without_place": ["stendal"]}, "place"),
        ("en", "flat in Stendal", "not in Stendal", {"without_place": ["stendal"]}, "place"),
        ("de", "Wohnung", "nicht in Stendal oder Tangermünde", {"without_place": ["stendal", "tangermuende"]}, "place"),
        ("ru", "ищу дом", "не больше 3 комнат", {"housing_kind": "house", "rooms": 3, "rooms_from": "at_most"}, "text"),
        ("de", "Wohnung in Stendal", "600", {"place": "stendal", "price_max": 600}, "text"),
        ("ru", "квартира в Стендале", "600", {"place": "stendal", "price_max": 600}, "text"),
        ("de", "Wohnung in Stendal", "ohne Garten", {"place": "stendal"}, "text"),
        ("de", "Wohnung in Stendal", "innerhalb von 20 km", {"place": "stendal", "radius_km": 20}, "text"),
        ("en", "flat in Stendal", "within 20 km", {"place": "stendal", "radius_km": 20}, "text"),
        ("de", "Wohnung in Stendal", "in Tangermünde oder Osterburg", {"place": "osterburg", "also_in": ["tangermuende"]}, "text"),
        ("de", "Wohnung in Stendal", "mindestens 3 Zimmer", {"rooms": 3, "rooms_from": "at_least"}, "text"),
        ("de", "Suche Job in Stendal ohne Schichtarbeit", "Teilzeit",
         {"working_time": "part_time", "without_working_time": "shift"}, "text"),
        ("de", "Wohnung in Stendal", "3-4 Zimmer", {"rooms": 3, "rooms_from": "at_least", "rooms_max": 4}, "text"),
        ("en", "flat in Stendal", "2 bedrooms", {"rooms": 2, "rooms_from": "at_least"}, "rooms_max"),
        ("en", "looking for a job in Stendal", "I can't do nights", {"without_working_time": "shift"}, "working_time"),
        ("ar", "شقة في ستندال", "ما بدي سكن مشترك", {"without_housing_kind": "shared_flat"}, "text"),
        ("de", "Wohnung in Stendal", "Erdgeschoss wäre auch ok", {"place": "stendal"}, "text"),
        ("pl", "mieszkanie w Stendalu", "parter też może być", {"place": "stendal"}, "text"),
        ("en", "flat in Stendal or Werben", "Werben is too far for me",
         {"place": "stendal", "without_place": ["werben"]}, "also_in"),
        ("en", "flat in Stendal", "look in the villages too", {"place": "stendal", "radius_km": 20}, "text"),
    ],
)  # fmt: skip
def test_a_search_goes_on_as_it_was_meant(
    brain: Brain, language: str, search: str, then: str, held: dict[str, Any], gone: str
) -> None:
    _, slots = talk(brain, [search, then], language)
    found = criteria(slots)
    assert held.items() <= found.items() and gone not in found


@pytest.mark.parametrize(
    ("language", "text", "contact"),
    [
        ("de", "die Nummer ist 0176 12345678", "+4917612345678"),
        ("pl", "mój numer telefonu to 0176 12345678", "+4917612345678"),
        ("ar", "رقم هاتفي 0176 12345678", "+4917612345678"),
        ("uk", "мій номер 067 123 45 67", "+380671234567"),
        ("de", "keine Nummer", "none"),
        ("en", "I have no phone", "none"),
        ("ru", "телефона нет", "none"),
        ("ar", "ليس عندي هاتف", "none"),
        ("de", "lieber persönlich bei Ihnen im Büro", "visit"),
    ],
)
def test_the_way_to_be_reached_in_ones_own_words(brain: Brain, language: str, text: str, contact: str) -> None:
    answers, slots = talk(brain, [*TO_THE_CONTACT, text], language)
    assert slots["handoff_contact"] == contact and names(answers[-1]) == ["utter_handoff_summary"]


@pytest.mark.parametrize(
    ("language", "text"),
    [("de", "kein Videogespräch bitte"), ("de", "Ins Büro kann ich nicht kommen"), ("en", "no phone but I have email")],
)
def test_what_somebody_does_not_want_is_no_way_to_reach_them(brain: Brain, language: str, text: str) -> None:
    _, slots = talk(brain, [*TO_THE_CONTACT, text], language)
    assert slots["handoff_contact"] is None


@pytest.mark.parametrize(
    ("language", "text"),
    [("de", "Mein Aktenzeichen ist 20261234567"), ("en", "please call on 2026-12-01"), ("de", "am 24/11/2026 bin ich da")],
)
def test_a_number_of_something_else_replaces_no_contact(brain: Brain, language: str, text: str) -> None:
    _, slots = talk(brain, [*TO_THE_CONTACT, "0176 12345678", text], language)
    assert slots["handoff_contact"] == "+4917612345678"


@pytest.mark.parametrize(
    ("language", "text"), [("ar", "الموضوع غير صحيح"), ("uk", "не та тема"), ("pl", "temat się nie zgadza"), ("de", "falsche Nummer")]
)
def test_a_mistake_in_the_summary_opens_the_form_in_every_language(brain: Brain, language: str, text: str) -> None:
    answers, _ = talk(brain, [*TO_THE_SUMMARY, text], language)
    assert names(answers[-1]) == ["utter_handoff_edit"]


def test_the_summary_is_changed_by_typing(brain: Brain) -> None:
    answers, slots = talk(brain, [*TO_THE_SUMMARY, "rufen Sie mich lieber an: 0176 12345678"])
    assert slots["handoff_contact"] == "+4917612345678" and names(answers[-1]) == ["utter_handoff_summary"]
    answers, _ = talk(brain, [*TO_THE_SUMMARY, "das Thema stimmt nicht"])
    assert names(answers[-1]) == ["utter_handoff_edit"] and answers[-1].replies[-1]["custom"]["form"]


@pytest.mark.parametrize(
    ("text", "replies", "concern"),
    [
        ("Was machen Sie mit meinen Daten?", ["utter_privacy", "utter_ask_handoff_concern"], None),
        ("lösche meine Daten", ["utter_handoff_cancelled", "utter_ask_delete_confirm"], None),
        ("nein, doch nicht", ["utter_handoff_cancelled"], None),
        ("Danke", ["utter_handoff_not_sent", "utter_ask_handoff_concern"], None),
        ("ja", ["utter_handoff_open", "utter_ask_handoff_concern"], None),
        ("wann ruft mich jemand an?", ["utter_handoff_when", "utter_ask_handoff_concern"], None),
        ("Termin beim Jobcenter", ["utter_ask_handoff_contact"], "Termin beim Jobcenter"),
        ("mein Kind versteht kein Deutsch", ["utter_ask_handoff_contact"], "mein Kind"),
        ("Ich möchte mit einem Menschen sprechen", ["utter_handoff_open", "utter_ask_handoff_concern"], None),
        ("Ich möchte meine Bewerbung zurückziehen und alles stornieren, geht das noch?", ["utter_ask_handoff_contact"], "Ich möchte"),
        ("Meine Mutter kann nicht mehr allein wohnen und ich suche jemanden, der hilft", ["utter_ask_handoff_contact"], "Meine Mutter"),
    ],
)  # fmt: skip
def test_not_everything_is_the_concern(brain: Brain, text: str, replies: list[str], concern: str | None) -> None:
    answers, slots = talk(brain, [*TO_THE_CONTACT[:2], text])
    assert names(answers[-1]) == replies
    assert (slots["handoff_concern"] or "").startswith(concern or "") and bool(slots["handoff_concern"]) == bool(concern)


TO_THE_TOPIC = TO_THE_CONTACT[:1]


@pytest.mark.parametrize(
    ("language", "text", "topic", "concern"),
    [
        ("en", "papers", "arriving", False), ("en", "recognition of my diploma", "work", False),
        ("de", "Kita", "childcare", False), ("ar", "السكن", "housing", False), ("uk", "робота", "work", False),
        ("uk", "мені потрібно з приводу листа від ауслендербехьорде", "arriving", True),
        ("ar", "بخصوص الزبالة ما شالوها من اسبوعين", "daily_life", True),
        ("pl", "praca, szef nie placi", "work", True), ("uk", "житло, хазяїн виганяє нас", "housing", True),
        ("pl", "chodzi o to ze dostalem list z jobcenter i nic nie rozumiem", "arriving", True),
    ],
)  # fmt: skip
def test_a_topic_in_ones_own_words(brain: Brain, language: str, text: str, topic: str, concern: bool) -> None:
    answers, slots = talk(brain, [*TO_THE_TOPIC, text], language)
    assert slots["handoff_topic"] == topic and slots["handoff_concern"] == (text if concern else None)
    assert names(answers[-1])[-1] == f"utter_ask_handoff_{'contact' if concern else 'concern'}"


@pytest.mark.parametrize(
    ("language", "text", "reply"),
    [
        ("de", "ja", "utter_handoff_open"), ("ar", "نعم", "utter_handoff_open"), ("pl", "tak", "utter_handoff_open"),
        ("de", "zurück", "utter_handoff_open"), ("de", "Kann meine Frau auch kommen", "utter_faq/family_reunion"),
        ("de", "Guten Tag", "utter_handoff_open"), ("de", "danke", "utter_handoff_not_sent"),
        ("en", "monday morning", "utter_handoff_topic_unknown"),
        ("uk", "можна щоб мені передзвонили українською", "utter_handoff_open"),
        ("de", "Was kostet die Kita?", "utter_faq/childcare_costs"), ("de", "wo ist das Bürgeramt", "utter_faq/registration"),
    ],
)  # fmt: skip
def test_what_is_no_topic_sets_none(brain: Brain, language: str, text: str, reply: str) -> None:
    answers, slots = talk(brain, [*TO_THE_TOPIC, text], language)
    assert slots["handoff_topic"] is None and slots["handoff_concern"] is None
    assert names(answers[-1]) == [reply, "utter_ask_handoff_topic"]


@pytest.mark.parametrize(
    ("language", "text", "contact"),
    [
        ("de", "meine nummer ist 03931 555123", "+493931555123"), ("uk", "Олена, 0176 1234567", "+491761234567"),
        ("ru", "мой номер 380 67 123 45 67", "+380671234567"), ("ar", "رقمي ٠١٧٦ ١٢٣٤٥٦٧٨", "+4917612345678"),
        ("pl", "nazywam sie marek nowak marek.nowak@example.org", "marek.nowak@example.org"),
        ("en", "no wait, better by email: priya@example.com", "priya@example.com"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("asked", ["topic", "concern"])
def test_an_address_is_kept_wherever_it_comes(brain: Brain, asked: str, language: str, text: str, contact: str) -> None:
    answers, slots = talk(brain, [*(TO_THE_TOPIC if asked == "topic" else TO_THE_CONTACT[:2]), text], language)
    assert slots["handoff_contact"] == contact and slots[f"handoff_{asked}"] is None
    assert names(answers[-1]) == ["utter_handoff_contact_noted", f"utter_ask_handoff_{asked}"]


def test_an_address_at_the_very_beginning_is_kept(brain: Brain) -> None:
    answers, slots = talk(brain, ["Bitte rufen Sie mich an: 0176 12345678"])
    assert slots["handoff_contact"] == "+4917612345678"
    assert names(answers[-1]) == ["utter_request_appointment", "utter_handoff_contact_noted", "utter_ask_handoff_topic"]


def test_a_concern_with_a_number_in_it_says_both(brain: Brain) -> None:
    text = "Mein Vermieter will mir kündigen, ich brauche schnell Hilfe, Telefon 0176 12345678, am besten vormittags"
    answers, slots = talk(brain, [*TO_THE_CONTACT[:2], text])
    assert (slots["handoff_concern"], slots["handoff_contact"]) == (text, "+4917612345678")
    assert names(answers[-1])[-1] == "utter_handoff_summary"
    text = "Mein Aktenzeichen ist 0123456/24 beim Jobcenter"
    _, slots = talk(brain, [*TO_THE_CONTACT[:2], text])
    assert (slots["handoff_concern"], slots["handoff_contact"]) == (text, None)


@pytest.mark.parametrize(
    ("language", "text", "reply"),
    [
        ("pl", "a dla mnie jakas praca moze, jestem kucharka", "utter_search_"), ("ru", "ищу работу", "utter_search_"),
        ("pl", "dzieki serdeczne", "utter_handoff_not_sent"), ("en", "yes", "utter_handoff_open"),
        ("pl", "a kiedy ktos zadzwoni?", "utter_handoff_when"), ("pl", "mieszkam w Stendalu", "utter_handoff_concern_noted"),
        ("de", "wir haben drei Kinder und wissen nicht weiter", "utter_handoff_concern_noted"),
    ],
)  # fmt: skip
def test_what_is_no_address_is_answered_for_what_it_is(brain: Brain, language: str, text: str, reply: str) -> None:
    answers, slots = talk(brain, [*TO_THE_CONTACT, text], language)
    first, *_, last = names(answers[-1])
    assert first.startswith(reply) and last == "utter_ask_handoff_contact" and slots["handoff_contact"] is None


@pytest.mark.parametrize(("language", "text"), [("pl", "ok dziekuje"), ("de", "danke"), ("en", "thanks, great")])
def test_thanks_below_the_summary_send_nothing_and_say_so(brain: Brain, language: str, text: str) -> None:
    answers, slots = talk(brain, [*TO_THE_SUMMARY, text], language)
    assert names(answers[-1]) == ["utter_handoff_not_sent", "utter_handoff_summary"] and slots["handoff_consent"] is None


def test_more_below_the_summary_is_added_to_the_concern(brain: Brain) -> None:
    answers, slots = talk(brain, [*TO_THE_SUMMARY, "please also tell them that i only have time on mondays"], "en")
    assert slots["handoff_concern"] == "Ich suche eine Hebamme\nplease also tell them that i only have time on mondays"
    assert names(answers[-1]) == ["utter_handoff_concern_noted", "utter_handoff_summary"]


def test_who_says_goodbye_is_told_that_nothing_is_sent_and_can_go_on(brain: Brain) -> None:
    steps: list[str | tuple[str, str]] = [*TO_THE_SUMMARY, "ok thank you bye", ("Carry on", "/request_human")]
    answers, _ = talk(brain, steps, "en")
    assert names(answers[-2]) == ["utter_handoff_goodbye"]
    assert [button["payload"] for button in answers[-2].replies[0]["buttons"]] == ["/request_human"]
    assert names(answers[-1]) == ["utter_handoff_summary"], "where they were"


@pytest.mark.parametrize(
    ("language", "text", "wanted", "word"), [("de", "auf Arabisch", "ar", "العربية"), ("ru", "хочу по-украински", "uk", "україн")]
)
def test_a_change_of_the_language_is_told_in_the_new_one(brain: Brain, language: str, text: str, wanted: str, word: str) -> None:
    answers, _ = talk(brain, [("Hallo", "/greet"), text], language)
    assert answers[-1].language == wanted and word in answers[-1].replies[0]["text"]


def test_a_language_that_was_written_already_is_a_change_where_it_was_not_spoken(brain: Brain) -> None:
    answers, _ = talk(brain, [("Hallo", "/greet"), "давайте українською"], "de")
    assert names(answers[-1]) == ["utter_language_changed"]
    answers, _ = talk(brain, [("Hello", "/greet"), "english please"], "en")
    assert names(answers[-1]) == ["utter_language_same"]


def test_who_has_a_question_is_no_family(brain: Brain) -> None:
    _, slots = talk(brain, ["Mam pytanie", ("Człowiek", "/request_human")], "pl")
    assert slots["persona"] is None


def test_a_persona_is_named_in_the_summary(brain: Brain) -> None:
    answers, _ = talk(brain, [("Familie", '/tell_persona{"persona": "family"}'), *TO_THE_SUMMARY])
    assert "Familie" in answers[-1].replies[-1]["text"] and "family" not in answers[-1].replies[-1]["text"]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("pl", "nie mogę w środę"), ("de", "meine Mutter kann nicht mehr laufen"), ("en", "I can't come on Tuesday"),
        ("ru", "в понедельник не могу"),
    ],
)  # fmt: skip
def test_who_cannot_do_one_thing_is_not_in_despair(brain: Brain, language: str, text: str) -> None:
    answers, _ = talk(brain, [text], language)
    assert names(answers[0])[0] != "utter_crisis"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "ich kann nicht mehr"), ("en", "I can't go on"), ("pl", "nie mogę już"), ("uk", "не можу більше так"),
        ("ru", "я больше так не могу"), ("ar", "لم أعد أحتمل"),
    ],
)  # fmt: skip
def test_who_cannot_go_on_is_heard(brain: Brain, language: str, text: str) -> None:
    answers, _ = talk(brain, [text], language)
    assert names(answers[0])[0] == "utter_crisis"
