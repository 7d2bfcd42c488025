"""One judgement out of two: what the words say, and where the sentence lies.

Counted features are judged by a linear model, the sentence's vector by a small network; each sees what the other does
not. How much each counts is found on examples that neither has learned from, and so that the probabilities mean what
they say: of the messages judged with 0.8, about 80 % are judged rightly.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bot.nlu.linear import Blocks, LinearModel
from bot.nlu.network import MANY, Network

_FACTORS = "joint.json"
_MANY = 5_000


@dataclass(frozen=True)
class Sample:
    """What is known of a text."""

    blocks: Blocks
    vector: np.ndarray | None = None
    """Shape (width,), length 1."""


@dataclass(frozen=True)
class Plan:
    """How to learn.

    Attributes:
        block_weights: Factor of each block.
        c: Penalty of the support vector machine.
        held_out: Share of the samples that the factors are found on, by a trial that has not seen them.
        trial: Share of the samples that the trial learns from where there are many; of few it needs all others.
        trial_most: So many of them suffice.
    """

    block_weights: Sequence[float] = (1.0,)
    c: float = 0.5
    held_out: float = 0.3
    trial: float = 0.35
    trial_most: int = 15_000
    seed: int = 7


class JointModel:
    """Args:
    linear: Judges the blocks.
    network: Judges the vector; None where there is none.
    factors: How much each counts.
    """

    def __init__(self, linear: LinearModel, network: Network | None, factors: tuple[float, float]) -> None:
        self.labels = linear.labels
        self._linear = linear
        self._network = network
        self._factors = factors

    def probabilities(self, sample: Sample) -> np.ndarray:
        """Shape (labels,), sum 1."""
        scores = self._linear.scores(sample.blocks) * self._factors[0]
        if self._network is not None and sample.vector is not None:
            scores += self._network.logits(sample.vector) * self._factors[1]
        scores = np.exp(scores - scores.max())
        return scores / scores.sum()

    def rank(self, sample: Sample) -> list[tuple[str, float]]:
        """All labels with their probabilities, likeliest first."""
        found = self.probabilities(sample)
        order = np.argsort(-found)
        return list(zip(map(self.labels.__getitem__, order.tolist()), found[order].tolist(), strict=True))

    @classmethod
    def fit(
        cls, samples: Sequence[Sample], names: Sequence[str], plan: Plan = Plan(), *, unseen: np.ndarray | None = None
    ) -> JointModel:
        """Learns from samples and the names of their classes.

        Args:
            unseen: Which samples the encoder has not learned from, booleans; None: none of them. Only of those a vector
                lies as that of a new question will, so only on those the factors are found.
        """
        labels = sorted(set(names))
        number = {label: i for i, label in enumerate(labels)}
        targets = np.array([number[name] for name in names])
        everything = np.arange(len(samples))
        kept, left = _parts(targets, plan, unseen)
        vectors = None if samples[0].vector is None else np.stack([s.vector for s in samples if s.vector is not None])

        # The trial learns as the other does.
        many = len(samples) > MANY
        with ThreadPoolExecutor(1) as beside:
            linear = beside.submit(
                LinearModel.fit, [s.blocks for s in samples], targets, labels, block_weights=plan.block_weights,
                c=plan.c, seed=plan.seed, selections=[kept, everything],
            )  # fmt: skip
            networks = [
                None if vectors is None else Network.fit(vectors[rows], targets[rows], len(labels), many=many, seed=plan.seed)
                for rows in (kept, everything)
            ]
            trial, final = linear.result()
        opinions = [np.stack([trial.scores(samples[i].blocks) for i in left])]
        if vectors is not None and networks[0] is not None:
            opinions.append(networks[0].scores(vectors[left]))
        factors = _factors(opinions, targets[left])
        return cls(final, networks[1], factors)

    def save(self, folder: Path) -> None:
        """Writes plain arrays and JSON."""
        self._linear.save(folder)
        if self._network is not None:
            self._network.save(folder)
        (folder / _FACTORS).write_text(json.dumps(self._factors), encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> JointModel:
        """What `save` wrote."""
        first, second = json.loads((folder / _FACTORS).read_text(encoding="utf-8"))
        return cls(LinearModel.read(folder), Network.read(folder), (first, second))


def _parts(targets: np.ndarray, plan: Plan, unseen: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """Rows for the trial to learn from, and rows to find the factors on; of each class as large a share."""
    from sklearn.model_selection import train_test_split

    many = len(targets) > _MANY
    trial = min(int(plan.trial * len(targets)), plan.trial_most)
    if unseen is None or unseen.all():
        kept, left = train_test_split(
            np.arange(len(targets)), train_size=trial if many else None, test_size=plan.held_out, stratify=targets,
            random_state=plan.seed,
        )  # fmt: skip
        return kept, left
    random = np.random.default_rng(plan.seed)
    left = random.permutation(np.flatnonzero(unseen))[: int(plan.held_out * len(targets))]
    others = random.permutation(np.setdiff1d(np.arange(len(targets)), left))
    return others[:trial] if many else others, left


def _factors(opinions: list[np.ndarray], targets: np.ndarray) -> tuple[float, float]:
    """The factors with the least cross-entropy on held-out examples (Guo et al. 2017, temperature scaling, for two)."""
    from scipy.optimize import minimize
    from scipy.special import logsumexp

    def loss(logarithms: np.ndarray) -> float:
        scores = sum(np.exp(factor) * opinion for factor, opinion in zip(logarithms, opinions, strict=True))
        return float((logsumexp(scores, axis=1) - scores[np.arange(len(targets)), targets]).mean())

    start = np.log([4.0, 1.0][: len(opinions)])
    # Its own first steps are a share of the start, and log 1 is 0: the second factor would never move.
    steps = np.vstack([start, start - np.eye(len(start)) / 2])
    options = {"xatol": 0.02, "fatol": 1e-4, "initial_simplex": steps}
    factors = np.exp(minimize(loss, start, method="Nelder-Mead", options=options).x)
    return float(factors[0]), float(factors[1]) if len(factors) > 1 else 0.0
