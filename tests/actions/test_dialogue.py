"""Asking back offers what was likely meant and, after several times, a person; what was said last is said again."""

from __future__ import annotations

from typing import Any

import pytest

from actions.dialogue import ActionCrisis, ActionInform, ActionMisunderstood, ActionRepeat
from tests.actions.conftest import Talk

LIKELY = {"find_job": 0.3, "greet": 0.2, "find_housing": 0.1, "faq/renting": 0.06, "find_training": 0.05, "faq/birth": 0.01}


def user(intent: str, *entities: str) -> dict[str, Any]:
    found = [{"entity": entity, "value": "none"} for entity in entities]
    return {"event": "user", "parse_data": {"intent": {"name": intent}, "entities": found}}


def bot(text: str, told: dict[str, Any] | None = None, **data: Any) -> dict[str, Any]:
    return {"event": "bot", "text": text, "data": data, "metadata": told or {}}


def test_the_likeliest_meanings_that_can_be_meant_are_offered(talk: Talk) -> None:
    assert talk.run(ActionMisunderstood(), "nlu_fallback", "hm", ranking=LIKELY) == ["utter_did_you_mean"]
    offered = [button["payload"] for button in talk.replies[0]["buttons"]]
    assert offered == ["/find_job", "/find_housing", "/faq/renting", '/inform{"criterion": "none"}']
    assert all(button["title"] and "/" not in button["title"] for button in talk.replies[0]["buttons"])


def test_where_nothing_is_likely_nothing_is_offered(talk: Talk) -> None:
    assert talk.run(ActionMisunderstood(), "nlu_fallback", "hm", ranking={"greet": 0.9, "faq/birth": 0.04}) == ["utter_fallback"]


def test_what_may_be_no_crisis_is_a_button_away(talk: Talk) -> None:
    threat = {"crisis": 0.6, "request_human": 0.2, "faq/social_counselling": 0.1, "greet": 0.06, "faq/renting": 0.01}
    assert talk.run(ActionCrisis(), "crisis", "sie drohen mit Abstellen", ranking=threat) == ["utter_crisis"]
    assert [button["payload"] for button in talk.replies[0]["buttons"]] == ["/faq/social_counselling"]
    talk.run(ActionCrisis(), "crisis", "ich will nicht mehr leben", ranking={"crisis": 0.99, "faq/seniors": 0.01})
    assert not talk.replies[-1].get("buttons")


@pytest.mark.parametrize(
    ("before", "response"),
    [
        pytest.param([user("nlu_fallback")] * 2, "utter_did_you_mean", id="twice"),
        pytest.param([user("nlu_fallback")] * 3, "utter_fallback_handoff", id="three times"),
        pytest.param(
            [user("nlu_fallback"), bot("?"), user("nlu_fallback"), bot("?"), user("inform", "criterion"), user("nlu_fallback")],
            "utter_fallback_handoff", id="none of these is no understanding",
        ),
        pytest.param(
            [user("nlu_fallback"), user("nlu_fallback"), user("find_job"), user("nlu_fallback")], "utter_did_you_mean",
            id="understood in between",
        ),
    ],
)  # fmt: skip
def test_a_person_is_offered_after_three_times_in_a_row(talk: Talk, before: list[dict[str, Any]], response: str) -> None:
    talk.events = before
    assert talk.run(ActionMisunderstood(), "nlu_fallback", "hm", ranking=LIKELY) == [response]


def test_the_last_replies_are_said_again_whole(talk: Talk) -> None:
    buttons, offers = [{"title": "Ja", "payload": "/affirm"}], {"offers": [{"id": "x"}]}
    talk.events = [
        user("greet"), bot("Guten Tag"), user("find_job"), bot("Gefunden", custom=offers), bot("Wo?", buttons=buttons), user("repeat"),
    ]  # fmt: skip
    assert talk.run(ActionRepeat(), "repeat") == ["utter_repeat", None, None]
    again = talk.replies[1:]
    assert [reply["text"] for reply in again] == ["Gefunden", "Wo?"]
    assert again[0]["custom"] == offers and again[1]["buttons"] == buttons
    talk.events = [user("repeat")]
    assert talk.run(ActionRepeat(), "repeat") == ["utter_nothing_to_repeat"]


def test_a_button_outside_its_form_is_answered_and_inside_left_to_it(talk: Talk) -> None:
    talk.slots["asked_criterion"] = "place"
    talk.loop = {"name": "handoff_form"}
    assert talk.run(ActionInform(), "inform", criterion="none") == [] and talk.slots["asked_criterion"] == "place"
    talk.loop = {}
    assert talk.run(ActionInform(), "inform", criterion="none") == ["utter_none_of_these"]
    assert talk.slots["asked_criterion"] is None
    assert talk.run(ActionInform(), "inform", offer="gone") == ["utter_affirm"], "an old one"


def test_a_form_that_comes_late_says_that_nothing_was_sent_and_keeps_no_consent(talk: Talk) -> None:
    talk.slots.update(handoff_concern="Umzug", handoff_consent=True)
    assert talk.run(ActionInform(), "inform", handoff_concern="Umzug", handoff_consent=True) == ["utter_handoff_late"]
    assert (talk.slots["handoff_concern"], talk.slots["handoff_consent"]) == ("Umzug", None)
    talk.case = {"number": "HL-7K3M-92", "state": "open", "topic": "work"}
    assert talk.run(ActionInform(), "inform", handoff_consent=False) == ["utter_handoff_running"], "it is not withdrawn by this"
    assert talk.replies[0]["case_number"] == "HL-7K3M-92" and talk.slots["handoff_concern"] is None


def test_after_a_change_of_the_language_it_is_said_again_in_the_new_one(talk: Talk) -> None:
    told = bot("Guten Tag", {"utter_action": "utter_greet", "metadata": {"language": "de"}})
    talk.events = [user("greet"), told, user("repeat")]
    assert talk.run(ActionRepeat(), "repeat") == ["utter_repeat", None]
    talk.slots["language"] = "ar"
    assert talk.run(ActionRepeat(), "repeat") == ["utter_repeat", "utter_greet"]


def test_what_was_missed_is_not_that_the_language_has_changed(talk: Talk) -> None:
    talk.events = [user("greet"), bot("Guten Tag"), user("change_language"), bot("We will go on in English"), user("repeat")]
    talk.run(ActionRepeat(), "repeat")
    assert [reply["text"] for reply in talk.replies[1:]] == ["Guten Tag"]
