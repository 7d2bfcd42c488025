"""What is asked on about an answer or about offers on show (`bot/conversation/following.py` says when)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.reading import intent_of, language_of, likely_meanings, meaning_button, said
from bot.knowledge.criteria import as_list
from bot.knowledge.passages import is_question, telling
from bot.knowledge.present import present
from bot.resources import current

Events = list[dict[str, Any]]
_ANSWER = "faq/"
_PERSON = "request_human"


class ActionFollowUp(Action):
    """The part of the last answer, or the facts of the offers on show, that somebody asks on about."""

    def name(self) -> str:
        return "action_follow_up"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        asked = as_list(said(tracker).get("aspect"))
        about = intent_of(tracker)
        if about.startswith(_ANSWER):
            _about_answer(dispatcher, tracker, about, asked)
        else:
            _about_offers(dispatcher, tracker, asked)
        return []


def _about_answer(dispatcher: CollectingDispatcher, tracker: Tracker, about: str, asked: Sequence[str]) -> None:
    resources, language = current(), language_of(tracker)
    rules = resources.dialogue["follow_up"]
    given = _given(tracker, f"utter_{about}", language)
    if given is None:
        # Before the language changed, or so long ago that nobody sees it any more.
        dispatcher.utter_message(response=f"utter_{about}")
        return
    text, sources, beside = given
    english = partial(resources.readings.english, language=resources.languages[language].understands)
    question = english(str(tracker.latest_message.get("text") or ""))
    told = telling(text, question, asked, rules, english, most=rules["sentences"])
    buttons = [meaning_button(_PERSON, language)]
    if told:
        custom = {"sources": sources} if sources else None
        dispatcher.utter_message(response="utter_follow_up", passages="\n".join(told), buttons=buttons, json_message=custom)
        return
    if not is_question(str(tracker.latest_message.get("text") or ""), question, rules["questions"]):
        # "He is two", "I am here for a month": nothing was asked, and nobody can say more than a person who looks at it.
        dispatcher.utter_message(response="utter_follow_up_noted", buttons=buttons)
        return
    others = [name for name in likely_meanings(tracker, rules["other"]) if name != about]
    likely = [meaning_button(name, language) for name in others[: resources.dialogue["misunderstanding"]["meanings"] - 1]]
    # What the answer led on to may be what is meant.
    onward = {button["payload"]: button for button in [*likely, *beside, *buttons]}
    dispatcher.utter_message(response="utter_follow_up_unknown", buttons=list(onward.values()))


def _given(tracker: Tracker, response: str, language: str) -> tuple[str, list[str], list[dict[str, Any]]] | None:
    """(text, sources, buttons) of the answer as it was given in this language; None if it was not."""
    for event in reversed(tracker.events):
        data = event.get("metadata") or {}
        if event.get("event") == "bot" and data.get("utter_action") == response:
            metadata = data.get("metadata") or {}
            if metadata.get("language") not in (None, language):
                return None
            buttons = list((event.get("data") or {}).get("buttons") or [])
            return str(event.get("text") or ""), list(metadata.get("sources") or []), buttons
    return None


def _about_offers(dispatcher: CollectingDispatcher, tracker: Tracker, asked: Sequence[str]) -> None:
    resources, language = current(), language_of(tracker)
    rules = resources.dialogue["follow_up"]
    facts_of = rules["facts"].get(tracker.get_slot("search_kind") or "") or {}
    shown, opened = tracker.get_slot("shown_offers") or [], tracker.get_slot("selected_offer")
    ids = [opened] if opened and (tracker.get_slot("offer_open") or len(shown) == 1) else shown
    offers = [offer for each in ids if (offer := resources.offers.get(each))]
    if not offers:
        dispatcher.utter_message(response="utter_offer_no_list")
        return
    wanted = [name for each in asked for name in facts_of.get(each, {}).get("facts", ())]
    text_aspects = [each for each in asked if facts_of.get(each, {}).get("text")]
    cards = [present(offer, language, resources.names) for offer in offers]
    lines = []
    for card in cards:
        facts = {fact["name"]: f"{fact['label']}: {fact['value']}" for fact in card["facts"]}
        facts |= {name: str(card[name]) for name in ("place", "address") if card.get(name)}
        english = partial(resources.readings.english, language=resources.languages[card["language"]].understands)
        told = telling(card["text"], (), text_aspects, rules, english, most=1)
        lines.append([facts[name] for name in wanted if name in facts] + told)
    entity = {"offer": offers[0].id} if len(offers) == 1 else {}
    if not any(lines):
        contact = ", ".join(str(value) for value in cards[0]["contact"].values() if value) if entity else ""
        response = "utter_offer_fact_unknown" if entity else "utter_offer_facts_unknown"
        dispatcher.utter_message(response=response, contact=contact, title=cards[0]["title"])
        return
    nothing = resources.interface.text(language, "", "not_stated")
    listed = zip((card["title"] for card in cards), lines, strict=True)
    each = [f"{n}. {title}: {'; '.join(own) or nothing}" for n, (title, own) in enumerate(listed, 1)]
    dispatcher.utter_message(response="utter_offer_facts", facts="\n".join(lines[0] if entity else each))
