"""Which intent a message has: one linear classifier for all languages, with calibrated confidence."""

from __future__ import annotations

import json
from typing import Any, Dict, List, Text, Type

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import FULL_RETRIEVAL_INTENT_NAME_KEY, INTENT, INTENT_RESPONSE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.features import Vocabulary, ngrams

RANKING = "intent_ranking"
_WEIGHTS, _NAMES = "weights.npz", "names.json"


class LinearModel:
    """One weight vector an intent, and a temperature that turns decision values into probabilities.

    Args:
        vocabulary: Columns of the surface n-grams.
        intents: Full intent names, retrieval intents as `faq/x`.
        weights: Shape (columns, intents): a row per n-gram, so that a message touches few rows.
        bias: Shape (intents,).
        temperature: Decision values are multiplied by it before the softmax.
    """

    def __init__(
        self, vocabulary: Vocabulary, intents: List[str], weights: np.ndarray, bias: np.ndarray, temperature: float
    ) -> None:
        self.vocabulary = vocabulary
        self.intents = intents
        self._weights = weights
        self._bias = bias
        self._temperature = temperature

    def rank(self, text: str) -> List[tuple[str, float]]:
        """All intents with their probabilities (sum 1), likeliest first."""
        columns, values = self.vocabulary.row(ngrams(text))
        scores = (values @ self._weights[columns] + self._bias) * self._temperature
        scores = np.exp(scores - scores.max())
        scores /= scores.sum()
        return [(self.intents[i], float(scores[i])) for i in np.argsort(-scores)]

    @classmethod
    def fit(cls, texts: List[str], intents: List[str], *, c: float = 0.5, folds: int = 3, seed: int = 7) -> "LinearModel":
        """Learns from texts and their intents; the temperature from held-out folds of the same texts.

        A linear support vector machine, one against the rest (Fan et al. 2008, LIBLINEAR): on the questions
        of this domain it was as good as logistic regression and an order of magnitude faster to train.
        """
        from sklearn.model_selection import StratifiedKFold
        from sklearn.svm import LinearSVC

        documents = [list(ngrams(text)) for text in texts]
        vocabulary = Vocabulary.learn(documents)
        matrix = vocabulary.matrix(documents)
        names = sorted(set(intents))
        labels = np.array([names.index(intent) for intent in intents])

        def train(rows: np.ndarray) -> LinearSVC:
            # A looser tolerance than the default gives the same accuracy in a third of the time.
            return LinearSVC(C=c, tol=0.1, random_state=seed).fit(matrix[rows], labels[rows])

        held_out = np.zeros((len(texts), len(names)), dtype=np.float32)
        splitter = StratifiedKFold(folds, shuffle=True, random_state=seed)
        for kept, left in splitter.split(matrix, labels):
            model = train(kept)
            held_out[np.ix_(left, model.classes_)] = model.decision_function(matrix[left])
        final = train(np.arange(len(texts)))
        return cls(
            vocabulary,
            names,
            np.ascontiguousarray(final.coef_.T, dtype=np.float32),
            final.intercept_.astype(np.float32),
            _temperature(held_out, labels),
        )

    def save(self, folder: Any) -> None:
        """Writes plain arrays and JSON, nothing that runs code when it is read."""
        np.savez(folder / _WEIGHTS, weights=self._weights.astype(np.float16), bias=self._bias, idf=self.vocabulary.idf)
        names = {"intents": self.intents, "columns": list(self.vocabulary.columns), "temperature": self._temperature}
        (folder / _NAMES).write_text(json.dumps(names, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def read(cls, folder: Any) -> "LinearModel":
        """What `save` wrote."""
        names = json.loads((folder / _NAMES).read_text(encoding="utf-8"))
        arrays = np.load(folder / _WEIGHTS, allow_pickle=False)
        columns = {gram: column for column, gram in enumerate(names["columns"])}
        return cls(
            Vocabulary(columns, arrays["idf"]),
            names["intents"],
            arrays["weights"].astype(np.float32),
            arrays["bias"],
            names["temperature"],
        )


def _temperature(decisions: np.ndarray, labels: np.ndarray) -> float:
    """The factor with the least cross-entropy on held-out decision values (Guo et al. 2017, temperature scaling)."""
    from scipy.optimize import minimize_scalar
    from scipy.special import logsumexp

    def loss(factor: float) -> float:
        scaled = decisions * factor
        return float((logsumexp(scaled, axis=1) - scaled[np.arange(len(labels)), labels]).mean())

    return float(minimize_scalar(loss, bounds=(0.1, 50), method="bounded").x)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class JointIntentClassifier(GraphComponent, IntentClassifier):
    """Sets intent and ranking; for a retrieval intent it fills the response selector as well."""

    @classmethod
    def required_components(cls) -> List[Type]:
        """Reads the text alone."""
        return []

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """`c` and `folds` of `LinearModel.fit`; `ranking_length`: how many intents are kept with a message."""
        return {"c": 0.5, "folds": 3, "ranking_length": 5}

    def __init__(self, config: Dict[Text, Any], model_storage: ModelStorage, resource: Resource) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._model: LinearModel | None = None

    @classmethod
    def create(
        cls, config: Dict[Text, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> "JointIntentClassifier":
        """See Rasa's `GraphComponent.create`."""
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Learns from all languages' examples together."""
        examples = [e for e in training_data.intent_examples if e.get(TEXT)]
        self._model = LinearModel.fit(
            [e.get(TEXT) for e in examples],
            [e.get(INTENT_RESPONSE_KEY) or e.get(INTENT) for e in examples],
            c=self._config["c"],
            folds=self._config["folds"],
        )
        with self._model_storage.write_to(self._resource) as folder:
            self._model.save(folder)
        return self._resource

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "JointIntentClassifier":
        """See Rasa's `GraphComponent.load`."""
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            component._model = LinearModel.read(folder)
        return component

    def process(self, messages: List[Message]) -> List[Message]:
        """Classifies each message."""
        assert self._model is not None, "a component is loaded before it processes"
        for message in messages:
            ranking = self._model.rank(message.get(TEXT) or "")[: self._config["ranking_length"]]
            set_intent(message, ranking)
        return messages


def set_intent(message: Message, ranking: List[tuple[str, float]]) -> None:
    """Writes intent, ranking and, for a retrieval intent, what Rasa's `utter_faq` looks for."""
    rows = [{"name": name, "confidence": confidence} for name, confidence in ranking]
    message.set(RANKING, rows, add_to_output=True)
    message.set(INTENT, intent_row(*ranking[0]), add_to_output=True)
    message.set("response_selector", selected_response(ranking[0][0]), add_to_output=True)


def intent_row(name: str, confidence: float) -> Dict[Text, Any]:
    """Rasa's `intent` of a parsed message for a full intent name."""
    family, _, key = name.partition("/")
    row: Dict[Text, Any] = {"name": family, "confidence": confidence}
    if key:
        row[FULL_RETRIEVAL_INTENT_NAME_KEY] = name
    return row


def selected_response(name: str) -> Dict[Text, Any]:
    """Rasa's `response_selector` of a parsed message: which reply `utter_<family>` gives."""
    family, _, key = name.partition("/")
    if not key:
        return {}
    response = {"intent_response_key": name, "utter_action": f"utter_{name}", "responses": []}
    return {"all_retrieval_intents": [family], family: {"response": response, "ranking": []}}
