"""Short answers are read in their place."""

from __future__ import annotations

from typing import Any

import pytest
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.context import ContextReader
from bot.nlu.intents import set_intent


def read(text: str, ranking: list[tuple[str, float]], entities: list[dict[str, Any]], **metadata: Any) -> str:
    message = Message({"text": text, "metadata": metadata, "entities": entities})
    set_intent(message, ranking)
    ContextReader(ContextReader.get_default_config()).process([message])
    return str(message.get("intent")["name"])


def entity(name: str, text: str, words: str) -> dict[str, Any]:
    start = text.index(words)
    return {"entity": name, "value": words, "start": start, "end": start + len(words)}


@pytest.mark.parametrize(
    ("text", "ranking", "entities", "metadata", "intent"),
    [
        pytest.param("600", [("case_status", 0.5)], [("price_max", "600")], {"searching": True}, "refine_search",
                     id="a bare number while a search runs"),
        pytest.param("only in august", [("faq/childcare_place", 0.6)], [("wish", "in august")], {"searching": "childcare"},
                     "refine_search", id="a wish that no search can go by"),
        pytest.param("not in gastro", [("deny", 0.6)], [("without_occupation", "not in gastro")], {"searching": "job"},
                     "refine_search", id="a refusal"),
        pytest.param("600", [("case_status", 0.5)], [("price_max", "600")], {}, "case_status", id="the same without a search"),
        pytest.param("in Stendal", [("faq/region", 0.9)], [("place", "Stendal")], {"expects": "place", "searching": True},
                     "refine_search", id="what was asked for, whatever it looks like"),
        pytest.param("wo melde ich mich in Stendal an", [("faq/registration", 0.9)], [("place", "Stendal")],
                     {"searching": True}, "faq", id="a question in between that names a place"),
        pytest.param("Pflege Havelberg", [("find_job", 0.6), ("refine_search", 0.3)], [("occupation", "Pflege"), ("place", "Havelberg")],
                     {"searching": True}, "find_job", id="a new search made of criteria alone"),
        pytest.param("Pflege Havelberg", [("find_job", 0.3), ("refine_search", 0.2)], [("occupation", "Pflege"), ("place", "Havelberg")],
                     {"searching": True}, "refine_search", id="criteria that look like nothing in particular"),
        pytest.param("Teilzeit", [("find_job", 0.9)], [("working_time", "Teilzeit")], {"searching": "job"}, "refine_search",
                     id="one criterion of the running search"),
        pytest.param("Teilzeit", [("find_job", 0.9)], [("working_time", "Teilzeit")], {"searching": "housing"}, "find_job",
                     id="the same beside a search for something else"),
        pytest.param("egal", [("cancel", 1.0)], [("change", "egal")], {"searching": True}, "refine_search",
                     id="nothing but a criterion, however sure another reading is"),
        pytest.param("egal", [("cancel", 1.0)], [("change", "egal")], {}, "cancel", id="the same without a search"),
        pytest.param("egal, Hauptsache warm", [("cancel", 0.9)], [("change", "egal")], {"expects": "place", "searching": True},
                     "refine_search", id="it does not matter, as an answer to any question"),
        pytest.param("Was kostet die Kita?", [("faq/childcare_costs", 0.95)], [("occupation", "Kita")],
                     {"expects": "occupation", "searching": True}, "faq", id="a question in between that names what was asked for"),
        pytest.param("vielleicht irgendwo in einer Kita", [("find_job", 0.6)], [("occupation", "Kita")],
                     {"expects": "occupation", "searching": True}, "refine_search", id="an answer that looks like a new search"),
    ],
)  # fmt: skip
def test_context(text: str, ranking: Any, entities: Any, metadata: Any, intent: str) -> None:
    assert read(text, ranking, [entity(name, text, words) for name, words in entities], **metadata) == intent


def in_form(text: str, expects: str | None, intent: str, sure: float = 0.9, **entities: str) -> tuple[str, dict[str, str]]:
    """What a message is that would be `intent` elsewhere; entities with their values, at the beginning of the text."""
    found = [{"entity": name, "value": value, "start": 0, "end": 1} for name, value in entities.items()]
    message = Message({"text": text, "metadata": {"expects": f"handoff_{expects}" if expects else None}, "entities": found})
    set_intent(message, [(intent, sure)])
    ContextReader(ContextReader.get_default_config()).process([message])
    given = {e["entity"]: e["value"] for e in message.get("entities") if e["entity"].startswith("handoff_")}
    return str(message.get("intent")["name"]), given


@pytest.mark.parametrize("text", ["die Nummer ist 0176 12345678", "رقم هاتفي 0176 12345678", "my mail is anna@example.org", "anna@"])
def test_an_address_is_one_whatever_question_it_looks_like(text: str) -> None:
    assert in_form(text, "contact", "faq/office_contact") == ("inform", {"handoff_contact": text})
    assert in_form(text, "consent", "out_of_scope") == ("inform", {"handoff_contact": text}), "and changes the summary"
    for asked in ("topic", "concern"):
        assert in_form(text, asked, "out_of_scope") == ("inform", {"handoff_contact": text}), "and not what was asked for"
    assert in_form(text, None, "request_human") == ("request_human", {"handoff_contact": text}), "and begins the form"
    assert in_form(text, None, "faq/office_contact") == ("faq", {})


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("Mein Vermieter kündigt mir wegen der zwei Katzen, Telefon 0176 12345678", "out_of_scope"),
        ("Wohnung gesucht, 0176 12345678", "find_housing"),
    ],
)
def test_an_address_may_stand_in_the_concern(text: str, intent: str) -> None:
    both = {"handoff_contact": text, "handoff_concern": text}
    assert in_form(text, "concern", intent) == ("inform", both)
    assert in_form(text, "topic", intent) == ("inform", {**both, "handoff_topic": text})


@pytest.mark.parametrize("number", ["380 67 123 45 67", "601 234 567", "+48601234567", "٠١٧٦ ١٢٣٤٥٦٧٨"])
def test_numbers_written_like_those_of_telephones(number: str) -> None:
    assert in_form(number, "topic", "case_status")[1] == {"handoff_contact": number}


@pytest.mark.parametrize("number", ["20261234567", "am 24.11.2026", "2026-12-01", "zu 10 20 30 Prozent"])
def test_numbers_of_something_else(number: str) -> None:
    assert in_form(number, "concern", "case_status")[1] == {"handoff_concern": number}


def test_how_else_to_be_reached() -> None:
    assert in_form("keine Nummer", "contact", "faq/office_contact", handoff_contact="none")[1] == {"handoff_contact": "none"}
    assert in_form("im Büro", "contact", "faq/office_contact", contact_channel="visit")[1] == {"handoff_contact": "visit"}
    assert in_form("rufen Sie an", "contact", "request_human", contact_channel="phone") == ("request_human", {})
    assert in_form("am 24.11.2026", "contact", "thank") == ("thank", {}), "a date is no number"


def test_what_is_told_where_an_address_is_asked_for_belongs_to_the_concern() -> None:
    text = "wir haben drei Kinder und wissen nicht weiter"
    assert in_form(text, "contact", "faq/family_benefits", 0.3) == ("inform", {"handoff_concern": text})
    assert in_form("ich wohne in Stendal", "contact", "tell_persona")[1] == {"handoff_concern": "ich wohne in Stendal"}
    assert in_form(text + "?", "contact", "faq/family_benefits", 0.3) == ("faq", {}), "a question is answered"
    assert in_form("Sabine Krüger", "contact", "faq/culture", 0.5)[1] == {"handoff_concern": "Sabine Krüger"}, "a name"
    assert in_form("Kita in Osterburg", "contact", "find_childcare") == ("find_childcare", {})
    text = "nö Mail geb ich nicht raus"
    given = in_form(text, "contact", "faq/newsletter", 0.4, contact_channel="email")
    assert given == ("inform", {"handoff_contact": text}), "and is told that it works without one"


def test_what_is_said_beside_an_address_is_passed_on() -> None:
    text = "0171 5551234, aber erst nach 17 Uhr"
    assert in_form(text, "contact", "thank")[1] == {"handoff_contact": text, "handoff_concern": text}
    assert in_form("meine Nummer ist 0171 5551234", "contact", "thank")[1].keys() == {"handoff_contact"}


def test_a_long_text_is_the_concern_and_a_short_question_is_answered() -> None:
    long = "Das Jobcenter hat meine Daten verloren und jetzt will es alles noch einmal haben"
    assert in_form(long, "concern", "privacy") == ("inform", {"handoff_concern": long})
    assert in_form("Was machen Sie mit meinen Daten?", "concern", "privacy") == ("privacy", {})
    assert in_form(long, "concern", "crisis") == ("crisis", {})


def test_a_topic_in_words() -> None:
    assert in_form("Papiere", "topic", "faq/id_documents") == ("inform", {"handoff_topic": "Papiere"})
    assert in_form("brzl", "topic", "refine_search") == ("inform", {"handoff_topic": "brzl"})
    sentence = "es geht um einen Brief vom Amt"
    both = {"handoff_topic": sentence, "handoff_concern": sentence}
    assert in_form(sentence, "topic", "faq/residence_permit") == ("inform", both), "says what it is about, too"
    assert in_form("mir geht es schlecht", "topic", "individual_case")[1].keys() == both.keys()
    assert in_form("Wohnung, der Vermieter kündigt", "topic", "faq/renting")[1].keys() == both.keys()


def test_a_question_is_no_topic() -> None:
    assert in_form("Was kostet die Kita", "topic", "faq/childcare_costs", handoff_question="other") == ("faq", {})
    assert in_form("Kostet die Kita etwas?", "topic", "faq/childcare_costs") == ("faq", {})
    long = "Was kostet die Kita für zwei Kinder, und wer hilft mir mit dem Antrag?"
    given = in_form(long, "topic", "faq/childcare_costs", handoff_question="other")
    assert given == ("inform", {"handoff_topic": long, "handoff_concern": long}), "so long, it is what they want to talk about"


@pytest.mark.parametrize("asked", ["topic", "concern"])
@pytest.mark.parametrize("intent", ["affirm", "thank", "greet", "goodbye", "praise", "request_human"])
def test_what_is_about_the_conversation_is_no_answer(asked: str, intent: str) -> None:
    assert in_form("ja danke", asked, intent) == (intent, {})
    assert in_form("brzl gnompf", asked, intent, sure=0.3)[0] == "inform", "a guess takes no answer away"


@pytest.mark.parametrize("asked", ["topic", "concern", "contact", "consent"])
def test_asking_when_somebody_calls_asks_for_no_call(asked: str) -> None:
    when = {"handoff_question": "when"}
    assert in_form("wann ruft jemand an", asked, "request_appointment", 0.3, **when) == ("case_status", {})
    both = "wann rufen Sie an? 0176 12345678"
    assert in_form(both, asked, "request_appointment", **when) == ("inform", {"handoff_contact": both})


def test_a_wish_for_an_appointment_may_be_the_concern() -> None:
    assert in_form("Termin beim Amt", "concern", "request_appointment") == ("inform", {"handoff_concern": "Termin beim Amt"})
    assert in_form("Termin beim Amt", "topic", "request_appointment") == ("request_appointment", {})


def test_below_the_summary_a_change_can_be_asked_for() -> None:
    assert in_form("das Thema stimmt nicht", "consent", "complain", handoff_change="all") == ("inform", {"handoff_change": "all"})
    assert in_form("ja", "consent", "affirm") == ("affirm", {})
    more = "sagen Sie bitte auch, dass ich nur am Montag kommen kann"
    assert in_form(more, "consent", "request_appointment") == ("inform", {"handoff_concern": more})
    question = "und was passiert dann mit all dem, was ich geschrieben habe?"
    assert in_form(question, "consent", "faq/office_contact") == ("faq", {})


def test_words_of_the_form_mean_nothing_outside_of_it() -> None:
    message = Message({"text": "kein Telefon", "entities": [{"entity": "handoff_contact", "value": "none", "start": 0, "end": 12}]})
    set_intent(message, [("faq/internet_energy", 0.9)])
    ContextReader(ContextReader.get_default_config()).process([message])
    assert message.get("entities") == []


def wish(intent: str, *entities: str, searching: str | None = None, expects: str | None = None) -> str:
    """What a message becomes that seems to be `intent`, a home being the likeliest search."""
    found = [{"entity": name, "value": "x", "start": 0, "end": 1} for name in entities]
    metadata = {"searching": searching, "expects": expects}
    message = Message({"text": "no, a flat rather", "metadata": metadata, "entities": found})
    set_intent(message, [(intent, 0.95), ("find_housing", 0.03), ("find_job", 0.01)])
    ContextReader(ContextReader.get_default_config()).process([message])
    return str(message.get("intent")["name"])


def test_who_names_what_they_want_instead_gives_nothing_up() -> None:
    assert wish("cancel", "housing_kind") == "find_housing"
    assert wish("deny", "housing_kind", searching="job") == "refine_search"
    assert wish("cancel") == wish("cancel", "place") == wish("cancel", "without_housing_kind") == "cancel"
    assert wish("cancel", "housing_kind", expects="handoff_topic") == "cancel"
    assert wish("thank", "housing_kind") == "thank"
