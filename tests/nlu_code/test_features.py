"""What is counted of a text, and how it is weighed."""

from __future__ import annotations

import numpy as np
import pytest

from bot.nlu.features import Vocabulary, ngrams, word_ngrams


def test_numbers_are_one_feature() -> None:
    assert set(ngrams("580 euro")) == set(ngrams("1.200 euro"))


def test_words_and_their_parts() -> None:
    found = set(ngrams("Kita Platz"))
    assert {"w:kita", "w:kita platz", " ki", "latz "} <= found
    assert not any("a p" in gram for gram in found if not gram.startswith("w:")), "characters stay inside a word"


def test_words_of_a_gloss_and_pairs_of_them() -> None:
    assert list(word_ngrams("look for flat")) == ["look", "for", "flat", "look for", "for flat"]


def test_a_row_has_length_one() -> None:
    vocabulary = Vocabulary.learn([["a", "b"], ["a", "c"], ["b", "a"]])
    _, weights = vocabulary.row(["a", "a", "b", "never seen"])
    assert float(np.linalg.norm(weights)) == pytest.approx(1)


def test_what_occurs_once_is_no_feature() -> None:
    assert set(Vocabulary.learn([["a", "b"], ["a"]]).columns) == {"a"}
