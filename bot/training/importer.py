"""The folders under `data/` as Rasa training data, for `rasa train`, `rasa test` and `rasa data validate` too.

A model's domain names every reply, with its text in the default language. The other languages, buttons and
conditions are read by `bot/conversation/replies.py`: Rasa loads a domain as YAML, and with all of them a server would
need twenty seconds to start.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, Optional

import rasa.shared.utils.common
from rasa.shared.core.domain import Domain
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_RESPONSE_KEY, METADATA, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.languages import load_languages
from bot.training.examples import Example, read_examples
from bot.training.responses import merge_responses, read_responses


class HeimatlotseImporter(RasaFileImporter):
    """Rules and stories as Rasa reads them; examples and replies by language."""

    def __init__(
        self,
        config_file: Optional[str] = None,
        domain_path: Optional[str] = None,
        training_data_paths: Any = None,
        data: str = "data",
    ) -> None:
        """`data` may be given in config.yml under `importers:`; relative to the configuration file."""
        self._data = Path(config_file or ".").resolve().parent / data
        self._given = [training_data_paths] if isinstance(training_data_paths, str) else list(training_data_paths or [])
        paths = [path for path in self._given if Path(path).resolve() != self._data.resolve()]
        own = [str(self._data / folder) for folder in ("rules", "stories")]
        super().__init__(config_file, domain_path, paths + own if len(paths) < len(self._given) else paths or own)

    def get_nlu_data(self, language: Optional[str] = None) -> TrainingData:
        """All languages' examples, whatever `language` says; each message's metadata names its own.

        Tests give Rasa a path of their own (`rasa test nlu --nlu tests/nlu`); that is read instead then.
        """
        return self._nlu_data()

    @rasa.shared.utils.common.cached_method
    def _nlu_data(self) -> TrainingData:
        folders = [Path(path) for path in self._given if self._is_examples(Path(path))] or [self._data / "nlu"]
        languages = load_languages(self._data)
        examples = [example for folder in folders for example in read_examples(folder, languages)]
        replies = self._replies()
        return TrainingData(
            [to_message(example) for example in examples],
            # Retrieval replies belong to the NLU data: Rasa knows by them which intents are retrieval intents.
            responses={name: variations for name, variations in replies.items() if "/" in name},
        )

    @rasa.shared.utils.common.cached_method
    def get_domain(self) -> Domain:
        """domain.yml with the name of every reply."""
        return super().get_domain().merge(Domain.from_dict({"responses": self._replies()}))

    def _replies(self) -> dict[str, list[dict[str, Any]]]:
        languages = load_languages(self._data)
        merged = merge_responses(read_responses(self._data, languages), languages).responses
        return {name: [{"text": plain_text(variations, languages.default)}] for name, variations in merged.items()}

    def _is_examples(self, path: Path) -> bool:
        return path.is_dir() and any((path / code).is_dir() for code in load_languages(self._data).written)


def plain_text(variations: list[dict[str, Any]], language: str) -> str:
    """The text of a reply for a visitor of whom nothing but the language is known."""
    own = [v for v in variations if v["condition"][0]["value"] == language]
    return str(min(own or variations, key=lambda v: len(v["condition"]))["text"])


class TrainingMessage(Message):
    """An example on its way through Rasa, which copies all of them nine times, strips and compares them seventeen times
    before it trains: done Rasa's way that took longer than learning. A copy shares what neither it nor the original has
    set anew, but for the entities, which Rasa's components change in place.
    """

    data: dict[str, Any]
    features: list[Features]
    output_properties: set[str]
    _cached_fingerprint: Optional[str]

    def __deepcopy__(self, memo: dict[int, Any]) -> TrainingMessage:
        copied = TrainingMessage.__new__(TrainingMessage)
        copied.__dict__.update(self.__dict__)
        if ENTITIES in self.data:
            copied.data = {**self.data, ENTITIES: [dict(entity) for entity in self.data[ENTITIES]]}
        return copied

    def set(self, prop: str, info: Any, add_to_output: bool = False) -> None:
        """See Rasa's `Message.set`; setting what is set already changes nothing."""
        if add_to_output:
            self.output_properties = {*self.output_properties, prop}
        if prop not in self.data or self.data[prop] != info:
            self.data = {**self.data, prop: info}
            self._cached_fingerprint = None

    def add_features(self, features: Optional[Features]) -> None:
        """See Rasa's `Message.add_features`."""
        self.features = list(self.features)
        super().add_features(features)

    def __hash__(self) -> int:
        return hash(self.fingerprint())

    def fingerprint(self) -> str:
        """Equal for equal data; that of Rasa where features were added."""
        if self.features:
            return super().fingerprint()
        if self._cached_fingerprint is None:
            data = repr(sorted(self.data.items())).encode()
            self._cached_fingerprint = hashlib.md5(data, usedforsecurity=False).hexdigest()
        return self._cached_fingerprint


def to_message(example: Example) -> Message:
    """An example as Rasa's training message."""
    intent, _, key = example.intent.partition("/")
    data: dict[str, Any] = {TEXT: example.text, INTENT: intent, METADATA: {"language": example.language}}
    if key:
        data[INTENT_RESPONSE_KEY] = example.intent
    if example.entities:
        data[ENTITIES] = [dict(entity) for entity in example.entities]
    return TrainingMessage(data=data)
