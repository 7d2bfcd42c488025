from __future__ import annotations

from pathlib import Path

import pytest

from bot.console.written import language_of, tidy
from bot.languages import load_languages

LANGUAGES = load_languages(Path(__file__).parents[2] / "data")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Guten Tag, wir helfen Ihnen gern.", "de"),
        ("Ja, gern.", "de"),
        ("You can come on Tuesday at ten.", "en"),
        ("Proszę przyjść we wtorek o dziesiątej.", "pl"),
        ("Приходьте, будь ласка, у вівторок.", "uk"),
        ("يمكنك الحضور يوم الثلاثاء.", "ar"),
        ("10:00", "de"),
    ],
)
def test_language_of(text: str, language: str) -> None:
    assert language_of(text, LANGUAGES) == language


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("  Guten   Tag \r\n\r\n\r\n\r\nbis bald ", "Guten Tag\n\nbis bald"),
        ("a\u202eb\u200b\x00c", "abc"),
        (" \n \n", ""),
        ("1. eins\n2. zwei", "1. eins\n2. zwei"),
    ],
)
def test_tidy(text: str, stored: str) -> None:
    assert tidy(text) == stored
