"""What actions read from the SDK's tracker."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker

from bot.resources import current

HANDOFF_SLOTS = ("handoff_topic", "handoff_concern", "handoff_contact", "handoff_consent", "handoff_facts",
                 "handoff_language", "handoff_notify")  # fmt: skip


def intent_of(tracker: Tracker) -> str:
    """Full name of the last message's intent, retrieval intents as `faq/x`."""
    intent = tracker.latest_message.get("intent") or {}
    return str(intent.get("full_retrieval_intent_name") or intent.get("name"))


def likely_meanings(tracker: Tracker, least: float) -> list[str]:
    """What else the last message may mean, each at least so likely, likeliest first; only what can be offered as a button."""
    ranking = tracker.latest_message.get("intent_ranking") or []
    never = {*current().dialogue["misunderstanding"]["never"], intent_of(tracker)}
    return [row["name"] for row in ranking if row["confidence"] >= least and row["name"] not in never]


def meaning_button(name: str, language: str) -> dict[str, str]:
    """A button that says this is what was meant."""
    return {"title": current().interface.text(language, "intents", name), "payload": f"/{name}"}


def said(tracker: Tracker) -> dict[str, Any]:
    """Entity -> value of the last message; a list where several values of it were named."""
    values: dict[str, Any] = {}
    for entity in tracker.latest_message.get("entities") or []:
        name, value = entity["entity"], entity["value"]
        if name in values:
            before = values[name] if isinstance(values[name], list) else [values[name]]
            if value not in before:
                values[name] = [*before, value]
        else:
            values[name] = value
    return values


def language_of(tracker: Tracker) -> str:
    """The conversation's language."""
    return str(tracker.get_slot("language") or current().languages.default)


def typed(tracker: Tracker) -> bool:
    """Whether the last message was written by hand; a button's text is our own."""
    return bool((tracker.latest_message.get("metadata") or {}).get("typed", True))


def in_form(tracker: Tracker) -> bool:
    """Whether a form asks for something."""
    return bool((tracker.active_loop or {}).get("name"))


def case_of(tracker: Tracker) -> dict[str, Any]:
    """The case that the conversation is about: number, state, topic, agreed; empty if there is none."""
    return (tracker.latest_message.get("metadata") or {}).get("case") or {}


def running_case(tracker: Tracker) -> str | None:
    """Number of this conversation's case, unless it is closed."""
    case = case_of(tracker)
    return case["number"] if case and case["state"] != "closed" else None
