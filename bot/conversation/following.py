"""Reads a short message as asking on about what was said last.

"And what does it cost?" has no subject of its own: after an answer it is about that answer, after a list of offers about
those. Words are looked at in English, so that one list (`follow_up` in `data/dialogue.yml`) holds for every language.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Dict, List

from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import FULL_RETRIEVAL_INTENT_NAME_KEY

from bot.knowledge.passages import Stems, is_question, telling
from bot.knowledge.readings import Readings
from bot.nlu.gloss import tokens
from bot.nlu.intents import intent_row, selected_response

FOLLOW_UP = "follow_up"
"""The intent for the rules; whoever asks what was understood is told the answer's own (`faq/x`), or `select_offer`."""
ASPECT = "aspect"
_FALLBACK = "nlu_fallback"
_ABOUT_OFFERS = "select_offer"
_REFINES = "refine_search"
_ANSWER = "faq/"
_LONG_NUMBER = 5
_NEVER = 2.0
_UTTERED_ANSWER = "utter_faq/"


@dataclass(frozen=True)
class Subject:
    """What was said last."""

    answer: str | None = None
    """The frequently asked question that was answered (`faq/x`)."""
    text: str = ""
    """The message that it answered."""
    answered: str = ""
    """The text of the answer."""
    offers: str | None = None
    """The kind of the offers on show."""
    searched: bool = False
    """A search can be gone on with, whatever was said after it."""
    case: bool = False
    """A person was asked for help in this conversation."""


class FollowUps:
    """Args:
    dialogue: `data/dialogue.yml`; its part `follow_up` has the rules.
    readings: The English of words; nothing is a follow-up until they have a model.
    """

    def __init__(self, dialogue: Mapping[str, Any], readings: Readings) -> None:
        self._rules = rules = dialogue["follow_up"]
        self._criteria = frozenset({*dialogue["search"]["belongs_to"], *dialogue["search"]["kept"]})
        self._kept = frozenset(dialogue["search"]["kept"])
        self._readings = readings
        self._idle = frozenset(rules["idle"])
        self._stays: Mapping[str, float] = rules["stays"]
        self._needs_offers = frozenset(rules["needs_offers"])
        self._aspects = aspects_by_word(rules["aspects"])
        told = {kind: {each: own["see"] for each, own in facts.items() if "see" in own} for kind, facts in rules["facts"].items()}
        self._elsewhere = {(about, each): see for about, own in {**told, **rules["see"]}.items() for each, see in own.items()}

    def subject(self, tracker: DialogueStateTracker) -> Subject:
        """What a message without a subject would be about."""
        shown = tracker.get_slot("search_kind") if tracker.get_slot("shown_offers") else None
        case = bool(tracker.get_slot("case_number"))
        left, said = self._rules["back"], ""
        for event in reversed(tracker.events):
            if isinstance(event, BotUttered) and (event.metadata.get("utter_action") or "").startswith(_UTTERED_ANSWER):
                said = event.text or ""
            if not isinstance(event, UserUttered):
                continue
            name = str(event.intent.get(FULL_RETRIEVAL_INTENT_NAME_KEY) or event.intent.get("name"))
            if name.startswith(_ANSWER):
                return Subject(answer=name, text=event.text or "", answered=said, searched=shown is not None, case=case)
            if shown and (name in self._needs_offers or name.startswith("find_")):
                return Subject(offers=shown, searched=True)
            left -= 1
            if not left:
                break
        return Subject(searched=shown is not None)

    def read(self, parsed: Dict[str, Any], text: str, language: str, subject: Subject) -> None:
        """Changes what was understood of a typed message, where it only makes sense with what was said last.

        Args:
            parsed: Rasa's parse data, changed in place.
            language: The one the text is read in.
        """
        name = _full_name(parsed)
        if subject.answer is None and subject.offers is None and name not in self._needs_offers:
            return
        if len(text.split()) > self._rules["longest"] and name not in (subject.answer, *self._needs_offers):
            return
        words = self._readings.english(text, language)
        if not words:
            return
        if not subject.searched:
            self._without_offers(parsed, subject, words)
            name = _full_name(parsed)
        if parsed["intent"]["confidence"] >= self._stays.get(name, _NEVER):
            return
        if name == subject.answer:
            if not same_words(text, subject.text):
                # Asked once more in other words: the same text would be no answer.
                self._set(parsed, name, self._asked(words))
            return
        if subject.answer:
            asked = self._asked(words)
            if self._is_about(subject, words, asked, parsed, language):
                self._set(parsed, subject.answer, asked)
        elif subject.offers and subject.offers in self._rules["facts"]:
            self._about_offers(parsed, words, subject.offers, question=is_question(text, words, self._rules["questions"]))

    def _is_about(
        self, subject: Subject, words: Sequence[str], asked: Sequence[str], parsed: Dict[str, Any], language: str
    ) -> bool:
        """Whether a message names nothing but what the answer speaks of."""
        named = {e["entity"] for e in parsed["entities"]} & self._criteria
        confidence, english = parsed["intent"]["confidence"], partial(self._readings.english, language=language)
        tells = partial(telling, subject.answered, words, asked, self._rules, english, most=1)
        # "What does it cost", "he is three".
        if (asked or named and named <= self._kept) and self._says_only(words, asked, frozenset()):
            own = {self._rules["aspects"][each].get("subject") for each in asked}
            return _full_name(parsed) not in own or confidence < self._rules["sure"] or bool(tells())
        if named - self._kept or confidence >= self._rules["unless"]:
            return False
        if self._says_only(words, asked, Stems(english(subject.answered))):
            return True
        # "And who comes to assess her?", or what asks for an aspect and is hardly understood: about the answer if that tells it.
        goes_on = words[0] in self._rules["goes_on"] or asked and confidence < self._rules["unsure"]
        return bool(goes_on and tells())

    def _about_offers(self, parsed: Dict[str, Any], words: Sequence[str], kind: str, *, question: bool) -> None:
        sure = parsed["intent"]["confidence"] >= self._rules["sure"]
        if sure and parsed["intent"]["name"] in self._needs_offers - {_ABOUT_OFFERS, _REFINES}:
            # How to apply, whether it is still free: there are answers of their own.
            return
        facts = self._rules["facts"][kind]
        asked = [each for each in self._asked(words) if each in facts and (question or not facts[each].get("in_question"))]
        if sure and parsed["intent"]["name"] == _REFINES and all("text" in facts[aspect] for aspect in asked):
            # "With a garden" looks for another one; "is there a garden" asks about these.
            return
        wants_others = {*words}.intersection(self._rules["wants_others"])
        wants_others |= {e["entity"] for e in parsed["entities"]}.intersection(self._rules["narrows"])
        if asked and not wants_others and self._says_only(words, asked, frozenset(facts["words"])):
            self._set(parsed, kind, asked)

    def _without_offers(self, parsed: Dict[str, Any], subject: Subject, words: Sequence[str]) -> None:
        """Where there are no offers, what is said about offers was not meant so, unless it names what is looked for."""
        ranking: List[Dict[str, Any]] = parsed.get("intent_ranking") or []
        criteria = {e["entity"] for e in parsed["entities"]} & self._criteria
        if subject.answer:
            # "She is three years old" after an answer is no search for a place in a nursery.
            criteria -= self._kept
            if parsed["intent"]["confidence"] < self._rules["sure"]:
                # Nor is "she speaks no German" one for a job.
                criteria = set()
        name = parsed["intent"]["name"]
        lacks = self._rules["needs_entity"].get(name)
        alone = lacks is not None and subject.answer is not None and all(e["entity"] != lacks for e in parsed["entities"])
        alone = alone and not (subject.case and name in self._rules["needs_case"])
        if (name not in self._needs_offers or criteria) and not alone:
            return
        rest = [row for row in ranking if row["name"] not in {*self._needs_offers, name, _FALLBACK}]
        left = sum(row["confidence"] for row in rest)
        if rest and left > 0 and rest[0]["confidence"] / left >= self._rules["sure"]:
            self._take(parsed, rest[0]["name"], rest[0]["confidence"] / left)
        elif subject.answer:
            self._set(parsed, subject.answer, self._asked(words))

    def _asked(self, words: Sequence[str]) -> list[str]:
        """The aspects that the words name, weak ones only if there are no others."""
        aspects, said = self._rules["aspects"], {*words}
        strong, weak = ([a for word in words for a in by_word.get(word, ())] for by_word in self._aspects)
        strong = [each for each in strong if "with" not in aspects[each] or said & {*aspects[each]["with"]}]
        named = list(dict.fromkeys(strong or weak))
        overruled = {other for each in named for other in aspects[each].get("over", ())}
        return [each for each in named if each not in overruled]

    def _says_only(self, words: Sequence[str], asked: Sequence[str], also: Container[str]) -> bool:
        """Whether no word gives the message a subject of its own."""
        aspects = self._rules["aspects"]
        meant = {*asked, *(other for each in asked for other in aspects[each].get("over", ()))}
        named = {word for each in meant for key in ("asked", "weak", "with") for word in aspects[each].get(key, ())}
        return all(word in self._idle or word in named or word in also or _is_small(word) for word in words)

    def _take(self, parsed: Dict[str, Any], name: str, confidence: float) -> None:
        """Takes a message for another intent, as if it had been understood so."""
        parsed["intent"], parsed["response_selector"] = intent_row(name, confidence), selected_response(name)

    def _set(self, parsed: Dict[str, Any], about: str, asked: Sequence[str]) -> None:
        """Takes a message for a follow-up about an answer (`faq/x`) or offers of a kind."""
        confidence = parsed["intent"].get("confidence") or 0.0
        if parsed["intent"]["name"] == _FALLBACK:
            confidence = self._rules["sure"]
        other = next((self._elsewhere[about, aspect] for aspect in asked if (about, aspect) in self._elsewhere), None)
        if other:
            self._take(parsed, other, confidence)
            return
        full = about if about.startswith(_ANSWER) else _ABOUT_OFFERS
        parsed["intent"] = {"name": FOLLOW_UP, FULL_RETRIEVAL_INTENT_NAME_KEY: full, "confidence": confidence}
        parsed["entities"] = [{"entity": ASPECT, "value": aspect, "start": 0, "end": 0} for aspect in asked]
        parsed["response_selector"] = {}


def _is_small(word: str) -> bool:
    """A number that counts or is a time of day; longer ones are telephone numbers, or of a file."""
    return word.isdigit() and len(word) < _LONG_NUMBER


def _full_name(parsed: Mapping[str, Any]) -> str:
    intent = parsed["intent"]
    return str(intent.get(FULL_RETRIEVAL_INTENT_NAME_KEY) or intent.get("name"))


def same_words(text: str, other: str) -> bool:
    """Whether two messages differ in nothing but capitals and punctuation."""
    return tokens(text) == tokens(other)


def aspects_by_word(aspects: Mapping[str, Mapping[str, Sequence[str]]]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Word -> aspects that it asks for, and the same for those that ask for them weakly."""
    by_word: tuple[dict[str, list[str]], dict[str, list[str]]] = ({}, {})
    for aspect, words in aspects.items():
        for into, key in zip(by_word, ("asked", "weak"), strict=True):
            for word in words.get(key, ()):
                into.setdefault(word, []).append(aspect)
    return by_word
