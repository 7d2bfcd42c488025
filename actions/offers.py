"""What can be asked about offers on show: their details, their contact, two side by side, whether they are free."""

from __future__ import annotations

from datetime import date
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.reading import language_of, said, typed
from actions.search import ActionSearchOffers
from actions.showing import button
from bot.knowledge.criteria import as_list
from bot.knowledge.offers import Offer
from bot.knowledge.picking import by_description, by_number, differences
from bot.knowledge.present import Formatter, present
from bot.resources import current

Events = list[dict[str, Any]]


class ActionShowOffer(Action):
    """One offer in full: the one named by its number or description, or the only one there is."""

    def name(self) -> str:
        return "action_show_offer"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        offer, response = picked(tracker)
        if offer is None:
            belongs_to = current().dialogue["search"]["belongs_to"]
            if any(name in belongs_to for name in said(tracker)):
                # "And the nursery? She is two": no offer on show, but something to look for.
                found: Events = ActionSearchOffers().run(dispatcher, tracker, domain)
                return found
            return _ask_which(dispatcher, tracker, response)
        if response:
            dispatcher.utter_message(response=response)
        return show_offer(dispatcher, tracker, offer)


def show_offer(dispatcher: CollectingDispatcher, tracker: Tracker, offer: Offer) -> Events:
    """Utters an offer with what can be done about it."""
    language, entity = language_of(tracker), {"offer": offer.id}
    card = present(offer, language, current().names)
    buttons = [button(intent, language, entity) for intent in ("ask_offer_contact", "ask_offer_available")]
    if len(tracker.get_slot("shown_offers") or []) > 1:
        buttons.append(button("go_back", language))
    dispatcher.utter_message(response="utter_offer_details", json_message={"offers": [card]}, buttons=buttons)
    return [SlotSet("selected_offer", offer.id), SlotSet("offer_open", True)]


class ActionShowContact(Action):
    """How to apply for, visit or reserve the offer that is talked about."""

    def name(self) -> str:
        return "action_show_contact"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        offer, response = picked(tracker)
        if offer is None:
            return _ask_which(dispatcher, tracker, response)
        title, contact = _title_and_contact(offer, tracker)
        dispatcher.utter_message(response="utter_offer_contact", title=title, contact=contact)
        return [SlotSet("selected_offer", offer.id)]


class ActionShowAvailability(Action):
    """What is known about whether an offer can still be had, from which day, and who knows better."""

    def name(self) -> str:
        return "action_show_availability"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        offer, response = picked(tracker)
        if offer is None:
            return _ask_which(dispatcher, tracker, response)
        language = language_of(tracker)
        title, contact = _title_and_contact(offer, tracker)
        gone = offer.last_day is not None and offer.last_day < date.today()
        facts = present(offer, language, current().names)["facts"]
        wanted = current().dialogue["search"]["availability"]
        known = "".join(f"\n{fact['label']}: {fact['value']}" for fact in facts if fact["name"] in wanted)
        dispatcher.utter_message(
            response="utter_offer_gone" if gone else "utter_offer_available", title=title, contact=contact, known=known,
            reviewed_on=Formatter(current().names, language).day(offer.reviewed_on.isoformat()),
            buttons=[button("ask_offer_contact", language, {"offer": offer.id})],
        )  # fmt: skip
        return [SlotSet("selected_offer", offer.id)]


class ActionCompareOffers(Action):
    """Two offers side by side, and in what they differ."""

    def name(self) -> str:
        return "action_compare_offers"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        shown = tracker.get_slot("shown_offers") or []
        numbers = _numbers(tracker)
        chosen = by_number(shown, numbers) if numbers else shown[:2]
        if chosen is not None and len(chosen) == 1:
            # "Compare it with the second one": with the one that was talked about, else with the first.
            other = tracker.get_slot("selected_offer") or next(iter(shown), None)
            chosen = [other, *chosen] if other not in (None, *chosen) else chosen
        offers = [offer for i in (chosen or [])[:2] if (offer := current().offers.get(i))]
        if len(offers) < 2:
            dispatcher.utter_message(response="utter_compare_which" if shown else "utter_offer_no_list")
            return []
        cards = [present(offer, language_of(tracker), current().names) for offer in offers]
        lines = [f"{label}: {' | '.join(values)}" for label, values in differences(cards)]
        dispatcher.utter_message(
            response="utter_offer_compare", json_message={"offers": cards},
            first=cards[0]["title"], second=cards[1]["title"], differences="\n".join(lines),
        )  # fmt: skip
        # "The first one" is now the first of these two.
        return [
            SlotSet("shown_offers", [offer.id for offer in offers]),
            SlotSet("selected_offer", None),
            SlotSet("offer_open", True),
        ]


def picked(tracker: Tracker) -> tuple[Offer | None, str]:
    """(the offer meant, or the reply that asks which; with an offer, what is to be said before it, or "")."""
    resources, mentioned = current(), said(tracker)
    shown = tracker.get_slot("shown_offers") or []
    if mentioned.get("offer"):
        offer = resources.offers.get(mentioned["offer"])
        return offer, "" if offer else "utter_offer_which"
    if not shown:
        return None, "utter_offer_no_list"
    numbers = _numbers(tracker)
    if numbers:
        chosen = by_number(shown, numbers[-1:])
        if chosen is None and len(shown) == 1:
            # "The second one", where there is one: it can only be that.
            return resources.offers.get(shown[0]), "utter_offer_only_one"
        return (resources.offers.get(chosen[0]), "") if chosen else (None, "utter_offer_fewer")
    wanted = described(tracker)
    if wanted is None:
        selected = tracker.get_slot("selected_offer") or (shown[0] if len(shown) == 1 else None)
        wanted = resources.offers.get(selected) if selected else None
    return wanted, "" if wanted else "utter_offer_which"


def described(tracker: Tracker) -> Offer | None:
    """The one of the offers on show whose description holds what was typed, if it is one."""
    resources = current()
    if not typed(tracker):
        return None
    offers = [offer for i in tracker.get_slot("shown_offers") or [] if (offer := resources.offers.get(i))]
    understood = resources.languages[language_of(tracker)].understands
    text = resources.readings.content(str(tracker.latest_message.get("text") or ""), understood, ())
    return by_description(offers, text, resources.names, resources.readings.glosses(text, understood))


def _ask_which(dispatcher: CollectingDispatcher, tracker: Tracker, response: str) -> Events:
    dispatcher.utter_message(response=response, count=len(tracker.get_slot("shown_offers") or []))
    return []


def _numbers(tracker: Tracker) -> list[Any]:
    return as_list(said(tracker).get("ordinal"))


def _title_and_contact(offer: Offer, tracker: Tracker) -> tuple[str, str]:
    card = present(offer, language_of(tracker), current().names)
    return card["title"], ", ".join(str(value) for value in card["contact"].values() if value)
