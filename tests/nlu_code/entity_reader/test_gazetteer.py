"""How sure a found word is, and which words count in a message of another language."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.languages import load_languages
from bot.nlu.entity_reader.gazetteer import EXACT, INFLECTED, MISSPELT, OPEN, Gazetteer, _Group
from bot.nlu.entity_reader.lexicon import compile_lexicon
from bot.nlu.entity_reader.words import tokenize
from bot.training.examples import read_examples

INFLECTION = """groups:
  de: {languages: [de], script: latin, min_stem: 4, endings: [innen, in, en, n, e, s], ordinary: [elektrisch]}
  en: {languages: [en], script: latin, min_stem: 3, endings: [es, s]}
  cyrillic:
    languages: [uk, ru]
    script: cyrillic
    min_stem: 3
    endings: [ами, у, а, і, ом]
    romanised: {kh: х, zh: ж, sh: ш, a: а, b: б, e: е, i: і, k: к, l: л, m: м, n: н, o: о, r: р, t: т, u: у, v: в}
"""
OCCUPATION = """entity: occupation
misspellings: true
values:
  electrical: {words: {de: [Elektriker], en: [electrician, fitter]}}
  cooking: {words: {de: ["*koch", Chef de Cuisine], uk: [кухар]}}
  teaching: {words: {de: [lehr*], en: [coach]}}
  shop: {words: {de: [=Markt]}, weak: {de: [Handel, Verkauf im Laden]}}
not: {de: [Hochkoch]}
"""
CUES = """entity: cue
values:
  job: {words: {de: [als], uk: [як]}}
"""
REGION = """places:
  a: {names: {de: Adorf, uk: Адорф}}
  b: {names: {de: Osterburg}, localities: [Krumke]}
"""


@pytest.fixture
def gazetteer(tmp_path: Path) -> Gazetteer:
    (tmp_path / "lexicon").mkdir()
    for name, text in (("inflection", INFLECTION), ("occupation", OCCUPATION), ("cues", CUES)):
        (tmp_path / "lexicon" / f"{name}.yml").write_text(text, encoding="utf-8")
    (tmp_path / "region.yml").write_text(REGION, encoding="utf-8")
    return Gazetteer(compile_lexicon(tmp_path))


def found(gazetteer: Gazetteer, text: str, language: str | None) -> set[tuple[Any, float]]:
    """(value, quality)."""
    return {(match.value, match.quality) for match in gazetteer.find(text, tokenize(text), language)}


@pytest.mark.parametrize(
    ("text", "value", "quality"),
    [
        pytest.param("Elektriker", "electrical", EXACT, id="as it stands there"),
        pytest.param("ELEKTRIKER", "electrical", EXACT, id="in capitals"),
        pytest.param("Elektrikerinnen", "electrical", INFLECTED, id="with an ending"),
        pytest.param("Lehrkraft", "teaching", OPEN, id="an open end"),
        pytest.param("Schulkoch", "cooking", OPEN, id="an open beginning"),
        pytest.param("Elekriker", "electrical", MISSPELT, id="a letter left out"),
        pytest.param("Chef de Cuisine", "cooking", EXACT, id="a phrase"),
        pytest.param("Chef-de-Cuisine", "cooking", EXACT, id="a phrase with hyphens"),
    ],
)
def test_quality_says_how_the_word_was_found(gazetteer: Gazetteer, text: str, value: str, quality: float) -> None:
    assert found(gazetteer, text, "de") == {(value, quality)}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Koch", id="an open beginning needs one"),
        pytest.param("markt", id="a literal word in another case"),
        pytest.param("Märkte", id="a literal word with an ending"),
        pytest.param("elektrisch", id="an ordinary word near a known one"),
        pytest.param("Chef de", id="half a phrase"),
        pytest.param("Krumk", id="a village has no misspellings"),
    ],
)
def test_is_not_found(gazetteer: Gazetteer, text: str) -> None:
    assert found(gazetteer, text, "de") == set()


def test_a_shielding_word_is_a_match_without_a_value(gazetteer: Gazetteer) -> None:
    assert found(gazetteer, "Hochkoch", "de") == {(None, EXACT), ("cooking", OPEN)}


def test_a_match_knows_its_words_and_whether_it_is_weak(gazetteer: Gazetteer) -> None:
    text = "gern Verkauf im Laden, Markt"
    matches = gazetteer.find(text, tokenize(text), "de")
    assert {(match.first, match.last, match.weak) for match in matches} == {(1, 4, True), (5, 6, False)}


@pytest.mark.parametrize(
    ("language", "text", "value"),
    [
        pytest.param("en", "Elektriker please", "electrical", id="a long word of the region's language"),
        pytest.param("en", "in Osterbrug", "b", id="a misspelt place"),
        pytest.param("en", "als", "job", id="a cue"),
        pytest.param("de", "electrician", "electrical", id="a long word of a third language"),
        pytest.param("uk", "в Adorf", "a", id="a place in another script"),
        pytest.param(None, "кухаром", "cooking", id="no language known"),
    ],
)
def test_what_is_unmistakable_counts_in_any_language(
    gazetteer: Gazetteer, language: str | None, text: str, value: str
) -> None:
    assert value in {match for match, _ in found(gazetteer, text, language)}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        pytest.param("en", "Handel", id="a weak word"),
        pytest.param("en", "Elekriker", id="a misspelling of what is no place"),
        pytest.param("de", "electricain", id="a misspelling in a third language"),
    ],
)
def test_what_could_be_a_word_of_the_message_does_not(gazetteer: Gazetteer, language: str, text: str) -> None:
    assert found(gazetteer, text, language) == set()


def test_words_typed_with_latin_letters_are_found_in_their_own_language(gazetteer: Gazetteer) -> None:
    assert found(gazetteer, "robota kukharom", "uk") == {("cooking", INFLECTED)}
    assert found(gazetteer, "robota kukharom", "de") == set()


def test_looking_at_two_words_finds_what_trying_every_entry_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    data = Path(__file__).parents[3] / "data"
    questions = read_examples(data.parent / "tests" / "nlu", load_languages(data))[::9]
    gazetteer = Gazetteer(compile_lexicon(data))

    def found() -> list[list[str]]:
        return [[repr(match) for match in gazetteer.find(q.text, tokenize(q.text), q.language)] for q in questions]

    quick = found()
    monkeypatch.setattr(_Group, "beginning", lambda group, tokens, first: group.heads(tokens[first].text))
    assert quick == found()
    assert sum(map(len, quick)) > len(questions)
