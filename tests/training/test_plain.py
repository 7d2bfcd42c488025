"""Rules of Easy German: what is found, what is let be, and that our own texts keep to them."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.languages import Plain, load_languages
from bot.training.plain import hard_places
from bot.training.responses import read_responses

RULES = Plain(words=6, letters=12, avoid=("könnte",))
LANGUAGES = load_languages(Path("data"))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("Sie brauchen einen Pass. Gehen Sie zum Amt.", 0, id="short sentences"),
        pytest.param("Sie brauchen einen Pass und gehen damit zum Amt.", 1, id="a long sentence"),
        pytest.param("Das könnte gehen.", 1, id="a subjunctive"),
        pytest.param("Die Wohnungsgeberbestätigung", 1, id="a long word"),
        pytest.param("Die Wohnungs-Geber-Bestätigung", 0, id="the same, parted"),
        pytest.param("Mehr: {office_website} oder www.wohnungsgeberbestaetigung.example.org", 0, id="addresses and variables"),
        pytest.param("- ein Pass\n- ein Foto\n- eine Akte\n- ein Brief", 0, id="a list is no sentence"),
    ],
)
def test_finds_what_is_hard(text: str, found: int) -> None:
    assert len(list(hard_places(text, RULES))) == found


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language.plain], ids=lambda language: language.code)
def test_our_easy_texts_are_easy(language) -> None:  # type: ignore[no-untyped-def]
    replies = read_responses(Path("data"), LANGUAGES)[language.code]
    hard = [
        f"{name}: {place}"
        for name, variations in replies.items()
        for variation in variations
        for place in hard_places(variation["text"], language.plain)
    ]
    assert hard == []
