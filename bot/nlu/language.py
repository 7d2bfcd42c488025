"""Which language a message is in, and whether the conversation should follow it.

Two different questions: a single word in the conversation of a Ukrainian ("Anmeldung") is read as what it is,
but must not make the assistant answer in German from then on.
"""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Dict, List, Type

from lingua import IsoCode639_1, LanguageDetector, LanguageDetectorBuilder
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import METADATA, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.languages import load_languages
from bot.nlu.features import ngrams
from bot.nlu.joint import JointModel, Sample
from bot.nlu.normalise import fold
from bot.region import Region

LANGUAGE = "language"
"""Message property: the code of the language the message is read in."""
SWITCH = "switches_to"
"""Message property: the code of the language the conversation should go on in, or None."""

_FILE = "languages.json"
_WORD = re.compile(r"[^\W\d_][^\W\d_'’ʼ-]*")
_SHORTEST_NAME = 6
"""Letters a place's name needs to be left out: shorter ones are words too (Buch, Iden)."""
_CHARACTERS = (2, 3, 4, 5)
"""A language is told by shorter and longer pieces of words than an intent."""
_LEAST = 1e-3
"""What a judge gives a language at least."""
_LINGUAS_LEAST, _LINGUAS_MOST = math.sqrt(_LEAST), math.sqrt(1 + _LEAST)
"""What lingua's opinion counts, whatever it is."""
_ENOUGH = 3_000
"""Examples of each language that its n-grams are learned from: more took four times as long and told nothing new."""
_KNOWN = 3
"""Examples that a word stands in to be one that a language's speakers use, wherever it comes from."""


@dataclass(frozen=True)
class Reading:
    """What language a text is in."""

    language: str
    switches_to: str | None


class LanguageReader:
    """Decides by script first, then by lingua's n-gram models and by one of our own examples together.

    Lingua knows the languages; the examples know that "Anmeldung" and "Stendal" say nothing about them.

    Args:
        languages: ISO 639-1 code -> the language's own name.
        model: Classifies texts by language, learnt from the training examples (`language_model`).
        names: Names of places: "kitchen jobs in Arneburg" is no German.
        known: Language -> the folded words that its speakers use, borrowed ones too (`known_words`).
        prior_weight: How many times likelier the conversation's language is before a word is read.
        short_words: Up to so many words a text is short, and the prior counts squared.
        switch_confidence: From here on the conversation follows a text of at least two words.
    """

    def __init__(
        self,
        languages: Dict[str, str],
        model: JointModel,
        names: Iterable[str] = (),
        known: Mapping[str, Iterable[str]] | None = None,
        *,
        prior_weight: float = 3.0,
        short_words: int = 3,
        switch_confidence: float = 0.85,
    ) -> None:
        self._detector = _detector(tuple(languages))
        self._languages = list(languages)
        self._model = model
        self._names = frozenset(names)
        self._known = {code: frozenset(words) for code, words in (known or {}).items()}
        # A language's own name is written in its script, so the list of languages says it all.
        self._scripts = {code: _script(name[0]) for code, name in languages.items()}
        self._prior_weight = prior_weight
        self._short_words = short_words
        self._switch_confidence = switch_confidence

    def read(self, text: str, prior: str | None = None) -> Reading:
        """The language of `text`, `prior` being the one the conversation is in."""
        words = _WORD.findall(text)
        candidates = self._by_script(words, prior)
        if not words or not candidates:
            return Reading(prior if prior in self._scripts else self._languages[0], None)
        if prior is not None and self._known.get(prior, frozenset()).issuperset(map(fold, words)):
            # "Не склад" is as good Russian as Ukrainian, and "Kindergeld telefon do Familienkasse" is Polish.
            return Reading(prior, None)
        short = len(words) <= self._short_words
        favour = self._prior_weight ** (2 if short else 1)
        weights = {code: 1.0 for code in candidates}
        if len(candidates) > 1:
            text = without_names(text, self._names)
            ranked = dict(self._model.rank(_sample(text)))
            own = {code: ranked.get(code, 0.0) + _LEAST for code in candidates}
            if prior in own and own[prior] * favour * _LINGUAS_LEAST > _LINGUAS_MOST * max(
                own[code] for code in candidates if code != prior
            ):
                # Whatever lingua says.
                return Reading(prior, None)
            found = {
                value.language.iso_code_639_1.name.lower(): value.value
                for value in self._detector.compute_language_confidence_values(text)
            }
            weights = {code: math.sqrt(found.get(code, 0.0) + _LEAST) * own[code] for code in candidates}
        if prior in weights:
            weights[prior] *= favour
        best = max(weights, key=lambda code: weights[code])
        confidence = weights[best] / sum(weights.values())
        # A prior of another script is no rival in weight; "xyzzy plugh frobnitz" has to be as clear all the same.
        foreign = prior in self._scripts and prior not in weights
        doubt = (1 - self._switch_confidence) / (self._prior_weight if short and foreign else 1)
        clear = len(words) >= 2 and confidence >= 1 - doubt
        if prior is not None and foreign and not clear and self._scripts[best] == "LATIN":
            # "ok", "Anmeldung" in a Ukrainian's conversation: borrowed words, read with the borrower's list.
            return Reading(prior, None)
        return Reading(best, best if clear and best != prior else None)

    def _by_script(self, words: List[str], prior: str | None) -> List[str]:
        """The languages written in the text's script.

        Offices' German words stand in Latin script inside Arabic and Cyrillic sentences, never the other way
        round, so any other script wins from a third of the words on, and with a single one where the conversation is in
        it. Words are counted, not letters: "Wohnberechtigungsschein" has as many as a sentence.
        """
        counts = Counter(_script(word[0]) for word in words)
        own = self._scripts.get(prior or "")
        for script, count in counts.most_common():
            if script != "LATIN" and (script == own or count * 3 >= len(words)):
                return [code for code, written in self._scripts.items() if written == script]
        return [code for code, written in self._scripts.items() if written == "LATIN"]


def names_to_leave_out(region: Region) -> list[str]:
    """The folded words of places' names that are long enough to be nothing else."""
    words = {fold(word) for name in region.place_names() for word in _WORD.findall(name)}
    return sorted(word for word in words if len(word) >= _SHORTEST_NAME)


def without_names(text: str, names: Container[str]) -> str:
    """A text without these words, or as it is if it has no others."""
    rest = _WORD.sub(lambda found: "" if fold(found.group()) in names else found.group(), text)
    return rest if _WORD.search(rest) else text


def known_words(texts: Sequence[str], languages: Sequence[str]) -> Dict[str, List[str]]:
    """Language -> the folded words that stand in several of its examples: what stands in one may be a quotation."""
    counts: Dict[str, Counter[str]] = {}
    for text, language in zip(texts, languages, strict=True):
        counts.setdefault(language, Counter()).update({fold(word) for word in _WORD.findall(text)})
    return {language: sorted(word for word, count in own.items() if count >= _KNOWN) for language, own in counts.items()}


def language_model(texts: Sequence[str], languages: Sequence[str], names: Container[str] = ()) -> JointModel:
    """Learns languages from examples, of each language from as many as are enough, taken evenly from all."""
    by_language: Dict[str, List[str]] = {}
    for text, language in zip(texts, languages, strict=True):
        by_language.setdefault(language, []).append(text)
    rows = [
        (without_names(text, names), language)
        for language, own in by_language.items()
        for text in own[:: math.ceil(len(own) / _ENOUGH)]
    ]
    return JointModel.fit([_sample(text) for text, _ in rows], [language for _, language in rows])


def _sample(text: str) -> Sample:
    return Sample((ngrams(text, _CHARACTERS),))


@lru_cache(maxsize=4)
def _detector(languages: tuple[str, ...]) -> LanguageDetector:
    codes = [getattr(IsoCode639_1, code.upper()) for code in languages]
    # Lazily loaded models would let the first visitor wait. The full ones take 256 MB and 2 s; our own examples make
    # up for what the small ones miss.
    builder = LanguageDetectorBuilder.from_iso_codes_639_1(*codes)
    return builder.with_low_accuracy_mode().with_preloaded_language_models().build()


@lru_cache(maxsize=4096)
def _script(char: str) -> str:
    return unicodedata.name(char, "LATIN ").split(" ", 1)[0]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LanguageIdentifier(GraphComponent, IntentClassifier):
    """Sets the message's `language` and `switches_to`; reads the prior from the metadata's `language`."""

    @classmethod
    def required_components(cls) -> List[Type]:
        """Needs nothing before it: it is the first of the pipeline."""
        return []

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """`data` is the folder with languages.yml, for the rest see `LanguageReader`."""
        return {"data": "data", "prior_weight": 3.0, "short_words": 3, "switch_confidence": 0.85}

    def __init__(self, config: Dict[str, Any], model_storage: ModelStorage, resource: Resource) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._reader: LanguageReader | None = None

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> LanguageIdentifier:
        """See Rasa's `GraphComponent.create`."""
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Learns from the examples; keeps the list of languages, so that a server knows those of its model."""
        languages = load_languages(Path(self._config["data"]))
        with self._model_storage.write_to(self._resource) as folder:
            written = {code: languages[code].name for code in languages.written}
            names = names_to_leave_out(Region.load(Path(self._config["data"])))
            examples = [e for e in training_data.intent_examples if (e.get(METADATA) or {}).get(LANGUAGE) in written]
            texts, codes = [e.get(TEXT) for e in examples], [e.get(METADATA)[LANGUAGE] for e in examples]
            known = {"languages": written, "names": names, "known": known_words(texts, codes)}
            (folder / _FILE).write_text(json.dumps(known, ensure_ascii=False), encoding="utf-8")
            language_model(texts, codes, frozenset(names)).save(folder)
        return self._resource

    @classmethod
    def load(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> LanguageIdentifier:
        """See Rasa's `GraphComponent.load`."""
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            known = json.loads((folder / _FILE).read_text(encoding="utf-8"))
            model = JointModel.read(folder)
        component._reader = LanguageReader(
            known["languages"],
            model,
            known["names"],
            known["known"],
            **{key: config[key] for key in ("prior_weight", "short_words", "switch_confidence")},
        )
        return component

    def process(self, messages: List[Message]) -> List[Message]:
        """Reads the language of each message."""
        assert self._reader is not None, "a component is loaded before it processes"
        for message in messages:
            metadata = message.get(METADATA) or {}
            reading = self._reader.read(message.get(TEXT) or "", metadata.get(LANGUAGE))
            message.set(LANGUAGE, reading.language, add_to_output=True)
            message.set(SWITCH, reading.switches_to, add_to_output=True)
        return messages
