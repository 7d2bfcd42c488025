"""The linear model: several at once over the same features, labels without examples, and saving."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from bot.nlu.linear import LinearModel

DOCUMENTS = [
    [["nurse", "work"]], [["work", "driver"]], [["flat", "rent"]], [["rent", "house"]], [["school", "son"]], [["son", "school", "bus"]],
]  # fmt: skip
TARGETS = np.array([0, 0, 1, 1, 2, 2])
LABELS = ["job", "home", "school"]


def fit(*selections: list[int]) -> list[LinearModel]:
    rows = [np.array(selection) for selection in selections]
    return LinearModel.fit(DOCUMENTS, TARGETS, LABELS, block_weights=(1.0,), c=1.0, seed=1, selections=rows)


def likeliest(model: LinearModel, *words: str) -> str:
    return LABELS[int(model.scores([list(words)]).argmax())]


def test_each_selection_is_a_model_of_its_own() -> None:
    everything, part = fit([0, 1, 2, 3, 4, 5], [0, 1, 2, 3])
    assert likeliest(everything, "son", "school") == "school"
    assert likeliest(everything, "work") == likeliest(part, "work") == "job"
    assert likeliest(part, "son", "school") != "school", "it has not seen any"


def test_is_the_same_after_saving(tmp_path: Path) -> None:
    (model,) = fit([0, 1, 2, 3, 4, 5])
    model.save(tmp_path)
    again = LinearModel.read(tmp_path)
    assert np.allclose(model.scores([["rent", "work"]]), again.scores([["rent", "work"]]), atol=0.01)
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".json", ".npz"]
