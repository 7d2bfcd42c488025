"""A list says how much there is, asks for what narrows it, and ends in a wish where there is nothing."""

from __future__ import annotations

import json

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.showing import ask_next, describe, payload, persona_rules, show, wish_button
from bot.knowledge.searching import Search, read_history
from bot.resources import Resources
from tests.actions.conftest import Talk

HOUSING = Search("housing", {"place": "stendal"})
NOTHING = Search("housing", {"place": "iden", "rooms": 9, "price_max": 100, "deal": "rent", "area_min": 900})


class Show:
    """Shows a search after those of the conversation. No `Action`: Rasa's executor takes all that there are."""

    def __init__(self, search: Search, **more: object) -> None:
        self.search, self.more = search, more

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, object]) -> list[dict[str, object]]:
        before = read_history(tracker.get_slot("search_history"))
        return show(dispatcher, tracker, self.search, before, **self.more)  # type: ignore[arg-type]


def test_page_after_page_until_there_are_no_more(talk: Talk, resources: Resources) -> None:
    first = talk.run(Show(HOUSING, ask=False), "find_housing")
    total, seen = talk.replies[0]["total"], list(talk.slots["shown_offers"])
    assert first == ["utter_search_results"] and total > resources.dialogue["search"]["shown"] == len(seen)
    while True:
        history = talk.slots["search_history"]
        offered = [button["payload"] for reply in talk.replies for button in reply["buttons"]]
        replies = talk.run(Show(read_history(history)[-1].next), "show_more")
        if replies == ["utter_search_no_more"]:
            break
        assert replies == ["utter_search_more"] and "/show_more" in offered, "no question is asked on later pages"
        seen += talk.slots["shown_offers"]
    assert len(seen) == len(set(seen)) == total and "/show_more" not in offered
    assert talk.slots["search_history"] == history and talk.slots["shown_offers"], "the last list stays on show"


def test_what_was_given_up_is_named_and_no_question_is_added(talk: Talk) -> None:
    replies = talk.run(Show(NOTHING), "find_housing")
    assert replies[0].startswith("utter_search_relaxed") or replies[0] == "utter_search_none"
    assert talk.slots["asked_criterion"] is None and not [reply for reply in replies if reply.startswith("utter_ask")]
    assert "/request_human" in talk.replies[0]["buttons"][-1]["payload"]


@pytest.mark.parametrize(("language", "twice"), [("de", False), ("de-simple", False), ("uk", True), ("ar", True)])
def test_a_wish_can_be_read_at_the_office(resources: Resources, language: str, twice: bool) -> None:
    given = wish_button(NOTHING, language)["payload"]
    intent, _, values = given.partition("{")
    wish = json.loads("{" + values)
    assert intent == "/request_human" and wish["handoff_topic"] == "housing"
    assert describe(NOTHING, language) in wish["handoff_concern"]
    assert (describe(NOTHING, "de") in wish["handoff_concern"].partition("[")[2]) is twice


def test_one_question_narrows_the_list_and_is_not_asked_again(talk: Talk) -> None:
    replies = talk.run(Show(Search("housing")), "find_housing")
    question = talk.slots["asked_criterion"]
    assert replies[-1] == f"utter_ask_{question}" and talk.slots["asked_criteria"] == [question]
    buttons = talk.replies[-1]["buttons"]
    assert json.loads(buttons[-1]["payload"].partition("/refine_search")[2]) == {"change": "skip"}
    talk.run(Show(Search("housing")), "find_housing")
    assert talk.slots["asked_criterion"] != question
    talk.run(Show(Search("housing")), "find_housing")
    assert talk.slots["asked_criterion"] is None and len(talk.slots["asked_criteria"]) == 2, "at most two"


def test_each_choice_that_is_offered_finds_something(talk: Talk, resources: Resources) -> None:
    dispatcher = CollectingDispatcher()
    talk.slots["asked_criteria"] = ["place"]
    ask_next(dispatcher, talk.tracker("refine_search"), Search("housing"))
    (asked,) = dispatcher.messages
    assert asked["response"] == "utter_ask_deal"
    *choices, _ = asked["buttons"]
    assert len(choices) >= 2
    for button in choices:
        given = json.loads(button["payload"].removeprefix("/refine_search"))
        assert talk.run(Show(Search("housing", given), ask=False), "refine_search")[0] in (
            "utter_search_results", "utter_search_result_one", "utter_search_results_all"
        )  # fmt: skip


def test_a_family_sees_childcare_near_beside_homes(talk: Talk) -> None:
    talk.slots |= {"persona": ["returner", "family"], "place": "stendal", "child_age": 30}
    assert "beside" in persona_rules(talk.tracker())
    assert talk.run(Show(HOUSING), "find_housing")[:2] == ["utter_search_results", "utter_search_beside"]
    assert {card["kind"] for card in talk.replies[1]["custom"]["offers"]} == {"childcare"}
    assert talk.run(Show(HOUSING, ask=False), "find_housing") == ["utter_search_results"], "in a form"
    talk.slots["persona"] = None
    assert "utter_search_beside" not in talk.run(Show(HOUSING), "find_housing")


def test_a_payload_is_what_the_server_reads() -> None:
    assert payload("go_back") == "/go_back"
    assert payload("refine_search", {"text": 'ö"x'}) == '/refine_search{"text": "ö\\"x"}'


@pytest.mark.parametrize(
    ("criteria", "response"),
    [
        ({"place": "stendal", "text": "Schwimmbad"}, "utter_search_relaxed_text"),
        ({"place": "iden", "housing_kind": "house", "deal": "rent"}, "utter_search_relaxed_near"),
        ({"place": "zehrental", "housing_kind": "shared_flat"}, "utter_search_relaxed_place"),
        ({"place": "stendal", "area_min": 900, "deal": "rent"}, "utter_search_relaxed"),
    ],
)
def test_what_is_given_up_most_often_has_words_of_its_own(talk: Talk, criteria: dict[str, object], response: str) -> None:
    (reply, *_) = talk.run(Show(Search("housing", criteria)), "find_housing")
    assert reply.removesuffix("_one") == response.removesuffix("_one")
    if criteria.get("text"):
        assert talk.replies[0]["words"] == "Schwimmbad"


def test_words_given_up_beside_something_else_are_named(talk: Talk) -> None:
    replies = talk.run(Show(Search("housing", {"place": "stendal", "text": "Schwimmbad", "area_min": 900})), "find_housing")
    assert replies[:2] == ["utter_search_relaxed", "utter_search_unused"]
    assert talk.replies[1]["unused"] == "„Schwimmbad“" and talk.replies[0]["relaxed"] == "Größe"


def test_all_there_are_are_not_called_the_best(talk: Talk) -> None:
    talk.run(Show(HOUSING, ask=False), "find_housing")
    few = Search("housing", {"place": "stendal", "housing_kind": "flat", "price_max": 480})
    assert talk.run(Show(few, ask=False), "find_housing") == ["utter_search_results_all"]
    assert talk.replies[0]["total"] == talk.replies[0]["count"] > 1
