"""The entity reader as a Rasa component: the lexicon is compiled into the model when it is trained.

A running server keeps the words of the model it loaded; an edit in `data/lexicon` counts from the next
training.
"""

from __future__ import annotations

import json
import re
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.entity_reader import EntityReader, LexiconError, compile_lexicon

_FILE = "lexicon.json"
_ALONE = re.compile(r"\d[\d.,\s]{2,}")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class LexiconEntityExtractor(GraphComponent, EntityExtractorMixin):
    """Finds the entities of `contract/entities.yml` by lexicon and rules.

    Reads `message.get("language")`, and from its metadata `expects`, the slot the dialogue is asking for.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """data: the folder with region.yml and lexicon/, read in training only.

        sure_intent: from this confidence on, entities that mean nothing for the message's intent are left out
        (lexicon key `intents`); 2 keeps all. alone: what a number of three digits and more is that stands alone while
        offers of a kind are looked for.
        """
        return {"data": "data", "sure_intent": 0.5, "alone": {"housing": "price_max"}}

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        reader: EntityReader | None = None,
    ) -> None:
        """Use `create` or `load`."""
        self._config = {**self.get_default_config(), **config}
        self._model_storage = model_storage
        self._resource = resource
        self._reader = reader

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> LexiconEntityExtractor:
        """A component without words, to be trained."""
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Compile the lexicon into the model; the training data are not looked at.

        Raises:
            LexiconError: a file in the data folder is missing or broken.
        """
        compiled = compile_lexicon(self._config["data"])
        self._reader = EntityReader(compiled)
        with self._model_storage.write_to(self._resource) as folder:
            (folder / _FILE).write_text(json.dumps(compiled, ensure_ascii=False), encoding="utf-8")
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> LexiconEntityExtractor:
        """The component with the words it was trained with.

        Raises:
            LexiconError: the model holds no lexicon, or one of another version.
        """
        try:
            with model_storage.read_from(resource) as folder:
                compiled = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        except (ValueError, OSError) as error:
            raise LexiconError(f"the model holds no readable lexicon; train it again ({error})") from error
        return cls(config, model_storage, resource, EntityReader(compiled))

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Training examples keep the entities they were annotated with."""
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Append what the messages say to their entities."""
        if self._reader is None:
            return messages
        for message in messages:
            text = message.get(TEXT)
            if not text:
                continue
            metadata = message.get("metadata") or {}
            entities = self._reader.read(
                text,
                message.get("language"),
                metadata.get("expects") or self._alone(text, metadata),
                self._sure_intent(message, metadata),
            )
            message.set(ENTITIES, message.get(ENTITIES, []) + entities, add_to_output=True)
        return messages

    def _alone(self, text: str, metadata: dict[str, Any]) -> str | None:
        known: dict[str, str] = self._config["alone"]
        return known.get(metadata.get("searching") or "") if _ALONE.fullmatch(text.strip()) else None

    def _sure_intent(self, message: Message, metadata: dict[str, Any]) -> str | None:
        """The intent, if it is sure enough to leave entities out for it.

        Inside a search or a form the words are an answer, whatever they would mean alone.
        """
        if metadata.get("expects") or metadata.get("searching"):
            return None
        ranking = message.get("intent_ranking") or [message.get(INTENT) or {}]
        if (ranking[0].get("confidence") or 0.0) < self._config["sure_intent"]:
            return None
        return ranking[0].get("name")


__all__ = ["EntityReader", "LexiconEntityExtractor", "LexiconError"]
