"""What the encoder has learned is added to its own weights, and to no others; a file that cannot be used says why."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot.nlu.addition import Addition, EncoderError, MadeOf, checksum, may_learn

MADE_OF = MadeOf(weights="ab" * 32, examples=3, share=0.8, rank=2, epochs=1, seed=7)


def _addition() -> Addition:
    random = np.random.default_rng(1)
    return Addition(MADE_OF, {"layer.one": (random.normal(size=(4, 2)), random.normal(size=(2, 6)))})


def test_what_was_saved_is_added_to_the_matrix_it_is_for(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "addition.npz"
    _addition().save(file)
    again = Addition.read(file, MADE_OF.weights)
    assert again.made_of == MADE_OF
    weights = {"layer.one.weight": np.ones((6, 4), np.float32), "layer.two.weight": np.ones((2, 2), np.float32)}
    added = again.added_to(weights)
    down, up = _addition().pairs["layer.one"]
    value = np.arange(4.0)
    assert np.allclose(added["layer.one.weight"] @ value, weights["layer.one.weight"] @ value + value @ down @ up, atol=0.02)
    assert added["layer.two.weight"] is weights["layer.two.weight"]
    assert list(file.parent.iterdir()) == [file], "nothing half written is left"


def test_the_same_content_has_the_same_checksum_and_another_another(tmp_path: Path) -> None:
    first, same, other = (tmp_path / name for name in ("a.npz", "b.npz", "c.npz"))
    for file in (first, same):
        _addition().save(file)
    Addition(MADE_OF, {}).save(other)
    assert checksum(first) == checksum(same) != checksum(other)


@pytest.mark.parametrize("content", [b"", b"PK broken", b"no archive"])
def test_a_broken_file_is_told_with_what_to_do(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "addition.npz"
    file.write_bytes(content)
    with pytest.raises(EncoderError, match=r"addition\.npz cannot be read.*lotse adapt"):
        Addition.read(file, MADE_OF.weights)


def test_a_file_with_other_arrays_is_told_too(tmp_path: Path) -> None:
    np.savez(tmp_path / "addition.npz", something=np.ones(3))
    with pytest.raises(EncoderError, match="lotse adapt"):
        Addition.read(tmp_path / "addition.npz", MADE_OF.weights)


def test_a_missing_file_is_told_with_what_to_do(tmp_path: Path) -> None:
    for use in (lambda file: Addition.read(file, MADE_OF.weights), checksum):
        with pytest.raises(EncoderError, match=r"addition\.npz is missing.*config\.yml.*lotse adapt"):
            use(tmp_path / "addition.npz")


def test_a_file_for_other_weights_is_refused(tmp_path: Path) -> None:
    _addition().save(tmp_path / "addition.npz")
    with pytest.raises(EncoderError, match="abababab.*cdcdcdcd"):
        Addition.read(tmp_path / "addition.npz", "cd" * 32)


def test_about_the_share_of_the_examples_is_learned_from_and_always_the_same() -> None:
    texts = [f"example number {number}" for number in range(2000)]
    learned = [may_learn(text, 0.8) for text in texts]
    assert 0.77 < np.mean(learned) < 0.83
    assert learned == [may_learn(text, 0.8) for text in texts]
    assert all(may_learn(text, 1.0) for text in texts) and not any(may_learn(text, 0.0) for text in texts)
