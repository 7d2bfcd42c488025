"""What is counted of a text, and how it is weighed."""

from __future__ import annotations

import numpy as np
import pytest

from bot.nlu.features import Vocabulary, ngrams, word_ngrams


def test_numbers_are_one_feature() -> None:
    assert set(ngrams("580 euro")) == set(ngrams("1.200 euro"))


def test_words_and_their_parts() -> None:
    found = set(ngrams("Kita Platz"))
    assert {"w:kita", "w:kita platz", " ki", "atz "} <= found
    assert {"k", "latz "}.isdisjoint(found) and "latz " in ngrams("Kita Platz", (5,))
    assert not any("a p" in gram for gram in found if not gram.startswith("w:")), "characters stay inside a word"


def test_words_of_a_gloss_and_pairs_of_them() -> None:
    assert word_ngrams("look for flat") == ["look", "for", "flat", "look for", "for flat"]


def test_a_row_has_length_one() -> None:
    vocabulary = Vocabulary.learn([["a", "b"], ["a", "c"], ["b", "a"]])
    _, weights = vocabulary.row(["a", "a", "b", "never seen"])
    assert float(np.linalg.norm(weights)) == pytest.approx(1)


def test_the_rows_of_many_documents_are_those_of_each() -> None:
    documents = [["a", "b", "a"], ["a", "c"], [], ["b", "never seen", "b", "b"], ["never seen"]]
    vocabulary = Vocabulary.learn(documents[:4])
    assert list(vocabulary.columns) == ["a", "b"]
    assert vocabulary.idf == pytest.approx([np.log(5 / 3) + 1] * 2)
    rows = vocabulary.matrix(documents)
    assert rows.shape == (5, 2) and rows.dtype == np.float32
    for row, document in zip(rows.toarray(), documents, strict=True):
        alone = np.zeros(2, dtype=np.float32)
        columns, weights = vocabulary.row(document)
        alone[columns] = weights
        assert row == pytest.approx(alone)


def test_nothing_learned_of_nothing() -> None:
    assert not Vocabulary.learn([]).columns
    assert Vocabulary.learn([["a"]]).matrix([["a"], []]).shape == (2, 0)


def test_what_occurs_once_is_no_feature() -> None:
    assert set(Vocabulary.learn([["a", "b"], ["a"]]).columns) == {"a"}
