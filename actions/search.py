"""Finding offers, refining the search, going on and back."""

from __future__ import annotations

import re
from collections.abc import Iterator
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
from bot.nlu.normalise import fold
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
        mentioned, running = _meant(tracker, settings["either"]), tracker.get_slot("search_kind")
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
        looked_for = new_question or not (mentioned or radius or _conceded(tracker, settings["conceded"]))
        criteria = rules.criteria_after(
            tracker.slots, mentioned, kind, settings, new_question=new_question, shown=shown,
            before=history[-1].criteria if history else {},
            text=_wanted(tracker, settings["groups"] if new_question else [], radius) if looked_for else "",
            also_in=_also_in(tracker, settings["either"]),
        )  # fmt: skip
        if criteria.get("place") and (radius or _near(tracker, settings["near"])):
            criteria["radius_km"] = radius.km if radius else settings["around_km"]
        slots = [SlotSet(name, value) for name, value in criteria.items() if name in tracker.slots]
        asked = list(tracker.get_slot("asked_criteria") or [])
        # Who has just said that a criterion does not count is not asked for it.
        settled = [name for name, value in criteria.items() if value is None and (_had(history, name) or name in mentioned)]
        asked += [name for name in settled if name not in asked]
        if "nearer" in (mentioned.get("change") or ()) and not criteria.get("place"):
            # Nearer to what?
            asked = [name for name in asked if name != "place"]
        # In the middle of a form the next question is the form's.
        search = Search(kind, criteria)
        listed = show(
            dispatcher, tracker, search, history, asked=asked, ask=not in_form(tracker), unused=mentioned.get("wish"),
            cheaper="cheaper" in (mentioned.get("change") or ()) and "price_max" not in mentioned,
        )  # fmt: skip
        return slots + listed if listed else []


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


def _meant(tracker: Tracker, either: list[str]) -> dict[str, Any]:
    """What was said (see `said`), but of those criteria that may have several values only what is meant together: what
    an "or" joins, and what follows it. Of "I am a cook and look for work in an office" only the office is.
    """
    mentioned = said(tracker)
    for name in rules.JOINED:
        if not isinstance(mentioned.get(name), list):
            continue
        chains: list[list[Any]] = []
        for entity, joined in _mentions(tracker, name, either):
            if joined:
                chains[-1].append(entity["value"])
            else:
                chains.append([entity["value"]])
        first = next((at for at in range(len(chains) - 1, -1, -1) if len({*chains[at]}) > 1), len(chains) - 1)
        values = list(dict.fromkeys(value for chain in chains[first:] for value in chain))
        mentioned[name] = values if len(values) > 1 else values[0]
    return mentioned


def _mentions(tracker: Tracker, name: str, either: list[str]) -> Iterator[tuple[dict[str, Any], bool]]:
    """Each mention of an entity, and whether an "or" joins it to the one before."""
    text = tracker.latest_message.get("text") or ""
    end: int | None = None
    for entity in tracker.latest_message.get("entities") or []:
        if entity["entity"] == name:
            between = re.findall(r"\w+", text[end or 0 : entity.get("start") or 0].lower())
            yield entity, end is not None and {*between} <= {*either}
            end = entity.get("end") or 0


def _conceded(tracker: Tracker, phrases: list[str]) -> bool:
    """Whether the message says what would do as well: "the ground floor is fine too"."""
    own = _folded(tracker.latest_message.get("text") or "")
    return any(own[at : at + len(each)] == each for each in map(_folded, phrases) for at in range(len(own)))


def _near(tracker: Tracker, near: list[str]) -> bool:
    """Whether the place was named as one to be near to: "near Iden", "nicht weit von Iden"."""
    message = tracker.latest_message
    text, places = message.get("text") or "", [e for e in message.get("entities") or [] if e["entity"] == "place"]
    before = [_folded(text[: place.get("start") or 0]) for place in places]
    return any(own[-len(each) :] == each for own in before for each in map(_folded, near))


def _folded(text: str) -> list[str]:
    return re.findall(r"\w+", fold(text))


def _also_in(tracker: Tracker, either: list[str]) -> list[str]:
    """The places that an "or" sets beside the last one: "in Iden or in Werben"."""
    chain: list[str] = []
    for entity, joined in _mentions(tracker, "place", either):
        chain = [*(chain if joined else []), entity["value"]]
    return [place for place in dict.fromkeys(chain[:-1]) if place != chain[-1]]


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
        slots = [SlotSet(name, search.criteria.get(name)) for name in names if name in tracker.slots]
        return slots + show(dispatcher, tracker, search, history[:-1], ask=False)


class ActionStartOver(Action):
    """Forgets the search; what the visitor told about themselves stays."""

    def name(self) -> str:
        return "action_start_over"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        dispatcher.utter_message(response="utter_start_over")
        settings = current().dialogue["search"]
        own = {name for rule in settings["kinds"].values() for name in rule["own"] if name in tracker.slots}
        state = ["place", "search_kind", "shown_offers", "selected_offer", "offer_open", "asked_criterion"]
        forgotten = [SlotSet(name, None) for name in [*sorted(own), *state, "asked_criteria"]]
        return [*forgotten, SlotSet("search_history", as_slot([]))]
