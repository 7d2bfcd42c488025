"""Telephone numbers in Arabic replies: what a browser would turn round is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.languages import load_languages
from bot.training.responses import read_responses
from bot.training.right_to_left import turned_numbers

DATA = Path(__file__).parents[2] / "data"


@pytest.mark.parametrize(
    ("text", "turned"),
    [
        ("العنف ضد النساء: 116 016", ["116 016"]),
        ("مجاني: 0800 111 0 111 أو 116 123", ["0800 111 0 111", "116 123"]),
        ("• 0361 730 730", ["0361 730 730"]),
        ("العنف ضد النساء: 116\u00a0016", []),
        ("تسمم (Giftnotruf) 0361 730 730", []),
        ("Giftnotruf\nالهاتف 116 016", ["116 016"]),
        ("حتى 4 مارس 2027، من 300 إلى 1800 يورو", []),
    ],
)
def test_groups_behind_arabic_words_are_found(text: str, turned: list[str]) -> None:
    assert list(turned_numbers(text)) == turned


def test_no_number_is_turned_round_in_our_replies() -> None:
    languages = load_languages(DATA)
    replies = read_responses(DATA, languages)
    assert [
        (name, number)
        for language in languages
        if language.direction == "rtl"
        for name, variations in replies[language.code].items()
        for variation in variations
        for number in turned_numbers(variation["text"])
    ] == []
