"""Wherever a conversation stands, whatever is said next, and then said once more, is answered, and briefly.

Rasa runs in circles where a form refuses a message and no rule takes it: it says the same thing up to its limit, and
every later message fails.
"""

from __future__ import annotations

import asyncio
import itertools

import pytest
import yaml

from bot.conversation.brain import Answer, Brain, Incoming
from tests.conversation.conftest import ROOT

SITUATIONS: dict[str, list[tuple[str, str | None]]] = {
    "at the beginning": [],
    "offers shown": [("Wohnung in Stendal", "/find_housing")],
    "topic asked": [("Mensch", "/request_human")],
    "concern asked": [("Mensch", "/request_human"), ("Arbeit", '/inform{"handoff_topic": "work"}')],
    "contact asked": [
        ("Mensch", "/request_human"),
        ("Arbeit", '/inform{"handoff_topic": "work"}'),
        ("Ich suche eine Hebamme", '/inform{"handoff_concern": "Ich suche eine Hebamme"}'),
    ],
    "consent asked": [
        ("Mensch", "/request_human"),
        ("Arbeit", '/inform{"handoff_topic": "work"}'),
        ("Ich suche eine Hebamme", '/inform{"handoff_concern": "Ich suche eine Hebamme"}'),
        ("Ohne", '/inform{"handoff_contact": "none"}'),
    ],
    "deletion asked": [("Löschen", "/delete_data")],
}
_LONGEST = 3
"""Replies. A form's answer, what it interrupted, and its question again."""


def _intents() -> list[str]:
    named = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))["intents"]
    names = [each if isinstance(each, str) else next(iter(each)) for each in named]
    return ["faq/registration" if name == "faq" else name for name in names]


@pytest.mark.parametrize("situation", SITUATIONS)
def test_whatever_is_said_is_answered_and_so_is_saying_it_again(brain: Brain, situation: str) -> None:
    async def said(intent: str) -> list[Answer]:
        conversation, numbers = f"{situation}, then {intent}", itertools.count(1)
        steps = [*SITUATIONS[situation], ("x", f"/{intent}"), ("x", f"/{intent}"), ("danke", "/thank")]
        answers = [await brain.answer(Incoming(conversation, next(numbers), text, "de", payload)) for text, payload in steps]
        brain.trackers.forget(conversation)
        return answers[-3:]

    async def all_said() -> dict[str, list[Answer]]:
        return {intent: await said(intent) for intent in _intents()}

    for intent, answers in asyncio.run(all_said()).items():
        for answer in answers:
            assert not answer.failed and 0 < len(answer.replies) <= _LONGEST, (intent, [r.get("text") for r in answer.replies])


@pytest.mark.parametrize("text", ["Mensch!!", "ich will mit jemandem reden", "noch mal bitte", "Termin bitte"])
@pytest.mark.parametrize("situation", ["topic asked", "contact asked", "consent asked"])
def test_asked_again_in_the_form_the_open_question_comes_again(brain: Brain, situation: str, text: str) -> None:
    async def talk() -> tuple[Answer, Answer]:
        conversation, numbers = f"{situation}, then {text}", itertools.count(1)
        for step, payload in SITUATIONS[situation]:
            open_question = await brain.answer(Incoming(conversation, next(numbers), step, "de", payload))
        return open_question, await brain.answer(Incoming(conversation, next(numbers), text, "de"))

    open_question, answer = asyncio.run(talk())
    assert answer.replies[-1]["utter_action"] == open_question.replies[-1]["utter_action"]
    assert "utter_handoff_open" in [reply.get("utter_action") for reply in answer.replies]


def test_a_search_in_the_middle_of_a_form_asks_nothing_of_its_own(brain: Brain) -> None:
    async def talk() -> Answer:
        persona = ("Familie", '/tell_persona{"persona": "family"}')
        steps = [persona, *SITUATIONS["consent asked"], ("Wohnungen?", "/find_housing")]
        return [await brain.answer(Incoming("in a form", n, text, "de", payload)) for n, (text, payload) in enumerate(steps, 1)][-1]

    replies = [reply["utter_action"] for reply in asyncio.run(talk()).replies]
    assert replies == ["utter_search_results", "utter_handoff_summary"]
