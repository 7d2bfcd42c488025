"""A case comes about once, after consent alone, and with what the visitor saw; its state is told to nobody else."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from rasa_sdk.executor import CollectingDispatcher

from actions.handoff import (
    ActionAskHandoffConsent,
    ActionCaseStatus,
    ActionStartHandoff,
    ActionSubmitHandoff,
    ValidateHandoffForm,
)
from tests.actions.conftest import Talk

NEW = {"number": "HL-2222-22", "state": "new", "topic": "housing", "agreed": None}
CLOSED = {**NEW, "state": "closed"}
FILLED = {
    "handoff_topic": "housing", "handoff_concern": "Wir suchen eine Wohnung.", "handoff_contact": "none", "handoff_consent": True,
}  # fmt: skip


def read(talk: Talk, slot: str, value: Any, intent: str = "", asked: str | None = None, **message: Any) -> tuple[Any, list[str]]:
    """(what the form keeps of an answer, the replies to it); `asked` is the slot whose question it came after."""
    kept, replies = read_all(talk, slot, value, intent, asked or slot, **message)
    return kept[slot], replies


def read_all(
    talk: Talk, slot: str, value: Any, intent: str, asked: str | None, **message: Any
) -> tuple[dict[str, Any], list[str]]:
    """The same with all slots that the answer sets."""
    dispatcher, talk.slots["requested_slot"] = CollectingDispatcher(), asked
    validate = getattr(ValidateHandoffForm(), f"validate_{slot}")
    kept = validate(value, dispatcher, talk.tracker(intent, str(value), **message), {})
    return kept, [reply["response"] for reply in dispatcher.messages]


def said_before(*replies: str, **slots: Any) -> list[dict[str, Any]]:
    """Events up to the last message: slots as they were, replies to the message before it."""
    set_before = [{"event": "slot", "name": name, "value": value} for name, value in slots.items()]
    bot = [{"event": "bot", "metadata": {"utter_action": reply}} for reply in replies]
    return [{"event": "user"}, *set_before, *bot, {"event": "user"}]


@pytest.mark.parametrize(
    ("value", "intent", "ranking", "topic"),
    [
        pytest.param("business", "inform", {}, "business", id="a button"),
        pytest.param("eine Bleibe", "find_housing", {}, "housing", id="as it was understood"),
        pytest.param("Ausweise", "inform", {"inform": 1.0, "greet": 0.3, "faq/registration": 0.2}, "arriving",
                     id="as it was likely meant"),
        pytest.param("Ausweise", "inform", {"find_job": 0.15, "faq/registration": 0.1, "faq/id_documents": 0.1}, "arriving",
                     id="several meanings of one topic"),
        pytest.param(None, "cancel", {}, None, id="taken back"),
    ],
)  # fmt: skip
def test_a_typed_answer_becomes_a_topic_that_there_is(talk: Talk, value: Any, intent: str, ranking: Any, topic: Any) -> None:
    assert read(talk, "handoff_topic", value, intent, ranking=ranking) == (topic, [])


@pytest.mark.parametrize(
    ("language", "text", "topic"),
    [("de", "Papiere!", "arriving"), ("en", "Papers", "arriving"), ("pl", "praca", "work"), ("de", "Schule", "childcare"),
     ("ru", "жилье", "housing"), ("en", "something else", "other"), ("de", "und", None)],
)  # fmt: skip
def test_what_stands_on_one_button_is_its_topic(talk: Talk, language: str, text: str, topic: str | None) -> None:
    talk.slots["language"] = language
    assert read(talk, "handoff_topic", text, ranking=UNLIKELY)[0] == topic


UNLIKELY = {"inform": 1.0, "greet": 0.3, "find_job": 0.1}


def test_what_fits_no_topic_is_asked_about_once(talk: Talk) -> None:
    assert read(talk, "handoff_topic", "blubb", ranking=UNLIKELY) == (None, ["utter_handoff_topic_unknown"])
    talk.events = said_before("utter_handoff_topic_unknown", "utter_ask_handoff_topic")
    assert read(talk, "handoff_topic", "morgen um vier", ranking=UNLIKELY) == ("other", [])


def test_a_sentence_that_fits_no_topic_is_the_concern(talk: Talk) -> None:
    given = {"ranking": UNLIKELY, "handoff_concern": "Der Brief vom Amt macht mir Angst"}
    assert read(talk, "handoff_topic", given["handoff_concern"], **given) == (None, []), "and the topic is asked for"
    kept, replies = read_all(talk, "handoff_concern", given["handoff_concern"], "inform", "handoff_topic", **given)
    assert kept == {"handoff_concern": given["handoff_concern"]} and replies == ["utter_handoff_concern_noted"]
    talk.slots["handoff_concern"] = given["handoff_concern"]
    kept, replies = read_all(talk, "handoff_topic", "er ist von gestern", "inform", "handoff_topic", ranking=UNLIKELY)
    assert kept == {"handoff_topic": None, "handoff_concern": "Der Brief vom Amt macht mir Angst\ner ist von gestern"}
    assert replies == ["utter_handoff_concern_noted"]


@pytest.mark.parametrize(
    ("asked", "message", "kept", "replies"),
    [
        ("handoff_contact", {}, "Wir sind neu hier.\nMein Mann ist krank.", ["utter_handoff_concern_noted"]),
        ("handoff_consent", {"typed": False}, "Mein Mann ist krank.", []),
        (None, {}, "Mein Mann ist krank.", []),
    ],
)
def test_more_of_a_concern_is_added_and_a_changed_one_replaced(
    talk: Talk, asked: str | None, message: Any, kept: str, replies: list[str]
) -> None:
    talk.events = said_before(handoff_concern="Wir sind neu hier.")
    result = read_all(talk, "handoff_concern", "Mein Mann ist krank.", "individual_case", asked, **message)
    assert result == ({"handoff_concern": kept}, replies)


@pytest.mark.parametrize(
    ("value", "message", "kept", "replies"),
    [
        ("Anna@Example.ORG, danke", {}, "Anna@example.org", []),
        ("0176 12345678", {}, "+4917612345678", []),
        ("none", {"handoff_contact_kind": "visit"}, "visit", []),
        ("a@example.org", {"handoff_contact_kind": "video"}, "video a@example.org", []),
        ("lieber nicht", {"intent": "deny"}, "none", []),
        ("anna@", {}, None, ["utter_handoff_contact_invalid"]),
        ("0176 12", {}, None, ["utter_handoff_contact_invalid"]),
        ("weiß ich gerade nicht", {}, None, ["utter_handoff_contact_invalid"]),
        (None, {}, None, []),
    ],
)
def test_contact_is_read_or_asked_for_again(talk: Talk, value: Any, message: Any, kept: Any, replies: list[str]) -> None:
    assert read(talk, "handoff_contact", value, **message) == (kept, replies)


KNOWN = {"handoff_contact": "a@example.org"}


@pytest.mark.parametrize(
    ("text", "asked", "message", "kept", "replies"),
    [
        ("Anna, 0176 12345678", "handoff_topic", {}, {"handoff_contact": "+4917612345678"}, ["utter_handoff_contact_noted"]),
        ("Rufen Sie an, 0176 12345678", None, {}, {"handoff_contact": "+4917612345678"}, ["utter_handoff_contact_noted"]),
        ("0176 12345678", "handoff_consent", {}, {"handoff_contact": "+4917612345678"}, []),
        ("AZ 0123456/24", "handoff_topic", {}, KNOWN, ["utter_handoff_open"]),
        ("AZ 0123456/24", "handoff_concern", {}, {**KNOWN, "handoff_concern": "AZ 0123456/24"}, []),
        ("Brief 0123456/24", "handoff_topic", {"handoff_concern": "Brief 0123456/24"}, KNOWN, []),
        ("AZ 0123456/24", "handoff_consent", {}, KNOWN, ["utter_handoff_contact_invalid"]),
    ],
)  # fmt: skip
def test_contact_is_kept_whatever_was_asked_for(
    talk: Talk, text: str, asked: str | None, message: Any, kept: Any, replies: list[str]
) -> None:
    talk.events = said_before(**KNOWN)
    assert read_all(talk, "handoff_contact", text, "inform", asked, **message) == (kept, replies)


@pytest.mark.parametrize(("case", "asked"), [(None, True), (CLOSED, True), (NEW, False), ({**NEW, "state": "open"}, False)])
def test_who_has_a_case_fills_in_no_second_form(talk: Talk, case: Any, asked: bool) -> None:
    talk.case, slots = case, ["handoff_topic", "handoff_concern"]
    required = ValidateHandoffForm().required_slots(slots, CollectingDispatcher(), talk.tracker("request_human"), {})
    assert asyncio.run(required) == (slots if asked else [])
    assert talk.run(ActionStartHandoff(), "request_appointment") == (["utter_request_appointment"] if asked else [])
    assert talk.run(ActionStartHandoff(), "request_human") == []


def test_the_summary_shows_all_that_is_passed_on_and_can_be_changed(talk: Talk) -> None:
    talk.slots |= {**FILLED, "handoff_contact": "anna@example.org", "place": "stendal", "rooms": 3, "search_kind": "housing"}
    assert talk.run(ActionAskHandoffConsent(), "inform") == ["utter_handoff_summary"]
    shown = talk.replies[0]
    assert shown["concern"] == "Wir suchen eine Wohnung." and "anna@example.org" in shown["contact"] and "Stendal" in shown["facts"]
    assert talk.run(ActionAskHandoffConsent(), "inform", handoff_change="yes") == ["utter_handoff_edit"]
    fields = {each["name"]: each.get("value") for each in talk.replies[0]["custom"]["form"]["fields"]}
    assert (fields["topic"], fields["concern"], fields["facts"]) == ("housing", "Wir suchen eine Wohnung.", shown["facts"])


@pytest.mark.parametrize("consent", [None, False, "back"])
def test_without_consent_nothing_is_passed_on(talk: Talk, consent: bool | str | None) -> None:
    talk.slots |= {**FILLED, "handoff_consent": consent}
    assert talk.run(ActionSubmitHandoff(), "deny") == ["utter_handoff_cancelled"]
    assert talk.effects() == {} and all(talk.slots[name] is None for name in FILLED), "nothing of it is kept either"


def test_a_running_case_is_named_instead_of_a_second_one(talk: Talk) -> None:
    talk.slots |= FILLED
    talk.case = NEW
    assert talk.run(ActionSubmitHandoff(), "affirm") == ["utter_handoff_running"]
    assert talk.replies[0]["case_number"] == NEW["number"] and talk.effects() == {}


@pytest.mark.parametrize(("topic", "again"), [("housing", True), ("work", False)])
def test_a_closed_case_is_opened_again_for_the_same_subject(talk: Talk, topic: str, again: bool) -> None:
    talk.slots |= {**FILLED, "handoff_topic": topic, "handoff_language": "en"}
    talk.case = CLOSED
    assert talk.run(ActionSubmitHandoff(), "affirm") == ["utter_handoff_receipt"]
    case = talk.effects()["create_case"]
    assert (case["number"] == CLOSED["number"]) is again and talk.slots["case_number"] == case["number"]
    assert (case["topic"], case["contact_kind"], case["contact"]) == (topic, "none", None)
    assert talk.slots["language"] == "en" and talk.slots["handoff_consent"] is None


def test_of_a_case_only_its_own_conversation_learns_something(talk: Talk) -> None:
    assert talk.run(ActionCaseStatus(), "case_status") == ["utter_case_status"]
    assert talk.run(ActionCaseStatus(), "case_status", case_number="HL-3333-33") == ["utter_case_status_elsewhere"]
    talk.loop = {"name": "handoff_form"}
    assert talk.run(ActionCaseStatus(), "case_status") == ["utter_handoff_when"], "nothing is sent yet"
    talk.loop = {}
    talk.case = {**NEW, "agreed": "Termin am 3. Mai"}
    assert talk.run(ActionCaseStatus(), "case_status", case_number="HL-3333-33") == ["utter_case_status_elsewhere"]
    assert "Mai" not in str(talk.replies)
    for asked in ({}, {"case_number": NEW["number"]}, {"case_number": [NEW["number"]] * 2}):
        assert talk.run(ActionCaseStatus(), "case_status", **asked) == ["utter_case_status_agreed"]
        assert talk.replies[0]["agreed"] == "Termin am 3. Mai"
    talk.case = NEW
    assert talk.run(ActionCaseStatus(), "case_status") == ["utter_case_status_known"]
    assert talk.replies[0]["state"] not in ("", "new"), "in words of the visitor's language"
