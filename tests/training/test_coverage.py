"""The coverage page counts and names what it should."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.languages import load_languages
from bot.training.coverage import page
from bot.training.evaluate import Reading
from bot.training.examples import Example

LANGUAGES = load_languages(Path("data"))


def example(intent: str, text: str, language: str = "de") -> Example:
    return Example(language, intent, text, (), Path("x.yml"), 1)


READINGS = [
    Reading(example("find_job", "Arbeit"), [("find_job", 0.9), ("greet", 0.1)], "de", False, 1, 1),
    Reading(example("find_job", "irgendwas mit Holz"), [("greet", 0.4), ("find_job", 0.3)], "de", False, 3, 2),
    Reading(example("out_of_scope", "Wie wird das Wetter?"), [("greet", 0.3), ("find_job", 0.2)], "de", True),
    Reading(example("crisis", "ich kann nicht mehr"), [("crisis", 0.8), ("greet", 0.1)], "de", False),
]


def test_the_page_tells_numbers_by_language_and_intent() -> None:
    text = page(LANGUAGES, [example("find_job", "Stelle"), example("greet", "Hallo")], READINGS)
    german = next(line for line in text.splitlines() if line.startswith("| de |"))
    assert german == "| de | 2 | 4 | 50.0% | 75.0% | 100.0% | 0.0% | 100.0% | 100.0% | 75.0% |"
    english = next(line for line in text.splitlines() if line.startswith("| en |"))
    assert english.endswith("| – |")
    assert "| find_job | 1 / 2 / 50% |" in text
    assert "| greet | 1 / 0 / – |" in text
    assert "| find_job | greet | 1 |" in text


@pytest.mark.parametrize("code", LANGUAGES.written)
def test_every_language_has_a_row(code: str) -> None:
    assert any(line.startswith(f"| {code} |") for line in page(LANGUAGES, [], READINGS).splitlines())
