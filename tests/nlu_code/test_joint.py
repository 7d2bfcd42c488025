"""The classifier: learns, is calibrated, survives being saved, and never needs pickle."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot.nlu.features import ngrams
from bot.nlu.joint import JointModel, Plan, Sample, _factors

TEXTS = {
    "job": ["work as a nurse", "looking for a job", "any job for a driver", "work in a bakery", "job offers please", "hiring nurses"],
    "home": ["a flat to rent", "house with garden", "rent a small flat", "flat near school", "house for five", "room to rent"],
    "school": ["school for my son", "which school", "enrol my son", "school bus ticket", "son starts school", "primary school"],
}  # fmt: skip


def _samples(with_vector: bool) -> tuple[list[Sample], list[str]]:
    samples, names = [], []
    for number, (name, texts) in enumerate(TEXTS.items()):
        for text in texts:
            vector = np.eye(3, dtype=np.float32)[number] if with_vector else None
            samples.append(Sample((list(ngrams(text)), text.split()), vector))
            names.append(name)
    return samples, names


@pytest.mark.parametrize("with_vector", [False, True], ids=["counts alone", "counts and vector"])
def test_learns_and_is_the_same_after_saving(with_vector: bool, tmp_path: Path) -> None:
    samples, names = _samples(with_vector)
    model = JointModel.fit(samples, names, Plan(block_weights=(1.0, 0.5)))
    assert [model.rank(sample)[0][0] for sample in samples] == names
    model.save(tmp_path)
    again = JointModel.read(tmp_path)
    for sample in samples:
        before, after = dict(model.rank(sample)), dict(again.rank(sample))
        assert before.keys() == after.keys()
        assert all(abs(before[name] - after[name]) < 0.01 for name in before)
    assert not list(tmp_path.rglob("*.pkl"))


def test_two_classes_are_no_special_case() -> None:
    samples, names = _samples(False)
    model = JointModel.fit(samples[:12], names[:12], Plan(block_weights=(1.0, 1.0)))
    assert [model.rank(sample)[0][0] for sample in samples[:12]] == names[:12]


def test_probabilities_sum_to_one_even_for_an_unknown_text() -> None:
    samples, names = _samples(False)
    model = JointModel.fit(samples, names, Plan(block_weights=(1.0, 1.0)))
    ranking = model.rank(Sample((list(ngrams("żółw")), [])))
    assert sum(p for _, p in ranking) == pytest.approx(1, abs=1e-5)
    assert ranking == sorted(ranking, key=lambda row: -row[1])


def test_each_opinion_counts_as_much_as_it_is_worth() -> None:
    random = np.random.default_rng(3)
    targets = random.integers(0, 5, 400)
    knows = np.eye(5)[targets] + random.normal(0, 0.6, (400, 5))
    guesses = random.normal(0, 1, (400, 5))
    for opinions in ([knows, guesses], [guesses, knows]):
        found = _factors(opinions, targets)
        useful, useless = (found[0], found[1]) if opinions[0] is knows else (found[1], found[0])
        assert useful > 1.5 and useless < 0.3, found
