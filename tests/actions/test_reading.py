"""What an action reads of a message, however Rasa wrote it."""

from __future__ import annotations

from actions.reading import intent_of, language_of, said, typed
from tests.actions.conftest import Talk


def test_several_values_are_a_list_and_the_same_one_twice_is_one(talk: Talk) -> None:
    assert said(talk.tracker(ordinal=[1, 2, 1], place="iden")) == {"ordinal": [1, 2], "place": "iden"}
    assert said(talk.tracker(case_number=["HL-2222-22", "HL-2222-22"])) == {"case_number": "HL-2222-22"}
    assert said(talk.tracker()) == {}


def test_a_question_is_named_in_full(talk: Talk) -> None:
    tracker = talk.tracker("faq")
    assert intent_of(tracker) == "faq"
    tracker.latest_message["intent"]["full_retrieval_intent_name"] = "faq/renting"
    assert intent_of(tracker) == "faq/renting"


def test_language_is_the_conversations_else_the_regions(talk: Talk) -> None:
    talk.slots["language"] = "uk"
    assert language_of(talk.tracker()) == "uk"
    talk.slots["language"] = None
    assert language_of(talk.tracker()) == "de"


def test_a_buttons_text_is_not_typed(talk: Talk) -> None:
    assert typed(talk.tracker()) and not typed(talk.tracker(typed=False))
    tracker = talk.tracker()
    tracker.latest_message["metadata"] = None
    assert typed(tracker), "as from Rasa's own channels"
