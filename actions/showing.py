"""Uttering a list of offers, with the next question, and what a person of this kind sees beside it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.reading import language_of
from bot.knowledge import criteria as rules
from bot.knowledge.demand import unmet
from bot.knowledge.listing import listing
from bot.knowledge.present import present
from bot.knowledge.query import Query, Result
from bot.knowledge.searching import Search, as_slot
from bot.resources import current

Events = list[dict[str, Any]]
_MOST_CHOICES = 6


def show(
    dispatcher: CollectingDispatcher, tracker: Tracker, search: Search, before: list[Search], *,
    asked: list[str] | None = None, ask: bool = True, unused: Any = None, cheaper: bool = False,
) -> Events:  # fmt: skip
    """Utters one page of results and, with the first one, the next question; remembers it after `before`. Returns nothing
    where the list stays as it was.

    Args:
        asked: The criteria asked for or settled so far; None: as the dialogue has them.
        ask: Whether the next question, and what this persona sees beside the list, may follow it.
        unused: Values of the lexicon `wish`: what was asked for, and cannot be searched by.
        cheaper: Whether it has to be cheaper than what is on show.
    """
    resources, language = current(), language_of(tracker)
    asked = list(tracker.get_slot("asked_criteria") or []) if asked is None else asked
    query = _query(search, language)
    found = resources.offers.search(query)
    # Words that no offer holds are told once, and do not stand in the way of the next search.
    kept = {name: value for name, value in search.criteria.items() if name != "text" or "text" not in found.relaxed}
    told = {"total": found.total, "count": len(found.hits), "criteria": describe(search, language)}
    cards = listing(found, language, resources.names, resources.interface)["offers"]
    if search.offset and not cards:
        dispatcher.utter_message(response="utter_search_no_more")
        return []
    if cheaper and "price_max" in found.relaxed:
        # Where nothing is cheaper, the same home again is no answer; what is on show stays.
        wish = [wish_button(search, language)]
        dispatcher.utter_message(response="utter_search_none", buttons=wish, json_message=unmet(query, found), **told)
        return []
    question = None
    if not cards:
        wish = [wish_button(search, language)]
        dispatcher.utter_message(response="utter_search_none", buttons=wish, json_message=unmet(query, found), **told)
    else:
        buttons = [button("show_more", language)] if found.total > search.offset + len(cards) else []
        if search.offset:
            response = "utter_search_more"
        elif found.relaxed:
            response = _relaxed(found.relaxed) + ("_one" if found.total == 1 else "")
            told["relaxed"] = rules.listed(
                (resources.interface.text(language, "criteria", name) for name in found.relaxed if name != "text"),
                resources.languages[language],
            )
            told["words"] = search.criteria.get("text") or ""
            buttons.append(wish_button(search, language))
        else:
            response = "utter_search_result_one" if found.total == 1 else "utter_search_results"
            if found.total == len(cards) > 1:
                response = "utter_search_results_all"
        custom = {"offers": cards, **unmet(query, found)}
        dispatcher.utter_message(response=response, json_message=custom, buttons=buttons, **told)
        _tell_unused(dispatcher, search, found, unused, language)
        if ask and not search.offset:
            _show_beside(dispatcher, tracker, search)
            if not found.relaxed:
                question = _ask(dispatcher, tracker, search, found.total, asked)
    return [
        SlotSet("search_kind", search.kind),
        SlotSet("search_history", as_slot([*before, replace(search, criteria=kept, shown=len(cards))])),
        SlotSet("shown_offers", [card["id"] for card in cards]),
        SlotSet("selected_offer", cards[0]["id"] if len(cards) == 1 else None),
        SlotSet("offer_open", False),
        SlotSet("asked_criterion", question),
        SlotSet("asked_criteria", [*asked, question] if question else asked),
    ]


_TOLD_APART = ("text", "near", "place")


def _relaxed(given_up: Sequence[str]) -> str:
    """The reply to a search that found nothing as it was asked: what is given up most often has words of its own."""
    others = [name for name in given_up if name != "text"] or ["text"]
    return f"utter_search_relaxed_{others[0]}" if len(others) == 1 and others[0] in _TOLD_APART else "utter_search_relaxed"


def _tell_unused(
    dispatcher: CollectingDispatcher, search: Search, found: Result, unused: Any, language: str
) -> None:  # fmt: skip
    """Names what was asked for and could not be used."""
    resources = current()
    named = [resources.names.enumerated("wish", wish, language) for wish in rules.as_list(unused)]
    if "text" in found.relaxed and len(found.relaxed) > 1:
        named.append(resources.interface.text(language, "criteria_values", "text", value=search.criteria.get("text")))
    if named:
        dispatcher.utter_message(response="utter_search_unused", unused=rules.listed(named, resources.languages[language]))


def ask_next(dispatcher: CollectingDispatcher, tracker: Tracker, search: Search) -> Events:
    """The next question after one was skipped, or a word that the list stays as it is."""
    asked = list(tracker.get_slot("asked_criteria") or [])
    question = _ask(dispatcher, tracker, search, _find(replace(search, offset=0), language_of(tracker)).total, asked)
    if question is None:
        dispatcher.utter_message(response="utter_search_skipped")
    return [
        SlotSet("asked_criterion", question),
        SlotSet("asked_criteria", [*asked, question] if question else asked),
    ]


def describe(search: Search, language: str) -> str:
    """The search in words of a language."""
    return current().describe(search.kind, search.criteria, language)


def button(intent: str, language: str, entities: dict[str, Any] | None = None) -> dict[str, str]:
    """A button with the intent's title."""
    return {"title": current().interface.text(language, "intents", intent), "payload": payload(intent, entities)}


def payload(intent: str, entities: dict[str, Any] | None = None) -> str:
    """What a button means: `/intent{"entity": value}`."""
    return f"/{intent}{json.dumps(entities, ensure_ascii=False) if entities else ''}"


def wish_button(search: Search, language: str) -> dict[str, str]:
    """Leaves the search with the office: the hand-over, with subject and concern filled in."""
    resources = current()
    default, intent = resources.languages.default, resources.dialogue["search"]["kinds"][search.kind]["intent"]
    concern = resources.interface.text(language, "wish", "concern", criteria=describe(search, language))
    if resources.languages[language].understands != default:
        # Whoever reads it at the office may not know the visitor's language.
        concern += f" [{resources.interface.text(default, 'wish', 'concern', criteria=describe(search, default))}]"
    topics = resources.dialogue["handoff"]["topics"]
    topic = next((topic for topic, intents in topics.items() if intent in intents), list(topics)[-1])
    title = resources.interface.text(language, "wish", "button")
    return {"title": title, "payload": payload("request_human", {"handoff_topic": topic, "handoff_concern": concern})}


def show_for_persona(dispatcher: CollectingDispatcher, tracker: Tracker, response: str, queries: list[dict[str, Any]]) -> None:
    """Utters a reply with the first offers of each query, near the visitor's place if there is one."""
    resources, language = current(), language_of(tracker)
    place, age = tracker.get_slot("place"), tracker.get_slot("child_age")
    cards = []
    for each in queries:
        filters = {**({"child_age": age} if age is not None else {}), **(each.get("filters") or {})}
        query = Query(
            kind=each["kind"], place=place, filters=filters, language=resources.languages[language].understands,
            radius_km=resources.dialogue["search"]["around_km"] if place else 0.0, limit=resources.dialogue["personas"]["shown"],
        )  # fmt: skip
        hits = resources.offers.search(query).hits
        cards += [present(hit.offer, language, resources.names, distance_km=hit.distance_km) for hit in hits]
    if cards:
        kinds = dict.fromkeys(resources.interface.text(language, "kinds", each["kind"]) for each in queries)
        kind = rules.listed(kinds, resources.languages[language])
        dispatcher.utter_message(response=response, json_message={"offers": cards}, kind=kind)


def persona_rules(tracker: Tracker) -> dict[str, Any]:
    """What is shown first to who the visitor is; {} if nothing is known of them."""
    persona = tracker.get_slot("persona")
    persona = persona[-1] if isinstance(persona, list) else persona
    return current().dialogue["personas"].get(persona or "") or {}


def _show_beside(dispatcher: CollectingDispatcher, tracker: Tracker, search: Search) -> None:
    queries = (persona_rules(tracker).get("beside") or {}).get(search.kind)
    if queries:
        show_for_persona(dispatcher, tracker, "utter_search_beside", queries)


def _query(search: Search, language: str) -> Query:
    resources = current()
    return rules.to_query(
        search.kind, search.criteria, resources.languages[language].understands,
        limit=resources.dialogue["search"]["shown"], offset=search.offset, gloss=resources.readings.glosses,
        near_km=resources.dialogue["search"]["around_km"],
    )  # fmt: skip


def _find(search: Search, language: str) -> Result:
    return current().offers.search(_query(search, language))


def _ask(
    dispatcher: CollectingDispatcher, tracker: Tracker, search: Search, total: int, asked: list[str]
) -> str | None:
    """Asks for the criterion that narrows the list most and was not asked for yet; returns it."""
    resources, language = current(), language_of(tracker)
    for name in rules.open_questions(search.kind, search.criteria, asked, total, resources.dialogue["search"]):
        choices = _choices(name, search, language)
        if choices is not None:
            skip = {"title": resources.interface.text(language, "", "skip"), "payload": payload("refine_search", {"change": "skip"})}
            dispatcher.utter_message(response=f"utter_ask_{name}", buttons=[*choices, skip])
            return name
    return None


def _choices(criterion: str, search: Search, language: str) -> list[dict[str, str]] | None:
    """A button for each value that offers have, where there are few; None where the answer would narrow nothing."""
    resources = current()
    values = resources.names.lexicon.get(criterion, {})
    if not values or len(values) > _MOST_CHOICES:
        return []
    totals = {value: _find(replace(search, criteria={**search.criteria, criterion: value}), language) for value in values}
    had = [value for value, found in totals.items() if found.total and not found.relaxed]
    if len(had) < 2:
        return None
    return [
        {
            "title": resources.names.enumerated(criterion, value, language),
            "payload": payload("refine_search", {criterion: value}),
        }
        for value in had
    ]
