"""Numbers in digits and in words, as people write them, and digits that are no number."""

from __future__ import annotations

import pytest

from bot.nlu.entity_reader.gazetteer import Gazetteer
from bot.nlu.entity_reader.lexicon import compile_lexicon
from bot.nlu.entity_reader.numbers import NumberReader, Value, parse_digits
from bot.nlu.entity_reader.reading import Reading
from bot.nlu.entity_reader.words import tokenize
from tests.nlu_code.entity_reader.conftest import DATA


@pytest.fixture(scope="module")
def parts() -> tuple[Gazetteer, NumberReader]:
    """With the project's own number words and cues."""
    compiled = compile_lexicon(DATA)
    return Gazetteer(compiled), NumberReader(compiled["entries"])


def read(parts: tuple[Gazetteer, NumberReader], language: str, text: str) -> list[tuple[Value, str]]:
    """(value, the words it was read from) of each number."""
    tokens = tokenize(text)
    reading = Reading(text, tokens, parts[0].find(text, tokens, language), None, None)
    numbers = parts[1].read(tokens, reading.matches, reading.cues)
    return [(number.value, text[tokens[number.first].start : tokens[number.last - 1].end]) for number in numbers]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("600", 600), ("250.000", 250_000), ("250,000", 250_000), ("1'200", 1200), ("12.345.678", 12_345_678),
        ("2,5", 2.5), ("2.5", 2.5), ("600,00", 600), ("1.200,50", 1200.5), ("1,200.50", 1200.5),
    ],
)  # fmt: skip
def test_points_and_commas_group_or_part(text: str, value: Value) -> None:
    found = parse_digits(text)
    assert found == value and type(found) is type(value)


@pytest.mark.parametrize("text", ["12.11.2026", "3.14159", "1.2.3", "1234567890"])
def test_dates_versions_and_telephone_numbers_are_no_amount(text: str) -> None:
    assert parse_digits(text) is None


@pytest.mark.parametrize(
    ("language", "text", "value"),
    [
        ("de", "fünfundzwanzig", 25), ("de", "zweitausendfünfhundert", 2500), ("de", "hundertzwanzigtausend", 120_000),
        ("de", "zwei Millionen dreihunderttausend", 2_300_000), ("de", "zwei und ein halb", 2.5), ("de", "250 Tsd", 250_000),
        ("de", "150 000", 150_000), ("de", "2 1/2", 2.5), ("de", "1/2", 0.5), ("en", "two hundred and fifty", 250),
        ("pl", "dwa tysiące pięćset", 2500), ("uk", "дві тисячі", 2000), ("ru", "сто пятьдесят тысяч", 150_000),
        ("ar", "خمسة وعشرين", 25), ("ar", "ستمية", 600),
    ],
)  # fmt: skip
def test_a_row_of_words_is_one_number(
    parts: tuple[Gazetteer, NumberReader], language: str, text: str, value: Value
) -> None:
    assert read(parts, language, text) == [(value, text)]


@pytest.mark.parametrize(
    ("language", "text", "values"),
    [("de", "zwei drei", [2, 3]), ("de", "fünf zwanzig", [5, 20]), ("en", "three five", [3, 5]), ("de", "2-3", [2, 3]),
     ("de", "zwei oder drei", [2, 3])],
)  # fmt: skip
def test_numbers_that_follow_each_other_stay_apart(
    parts: tuple[Gazetteer, NumberReader], language: str, text: str, values: list[Value]
) -> None:
    assert [value for value, _ in read(parts, language, text)] == values


def test_a_space_groups_thousands_only_before_zeros_or_money(parts: tuple[Gazetteer, NumberReader]) -> None:
    assert read(parts, "de", "bis 1 200 €") == [(1200, "1 200")]
    assert [value for value, _ in read(parts, "de", "für uns 3 400 wären gut")] == [3, 400]


@pytest.mark.parametrize(
    ("language", "text"),
    [("de", "um 5:30 Uhr"), ("de", "C1"), ("de", "die A38"), ("ar", "7alab"), ("de", "am 12.11.2026")],
)
def test_digits_of_something_else_are_no_number(parts: tuple[Gazetteer, NumberReader], language: str, text: str) -> None:
    assert read(parts, language, text) == []


def test_an_article_is_told_from_the_number_one(parts: tuple[Gazetteer, NumberReader]) -> None:
    tokens = tokenize("eine Wohnung")
    (number,) = parts[1].read(tokens, parts[0].find("eine Wohnung", tokens, "de"), {})
    assert number.article
    tokens = tokenize("1 Wohnung")
    (number,) = parts[1].read(tokens, parts[0].find("1 Wohnung", tokens, "de"), {})
    assert not number.article and number.digits
