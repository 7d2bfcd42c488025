"""Which of the offers on show is meant, and what is told of it."""

from __future__ import annotations

import pytest

from actions.offers import ActionCompareOffers, ActionShowAvailability, ActionShowContact, ActionShowOffer
from bot.knowledge.query import Query
from bot.resources import Resources
from tests.actions.conftest import Talk


@pytest.fixture
def shown(talk: Talk, resources: Resources) -> list[str]:
    """Ids of three homes on show."""
    hits = resources.offers.search(Query(kind="housing", place="stendal", limit=3)).hits
    talk.slots["shown_offers"] = [hit.offer.id for hit in hits]
    return list(talk.slots["shown_offers"])


def picked(talk: Talk) -> list[str]:
    return [card["id"] for card in talk.replies[0]["custom"]["offers"]]


@pytest.mark.parametrize(("ordinal", "index"), [(1, 0), (3, 2), (-1, 2), ([1, 2], 1)])
def test_an_offer_is_picked_by_its_number(talk: Talk, shown: list[str], ordinal: object, index: int) -> None:
    assert talk.run(ActionShowOffer(), "select_offer", ordinal=ordinal) == ["utter_offer_details"]
    assert picked(talk) == [shown[index]] and talk.slots["selected_offer"] == shown[index] and talk.slots["offer_open"] is True


@pytest.mark.parametrize("action", [ActionShowOffer(), ActionShowContact(), ActionShowAvailability()])
def test_which_one_is_asked_where_it_is_open(talk: Talk, shown: list[str], action: object) -> None:
    assert talk.run(action, "select_offer", "hm", typed=False) == ["utter_offer_which"]
    assert talk.run(action, "select_offer", ordinal=7) == ["utter_offer_fewer"], "there is no seventh"
    assert talk.replies[0]["count"] == 3
    assert talk.run(action, "select_offer", offer="of an old list") == ["utter_offer_which"]
    talk.slots["shown_offers"] = None
    assert talk.run(action, "select_offer", ordinal=1) == ["utter_offer_no_list"]


def test_the_one_talked_about_or_the_only_one_is_meant(talk: Talk, shown: list[str], resources: Resources) -> None:
    talk.slots["selected_offer"] = shown[1]
    offer = resources.offers.get(shown[1])
    assert offer is not None
    for action in (ActionShowContact(), ActionShowAvailability()):
        (response,) = talk.run(action, "ask_offer_contact", typed=False)
        assert response in ("utter_offer_contact", "utter_offer_available", "utter_offer_gone")
        assert talk.replies[0]["title"] == offer.title["de"] and talk.replies[0]["contact"]
    talk.slots |= {"selected_offer": None, "shown_offers": shown[:1]}
    talk.run(ActionShowOffer(), "select_offer", typed=False)
    assert picked(talk) == shown[:1]
    assert not [button for button in talk.replies[0]["buttons"] if button["payload"] == "/go_back"], "there is no list to go back to"
    assert talk.run(ActionShowOffer(), "select_offer", ordinal=2) == ["utter_offer_only_one", "utter_offer_details"]


def test_two_are_compared_and_are_the_list_from_then_on(talk: Talk, shown: list[str]) -> None:
    assert talk.run(ActionCompareOffers(), "compare_offers", ordinal=[3, 1]) == ["utter_offer_compare"]
    assert picked(talk) == [shown[2], shown[0]] == talk.slots["shown_offers"]
    assert " | " in talk.replies[0]["differences"]
    talk.slots |= {"shown_offers": shown, "selected_offer": shown[2]}
    talk.run(ActionCompareOffers(), "compare_offers", ordinal=2)
    assert picked(talk) == [shown[2], shown[1]], "with the one that was talked about"
    talk.slots |= {"shown_offers": shown, "selected_offer": None}
    assert talk.run(ActionCompareOffers(), "compare_offers", ordinal=9) == ["utter_compare_which"]
    talk.slots["shown_offers"] = shown[:1]
    assert talk.run(ActionCompareOffers(), "compare_offers") == ["utter_compare_which"]
    talk.slots["shown_offers"] = None
    assert talk.run(ActionCompareOffers(), "compare_offers") == ["utter_offer_no_list"]


def test_what_is_no_offer_on_show_may_be_something_to_look_for(talk: Talk, shown: list[str]) -> None:
    talk.slots["childcare_kind"] = "creche"
    assert talk.run(ActionShowOffer(), "select_offer", "und die Krippe?", childcare_kind="creche")[0].startswith("utter_search_")
    assert talk.slots["search_kind"] == "childcare"
