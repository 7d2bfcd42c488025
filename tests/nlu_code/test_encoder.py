"""The encoder: built from the package's weights, close to an independent reading of them, cached."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot.nlu.encoder import Encoder, VectorCache
from bot.nlu.encoder_build import EncoderError, build, package_folder

SENTENCES = [
    "i need a place in kindergarten for my child",
    "look for flat three room",
    "where register address",
    "how much is the rent",
    "my husband hits me, please help",
]


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder.default(Path("models/cache"))


def _reference(text: str) -> np.ndarray:
    """BERT in plain NumPy, 32-bit floats, straight from the weights: shares no line with the ONNX graph."""
    from safetensors.numpy import load_file
    from scipy.special import erf, softmax
    from tokenizers import Tokenizer

    folder = package_folder()
    w = load_file(folder / "model.safetensors")
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    ids = tokenizer.encode(text).ids

    def norm(x: np.ndarray, name: str) -> np.ndarray:
        x = x - x.mean(-1, keepdims=True)
        return x / np.sqrt((x**2).mean(-1, keepdims=True) + 1e-12) * w[f"{name}.weight"] + w[f"{name}.bias"]

    def dense(x: np.ndarray, name: str) -> np.ndarray:
        return x @ w[f"{name}.weight"].T + w[f"{name}.bias"]

    e = "embeddings."
    x = w[e + "word_embeddings.weight"][ids] + w[e + "position_embeddings.weight"][: len(ids)]
    x = norm(x + w[e + "token_type_embeddings.weight"][0], "embeddings.LayerNorm")
    for layer in (f"encoder.layer.{n}" for n in range(6)):
        q, k, v = (dense(x, f"{layer}.attention.self.{name}").reshape(len(ids), 12, 32) for name in ("query", "key", "value"))
        attention = softmax(np.einsum("qhd,khd->hqk", q, k) / np.sqrt(32), axis=-1)
        context = np.einsum("hqk,khd->qhd", attention, v).reshape(len(ids), 384)
        x = norm(dense(context, f"{layer}.attention.output.dense") + x, f"{layer}.attention.output.LayerNorm")
        inner = dense(x, f"{layer}.intermediate.dense")
        inner = inner * 0.5 * (1 + erf(inner / np.sqrt(2)))
        x = norm(dense(inner, f"{layer}.output.dense") + x, f"{layer}.output.LayerNorm")
    mean = x.mean(0)
    return mean / np.linalg.norm(mean)


@pytest.mark.parametrize("sentence", SENTENCES)
def test_is_close_to_the_original_weights(encoder: Encoder, sentence: str) -> None:
    assert float(encoder.vector(sentence) @ _reference(sentence)) > 0.98


def test_meaning_lies_closer_than_words(encoder: Encoder) -> None:
    asked, same, other = (encoder.vector(t) for t in ("childcare for my son", "kindergarten place child", "register my car"))
    assert asked @ same > asked @ other + 0.1


def test_empty_and_endless_texts(encoder: Encoder) -> None:
    for text in ("", " ", "word " * 5000):
        assert np.linalg.norm(encoder.vector(text)) == pytest.approx(1, abs=1e-3)


def test_changed_weights_are_refused(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"something else")
    with pytest.raises(EncoderError, match="SHA-256"):
        build(tmp_path, tmp_path / "out.onnx")
    assert not list(tmp_path.glob("*.onnx"))


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
