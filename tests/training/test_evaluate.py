"""Questions are put to a model as a visitor would put them, and counted for what came back."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.conversation.brain import Brain
from bot.languages import load_languages
from bot.training.evaluate import FALLBACK, OUT_OF_SCOPE, Reading, load_brain, read_questions, share
from bot.training.examples import Example
from tests.training import small


def question(intent: str, text: str = "?", language: str = "de") -> Example:
    return Example(language, intent, text, (), Path("x.yml"), 1)


def reading(intent: str, *ranking: str, asked_back: bool = False) -> Reading:
    return Reading(question(intent), [(name, 0.1) for name in ranking], "de", asked_back)


@pytest.mark.parametrize(
    ("read", "first", "three", "refused"),
    [
        pytest.param(reading("a", "a", "b"), True, True, False, id="right"),
        pytest.param(reading("a", "b", "c", "a"), False, True, False, id="third"),
        pytest.param(reading("a", "b", "c", "d", "a"), False, False, False, id="fourth"),
        pytest.param(reading("a", "a", asked_back=True), True, True, True, id="right, and not sure"),
        pytest.param(reading("a", OUT_OF_SCOPE, "a"), False, True, True, id="taken for somebody else's"),
        pytest.param(reading(OUT_OF_SCOPE, OUT_OF_SCOPE), True, True, True, id="rightly refused"),
    ],
)
def test_a_reading_knows_whether_it_is_right(read: Reading, first: bool, three: bool, refused: bool) -> None:
    assert (read.first, read.three, read.refused) == (first, three, refused)


def test_the_share_of_none_is_none() -> None:
    assert share([], lambda _: True) == 0
    assert share([reading("a", "a"), reading("a", "b")], lambda each: each.first) == 0.5


def test_questions_are_read_with_their_full_names_and_language(small_brain: Brain) -> None:
    asked = [
        question("faq/registration", "Wohnsitz neu anmelden"), question("find_job", "find a job as a cook", "en"),
        question("greet", small.UNCLEAR[0]),
    ]  # fmt: skip
    german, english, unclear = read_questions(small_brain, asked)
    assert german.first and german.language == "de" and not german.asked_back
    assert english.first and english.language == "en"
    assert unclear.asked_back and unclear.refused
    for each in (german, english, unclear):
        assert FALLBACK not in [name for name, _ in each.ranking] and len(each.ranking) == 3


def test_each_question_is_the_first_of_its_conversation(small_brain: Brain) -> None:
    """In an English conversation this word would be read as English."""
    alone = read_questions(small_brain, [question("greet", "moin")])
    after = read_questions(small_brain, [question("greet", "hello everybody", "en"), question("greet", "moin")])
    assert alone[0] == after[1]


@pytest.mark.parametrize(
    ("language", "text", "counts"),
    [
        pytest.param("de", "Arbeit Stendal", (2, 2), id="a word of the list and a name"),
        pytest.param("de", "Arbeit xyzzyx 3", (3, 2), id="an unknown word, and a number"),
        pytest.param("en", "a job", (0, 0), id="a language without a list"),
    ],
)
def test_counts_the_words_whose_meaning_is_known(small_brain: Brain, language: str, text: str, counts: tuple[int, int]) -> None:
    (read,) = read_questions(small_brain, [question("find_job", text, language)])
    assert (read.words, read.glossed) == counts


def test_a_model_without_replies_understands_the_same(small_project: Path, small_brain: Brain) -> None:
    brain = load_brain(small_project / "out" / "model.tar.gz", load_languages(small_project / "data"))
    asked = [question("find_job", "Stelle im Lager")]
    assert read_questions(brain, asked) == read_questions(small_brain, asked)
