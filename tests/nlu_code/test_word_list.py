"""A list of words answers as a dictionary would, and comes back from its arrays as it was."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot.nlu.word_list import WordList

WORDS = {
    "wohnung": "apartment", "wohnort": "place of residence", "haus": "house", "auf wiedersehen": "goodbye", "und": "",
    "квартира": "apartment", "شقه": "apartment", "a": "at",
}  # fmt: skip


@pytest.fixture(params=["built", "read"])
def words(request: pytest.FixtureRequest, tmp_path: Path) -> WordList:
    built = WordList.of(WORDS)
    if request.param == "built":
        return built
    np.savez(tmp_path / "words.npz", **built.arrays("de"))
    with np.load(tmp_path / "words.npz", allow_pickle=False) as arrays:
        return WordList.from_arrays(arrays, "de")


def test_it_holds_what_was_put_in(words: WordList) -> None:
    assert dict(words) == WORDS
    assert len(words) == len(WORDS)


def test_it_answers_as_a_dictionary(words: WordList) -> None:
    assert words["und"] == ""
    assert words.get("wohnungen") is None
    assert words.get("zimmer", "?") == "?"
    assert "haus" in words and "hau" not in words and "" not in words and 7 not in words
    with pytest.raises(KeyError):
        words["zimmer"]


def test_words_of_a_first_letter_and_length_without_phrases(words: WordList) -> None:
    assert sorted(words.alike("w", 7)) == ["wohnort", "wohnung"]
    assert words.alike("a", 15) == []
    assert words.alike("q", 3) == []


def test_it_knows_the_words_that_phrases_begin_with(words: WordList) -> None:
    assert words.beginnings == {"auf"}


def test_an_empty_list_is_one_too() -> None:
    empty = WordList.from_arrays(WordList.of({}).arrays("x"), "x")
    assert len(empty) == 0 and "a" not in empty and list(empty) == []
