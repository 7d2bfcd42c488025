"""Vectors: near in meaning is near, whatever the length; each text is encoded once."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from bot.nlu.encoder import Encoder, VectorCache


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder.default(Path("models/cache"))


def test_meaning_lies_closer_than_words(encoder: Encoder) -> None:
    asked, same, other = (encoder.vector(t) for t in ("childcare for my son", "kindergarten place child", "register my car"))
    assert asked @ same > asked @ other + 0.1


def test_empty_and_endless_texts(encoder: Encoder) -> None:
    for text in ("", " ", "word " * 5000):
        assert np.linalg.norm(encoder.vector(text)) == pytest.approx(1, abs=1e-3)


class _Counting:
    def __init__(self) -> None:
        self.texts: list[str] = []

    def vectors(self, texts: list[str]) -> np.ndarray:
        self.texts += texts
        return np.ones((len(texts), 4), dtype=np.float32)


def test_each_text_is_encoded_once_and_a_broken_cache_is_made_again(tmp_path: Path) -> None:
    file = tmp_path / "vectors.npz"
    for texts, new in ((["a", "b", "a"], ["a", "b"]), (["b", "c"], ["c"]), (["b", "c"], [])):
        counting = _Counting()
        assert len(VectorCache(file).vectors(texts, counting)) == len(texts)  # type: ignore[arg-type]
        assert counting.texts == new
    file.write_bytes(b"PK broken")
    counting = _Counting()
    VectorCache(file).vectors(["b"], counting)  # type: ignore[arg-type]
    assert counting.texts == ["b"]


def test_each_encoder_has_vectors_of_its_own_and_old_ones_go(tmp_path: Path) -> None:
    files = [tmp_path / f"vectors-minilm-{name}.npz" for name in ("old", "fresh")]
    for file in files:
        file.write_bytes(b"")
    os.utime(files[0], (1, 1))
    (tmp_path / "answers-vectors-minilm-old.npz").write_bytes(b"")
    os.utime(tmp_path / "answers-vectors-minilm-old.npz", (1, 1))
    counting = _Counting()
    counting.name = "minilm-new"  # type: ignore[attr-defined]
    VectorCache.of(tmp_path, "vectors", counting).vectors(["a"], counting)  # type: ignore[arg-type]
    assert {file.name for file in tmp_path.iterdir()} == {
        "vectors-minilm-fresh.npz", "vectors-minilm-new.npz", "answers-vectors-minilm-old.npz",
    }  # fmt: skip
