"""Finding offers, refining the search, going on and back."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.reading import in_form, intent_of, language_of, said, typed
from actions.showing import ask_next, show
from bot.knowledge import criteria as rules
from bot.knowledge.picking import left_over
from bot.knowledge.radius import Radius, radius_in
from bot.knowledge.searching import Search, as_slot, read_history
from bot.resources import current

Events = list[dict[str, Any]]
_SKIP = "skip"


class ActionSearchOffers(Action):
    """Searches by all criteria known, says what was searched for, and asks for at most one more."""

    def name(self) -> str:
        return "action_search_offers"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        resources = current()
        settings = resources.dialogue["search"]
        mentioned, running = said(tracker), tracker.get_slot("search_kind")
        history = read_history(tracker.get_slot("search_history"))
        if history and mentioned.get("change") == _SKIP and set(mentioned) == {"change"}:
            return ask_next(dispatcher, tracker, history[-1])
        kind = rules.kind_of(intent_of(tracker), mentioned, running, settings)
        if kind is None:
            dispatcher.utter_message(response="utter_search_what")
            return []
        shown = [offer for i in tracker.get_slot("shown_offers") or [] if (offer := resources.offers.get(i))]
        new_question = intent_of(tracker) == settings["kinds"][kind]["intent"]
        radius = radius_in(tracker.latest_message.get("text") or "", settings["kilometres"])
        looked_for = new_question or not (mentioned or radius)
        criteria = rules.criteria_after(
            tracker.slots, mentioned, kind, settings, new_question=new_question, shown=shown,
            before=history[-1].criteria if history else {},
            text=_wanted(tracker, settings["groups"] if new_question else [], radius) if looked_for else "",
            also_in=_also_in(tracker, settings["either"]),
        )  # fmt: skip
        if criteria.get("place") and radius:
            criteria["radius_km"] = radius.km
        slots = [SlotSet(name, value) for name, value in criteria.items() if name in tracker.slots]
        asked = list(tracker.get_slot("asked_criteria") or [])
        # Who has just said that a criterion does not count is not asked for it.
        asked += [name for name, value in criteria.items() if value is None and name not in asked and _had(history, name)]
        # In the middle of a form the next question is the form's.
        return slots + show(dispatcher, tracker, Search(kind, criteria), history, asked=asked, ask=not in_form(tracker))


def _had(history: list[Search], name: str) -> bool:
    return bool(history) and history[-1].criteria.get(name) is not None


def _wanted(tracker: Tracker, groups: list[str], radius: Radius | None) -> str:
    """Words of the message that an offer may hold, "garden" or "with a lift"; a button's title is none.

    Args:
        groups: Entities whose own words count: among jobs in the kitchen, who says "cook" sees cooks first.
        radius: A distance is no word either.
    """
    if not typed(tracker):
        return ""
    message = tracker.latest_message
    exact = [entity for entity in message.get("entities") or [] if entity["entity"] not in groups]
    exact += [{"start": radius.start, "end": radius.end}] if radius else []
    text = left_over(message.get("text") or "", exact)
    understood = current().languages[language_of(tracker)].understands
    return current().readings.content(text, understood, current().dialogue["search"]["idle"])


def _also_in(tracker: Tracker, either: list[str]) -> list[str]:
    """The places that an "or" sets beside the last one: "in Iden or in Werben"."""
    message = tracker.latest_message
    text = message.get("text") or ""
    places = [entity for entity in message.get("entities") or [] if entity["entity"] == "place"]
    equal: list[str] = []
    for first, second in zip(reversed(places[:-1]), reversed(places), strict=False):
        between = re.findall(r"\w+", text[first.get("end") or 0 : second.get("start") or 0].lower())
        if not {*between} <= {*either}:
            break
        equal.insert(0, first["value"])
    return [place for place in dict.fromkeys(equal) if place != places[-1]["value"]]


class ActionShowMore(Action):
    """The next offers of the running search."""

    def name(self) -> str:
        return "action_show_more"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        history = read_history(tracker.get_slot("search_history"))
        if not history:
            dispatcher.utter_message(response="utter_search_what")
            return []
        return show(dispatcher, tracker, history[-1].next, history)


class ActionGoBack(Action):
    """The list again after a single offer; after a list, the one before, be it a page or an earlier search."""

    def name(self) -> str:
        return "action_go_back"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        history = read_history(tracker.get_slot("search_history"))
        if not tracker.get_slot("offer_open"):
            history = history[:-1]
        if not history:
            dispatcher.utter_message(response="utter_search_what")
            return []
        search = history[-1]
        settings = current().dialogue["search"]
        # What was said since is taken back as well.
        names = [*settings["kinds"][search.kind]["own"], *settings["kept"]]
        slots = [SlotSet(name, search.criteria.get(name)) for name in names]
        return slots + show(dispatcher, tracker, search, history[:-1], ask=False)


class ActionStartOver(Action):
    """Forgets the search; what the visitor told about themselves stays."""

    def name(self) -> str:
        return "action_start_over"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        dispatcher.utter_message(response="utter_start_over")
        settings = current().dialogue["search"]
        own = {name for rule in settings["kinds"].values() for name in rule["own"]}
        state = ["place", "search_kind", "shown_offers", "selected_offer", "offer_open", "asked_criterion"]
        forgotten = [SlotSet(name, None) for name in [*sorted(own), *state, "asked_criteria"]]
        return [*forgotten, SlotSet("search_history", as_slot([]))]
