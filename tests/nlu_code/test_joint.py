"""The classifier: learns, is calibrated, survives being saved, and never needs pickle."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot.nlu.features import ngrams
from bot.nlu.joint import JointModel, Plan, Sample, _factors, _parts

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
            samples.append(Sample((ngrams(text), text.split()), vector))
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
    ranking = model.rank(Sample((ngrams("żółw"), [])))
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


def test_factors_are_found_only_on_what_the_encoder_has_not_seen() -> None:
    targets = np.repeat(np.arange(10), 60)
    unseen = np.random.default_rng(2).random(600) < 0.2
    kept, left = _parts(targets, Plan(), unseen)
    assert len(left) == unseen.sum() and unseen[left].all()
    assert not set(kept) & set(left) and len(kept) + len(left) == 600
    assert len(_parts(targets, Plan(), np.ones(600, dtype=bool))[1]) == 180, "an encoder that has learned nothing: as many as planned"


def test_a_network_over_vectors_learned_by_heart_is_not_trusted() -> None:
    random = np.random.default_rng(5)
    names = [name for name in "abcd" for _ in range(150)]
    targets = np.repeat(np.arange(4), 150)
    unseen = random.random(600) < 0.25
    # The words tell a little; the vectors tell everything of what was seen, and nothing of what was not.
    vectors = np.where(unseen[:, None], random.normal(size=(600, 4)), np.eye(4)[targets]).astype(np.float32)
    words = [[name if random.random() < 0.6 else random.choice(list("abcd"))] for name in names]
    samples = [Sample((word,), vector) for word, vector in zip(words, vectors, strict=True)]
    sure = {}
    for known, mask in (("honest", unseen), ("fooled", None)):
        model = JointModel.fit(samples, names, Plan(), unseen=mask)
        asked = [Sample((word,), vector) for word, vector in zip(words, random.normal(size=(600, 4)).astype(np.float32), strict=True)]
        sure[known] = np.mean([model.probabilities(sample).max() for sample in asked])
    assert sure["honest"] < sure["fooled"] - 0.04, sure
