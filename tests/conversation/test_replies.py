"""Of several variations of a reply the one that fits most closely is given, always the same."""

from __future__ import annotations

from typing import Any

import pytest

from bot.conversation.replies import ReplyGenerator


def when(**slots: Any) -> list[dict[str, Any]]:
    return [{"type": "slot", "name": name, "value": value} for name, value in slots.items()]


@pytest.fixture
def generator() -> ReplyGenerator:
    replies = {
        "utter_hello": [
            {"text": "Guten Tag von {office}", "condition": when(language="de")},
            {"text": "Привіт від {office}", "condition": when(language="uk")},
            {"text": "З поверненням", "condition": when(language="uk", persona="returner")},
            {"text": "Witaj {name}", "condition": when(language="pl")},
        ]
    }
    return ReplyGenerator(replies, lambda language: {"office": f"Amt-{language}"}, "de")


@pytest.mark.parametrize(
    ("slots", "text"),
    [
        pytest.param({"language": "de"}, "Guten Tag von Amt-de", id="by language, with the region's facts"),
        pytest.param({"language": "uk"}, "Привіт від Amt-uk", id="another language"),
        pytest.param({"language": "uk", "persona": "returner"}, "З поверненням", id="the most specific one wins"),
        pytest.param({"language": "uk", "persona": "refugee"}, "Привіт від Amt-uk", id="another persona"),
        pytest.param({}, "Guten Tag von Amt-de", id="no language yet"),
    ],
)
def test_the_most_specific_variation_wins(generator: ReplyGenerator, slots: dict[str, str], text: str) -> None:
    given = {generator.generate_from_slots("utter_hello", slots, "")["text"] for _ in range(20)}
    assert given == {text}


def test_variables_are_filled_and_braces_in_a_value_are_left_alone(generator: ReplyGenerator) -> None:
    assert generator.reply("utter_hello", "pl", name="{office} {0}")["text"] == "Witaj {office} {0}"


def test_an_action_may_speak_another_language_than_the_conversation_had(generator: ReplyGenerator) -> None:
    said = generator.generate_from_slots("utter_hello", {"language": "de"}, "", language="uk")
    assert said is not None and said["text"] == "Привіт від Amt-uk"


def test_a_reply_outside_a_dialogue_says_which_it_is(generator: ReplyGenerator) -> None:
    assert generator.reply("utter_hello", "de")["utter_action"] == "utter_hello"
    with pytest.raises(KeyError):
        generator.reply("utter_nothing", "de")
    with pytest.raises(KeyError):
        generator.reply("utter_hello", "fr")
