"""The small network over vectors: learns what a straight line cannot, and is the same after saving."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot.nlu.network import Network


@pytest.fixture(scope="module")
def learned() -> tuple[Network, np.ndarray, np.ndarray]:
    """Two classes in opposite corners: no plane parts them."""
    corners = np.array([[1, 1], [-1, -1], [1, -1], [-1, 1]], dtype=np.float32)
    targets = np.repeat([0, 0, 1, 1], 60)
    vectors = np.repeat(corners, 60, axis=0) + np.random.default_rng(1).normal(0, 0.2, (240, 2)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return Network.fit(vectors, targets, 2, units=32, epochs=30), vectors, targets


def test_learns_what_is_not_linear(learned: tuple[Network, np.ndarray, np.ndarray]) -> None:
    network, vectors, targets = learned
    assert (network.scores(vectors).argmax(1) == targets).mean() > 0.95


def test_scores_are_logarithms_of_probabilities(learned: tuple[Network, np.ndarray, np.ndarray]) -> None:
    network, vectors, _ = learned
    assert np.exp(network.scores(vectors)).sum(1) == pytest.approx(1, abs=1e-5)
    assert network.scores(vectors[0]) == pytest.approx(network.scores(vectors)[0], abs=1e-6)


def test_is_the_same_after_saving(learned: tuple[Network, np.ndarray, np.ndarray], tmp_path: Path) -> None:
    network, vectors, _ = learned
    network.save(tmp_path)
    again = Network.read(tmp_path)
    assert again is not None
    assert again.scores(vectors) == pytest.approx(network.scores(vectors))


def test_none_was_saved(tmp_path: Path) -> None:
    assert Network.read(tmp_path) is None
