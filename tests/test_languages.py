"""The list of languages decides what is offered, what stands in for what, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import ContentErrors
from bot.languages import Languages, load_languages

DATA = Path(__file__).parents[1] / "data"
LIST = """default: de
languages:
  de: {name: Deutsch, direction: ltr, fallback: en}
  de-simple: {name: Leichte Sprache, direction: ltr, fallback: de, understands: de}
  en: {name: English, direction: ltr}
  ar: {name: العربية, direction: rtl, fallback: en}
"""


def load(folder: Path, text: str) -> Languages:
    (folder / "languages.yml").write_text(text)
    return load_languages(folder)


@pytest.fixture
def languages(tmp_path: Path) -> Languages:
    return load(tmp_path, LIST)


def test_the_file_as_it_is_has_the_seven_languages_of_the_first_day() -> None:
    languages = load_languages(DATA)
    assert languages.codes == ["de", "de-simple", "en", "pl", "uk", "ru", "ar"]
    assert languages.written == ["de", "en", "pl", "uk", "ru", "ar"]
    assert [language.code for language in languages if language.direction == "rtl"] == ["ar"]


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        pytest.param("ar", "ar", id="as it is"),
        pytest.param("en-GB", "en", id="with a country"),
        pytest.param("DE-SIMPLE", "de-simple", id="in capitals"),
        pytest.param("de-DE-1996", "de", id="with more than that"),
        pytest.param(" ar ", "ar", id="with blanks"),
        pytest.param("fr", "de", id="unknown: the default"),
        pytest.param("", "de", id="empty"),
        pytest.param(None, "de", id="none"),
        pytest.param("\ud800-x", "de", id="no text at all"),
        pytest.param("-" * 10_000, "de", id="absurdly long"),
    ],
)
def test_a_browsers_wish_finds_its_language(languages: Languages, wanted: str | None, code: str) -> None:
    assert languages.match(wanted) == code


def test_stand_ins_are_named_once_each_best_first(languages: Languages) -> None:
    assert languages.chain("de-simple") == ["de-simple", "de", "en"]
    assert languages.chain("ar") == ["ar", "en", "de"]
    assert languages.chain("de") == ["de", "en"]


def test_a_variant_is_understood_as_the_language_its_visitors_write(languages: Languages) -> None:
    assert languages["de-simple"].understands == "de" and "de-simple" not in languages.written
    assert "fr" not in languages and [language.code for language in languages] == languages.codes


@pytest.mark.parametrize(
    ("line", "instead", "number", "field"),
    [
        pytest.param("default: de", "default: fr", 1, "default", id="an unknown default"),
        pytest.param("fallback: de, understands", "fallback: xx, understands", 4, "languages.de-simple.fallback", id="stand-in"),
        pytest.param("understands: de", "understands: xx", 4, "languages.de-simple.understands", id="what it understands"),
        pytest.param("direction: rtl", "direction: left", 6, "languages.ar.direction", id="a direction"),
        pytest.param("{name: English, direction: ltr}", "{direction: ltr}", 5, "languages.en", id="a missing name"),
        pytest.param("English, ", "English, colour: red, ", 5, "languages.en.colour", id="an unknown field"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, line: str, instead: str, number: int, field: str) -> None:
    with pytest.raises(ContentErrors) as raised:
        load(tmp_path, LIST.replace(line, instead, 1))
    (error,) = raised.value.errors
    assert (error.line, error.field) == (number, field) and error.hint


def test_a_changed_file_is_read_anew(tmp_path: Path) -> None:
    assert load(tmp_path, LIST).default == "de"
    changed = load(tmp_path, LIST.replace("default: de", "default: en"))
    assert changed.default == "en"
