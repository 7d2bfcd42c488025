"""Finding offers and going on from there."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.reading import intent_of, language_of, said
from bot.knowledge import criteria as rules
from bot.knowledge.demand import unmet
from bot.knowledge.present import present
from bot.resources import current

Events = list[dict[str, Any]]


class ActionSearchOffers(Action):
    """Searches by all criteria known, says what was searched for, and asks for at most one more."""

    def name(self) -> str:
        return "action_search_offers"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        resources = current()
        settings = resources.dialogue["search"]
        mentioned, running = said(tracker), tracker.get_slot("search_kind")
        kind = rules.kind_of(intent_of(tracker), mentioned, running, settings)
        if kind is None:
            dispatcher.utter_message(response="utter_search_what")
            return []
        shown = [offer for i in tracker.get_slot("shown_offers") or [] if (offer := resources.offers.get(i))]
        criteria = rules.criteria_after(
            tracker.slots, mentioned, kind, settings,
            new_question=intent_of(tracker) == settings["kinds"][kind]["intent"], shown=shown,
        )  # fmt: skip
        events = [SlotSet(name, value) for name, value in criteria.items() if name != "radius_km"]
        return events + _show(dispatcher, tracker, kind, criteria, offset=0)


class ActionShowMore(Action):
    """The next offers of the running search."""

    def name(self) -> str:
        return "action_show_more"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        kind = tracker.get_slot("search_kind")
        if not kind:
            dispatcher.utter_message(response="utter_search_what")
            return []
        settings = current().dialogue["search"]
        criteria = {name: tracker.get_slot(name) for name in [*settings["kinds"][kind]["own"], *settings["kept"]]}
        return _show(dispatcher, tracker, kind, criteria, offset=int(tracker.get_slot("search_offset") or 0))


def _show(
    dispatcher: CollectingDispatcher, tracker: Tracker, kind: str, criteria: dict[str, Any], *, offset: int
) -> Events:
    """Utters one page of results and, with the first one, the next question."""
    resources, language = current(), language_of(tracker)
    settings = resources.dialogue["search"]
    understood = resources.languages[language].understands
    query = rules.to_query(kind, criteria, understood, limit=settings["shown"], offset=offset)
    found = resources.offers.search(query)
    words = rules.describe(kind, criteria, language, resources.names, resources.interface, resources.languages)
    cards = [present(hit.offer, language, resources.names, distance_km=hit.distance_km) for hit in found.hits]
    told = {"total": found.total, "count": len(cards), "criteria": words}
    asked = list(tracker.get_slot("asked_criteria") or [])
    question = None
    if offset and not cards:
        dispatcher.utter_message(response="utter_search_no_more")
        return []
    if not cards:
        dispatcher.utter_message(response="utter_search_none", json_message=unmet(query, found), **told)
    else:
        more = [_button("show_more", language)] if found.total > offset + len(cards) else []
        if offset:
            response = "utter_search_more"
        elif found.relaxed:
            response = "utter_search_relaxed"
            told["relaxed"] = ", ".join(resources.interface.text(language, "criteria", name) for name in found.relaxed)
        else:
            response = "utter_search_result_one" if found.total == 1 else "utter_search_results"
        dispatcher.utter_message(response=response, json_message={"offers": cards, **unmet(query, found)}, buttons=more, **told)
        if not offset and not found.relaxed:
            question = rules.next_question(kind, criteria, asked, found.total, settings)
        if question:
            dispatcher.utter_message(response=f"utter_ask_{question}", buttons=_choices(question, language))
    return [
        SlotSet("search_kind", kind),
        SlotSet("search_offset", offset + len(cards)),
        SlotSet("shown_offers", [card["id"] for card in cards]),
        SlotSet("selected_offer", cards[0]["id"] if len(cards) == 1 else None),
        SlotSet("asked_criterion", question),
        SlotSet("asked_criteria", [*asked, question] if question else asked),
    ]


def _button(intent: str, language: str, entities: str = "") -> dict[str, str]:
    return {"title": current().interface.text(language, "intents", intent), "payload": f"/{intent}{entities}"}


def _choices(criterion: str, language: str) -> list[dict[str, str]]:
    """A button for each value of an enumerated criterion with few of them."""
    values = current().names.lexicon.get(criterion, {})
    return [
        {
            "title": current().names.enumerated(criterion, value, language),
            "payload": f'/refine_search{{"{criterion}": "{value}"}}',
        }
        for value in values
        if len(values) <= 6
    ]


class ActionShowOffer(Action):
    """One offer in full: the one named by its number, or the only one there is."""

    def name(self) -> str:
        return "action_show_offer"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        offer, response = _picked(tracker)
        if offer is None:
            dispatcher.utter_message(response=response)
            return []
        language = language_of(tracker)
        card = present(offer, language, current().names)
        contact = _button("ask_offer_contact", language, f'{{"offer": "{offer.id}"}}')
        dispatcher.utter_message(response="utter_offer_details", json_message={"offers": [card]}, buttons=[contact])
        return [SlotSet("selected_offer", offer.id)]


class ActionShowContact(Action):
    """How to apply for, visit or reserve the offer that is talked about."""

    def name(self) -> str:
        return "action_show_contact"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        offer, response = _picked(tracker)
        if offer is None:
            dispatcher.utter_message(response=response)
            return []
        card = present(offer, language_of(tracker), current().names)
        contact = ", ".join(str(value) for value in card["contact"].values() if value)
        dispatcher.utter_message(response="utter_offer_contact", title=card["title"], contact=contact)
        return [SlotSet("selected_offer", offer.id)]


def _picked(tracker: Tracker) -> tuple[Any | None, str]:
    """(the offer meant, or the reply that asks which)."""
    offers, mentioned = current().offers, said(tracker)
    shown = tracker.get_slot("shown_offers") or []
    if mentioned.get("offer"):
        return offers.get(mentioned["offer"]), "utter_offer_which"
    if not shown:
        return None, "utter_offer_no_list"
    number = mentioned.get("ordinal")
    if isinstance(number, list):
        number = number[-1]
    if number is not None:
        place = int(number) - 1 if number > 0 else len(shown) + int(number)
        return (offers.get(shown[place]), "") if 0 <= place < len(shown) else (None, "utter_offer_which")
    wanted = tracker.get_slot("selected_offer") or (shown[0] if len(shown) == 1 else None)
    return (offers.get(wanted), "utter_offer_which") if wanted else (None, "utter_offer_which")


class ActionStartOver(Action):
    """Forgets the search; what the visitor told about themselves stays."""

    def name(self) -> str:
        return "action_start_over"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        dispatcher.utter_message(response="utter_start_over")
        settings = current().dialogue["search"]
        own = {name for rule in settings["kinds"].values() for name in rule["own"]}
        state = ["place", "search_kind", "search_offset", "shown_offers", "selected_offer", "asked_criterion"]
        return [SlotSet(name, None) for name in [*sorted(own), *state, "asked_criteria"]]
