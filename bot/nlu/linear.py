"""A linear classifier with calibrated confidence: learns, ranks, is saved as plain arrays."""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bot.nlu.features import Vocabulary

_ARRAYS, _NAMES = "model.npz", "model.json"


@dataclass(frozen=True)
class Sample:
    """What is known of a text."""

    blocks: Sequence[Sequence[str]]
    """Features that are counted, block by block: each block is weighed and scaled for itself."""
    vector: np.ndarray | None = None
    """Shape (width,), length 1."""


@dataclass(frozen=True)
class Plan:
    """How to learn.

    Attributes:
        block_weights: Factor of each block.
        vector_weight: Factor of the vector.
        c: Penalty of the support vector machine.
        held_out: Share of the samples that the temperature is found on, by a model that has not seen them.
    """

    block_weights: Sequence[float] = (1.0,)
    vector_weight: float = 1.0
    c: float = 0.5
    held_out: float = 0.3
    seed: int = 7


class LinearModel:
    """One weight vector a label, and a temperature that turns decision values into probabilities.

    Args:
        labels: Names of the classes.
        vocabularies: One a block.
        weights: One a block, shape (columns, labels): a row per feature, so that a text touches few rows.
        vector_weights: Shape (width, labels), or None.
        bias: Shape (labels,).
        temperature: Decision values are multiplied by it before the softmax.
    """

    def __init__(
        self,
        labels: list[str],
        vocabularies: list[Vocabulary],
        weights: list[np.ndarray],
        vector_weights: np.ndarray | None,
        bias: np.ndarray,
        temperature: float,
    ) -> None:
        self.labels = labels
        self.vocabularies = vocabularies
        self._weights = weights
        self._vector_weights = vector_weights
        self._bias = bias
        self._temperature = temperature

    def rank(self, sample: Sample) -> list[tuple[str, float]]:
        """All labels with their probabilities (sum 1), likeliest first."""
        scores = self._bias.copy()
        for vocabulary, weights, block in zip(self.vocabularies, self._weights, sample.blocks, strict=True):
            columns, values = vocabulary.row(block)
            scores += values @ weights[columns]
        if self._vector_weights is not None and sample.vector is not None:
            scores += sample.vector @ self._vector_weights
        scores *= self._temperature
        scores = np.exp(scores - scores.max())
        scores /= scores.sum()
        return [(self.labels[i], float(scores[i])) for i in np.argsort(-scores)]

    @classmethod
    def fit(cls, samples: Sequence[Sample], names: Sequence[str], plan: Plan = Plan()) -> LinearModel:
        """Learns from samples and the names of their classes.

        A linear support vector machine, one against the rest (Fan et al. 2008, LIBLINEAR): on the questions
        of this domain it was as good as logistic regression and an order of magnitude faster to train.
        """
        from scipy.sparse import csr_matrix, hstack
        from sklearn.model_selection import train_test_split
        from sklearn.svm import LinearSVC

        blocks = [[sample.blocks[i] for sample in samples] for i in range(len(plan.block_weights))]
        vocabularies = [Vocabulary.learn(block) for block in blocks]
        factors = [*plan.block_weights]
        parts = [v.matrix(block) * f for v, block, f in zip(vocabularies, blocks, factors, strict=True)]
        if samples[0].vector is not None:
            vectors = [sample.vector for sample in samples if sample.vector is not None]
            parts.append(csr_matrix(np.stack(vectors)) * plan.vector_weight)
            factors.append(plan.vector_weight)
        matrix = hstack(parts).tocsr()
        labels = sorted(set(names))
        number = {label: i for i, label in enumerate(labels)}
        targets = np.array([number[name] for name in names])

        def train(rows: np.ndarray) -> LinearSVC:
            # A looser tolerance than the default gives the same accuracy in a third of the time.
            return LinearSVC(C=plan.c, tol=0.3, random_state=plan.seed).fit(matrix[rows], targets[rows])

        everything = np.arange(len(samples))
        kept, left = train_test_split(everything, test_size=plan.held_out, stratify=targets, random_state=plan.seed)
        # LIBLINEAR lets go of the interpreter, so the two trainings run beside each other.
        with ThreadPoolExecutor(2) as pool:
            part, final = pool.map(train, (kept, everything))
        temperature = _temperature(_decisions(part, matrix[left], len(labels)), targets[left])
        coefficients, bias = final.coef_, final.intercept_
        if len(labels) == 2:
            coefficients, bias = np.concatenate([-coefficients, coefficients]), np.concatenate([-bias, bias])
        # The factors go into the weights, so that ranking need not know them.
        edges = np.cumsum([0] + [part.shape[1] for part in parts])
        weights = [
            np.ascontiguousarray(coefficients[:, start:end].T * factor, dtype=np.float32)
            for start, end, factor in zip(edges, edges[1:], factors, strict=False)
        ]
        vector_weights = weights.pop() if len(weights) > len(vocabularies) else None
        return cls(labels, vocabularies, weights, vector_weights, bias.astype(np.float32), temperature)

    def save(self, folder: Path) -> None:
        """Writes plain arrays and JSON, nothing that runs code when it is read."""
        arrays = {"bias": self._bias}
        if self._vector_weights is not None:
            arrays["vector"] = self._vector_weights
        for i, (vocabulary, weights) in enumerate(zip(self.vocabularies, self._weights, strict=True)):
            arrays |= {f"idf{i}": vocabulary.idf, f"weights{i}": weights.astype(np.float16)}
        np.savez(folder / _ARRAYS, **arrays)  # type: ignore[arg-type]
        names = {
            "labels": self.labels,
            "columns": [list(vocabulary.columns) for vocabulary in self.vocabularies],
            "temperature": self._temperature,
        }
        (folder / _NAMES).write_text(json.dumps(names, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> LinearModel:
        """What `save` wrote."""
        names = json.loads((folder / _NAMES).read_text(encoding="utf-8"))
        arrays = np.load(folder / _ARRAYS, allow_pickle=False)
        vocabularies = [
            Vocabulary({feature: column for column, feature in enumerate(columns)}, arrays[f"idf{i}"])
            for i, columns in enumerate(names["columns"])
        ]
        weights = [arrays[f"weights{i}"].astype(np.float32) for i in range(len(vocabularies))]
        vector = arrays.get("vector")
        return cls(names["labels"], vocabularies, weights, vector, arrays["bias"], names["temperature"])


def _decisions(model: object, rows: object, labels: int) -> np.ndarray:
    values = model.decision_function(rows)  # type: ignore[attr-defined]
    if values.ndim == 1:
        values = np.stack([-values, values], axis=1)
    full = np.full((values.shape[0], labels), values.min(), dtype=np.float32)
    full[:, model.classes_] = values  # type: ignore[attr-defined]
    return full


def _temperature(decisions: np.ndarray, targets: np.ndarray) -> float:
    """The factor with the least cross-entropy on held-out decision values (Guo et al. 2017, temperature scaling)."""
    from scipy.optimize import minimize_scalar
    from scipy.special import logsumexp

    def loss(factor: float) -> float:
        scaled = decisions * factor
        return float((logsumexp(scaled, axis=1) - scaled[np.arange(len(targets)), targets]).mean())

    return float(minimize_scalar(loss, bounds=(0.1, 50), method="bounded").x)
