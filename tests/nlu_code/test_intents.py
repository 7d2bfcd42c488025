"""What the classifier writes into a message."""

from __future__ import annotations

from rasa.shared.nlu.training_data.message import Message

from bot.nlu.intents import first, intent_row, selected_response, set_intent, urgent_first

RANKING = [("faq/doctor", 0.5), ("crisis", 0.3), ("greet", 0.2)]


def test_an_urgent_intent_goes_first_from_its_probability_on() -> None:
    assert urgent_first(RANKING, {"crisis": 0.25}) == [("crisis", 0.5), ("faq/doctor", 0.5), ("greet", 0.2)]
    assert urgent_first(RANKING, {"crisis": 0.35}) == RANKING
    assert urgent_first(RANKING, {}) == RANKING


def test_an_urgent_intent_that_is_first_stays_as_it_is() -> None:
    ranking = [("crisis", 0.6), ("greet", 0.4)]
    assert urgent_first(ranking, {"crisis": 0.25}) == ranking


def test_a_retrieval_intent_names_its_reply() -> None:
    message = Message({"text": "Wo ist ein Arzt?"})
    set_intent(message, RANKING)
    assert message.get("intent") == {"name": "faq", "confidence": 0.5, "full_retrieval_intent_name": "faq/doctor"}
    assert message.get("response_selector")["faq"]["response"]["utter_action"] == "utter_faq/doctor"
    assert [row["name"] for row in message.get("intent_ranking")] == ["faq/doctor", "crisis", "greet"]


def test_any_other_intent_has_no_reply_of_its_own() -> None:
    assert intent_row("greet", 0.9) == {"name": "greet", "confidence": 0.9}
    assert selected_response("greet") == {}


def test_what_is_known_goes_first_as_sure_as_the_likeliest() -> None:
    assert first(RANKING, "greet") == [("greet", 0.5), ("faq/doctor", 0.5), ("crisis", 0.3)]
    assert first(RANKING, "goodbye") == [("goodbye", 0.5), *RANKING], "known, though it is not among the likeliest"
    assert first(RANKING, None) == RANKING
