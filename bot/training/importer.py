"""The folders under `data/` as Rasa training data, for `rasa train`, `rasa test` and `rasa data validate` too.

A model's domain names every reply, with its text in the default language. The other languages, buttons and
conditions are read by `bot/conversation/replies.py`: Rasa loads a domain as YAML, and with all of them a server would
need twenty seconds to start.
"""

from __future__ import annotations

import copy
import hashlib
from pathlib import Path
from typing import Any, Optional

import rasa.shared.utils.common
from rasa.shared.core.domain import Domain
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_RESPONSE_KEY, METADATA, TEXT
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

    @rasa.shared.utils.common.cached_method
    def get_nlu_data(self, language: Optional[str] = None) -> TrainingData:
        """All languages' examples; each message's metadata names its language.

        Tests give Rasa a path of their own (`rasa test nlu --nlu tests/nlu`); that is read instead then.
        """
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
    """An example on its way through Rasa, which copies all of them seven times and compares them four times before it
    trains: with Rasa's own copy and fingerprint that took longer than learning.
    """

    _cached_fingerprint: Optional[str]
    """Rasa forgets it whenever a property is set."""

    def __deepcopy__(self, memo: dict[int, Any]) -> TrainingMessage:
        data = {name: copy.copy(value) for name, value in self.data.items()}
        if ENTITIES in data:
            data[ENTITIES] = [dict(entity) for entity in data[ENTITIES]]
        copied = TrainingMessage(data=data, output_properties=set(self.output_properties), features=list(self.features))
        copied._cached_fingerprint = self._cached_fingerprint
        return copied

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
