"""Handing over to a person."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import dropwhile, islice, takewhile
from typing import Any

from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.reading import HANDOFF_SLOTS, case_of, in_form, intent_of, language_of, running_case, said, typed
from bot.conversation.forms import read_contact
from bot.conversation.presenting import as_written
from bot.handoff import cases, summary
from bot.region import name_in
from bot.resources import current

Events = list[dict[str, Any]]
_TOPIC_UNKNOWN, _CONCERN_NOTED = "utter_handoff_topic_unknown", "utter_handoff_concern_noted"
_FIRST = re.compile(r"[,،:;–]|\s-\s")
_BACK = "back"
"""What the domain takes a step back for where it asks for consent."""
_LONGEST_STEP_BACK = 4
"""Words. "I want to go back to Stendal with my family" is a concern."""


def _facts(tracker: Tracker, language: str) -> str:
    """What else is passed on, as the visitor sees it."""
    return summary.shown_facts(tracker.get_slot("handoff_facts"), summary.facts(current(), tracker.slots, language))


def _steps_back(tracker: Tracker) -> bool:
    """Whether the last message asks for the question before, rather than answers: "back", "noch mal zurück bitte"."""
    text = str(tracker.latest_message.get("text") or "")
    return intent_of(tracker) == "go_back" and len(text.split()) <= _LONGEST_STEP_BACK


def _asked(tracker: Tracker) -> str | None:
    """The slot whose question the last message came after; None where the form did not run yet."""
    return tracker.get_slot("requested_slot")


def _earlier(tracker: Tracker) -> Iterator[dict[str, Any]]:
    """What happened before the last message, the latest first."""
    return islice(dropwhile(lambda event: event.get("event") != "user", reversed(tracker.events)), 1, None)


def _before(tracker: Tracker, slot: str) -> str | None:
    """A slot's value before the last message."""
    values = (event.get("value") for event in _earlier(tracker) if (event.get("event"), event.get("name")) == ("slot", slot))
    return next(values, None)


def _said_before(tracker: Tracker, *replies: str) -> bool:
    """Whether one of these replies was given to the message before the last one."""
    turn = takewhile(lambda event: event.get("event") != "user", _earlier(tracker))
    return any((event.get("metadata") or {}).get("utter_action") in replies for event in turn)


def _topic_on_a_button(text: str, language: str) -> str | None:
    """The topic whose button alone has these words: "papers" of "Arriving and papers"."""
    variations = current().replies["utter_ask_handoff_topic"]
    buttons = [button for each in variations if each["condition"][0]["value"] == language for button in each["buttons"]]
    typed_words = set(as_written(text))
    fitting = [each["payload"] for each in buttons if typed_words and typed_words <= set(as_written(each["title"]))]
    return str(json.loads(fitting[0].removeprefix("/inform"))["handoff_topic"]) if len(fitting) == 1 else None


def _topic_of(tracker: Tracker, text: str) -> str | None:
    """The topic that is named, alone or first of all ("work: they don't pay me"), or that the last message is likeliest
    about, all of a topic's intents taken together.
    """
    language = language_of(tracker)
    named = _topic_on_a_button(text, language) or _topic_on_a_button(_FIRST.split(text, maxsplit=1)[0], language)
    if named:
        return named
    rules = current().dialogue["handoff"]
    rows = tracker.latest_message.get("intent_ranking") or [{"name": intent_of(tracker), "confidence": 1.0}]
    likely = {
        topic: sum(row["confidence"] for row in rows if row["name"] in intents)
        for topic, intents in rules["topics"].items()
    }
    topic = max(likely, key=lambda each: likely[each])
    return topic if likely[topic] >= rules["least"] else None


class ActionStartHandoff(Action):
    """Begins with what is special: a personal situation, an appointment."""

    def name(self) -> str:
        return "action_start_handoff"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        special = {"individual_case", "request_appointment"}
        if intent_of(tracker) in special and not running_case(tracker):
            dispatcher.utter_message(response=f"utter_{intent_of(tracker)}")
        return []


class ValidateHandoffForm(FormValidationAction):
    """Reads the answers to the form's questions."""

    def name(self) -> str:
        return "validate_handoff_form"

    async def required_slots(
        self, domain_slots: list[str], dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[str]:
        # A case that runs already needs no second form.
        return [] if running_case(tracker) else domain_slots

    def validate_handoff_topic(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> dict[str, Any]:
        """A topic's id from a button or form, or the one that a typed answer is about.

        What fits no topic is asked about once, then it is the last one; what was written is not lost where it may be
        the concern.
        """
        if value is None or value in current().region.topics:
            return {"handoff_topic": value}
        topic, concern = _topic_of(tracker, value), said(tracker).get("handoff_concern")
        if topic or concern:
            # Who wrote what it is about chooses the topic only if it does not follow from that.
            return {"handoff_topic": topic}
        topics = list(current().dialogue["handoff"]["topics"])
        slots = {"handoff_topic": topics[-1] if _said_before(tracker, _TOPIC_UNKNOWN, _CONCERN_NOTED) else None}
        known = tracker.get_slot("handoff_concern")
        if known:
            dispatcher.utter_message(response=_CONCERN_NOTED)
            return {**slots, "handoff_concern": f"{known}\n{value}"}
        if slots["handoff_topic"] is None:
            dispatcher.utter_message(response=_TOPIC_UNKNOWN)
        return slots

    def validate_handoff_concern(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> dict[str, Any]:
        """Any text; one that comes at another step is added to what is known. A step back asks for the topic again."""
        if value is not None and _steps_back(tracker):
            return {"handoff_concern": None, "handoff_topic": None}
        if value is None or not typed(tracker) or _asked(tracker) in (None, "handoff_concern"):
            return {"handoff_concern": value}
        known = _before(tracker, "handoff_concern")
        dispatcher.utter_message(response=_CONCERN_NOTED)
        return {"handoff_concern": f"{known}\n{value}" if known else value}

    def validate_handoff_contact(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> dict[str, Any]:
        """`none`, `visit`, `video`, or an e-mail address or telephone number in its standard form."""
        if value is None:
            return {"handoff_contact": None}
        if _steps_back(tracker):
            return {"handoff_contact": None, "handoff_concern": None}
        chosen = summary.chosen_contact(said(tracker).get("handoff_contact_kind"), value) or summary.NO_CONTACT
        way, address = summary.split_contact(chosen)
        if not address or intent_of(tracker) == "deny":
            return {"handoff_contact": way or summary.NO_CONTACT}
        contact = read_contact(address, **summary.countries(current(), language_of(tracker)))
        if contact is None:
            return self._without_contact(address, dispatcher, tracker)
        given = f"{way} {contact[1]}".strip()
        if typed(tracker) and _asked(tracker) not in ("handoff_contact", "handoff_consent"):
            shown = summary.contact_in_words(current(), given, True, language_of(tracker))
            dispatcher.utter_message(response="utter_handoff_contact_noted", contact=shown)
        return {"handoff_contact": given}

    @staticmethod
    def _without_contact(text: str, dispatcher: CollectingDispatcher, tracker: Tracker) -> dict[str, Any]:
        """Nothing in the text is an address: mistyped where one was asked for, else the number of something."""
        asked, kept = _asked(tracker), {"handoff_contact": _before(tracker, "handoff_contact")}
        if asked == "handoff_concern":
            return {**kept, "handoff_concern": text}
        if asked in ("handoff_contact", "handoff_consent"):
            dispatcher.utter_message(response="utter_handoff_contact_invalid")
        elif asked and not said(tracker).get("handoff_concern"):
            dispatcher.utter_message(response="utter_handoff_open")
        return kept

    def validate_handoff_consent(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> dict[str, Any]:
        """Yes or no; a step back asks for the way to be reached again."""
        if value == _BACK:
            return {"handoff_consent": None, "handoff_contact": None}
        return {"handoff_consent": value}


class ActionAskHandoffConsent(Action):
    """Shows what would be passed on: as text, or as a form if something is to be changed."""

    def name(self) -> str:
        return "action_ask_handoff_form_handoff_consent"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        resources, language = current(), language_of(tracker)
        topic, concern, contact = (tracker.get_slot(name) for name in HANDOFF_SLOTS[:3])
        known, notify = _facts(tracker, language), tracker.get_slot("handoff_notify") != "no"
        spoken = tracker.get_slot("handoff_language") or language
        if said(tracker).get("handoff_change"):
            values = {"topic": topic, "concern": concern, "contact": contact, "facts": known, "notify": notify,
                      "language": spoken}  # fmt: skip
            form = summary.form(resources, language, values)
            dispatcher.utter_message(response="utter_handoff_edit", json_message={"form": form})
            return []
        dispatcher.utter_message(
            response="utter_handoff_summary", topic=name_in(resources.region.topics[topic].names, language),
            concern=concern, contact=summary.contact_in_words(resources, contact, notify, language),
            facts=known or resources.interface.text(language, "handoff", "no_facts"),
            answer_language=summary.language_name(resources, spoken, language),
        )  # fmt: skip
        return []


class ActionSubmitHandoff(Action):
    """Makes the case, if the visitor agreed."""

    def name(self) -> str:
        return "action_submit_handoff"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        resources, language = current(), language_of(tracker)
        clear = [SlotSet(name, None) for name in HANDOFF_SLOTS]
        running = running_case(tracker)
        if running:
            dispatcher.utter_message(response="utter_handoff_running", case_number=running)
            return clear
        if tracker.get_slot("handoff_consent") is not True:
            dispatcher.utter_message(response="utter_handoff_cancelled")
            return clear
        before = case_of(tracker)
        # A closed case on the same subject is opened again, under its number and link.
        again = before and before["topic"] == tracker.get_slot("handoff_topic")
        number = before["number"] if again else cases.new_number()
        case = summary.as_case(resources, number, tracker.slots, language, _facts(tracker, language))
        # What the receipt says is decided when the case is stored (bot/handoff/desk.py).
        dispatcher.utter_message(
            response="utter_handoff_receipt", case_number=number, link="", expectation="",
            json_message={"effects": {"create_case": case}},
        )  # fmt: skip
        return [*clear, SlotSet("case_number", number), SlotSet("language", case["shown_in"])]


class ActionCaseStatus(Action):
    """Says how far this conversation's own case is; another one opens with its secret alone."""

    def name(self) -> str:
        return "action_case_status"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        case, asked = case_of(tracker), said(tracker).get("case_number")
        own = case.get("number")
        if own and asked in (None, own):
            state = current().interface.text(language_of(tracker), "states", case["state"])
            known = "utter_case_status_agreed" if case["agreed"] else "utter_case_status_known"
            dispatcher.utter_message(response=known, case_number=own, state=state, agreed=case["agreed"] or "")
        elif asked:
            dispatcher.utter_message(response="utter_case_status_elsewhere")
        elif in_form(tracker):
            # "When will somebody call?" while nothing is sent yet.
            dispatcher.utter_message(response="utter_handoff_when")
        else:
            dispatcher.utter_message(response="utter_case_status")
        return []
