"""The visitor's language and data."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.reading import in_form, said
from actions.showing import persona_rules, show_for_persona
from bot.resources import current

Events = list[dict[str, Any]]


class ActionChangeLanguage(Action):
    """Goes on in the language that was asked for, or shows those there are."""

    def name(self) -> str:
        return "action_change_language"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        languages = current().languages
        wanted = said(tracker).get("language")
        wanted = wanted[-1] if isinstance(wanted, list) else wanted
        if wanted and wanted == (tracker.latest_message.get("metadata") or {}).get("language"):
            # "Call me back in English", in English, is no change; a form goes on.
            response = "utter_handoff_open" if in_form(tracker) else "utter_language_same"
            dispatcher.utter_message(response=response)
            return []
        if wanted in languages:
            dispatcher.utter_message(response="utter_language_changed", language=wanted)
            return [SlotSet("language", wanted)]
        buttons = [
            {"title": language.name, "payload": f'/change_language{{"language": "{language.code}"}}'}
            for language in languages
        ]
        response = "utter_language_unavailable" if wanted else "utter_ask_language"
        dispatcher.utter_message(response=response, buttons=buttons)
        return []


class ActionTellPersona(Action):
    """Takes note of who they are, and shows what such a person needs first."""

    def name(self) -> str:
        return "action_tell_persona"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        dispatcher.utter_message(response="utter_tell_persona")
        first = persona_rules(tracker).get("first")
        if first:
            show_for_persona(dispatcher, tracker, "utter_search_beside", first)
        return []


class ActionAskDeleteConfirmed(Action):
    """Asks before anything is deleted."""

    def name(self) -> str:
        return "action_ask_delete_form_delete_confirmed"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        dispatcher.utter_message(response="utter_ask_delete_confirm")
        return []


class ActionSubmitDelete(Action):
    """Deletes the conversation at the end of the turn, or keeps it."""

    def name(self) -> str:
        return "action_submit_delete"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        if tracker.get_slot("delete_confirmed"):
            dispatcher.utter_message(response="utter_deleted", json_message={"effects": {"erase": {}}})
        else:
            dispatcher.utter_message(response="utter_delete_kept")
        return [SlotSet("delete_confirmed", None)]
