"""A linear classifier over counted features: learns, scores, is saved as plain arrays."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix

from bot.nlu.features import Vocabulary

_ARRAYS, _NAMES = "linear.npz", "linear.json"
_ROUNDS = 3
_CORES = 2
_LEAST = 1e-6
"""The largest weight is taken for at least this: there may be none at all."""
_MUCH = 1_000_000
"""Values in a matrix from which on starting other processes takes less time than they save."""

Blocks = Sequence[Iterable[str]]
"""The features of one text, block by block: each block is weighed and scaled for itself."""


class LinearModel:
    """One weight vector a label.

    Args:
        labels: Names of the classes.
        vocabularies: One a block.
        weights: One a block, shape (columns, labels): a row per feature, so that a text touches few rows. Whole numbers of
            16 bits, of which a text's few hundred rows are read in a third of the time that floats of 16 bits take.
        steps: One a block: what 1 in its weights means.
        bias: Shape (labels,).
    """

    def __init__(
        self,
        labels: Sequence[str],
        vocabularies: list[Vocabulary],
        weights: list[np.ndarray],
        steps: Sequence[float],
        bias: np.ndarray,
    ) -> None:
        self.labels = list(labels)
        self.vocabularies = vocabularies
        self._weights = weights
        self._steps = steps
        self._bias = bias

    def scores(self, blocks: Blocks) -> np.ndarray:
        """Decision values of one text, shape (labels,)."""
        scores = self._bias.copy()
        for vocabulary, weights, step, block in zip(self.vocabularies, self._weights, self._steps, blocks, strict=True):
            columns, values = vocabulary.row(block)
            scores += (values * step) @ weights[columns].astype(np.float32)
        return scores

    @classmethod
    def fit(
        cls,
        documents: Sequence[Blocks],
        targets: np.ndarray,
        labels: Sequence[str],
        *,
        block_weights: Sequence[float],
        c: float,
        seed: int,
        selections: Sequence[np.ndarray],
    ) -> list[LinearModel]:
        """One model for each selection of the documents; features and their weights are those of all.

        A linear support vector machine, one against the rest (Fan et al. 2008, LIBLINEAR): on the questions
        of this domain it was as good as logistic regression and an order of magnitude faster to train.

        Args:
            targets: Number of each document's label.
            block_weights: Factor of each block.
            c: Penalty of the support vector machine.
            selections: Rows to learn from.
        """
        from joblib import Parallel, delayed
        from scipy.sparse import hstack

        blocks = [[document[i] for document in documents] for i in range(len(block_weights))]
        vocabularies = [Vocabulary.learn(block) for block in blocks]
        parts = [v.matrix(block) * f for v, block, f in zip(vocabularies, blocks, block_weights, strict=True)]
        matrix = hstack(parts).tocsr()

        def put_together(found: Sequence[tuple[np.ndarray, np.ndarray, np.ndarray]]) -> LinearModel:
            coefficients, bias, learned = (np.concatenate(part) for part in zip(*found, strict=True))
            weights, steps, start = [], [], 0
            for part, factor in zip(parts, block_weights, strict=True):
                # The factors go into the weights, so that scoring need not know them.
                own = np.zeros((part.shape[1], len(labels)), dtype=np.float32)
                own[:, learned] = coefficients[:, start : start + part.shape[1]].T * factor
                steps.append(max(float(np.abs(own).max(initial=0.0)), _LEAST) / np.iinfo(np.int16).max)
                weights.append(np.rint(own / np.float32(steps[-1])).astype(np.int16))
                start += part.shape[1]
            # A label without an example among these rows is never the likeliest.
            full = np.full(len(labels), min(-1.0, float(bias.min())), dtype=np.float32)
            full[learned] = bias
            return cls(labels, vocabularies, weights, steps, full)

        # Each core learns to tell half of the labels from all others. As processes: LIBLINEAR has one source of random
        # numbers, and two threads that draw from it never learn the same twice.
        shares = [share for share in np.array_split(np.arange(len(labels)), _CORES) if len(share)]
        tasks = [delayed(_told_apart)(matrix, targets, rows, share, c, seed) for rows in selections for share in shares]
        with Parallel(n_jobs=_CORES if matrix.nnz > _MUCH else 1, max_nbytes="1M", mmap_mode="r") as cores:
            learned = cores(tasks)
        return [put_together(learned[start : start + len(shares)]) for start in range(0, len(learned), len(shares))]

    def save(self, folder: Path) -> None:
        """Writes plain arrays and JSON, nothing that runs code when it is read."""
        arrays = {"bias": self._bias}
        for i, (vocabulary, weights) in enumerate(zip(self.vocabularies, self._weights, strict=True)):
            arrays |= {f"idf{i}": vocabulary.idf, f"weights{i}": weights, f"step{i}": np.array(self._steps[i])}
        np.savez(folder / _ARRAYS, **arrays)  # type: ignore[arg-type]
        names = {"labels": self.labels, "columns": [list(vocabulary.columns) for vocabulary in self.vocabularies]}
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
        weights = [arrays[f"weights{i}"] for i in range(len(vocabularies))]
        return cls(names["labels"], vocabularies, weights, [arrays[f"step{i}"] for i in range(len(weights))], arrays["bias"])


def _told_apart(
    matrix: csr_matrix, targets: np.ndarray, rows: np.ndarray, own: np.ndarray, c: float, seed: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Coefficients, shape (labels, columns), and biases of those of `own` that have examples, and their numbers."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.svm import LinearSVC

    others = int(targets.max()) + 1
    named = np.where(np.isin(targets[rows], own), targets[rows], others)
    if len(np.unique(named)) < 2:
        return np.empty((0, matrix.shape[1])), np.empty(0), np.empty(0, dtype=int)
    # Few rounds give the same accuracy as many in a fraction of the time, so being told of it is no news.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        machine = LinearSVC(C=c, tol=0.3, max_iter=_ROUNDS, random_state=seed).fit(matrix[rows], named)
    coefficients, bias = machine.coef_.astype(np.float32), machine.intercept_
    if len(machine.classes_) == 2:
        coefficients, bias = np.concatenate([-coefficients, coefficients]), np.concatenate([-bias, bias])
    learned = machine.classes_ != others
    return coefficients[learned], bias[learned], machine.classes_[learned]
