"""Which intent a message has: one linear classifier for all languages, with calibrated confidence."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, List, Type

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import FULL_RETRIEVAL_INTENT_NAME_KEY, INTENT, INTENT_RESPONSE_KEY, METADATA, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.encoder import VectorCache
from bot.nlu.joint import JointModel, Plan
from bot.nlu.memory import ExampleMemory
from bot.nlu.reader import SampleReader

RANKING = "intent_ranking"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class JointIntentClassifier(GraphComponent, IntentClassifier):
    """Sets intent and ranking; for a retrieval intent it fills the response selector as well."""

    @classmethod
    def required_components(cls) -> List[Type]:
        """Needs the message's `language`."""
        return []

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """What can be set in config.yml.

        surface, gloss: weights of what is counted of a message: characters and words as typed, words of its gloss.
        vector: whether an encoder reads the gloss as well. c: see `Plan`.
        first_from: intent -> probability from which on it goes first, whatever else is likelier: somebody in danger
        is not asked what was meant. ranking_length: how many intents are kept with a message.
        data: folder with lexicon/words/, read in training only. cache: where the built encoder and the vectors of
        training examples are kept. addition: file with what the encoder has learned of our own examples
        (`lotse adapt`), read in training and kept with the model; None: the encoder as it came. model, tokenizer:
        another ONNX encoder; reads: `gloss`, or `text` if that one knows the visitors' languages itself.
        """
        return {
            "surface": 1.0, "gloss": 1.0, "vector": True, "c": 0.5, "first_from": {}, "ranking_length": 5,
            "data": "data", "cache": "models/cache", "addition": None, "model": None, "tokenizer": None, "reads": "gloss",
        }  # fmt: skip

    def __init__(self, config: Dict[str, Any], model_storage: ModelStorage, resource: Resource) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._model: JointModel | None = None
        self._memory: ExampleMemory | None = None
        self._reader: SampleReader | None = None

    @classmethod
    def create(
        cls, config: Dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> JointIntentClassifier:
        """See Rasa's `GraphComponent.create`."""
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Learns from all languages' examples together."""
        examples = [e for e in training_data.intent_examples if e.get(TEXT)]
        plan = Plan(block_weights=(self._config["surface"], self._config["gloss"]), c=self._config["c"])
        names = [e.get(INTENT_RESPONSE_KEY) or e.get(INTENT) for e in examples]
        texts, languages = [e.get(TEXT) for e in examples], [_language(e) for e in examples]
        self._reader = SampleReader.for_training(self._config)
        cache = VectorCache.of(Path(self._config["cache"]), "vectors", self._reader.encoder)
        samples = self._reader.samples(texts, languages, cache)
        self._model = JointModel.fit(samples, names, plan, unseen=self._reader.unseen(texts))
        self._memory = ExampleMemory.of(texts, languages, names)
        with self._model_storage.write_to(self._resource) as folder:
            self._model.save(folder)
            self._memory.save(folder)
            self._reader.save(folder)
        return self._resource

    @classmethod
    def load(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> JointIntentClassifier:
        """See Rasa's `GraphComponent.load`."""
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            component._model = JointModel.read(folder)
            component._memory = ExampleMemory.read(folder)
            component._reader = SampleReader.read(folder, config)
        return component

    @property
    def reader(self) -> SampleReader | None:
        """What reads the messages; the search for answers reads them the same way, and loads nothing twice."""
        return self._reader

    def process(self, messages: List[Message]) -> List[Message]:
        """Classifies each message."""
        assert self._model and self._memory and self._reader, "a component is loaded before it processes"
        for message in messages:
            text, language = message.get(TEXT) or "", _language(message)
            ranking = urgent_first(self._model.rank(self._reader.sample(text, language)), self._config["first_from"])
            ranking = first(ranking, self._memory.intent(text, language))
            set_intent(message, ranking[: self._config["ranking_length"]])
        return messages


def _language(message: Message) -> str:
    """Read from the text when serving, known from its folder in training."""
    return message.get("language") or (message.get(METADATA) or {}).get("language") or ""


def urgent_first(ranking: List[tuple[str, float]], first_from: Dict[str, float]) -> List[tuple[str, float]]:
    """The ranking, an intent that reaches its probability in `first_from` before all others."""
    return first(ranking, next((name for name, probability in ranking if probability >= first_from.get(name, 2.0)), None))


def first(ranking: List[tuple[str, float]], name: str | None) -> List[tuple[str, float]]:
    """The ranking with one of its intents before all others, as sure as the likeliest; None: as it was."""
    if name is None or ranking[0][0] == name:
        return ranking
    return [(name, ranking[0][1]), *(row for row in ranking if row[0] != name)]


def set_intent(message: Message, ranking: List[tuple[str, float]]) -> None:
    """Writes intent, ranking and, for a retrieval intent, what Rasa's `utter_faq` looks for."""
    rows = [{"name": name, "confidence": confidence} for name, confidence in ranking]
    message.set(RANKING, rows, add_to_output=True)
    message.set(INTENT, intent_row(*ranking[0]), add_to_output=True)
    message.set("response_selector", selected_response(ranking[0][0]), add_to_output=True)


def intent_row(name: str, confidence: float) -> Dict[str, Any]:
    """Rasa's `intent` of a parsed message for a full intent name."""
    family, _, key = name.partition("/")
    row: Dict[str, Any] = {"name": family, "confidence": confidence}
    if key:
        row[FULL_RETRIEVAL_INTENT_NAME_KEY] = name
    return row


def selected_response(name: str) -> Dict[str, Any]:
    """Rasa's `response_selector` of a parsed message: which reply `utter_<family>` gives."""
    family, _, key = name.partition("/")
    if not key:
        return {}
    response = {"intent_response_key": name, "utter_action": f"utter_{name}", "responses": []}
    return {"all_retrieval_intents": [family], family: {"response": response, "ranking": []}}
