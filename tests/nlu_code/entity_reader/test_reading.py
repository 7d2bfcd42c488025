"""Where cues stand: windows, the ends of sentences, joining signs, and what has been used up."""

from __future__ import annotations

import pytest

from bot.nlu.entity_reader.gazetteer import EXACT, Match
from bot.nlu.entity_reader.numbers import Number
from bot.nlu.entity_reader.reading import Reading
from bot.nlu.entity_reader.words import tokenize


def reading(text: str, **cues: str) -> Reading:
    """A message in which each cue stands at the words given for it."""
    tokens = tokenize(text)
    words = [token.text for token in tokens]
    matches = []
    for cue, phrase in cues.items():
        parts = phrase.split()
        first = next(n for n in range(len(words)) if words[n : n + len(parts)] == parts)
        matches.append(Match("cue", cue, first, first + len(parts), EXACT, False))
    return Reading(text, tokens, matches, None, None)


@pytest.mark.parametrize(("window", "found"), [(0, None), (1, None), (2, 0)])
def test_a_cue_before_counts_only_within_its_window(window: int, found: int | None) -> None:
    assert reading("bis zu etwa 600", upper="bis").before(3, ("upper",), window) == found


def test_signs_do_not_use_up_the_window() -> None:
    assert reading("bis: (600)", upper="bis").before(3, ("upper",), 0) == 0
    assert reading("600 (max)", upper="max").after(1, ("upper",), 1) == 2
    assert reading("600 so - max", upper="max").after(1, ("upper",), 2) == 3


@pytest.mark.parametrize("stop", [".", "!", "?", ";"])
def test_a_cue_of_the_sentence_before_does_not_count(stop: str) -> None:
    said = reading(f"Nicht in bis {stop} 600 Euro", upper="bis")
    assert said.before(4, ("upper",), 5) is None
    assert reading("Nicht in bis , 600 Euro", upper="bis").before(4, ("upper",), 5) == 2


def test_a_point_inside_a_word_ends_no_sentence() -> None:
    assert reading("max. 600", upper="max").before(2, ("upper",), 1) == 0


def test_a_cue_after_counts_within_its_window_and_sentence() -> None:
    said = reading("600 Euro im Monat höchstens", upper="hochstens")
    assert said.after(1, ("upper",), 3) == 4
    assert said.after(1, ("upper",), 2) is None
    assert reading("600 ! höchstens", upper="hochstens").after(1, ("upper",), 3) is None


def test_of_two_cues_that_end_together_the_longer_counts() -> None:
    said = reading("not over 600", lower="over", upper="not over")
    assert said.nearest_before(2, ("lower", "upper"), 1) == "upper"
    said = reading("ab jetzt bis 600", lower="ab", upper="bis")
    assert said.nearest_before(3, ("lower", "upper"), 3) == "upper"
    assert said.nearest_before(0, ("lower", "upper"), 3) is None


def test_joining_signs_are_skipped_between_a_number_and_its_unit() -> None:
    assert reading("3 - Zimmer", room="zimmer").at(1, "room") == 3
    assert reading("3 , Zimmer", room="zimmer").at(1, "room") == 0
    assert reading("3 - ", room="3").at(1, "room") == 0


def test_the_longest_form_of_a_cue_counts() -> None:
    text = "zu guter letzt"
    tokens = tokenize(text)
    matches = [Match("cue", "x", 0, last, EXACT, False) for last in (1, 3, 2)]
    assert Reading(text, tokens, matches, None, None).at(0, "x") == 3


def test_only_the_word_after_a_not_is_denied() -> None:
    said = reading("nicht in Stendal", negation="nicht")
    assert [said.denied(position) for position in range(3)] == [False, True, False]


def test_what_was_taken_is_free_no_more() -> None:
    said = reading("3 Zimmer für 600")
    said.numbers = [Number(3, 0, 1, False, True), Number(600, 3, 4, False, True)]
    assert said.words == 4
    found = said.take("rooms", 3, 0, 2)
    assert (found.entity, found.value, found.first, found.last) == ("rooms", 3, 0, 2)
    assert [number.value for number in said.free_numbers()] == [600]
