"""Asking back, repeating, answers by buttons."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.offers import described, show_offer
from actions.reading import (
    HANDOFF_SLOTS,
    in_form,
    language_of,
    likely_meanings,
    meaning_button,
    running_case,
    said,
    typed,
)
from bot.knowledge.answers import Found
from bot.knowledge.present import present
from bot.resources import current

Events = list[dict[str, Any]]
_FALLBACK = "nlu_fallback"
_REPEATED = "utter_repeat"
_LANGUAGE = "change_language"


class ActionMisunderstood(Action):
    """Offers the likeliest meanings; after several misunderstandings in a row, a person."""

    def name(self) -> str:
        return "action_misunderstood"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        # Where no rule fits, Rasa comes here of its own accord, and would come again and again.
        return [*self._ask_back(dispatcher, tracker), FollowupAction("action_listen")]

    def _ask_back(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        offer = described(tracker)
        if offer is not None:
            # "The one with the garden" need not be a sentence that was ever trained.
            return show_offer(dispatcher, tracker, offer)
        rules, interface, language = current().dialogue["misunderstanding"], current().interface, language_of(tracker)
        if _in_a_row(tracker) >= rules["limit"]:
            dispatcher.utter_message(response="utter_fallback_handoff")
            return []
        meanings = likely_meanings(tracker, rules["least"])[: rules["meanings"]]
        found = _found(tracker, language)
        meanings = list(dict.fromkeys([*meanings, *(each.intent for each in found if each.intent)]))
        services = [offer for each in found if each.offer and (offer := current().offers.get(each.offer))]
        if not meanings and not services:
            dispatcher.utter_message(response="utter_fallback")
            return []
        buttons = [meaning_button(name, language) for name in meanings]
        none = {"title": interface.text(language, "", "none_of_these"), "payload": '/inform{"criterion": "none"}'}
        cards = [present(offer, language, current().names) for offer in services]
        custom = {"offers": cards} if cards else None
        dispatcher.utter_message(response="utter_did_you_mean", buttons=[*buttons, none], json_message=custom)
        return []


def _found(tracker: Tracker, language: str) -> list[Found]:
    """Answers and services that come near to what was typed, whatever intent it may have."""
    if not typed(tracker):
        return []
    rules = current().dialogue["answers"]
    text = str(tracker.latest_message.get("text") or "")
    return current().answers.search(text, language, limit=rules["shown"], least=rules["least"])


def _in_a_row(tracker: Tracker) -> int:
    """How many messages up to this one were not understood, one after the other."""
    count = 0
    for event in reversed(tracker.events):
        if event.get("event") == "user":
            intent = (event.get("parse_data") or {}).get("intent") or {}
            none_of_these = any(e["entity"] == "criterion" for e in (event.get("parse_data") or {}).get("entities") or [])
            if intent.get("name") != _FALLBACK and not none_of_these:
                break
            count += intent.get("name") == _FALLBACK
    return count


class ActionCrisis(Action):
    """Names who helps at once; where it may be about debts or illness as well, that is a button away."""

    def name(self) -> str:
        return "action_crisis"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        rules, language = current().dialogue["crisis"], language_of(tracker)
        unsure = (tracker.latest_message.get("intent") or {}).get("confidence", 1) < rules["sure"]
        meanings = likely_meanings(tracker, rules["least"])[: rules["meanings"]] if unsure else []
        buttons = [meaning_button(name, language) for name in meanings if name not in rules["already"]]
        dispatcher.utter_message(response="utter_crisis", buttons=buttons)
        return []


class ActionRepeat(Action):
    """Says the last replies once more."""

    def name(self) -> str:
        return "action_repeat"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        last: list[dict[str, Any]] = []
        turns = 0
        for event in reversed(tracker.events):
            if event.get("event") == "user":
                turns += 1
                if (event.get("parse_data") or {}).get("intent", {}).get("name") == _LANGUAGE:
                    # That the language has changed is not what somebody missed.
                    last = []
                if turns > 1 and last:
                    break
            elif event.get("event") == "bot" and turns and (event.get("metadata") or {}).get("utter_action") != _REPEATED:
                last.insert(0, event)
        if not last:
            dispatcher.utter_message(response="utter_nothing_to_repeat")
            return []
        dispatcher.utter_message(response=_REPEATED)
        for event in last:
            data, metadata = event.get("data") or {}, event.get("metadata") or {}
            if _said_in(metadata) not in ("", language_of(tracker)) and not data.get("custom"):
                dispatcher.utter_message(response=metadata["utter_action"])
                continue
            dispatcher.utter_message(
                text=event.get("text"), buttons=data.get("buttons"), json_message=data.get("custom") or None
            )
        return []


def _said_in(metadata: dict[str, Any]) -> str:
    """The language that a reply was written in; empty where nobody knows."""
    return str((metadata.get("metadata") or {}).get("language") or "") if metadata.get("utter_action") else ""


class ActionInform(Action):
    """A button's or form's answer that nothing waits for: none of the offered meanings was right, or it is an old one."""

    def name(self) -> str:
        return "action_inform"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        if in_form(tracker):
            # The form itself goes on with it.
            return []
        late = [name for name in said(tracker) if name.startswith("handoff_")]
        if late:
            # Rasa fills slots whether or not a form asks for them, and consent is not kept for another time.
            number = running_case(tracker)
            response = "utter_handoff_running" if number else "utter_handoff_late"
            dispatcher.utter_message(response=response, case_number=number or "")
            return [SlotSet(name, None) for name in HANDOFF_SLOTS if number or name == "handoff_consent"]
        none = said(tracker).get("criterion") == "none"
        dispatcher.utter_message(response="utter_none_of_these" if none else "utter_affirm")
        return [SlotSet("asked_criterion", None)]
