"""Reads answers as what they are in their place: after "How many rooms?", "3" goes on with the search, and after "How
can we reach you?", "mine is 030 23125 100" is a number, whatever question its words may look like.

The metadata's `expects` names the slot that the dialogue asks for, `searching` the kind of offer that is looked for.
"""

from __future__ import annotations

import re
from typing import Any, Dict, List, Type

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import ENTITIES, INTENT, METADATA, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.intents import RANKING, set_intent

_ANSWER = "inform"
_FORM = "handoff_"
_CHANGE = "handoff_change"
_ADDRESS = re.compile(r"\S@|\d(?:[\s()/-]*\d){6}")
"""An e-mail address, as far as it was finished, or as many digits as a telephone number has."""
_OTHER_ADDRESS = re.compile(r"\S@|(?<![\w+])[+0](?:[\s()/-]*\d){6}")
"""The same where another one is known already, and a number may be that of a file."""
_DATE = re.compile(r"\b\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\b")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class ContextReader(GraphComponent, IntentClassifier):
    """Makes a message `refine_search` that only names criteria while a search runs."""

    @classmethod
    def required_components(cls) -> List[Type]:
        """Stands after the intent classifier and the entity extractor."""
        return []

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """Settings.

        criteria: entities that narrow a search. covered: the share of the letters they must make up. sure: an intent at
        least so confident stays what it is; for the intents of `searches`, which a criterion alone would hardly look
        like, `sure_search` is enough. alone: from this share on it is nothing else.

        concern: from so many words on, what is written where the hand-over asks for the concern is one. danger: an
        intent that is never an answer to a form. ending: intents that end it, if they are short. ways: how to meet
        without an address. short: "no number" in a message of more words may say something else. plain: from this
        share of its letters on it says nothing else.
        """
        return {
            "criteria": [
                "place", "occupation", "working_time", "without_working_time", "deal", "housing_kind", "rooms",
                "price_max", "area_min", "childcare_kind", "child_age", "change", "without_place", "without_occupation",
                "without_housing_kind", "without_childcare_kind", "german_level", "pay_min", "wish",
            ],
            "covered": 0.45,
            "alone": 0.99,
            "sure": 0.8,
            "searches": ["find_job", "find_training", "find_housing", "find_childcare"],
            "sure_search": 0.4,
            "concern": 9,
            "danger": "crisis",
            "ending": ["cancel", "start_over"],
            "ways": ["visit", "video"],
            "short": 8,
            "plain": 0.6,
        }  # fmt: skip

    def __init__(self, config: Dict[str, Any]) -> None:
        self._criteria = set(config["criteria"])
        self._covered = config["covered"]
        self._alone = config["alone"]
        self._sure = config["sure"]
        self._sure_of = {name: config["sure_search"] for name in config["searches"]}
        self._danger, self._ending, self._ways = config["danger"], set(config["ending"]), set(config["ways"])
        self._concern, self._short, self._plain = config["concern"], config["short"], config["plain"]

    @classmethod
    def create(
        cls, config: Dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> ContextReader:
        """See Rasa's `GraphComponent.create`."""
        return cls(config)

    def process(self, messages: List[Message]) -> List[Message]:
        """Re-reads each message in its context."""
        for message in messages:
            metadata = message.get(METADATA) or {}
            self._read_in_form(message, metadata.get("expects") or "")
            if not (metadata.get("searching") or metadata.get("expects") in self._criteria):
                continue
            entities = [e for e in message.get(ENTITIES) or [] if e["entity"] in self._criteria]
            intent = message.get(INTENT) or {}
            # "It does not matter" answers any question.
            answers = {metadata["expects"], "change"} if metadata.get("expects") else set()
            expected = any(e["entity"] in answers for e in entities)
            sure = self._sure_of.get(intent.get("name"), self._sure)
            # "Rent" or "any" is all that was said: whatever it would mean alone, here it goes on with the search.
            share = _share(message.get(TEXT) or "", entities)
            # One criterion of the kind that is looked for anyway is no new search either, as several may be.
            same = intent.get("name") == f"find_{metadata.get('searching')}" and len(entities) == 1
            alone = (same or intent.get("name") not in self._sure_of) and share >= self._alone
            clear = intent.get("confidence", 0) >= sure
            if not entities or (clear and not expected and not alone):
                continue
            # "What does the kindergarten cost?" is no answer to "Which kind of work?", though work can be in a kindergarten.
            aside = clear and intent.get("name") not in self._sure_of and not any(e["entity"] == "change" for e in entities)
            if share >= self._covered or (expected and not aside):
                ranking = [(row["name"], row["confidence"]) for row in message.get(RANKING) or []]
                rest = [row for row in ranking if row[0] != "refine_search"]
                set_intent(message, [("refine_search", max(self._sure, ranking[0][1] if ranking else 0)), *rest])
        return messages

    def _read_in_form(self, message: Message, expects: str) -> None:
        """Makes a message the answer to what the hand-over asks for, if it holds one."""
        entities = message.get(ENTITIES) or []
        message.set(ENTITIES, [e for e in entities if not e["entity"].startswith(_FORM)], add_to_output=True)
        text = message.get(TEXT) or ""
        given = self._given(text, expects, entities, (message.get(INTENT) or {}).get("name"))
        if given:
            ranking = [(row["name"], row["confidence"]) for row in message.get(RANKING) or []]
            set_intent(message, [(_ANSWER, 1.0), *ranking])
            answers = [{"entity": name, "value": value, "start": 0, "end": len(text)} for name, value in given.items()]
            message.set(ENTITIES, answers, add_to_output=True)

    def _given(self, text: str, expects: str, entities: List[Dict[str, Any]], intent: str | None) -> Dict[str, str]:
        """What a text says to the question for the slot `expects`, whatever intent it would have elsewhere."""
        if expects == "handoff_contact":
            return self._contact(text, entities, intent)
        if intent == self._danger:
            return {}
        if expects == "handoff_concern":
            return {expects: text} if len(text.split()) >= self._concern else {}
        change = any(e["entity"] == _CHANGE for e in entities)
        if expects != "handoff_consent" or intent in self._ending and not change:
            return {}
        if _OTHER_ADDRESS.search(_DATE.sub(" ", text)):
            return {"handoff_contact": text}
        return {_CHANGE: "all"} if change else {}

    def _contact(self, text: str, entities: List[Dict[str, Any]], intent: str | None) -> Dict[str, str]:
        own = [e for e in entities if e["entity"] == "handoff_contact"]
        # "I have no phone" is an answer, and the model may hear a cry for help in it.
        plain = _share(text, own) >= self._plain
        if intent in (self._danger, *self._ending) and not plain:
            return {}
        if _ADDRESS.search(_DATE.sub(" ", text)):
            return {"handoff_contact": text}
        if len(text.split()) > self._short:
            return {}
        channels = [e for e in entities if e["entity"] == "contact_channel"]
        named = [e["value"] for e in channels if not any(e["start"] < o["end"] and o["start"] < e["end"] for o in own)]
        # "No telephone, but an e-mail address": the other one has to be asked for.
        if own and {*named} <= self._ways:
            return {"handoff_contact": own[0]["value"]}
        # "No video call", "I can't come to the office": named, and not meant.
        denied = any(e["entity"] == "denied" for e in entities)
        way = next((way for way in named if way in self._ways and not denied), None)
        return {"handoff_contact": way} if way else {}


def _share(text: str, entities: List[Dict[str, Any]]) -> float:
    """The share of the text's letters and digits that lie in entities."""
    inside = {i for e in entities for i in range(e["start"], e["end"])}
    counted = [i for i, char in enumerate(text) if char.isalnum()]
    return sum(i in inside for i in counted) / len(counted) if counted else 0.0
