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
_TOPIC, _CONCERN, _CONTACT, _CONSENT = "handoff_topic", "handoff_concern", "handoff_contact", "handoff_consent"
_CHANGE = "handoff_change"
_QUESTION = "handoff_question"
_WHEN = "when"
_ADDRESS = re.compile(r"\S@|\d(?:[\s()/-]*\d){6}")
"""An e-mail address, as far as it was finished, or as many digits as a telephone number has."""
_IN_GROUPS = r"(?=(?:\d[\s-]?){9})\d{2,4}(?:[\s-]\d{2,4}){2,5}(?![\w-])"
_OTHER_ADDRESS = re.compile(rf"\S@|(?<![\w+])(?:[+0٠۰](?:[\s()/-]*\d){{6}}|{_IN_GROUPS})")
"""The same where a number may be that of a file: another one is known already, or something else is asked for. One of a
telephone begins with + or 0, or is written in groups."""
_HEADED = re.compile(r"[^\W\d_]+(?:\s[^\W\d_]+)?[,،:;–-]+\s+\S")
"""A word or two and what is the matter with it: "a flat, the landlord throws us out"."""
_QUESTION_MARK = re.compile(r"[?؟]")
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

        giving_up: intents that a wish in the same message takes back. wanted: criteria that are a wish.

        concern: from so many words on, what is written where the hand-over asks for topic or concern is a concern.
        detail: the same where the topic is asked for, and the message is no question. matters: intents that are one,
        however short. beside: words besides an address that make a concern. note: words after it, or more than twice as
        many before it, that are kept where it was asked for. name: up to so many words may be somebody's name. guess: the
        confidence that a message of so few words may have all the same. understood: a less confident intent takes no
        answer away. aside: intents of short messages that are about the conversation rather than an answer. opening:
        intents that begin the hand-over. about_case: what a question for when somebody will call is. danger: an intent
        that is never an answer to a form. ending: intents that end it, if they are short. ways: how to meet without an
        address. short: "no number" in a message of more words may say something else. plain: from this share of its
        letters on it says nothing else.
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
            "giving_up": ["cancel", "deny"],
            "wanted": ["occupation", "working_time", "deal", "housing_kind", "rooms", "price_max", "childcare_kind"],
            "concern": 9,
            "detail": 6,
            "understood": 0.5,
            "matters": ["individual_case", "tell_persona"],
            "beside": 8,
            "note": 2,
            "name": 3,
            "guess": 0.7,
            "aside": [
                "affirm", "ask_capabilities", "ask_is_bot", "cancel", "change_language", "delete_data", "deny", "go_back",
                "goodbye", "greet", "praise", "privacy", "repeat", "request_human", "start_over", "thank",
            ],
            "about_case": "case_status",
            "opening": ["request_human", "request_appointment", "individual_case"],
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
        self._giving_up, self._wanted = set(config["giving_up"]), set(config["wanted"])
        self._note, self._name, self._guess = config["note"], config["name"], config["guess"]
        self._detail, self._beside, self._about_case = config["detail"], config["beside"], config["about_case"]
        self._understood, self._aside = config["understood"], set(config["aside"])
        self._matters, self._opening = set(config["matters"]), set(config["opening"])

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
            self._take_wish(message, metadata)
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

    def _take_wish(self, message: Message, metadata: Dict[str, Any]) -> None:
        """ "No, I changed my mind, a flat rather" gives up nothing but what was looked for before."""
        intent = message.get(INTENT) or {}
        in_form = (metadata.get("expects") or "").startswith(_FORM)
        if in_form or intent.get("name") not in self._giving_up:
            return
        if self._wanted.isdisjoint(e["entity"] for e in message.get(ENTITIES) or []):
            return
        ranking = [(row["name"], row["confidence"]) for row in message.get(RANKING) or []]
        wish = "refine_search" if metadata.get("searching") else next((n for n, _ in ranking if n in self._sure_of), None)
        if wish:
            set_intent(message, [(wish, intent["confidence"]), *(row for row in ranking if row[0] != wish)])

    def _read_in_form(self, message: Message, expects: str) -> None:
        """Makes a message the answer to what the hand-over asks for, if it holds one."""
        entities = message.get(ENTITIES) or []
        others = [e for e in entities if not e["entity"].startswith(_FORM)]
        text, likeliest = message.get(TEXT) or "", message.get(INTENT) or {}
        ranking = [(row["name"], row["confidence"]) for row in message.get(RANKING) or []]
        in_form = expects.startswith(_FORM)
        asks_when = in_form and self._asks_when(text, entities, likeliest.get("name"))
        given = {} if asks_when else self._given(text, expects, entities, likeliest)
        begins = not in_form and likeliest.get("name") in self._opening
        if begins and _OTHER_ADDRESS.search(_DATE.sub(" ", text)):
            # "Call me, 0176 12345678" begins the form, and answers one of its questions.
            others.append(_answer(_CONTACT, text, text))
        elif given:
            set_intent(message, [(_ANSWER, 1.0), *ranking])
            others = [_answer(name, value, text) for name, value in given.items()]
        elif asks_when:
            set_intent(message, [(self._about_case, 1.0), *ranking])
        message.set(ENTITIES, others, add_to_output=True)

    def _understood_as(self, intent: Dict[str, Any]) -> str | None:
        """The intent's name; None for a guess. Danger is never one."""
        name: str | None = intent.get("name")
        return name if name == self._danger or intent.get("confidence", 0) >= self._understood else None

    def _asks_when(self, text: str, entities: List[Dict[str, Any]], intent: str | None) -> bool:
        """Whether a message asks when somebody will call, rather than for a call."""
        asks = intent in {self._about_case, *self._opening} and _asked(text, entities) == _WHEN
        return asks and len(text.split()) < self._concern and not _ADDRESS.search(text)

    def _given(
        self, text: str, expects: str, entities: List[Dict[str, Any]], likeliest: Dict[str, Any]
    ) -> Dict[str, str]:
        """What a text says to the question for the slot `expects`, whatever intent it would have elsewhere."""
        intent = self._understood_as(likeliest)
        if expects == _CONTACT:
            name = len(text.split()) <= self._name and likeliest.get("confidence", 0) < self._guess
            return self._contact(text, entities, intent, name=name)
        if intent == self._danger:
            return {}
        address = _OTHER_ADDRESS.search(_DATE.sub(" ", text))
        if expects in (_TOPIC, _CONCERN):
            if address:
                return self._beside_address(text, expects, intent)
            return self._subject(text, expects, entities, intent)
        change = any(e["entity"] == _CHANGE for e in entities)
        if expects != _CONSENT or intent in self._ending and not change:
            return {}
        if address:
            return {_CONTACT: text}
        if change:
            return {_CHANGE: "all"}
        # "Please tell them, too, that …": so long, and no question.
        more = len(text.split()) >= self._concern and intent not in self._aside and not _asked(text, entities)
        return {_CONCERN: text} if more else {}

    def _subject(self, text: str, expects: str, entities: List[Dict[str, Any]], intent: str | None) -> Dict[str, str]:
        """What it is about, in a word or in some sentences; a short question is none, it can be answered."""
        words = len(text.split())
        long = words >= self._concern or intent in self._matters
        if not long and intent in self._aside:
            return {}
        if expects == _CONCERN:
            return {_CONCERN: text}
        if not long and (intent in self._opening or _asked(text, entities)):
            return {}
        told = long or words >= self._detail or _HEADED.match(text)
        return {_TOPIC: text, **({_CONCERN: text} if told else {})}

    def _beside_address(self, text: str, expects: str, intent: str | None) -> Dict[str, str]:
        """An address where something else is asked for: beside a name alone, or in the middle of the concern."""
        if len(_words_beside_address(text)) < self._beside and intent not in {*self._matters, *self._sure_of}:
            return {_CONTACT: text}
        return {_CONTACT: text, _CONCERN: text, **({_TOPIC: text} if expects == _TOPIC else {})}

    def _contact(
        self, text: str, entities: List[Dict[str, Any]], intent: str | None, *, name: bool
    ) -> Dict[str, str]:
        own = [e for e in entities if e["entity"] == _CONTACT]
        # "I have no phone" is an answer, and the model may hear a cry for help in it.
        plain = _share(text, own) >= self._plain
        if intent in (self._danger, *self._ending) and not plain:
            return {}
        if _ADDRESS.search(_DATE.sub(" ", text)):
            # "0176 12345678, but after five please"
            note = not own and not _asked(text, entities) and self._notes(text)
            return {_CONTACT: text, **({_CONCERN: text} if note else {})}
        words = len(text.split())
        channels = [e for e in entities if e["entity"] == "contact_channel"]
        way = self._way(channels, own, entities) if words <= self._short else None
        if way:
            return {_CONTACT: way}
        if _asked(text, entities):
            return {}
        if own or channels:
            # "I won't tell you my e-mail": no address, and it is said that it works without one.
            return {} if intent else {_CONTACT: text}
        # "We have three children and are at our wits' end", or a name: neither an answer nor a question, but theirs to tell.
        told = name or intent in self._matters or intent is None and words >= self._detail
        return {_CONCERN: text} if told else {}

    def _notes(self, text: str) -> bool:
        """Whether more is said beside an address than that it is one."""
        address = _ADDRESS.search(text)
        before, after = (text[: address.start()], text[address.end() :]) if address else (text, "")
        return len(_words_beside_address(after)) >= self._note or len(_words_beside_address(before)) > 2 * self._note

    def _way(
        self, channels: List[Dict[str, Any]], own: List[Dict[str, Any]], entities: List[Dict[str, Any]]
    ) -> str | None:
        """How to meet or to be answered without an address, as a short message names it."""
        named = [e["value"] for e in channels if not any(e["start"] < o["end"] and o["start"] < e["end"] for o in own)]
        # "No telephone, but an e-mail address": the other one has to be asked for.
        if own and {*named} <= self._ways:
            return str(own[0]["value"])
        # "No video call", "I can't come to the office": named, and not meant.
        denied = any(e["entity"] == "denied" for e in entities)
        return next((way for way in named if way in self._ways and not denied), None)


def _words_beside_address(text: str) -> List[str]:
    return [word for word in text.split() if "@" not in word and any(char.isalpha() for char in word)]


def _answer(name: str, value: str, text: str) -> Dict[str, Any]:
    return {"entity": name, "value": value, "start": 0, "end": len(text)}


def _asked(text: str, entities: List[Dict[str, Any]]) -> str | None:
    """What kind of question a text is, as its first words say; None for a statement."""
    first = (e["value"] for e in entities if e["entity"] == _QUESTION and len(text[: e["start"]].split()) <= 1)
    return next(first, "other" if _QUESTION_MARK.search(text) else None)


def _share(text: str, entities: List[Dict[str, Any]]) -> float:
    """The share of the text's letters and digits that lie in entities."""
    inside = {i for e in entities for i in range(e["start"], e["end"])}
    counted = [i for i, char in enumerate(text) if char.isalnum()]
    return sum(i in inside for i in counted) / len(counted) if counted else 0.0
