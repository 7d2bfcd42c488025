"""Handing over to a person."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.reading import intent_of, language_of, said
from bot.conversation.forms import read_contact
from bot.handoff import cases
from bot.handoff.routing import team_for
from bot.region import name_in
from bot.resources import current

Events = list[dict[str, Any]]
_SLOTS = ("handoff_topic", "handoff_concern", "handoff_contact", "handoff_consent")
_NO_CONTACT = "none"


def _running_case(tracker: Tracker) -> str | None:
    """Number of this conversation's case, unless it is closed."""
    state = _case_state(tracker)
    return tracker.get_slot("case_number") if state and state != "closed" else None


def _case_state(tracker: Tracker) -> str | None:
    return (tracker.latest_message.get("metadata") or {}).get("case_state")


class ActionStartHandoff(Action):
    """Begins with what is special: a personal situation, an appointment."""

    def name(self) -> str:
        return "action_start_handoff"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        special = {"individual_case", "request_appointment"}
        if intent_of(tracker) in special and not _running_case(tracker):
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
        return [] if _running_case(tracker) else domain_slots

    def validate_handoff_topic(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> dict[str, Any]:
        """A topic's id from a button or form, or what a typed answer was understood as."""
        if value is None or value in current().region.topics:
            return {"handoff_topic": value}
        ranking = [row["name"] for row in tracker.latest_message.get("intent_ranking") or []]
        topics = current().dialogue["handoff"]["topics"]
        for name in [intent_of(tracker), *ranking[:2]]:
            topic = next((topic for topic, intents in topics.items() if name in intents), None)
            if topic:
                return {"handoff_topic": topic}
        return {"handoff_topic": list(topics)[-1]}

    def validate_handoff_concern(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> dict[str, Any]:
        """Any text; not emptied again by a message that changes it all."""
        return {"handoff_concern": value}

    def validate_handoff_contact(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> dict[str, Any]:
        """`none`, or an e-mail address or telephone number in its standard form."""
        if value is None or value == _NO_CONTACT or intent_of(tracker) == "deny":
            return {"handoff_contact": value and _NO_CONTACT}
        contact = read_contact(value)
        if contact is None:
            dispatcher.utter_message(response="utter_handoff_contact_invalid")
            return {"handoff_contact": None}
        return {"handoff_contact": contact[1]}


class ActionAskHandoffConsent(Action):
    """Shows what would be passed on: as text, or as a form if something is to be changed."""

    def name(self) -> str:
        return "action_ask_handoff_form_handoff_consent"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        language = language_of(tracker)
        topic, concern, contact = (tracker.get_slot(name) for name in _SLOTS[:3])
        if said(tracker).get("handoff_change"):
            form = _edit_form(language, topic, concern, "" if contact == _NO_CONTACT else contact)
            dispatcher.utter_message(response="utter_handoff_edit", json_message={"form": form})
            return []
        if contact == _NO_CONTACT:
            contact = current().interface.text(language, "handoff", "no_contact")
        names = current().region.topics[topic].names
        dispatcher.utter_message(
            response="utter_handoff_summary", topic=name_in(names, language), concern=concern, contact=contact
        )
        return []


def _edit_form(language: str, topic: str, concern: str, contact: str) -> dict[str, Any]:
    """The form in the visitor API's shape; `entity` and `also` stay on the server."""
    interface, region = current().interface, current().region

    def label(key: str) -> str:
        return interface.text(language, "handoff", key)

    options = [{"value": each.id, "label": name_in(each.names, language)} for each in region.topics.values()]
    return {
        "title": label("title"),
        "submit": label("submit"),
        "sent": label("sent"),
        "also": {"handoff_consent": True},
        "fields": [
            {"name": "topic", "label": label("topic"), "type": "select", "required": True, "value": topic,
             "options": options, "entity": "handoff_topic"},
            {"name": "concern", "label": label("concern"), "type": "textarea", "required": True, "value": concern,
             "entity": "handoff_concern"},
            {"name": "contact", "label": label("contact"), "type": "contact", "required": False, "value": contact,
             "hint": label("contact_hint"), "entity": "handoff_contact"},
        ],
    }  # fmt: skip


class ActionSubmitHandoff(Action):
    """Makes the case, if the visitor agreed."""

    def name(self) -> str:
        return "action_submit_handoff"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        resources, language = current(), language_of(tracker)
        clear = [SlotSet(name, None) for name in _SLOTS]
        running = _running_case(tracker)
        if running:
            dispatcher.utter_message(response="utter_handoff_running", case_number=running)
            return clear
        if not tracker.get_slot("handoff_consent"):
            dispatcher.utter_message(response="utter_handoff_cancelled")
            return clear
        topic, concern, contact = (tracker.get_slot(name) for name in _SLOTS[:3])
        read = read_contact(contact) if contact != _NO_CONTACT else None
        number = cases.new_number()
        case = {
            "number": number, "topic": topic, "concern": concern, "language": language,
            "contact_kind": read[0] if read else _NO_CONTACT, "contact": read[1] if read else None,
            "team": team_for(resources.region, topic, language),
        }  # fmt: skip
        secret = cases.receipt_secret(resources.secret, number)
        link = f"{resources.settings.base_url}/?case={number}#{secret}"
        dispatcher.utter_message(
            response="utter_handoff_receipt", case_number=number, link=link,
            json_message={"effects": {"create_case": case}},
        )  # fmt: skip
        return [*clear, SlotSet("case_number", number)]


class ActionCaseStatus(Action):
    """Says how far this conversation's own case is; another one opens with its secret alone."""

    def name(self) -> str:
        return "action_case_status"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        own, asked = tracker.get_slot("case_number"), said(tracker).get("case_number")
        state = _case_state(tracker)
        if own and state and asked in (None, own):
            state = current().interface.text(language_of(tracker), "states", state)
            dispatcher.utter_message(response="utter_case_status_known", case_number=own, state=state)
        elif asked:
            dispatcher.utter_message(response="utter_case_status_elsewhere")
        else:
            dispatcher.utter_message(response="utter_case_status")
        return []
