"""A search is refined, widened, gone on with and taken back, and forgets what belongs to the one before."""

from __future__ import annotations

import pytest
from rasa_sdk.executor import CollectingDispatcher

from actions.search import ActionGoBack, ActionSearchOffers, ActionShowMore, ActionStartOver
from tests.actions.conftest import Talk

FOUND = {"utter_search_result_one", "utter_search_results", "utter_search_results_all"}
RELAXED = {f"utter_search_relaxed{what}{many}" for what in ("", "_text", "_near", "_place") for many in ("", "_one")}
RESULTS = FOUND | RELAXED


def say(talk: Talk, intent: str, text: str = "", **entities: object) -> list[str]:
    """A message, its entities in their slots as Rasa fills them, and the search after it."""
    talk.slots |= {name: value for name, value in entities.items() if name in talk.slots}
    return talk.run(ActionSearchOffers(), intent, text, **entities)


def criteria(talk: Talk) -> dict[str, object]:
    return dict(talk.slots["search_history"][-1]["criteria"])


def ids(talk: Talk) -> list[str]:
    return [card["id"] for reply in talk.replies for card in (reply.get("custom") or {}).get("offers", []) if reply["response"] in RESULTS]


def test_without_a_kind_it_is_asked_what_for(talk: Talk) -> None:
    assert say(talk, "refine_search", "billiger", change="cheaper") == ["utter_search_what"]
    for action in (ActionShowMore(), ActionGoBack()):
        assert talk.run(action, "show_more") == ["utter_search_what"]
    assert talk.slots["search_kind"] is None and talk.slots["search_history"] is None


def test_a_criterion_alone_begins_the_search_that_it_belongs_to(talk: Talk) -> None:
    assert say(talk, "refine_search", "drei Zimmer", rooms=3)[0] in RESULTS
    assert talk.slots["search_kind"] == "housing" and criteria(talk)["rooms"] == 3 and ids(talk) == talk.slots["shown_offers"]


def test_a_new_question_keeps_the_place_and_drops_what_was_the_others_own(talk: Talk) -> None:
    say(talk, "find_housing", "Wohnung", place="stendal", rooms=3, deal="rent")
    say(talk, "refine_search", "billiger", change="cheaper")
    assert criteria(talk) | {"place": "stendal", "rooms": 3} == criteria(talk), "refining keeps what was said"
    say(talk, "find_job", "Arbeit", occupation="nursing_care")
    assert criteria(talk)["place"] == "stendal" and "rooms" not in criteria(talk)
    assert [each["kind"] for each in talk.slots["search_history"]] == ["housing", "housing", "job"]


@pytest.mark.parametrize(("text", "km"), [("im Umkreis von 15 km um Iden", 15), ("в радиусе 30 километров", 30), ("in Iden", None)])
def test_kilometres_are_taken_as_they_were_written(talk: Talk, text: str, km: int | None) -> None:
    say(talk, "find_housing", text, place="iden")
    assert criteria(talk).get("radius_km") == km


def test_a_skipped_question_searches_nothing_anew(talk: Talk) -> None:
    say(talk, "find_housing", "Wohnung")
    before, question = talk.slots["search_history"], talk.slots["asked_criterion"]
    assert question is not None
    replies = talk.run(ActionSearchOffers(), "refine_search", change="skip", typed=False)
    assert not RESULTS & set(replies) and len(replies) == 1
    assert talk.slots["search_history"] == before and talk.slots["asked_criterion"] != question
    while talk.slots["asked_criterion"]:
        replies = talk.run(ActionSearchOffers(), "refine_search", change="skip", typed=False)
    assert replies == ["utter_search_skipped"]
    asked = talk.slots["asked_criteria"]
    assert len(asked) == len(set(asked)), "nothing is asked twice"


def test_going_back_takes_back_what_was_said_since(talk: Talk) -> None:
    say(talk, "find_housing", "Wohnung", place="stendal")
    first = ids(talk)
    say(talk, "refine_search", "zwei Zimmer", rooms=2)
    assert talk.run(ActionGoBack(), "go_back")[0] in RESULTS
    assert ids(talk) == first and talk.slots["rooms"] is None and talk.slots["place"] == "stendal"
    talk.slots["offer_open"] = True
    assert talk.run(ActionGoBack(), "go_back")[0] in RESULTS, "from a single offer to its list"
    assert ids(talk) == first and len(talk.slots["search_history"]) == 1
    assert talk.run(ActionGoBack(), "go_back") == ["utter_search_what"]


def test_starting_over_forgets_the_search_and_not_who_asks(talk: Talk) -> None:
    say(talk, "find_childcare", "Kita", place="stendal", childcare_kind="creche")
    talk.slots |= {"child_age": 20, "persona": "family"}
    assert talk.run(ActionStartOver(), "start_over") == ["utter_start_over"]
    left = {name: value for name, value in talk.slots.items() if value not in (None, [], False)}
    assert left == {"language": "de", "child_age": 20, "persona": "family"}
    assert talk.run(ActionShowMore(), "show_more") == ["utter_search_what"]


def found(talk: Talk, intent: str, text: str, entity: str, words: dict[str, str]) -> list[str]:
    """A message with one kind of entity where its words stand."""
    tracker = talk.tracker(intent, text)
    tracker.latest_message["entities"] = [
        {"entity": entity, "value": value, "start": text.index(word), "end": text.index(word) + len(word)}
        for word, value in words.items()
    ]
    dispatcher = CollectingDispatcher()
    for event in ActionSearchOffers().run(dispatcher, tracker, {}):
        talk.slots[event["name"]] = event["value"]
    return [reply["response"] for reply in dispatcher.messages]


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("im Lager oder als Fahrer", {"Lager": "warehouse", "Fahrer": "logistics_driving"}, ["warehouse", "logistics_driving"]),
        ("Fahrer, Lager, mit Führerschein", {"Fahrer": "logistics_driving", "Lager": "warehouse", "Führerschein": "logistics_driving"},
         ["logistics_driving", "warehouse"]),
        ("ich bin Koch und suche etwas im Büro", {"Koch": "hospitality_kitchen", "Büro": "administration"}, "administration"),
    ],
)  # fmt: skip
def test_trades_that_an_or_joins_are_both_looked_for(talk: Talk, text: str, words: dict[str, str], expected: object) -> None:
    found(talk, "find_job", text, "occupation", words)
    assert criteria(talk)["occupation"] == expected == talk.slots["occupation"]


@pytest.mark.parametrize(("text", "km"), [("Arbeit nicht weit von Iden", 20), ("работа рядом с Iden", 20), ("Arbeit in Iden", None)])
def test_near_a_place_is_around_it(talk: Talk, text: str, km: int | None) -> None:
    found(talk, "find_job", text, "place", {"Iden": "iden"})
    assert criteria(talk).get("radius_km") == km


def test_a_wish_that_no_search_can_go_by_is_named(talk: Talk) -> None:
    say(talk, "find_housing", "Wohnung", place="stendal")
    assert say(talk, "refine_search", "ab Oktober", wish="start")[1] == "utter_search_unused"
    assert talk.replies[1]["unused"] == "Beginn" and criteria(talk) == {"place": "stendal"}
    assert "utter_search_unused" not in say(talk, "refine_search", "billiger", change="cheaper")


def test_who_rents_or_buys_is_not_asked_which(talk: Talk) -> None:
    say(talk, "find_housing", "Haus, Miete oder Kauf", place="stendal", deal=["rent", "buy"])
    assert "deal" not in criteria(talk) and "deal" in talk.slots["asked_criteria"]


def test_nearer_without_a_place_asks_for_it(talk: Talk) -> None:
    say(talk, "find_job", "Arbeit in der Pflege", occupation="nursing_care")
    talk.slots["asked_criteria"] = ["place"]
    assert say(talk, "refine_search", "nicht so weit weg", change="nearer")[-1] == "utter_ask_place"


def test_only_slots_that_there_are_are_set(talk: Talk) -> None:
    say(talk, "find_job", "Arbeit ohne Deutsch", german_level=0)
    say(talk, "refine_search", "nicht im Büro", without_occupation="administration")
    for action in (ActionGoBack(), ActionStartOver()):
        dispatcher = CollectingDispatcher()
        assert {event["name"] for event in action.run(dispatcher, talk.tracker("go_back"), {})} <= set(talk.slots)


def test_the_same_home_is_not_cheaper(talk: Talk) -> None:
    say(talk, "find_housing", "Wohnung", place="stendal", deal="rent")
    for _ in range(40):
        before, shown = criteria(talk), talk.slots["shown_offers"]
        replies = say(talk, "refine_search", "zu teuer", change="cheaper")
        if replies == ["utter_search_none"]:
            break
        assert talk.slots["shown_offers"] != shown
    assert replies == ["utter_search_none"] and (criteria(talk), talk.slots["shown_offers"]) == (before, shown)
    assert talk.slots["price_max"] == before["price_max"]


def test_what_would_do_as_well_is_no_condition(talk: Talk) -> None:
    say(talk, "find_housing", "Wohnung", place="stendal")
    say(talk, "refine_search", "Erdgeschoss wäre auch ok")
    assert "text" not in criteria(talk)
    say(talk, "refine_search", "mit Balkon")
    assert "Balkon" in str(criteria(talk)["text"])
