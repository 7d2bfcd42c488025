"""Tokens with the places where they were typed, and the forms under which a word is looked up."""

from __future__ import annotations

import pytest

from bot.nlu.entity_reader.words import Inflection, tokenize


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        pytest.param("45qm", [("45", "number"), ("qm", "word")], id="digits and letters are apart"),
        pytest.param("2,5 Zimmer", [("2,5", "number"), ("zimmer", "word")], id="a fraction is one"),
        pytest.param("600,", [("600", "number"), (",", "sign")], id="a comma at the end is none"),
        pytest.param("1.200,50 €", [("1.200,50", "number"), ("€", "sign")], id="thousands and cents"),
        pytest.param("٣ غرف", [("3", "number"), ("غرف", "word")], id="Arabic digits"),
        pytest.param("Straße_7", [("strasse", "word"), ("_", "sign"), ("7", "number")], id="an underscore parts"),
    ],
)
def test_words_numbers_and_signs(text: str, tokens: list[tuple[str, str]]) -> None:
    assert [(token.text, token.kind) for token in tokenize(text)] == tokens


def test_each_token_knows_where_it_was_typed() -> None:
    text = "Straße: für Їжак 45m²!"
    assert [text[token.start : token.end] for token in tokenize(text)] == ["Straße", ":", "für", "Їжак", "45", "m", "²", "!"]


def test_capitals_scripts_and_what_is_written_together() -> None:
    tokens = tokenize("Haus, дім بيت3")
    assert [token.capital for token in tokens] == [True, False, False, False, False]
    assert [token.script for token in tokens if token.kind == "word"] == ["latin", "cyrillic", "arabic"]
    assert [token.glued for token in tokens] == [False, True, False, False, True]


@pytest.fixture
def cyrillic() -> Inflection:
    return Inflection(
        {"languages": ["uk"], "script": "cyrillic", "min_stem": 3, "endings": ["і", "ами", "и"], "softened": {"з": "г"},
         "romanised": {"sh": "ш", "s": "с", "h": "г", "a": "а", "k": "к", "o": "о", "l": "л"}}
    )  # fmt: skip


def test_the_longest_ending_is_cut_once(cyrillic: Inflection) -> None:
    assert cyrillic.stems("містами") == ["міст"]
    assert cyrillic.stems("міст") == ["міст"]
    assert cyrillic.stems("дні") == ["дні"], "too little would be left"


def test_a_sound_that_changed_is_changed_back_too(cyrillic: Inflection) -> None:
    assert cyrillic.stems("остербурзі") == ["остербурз", "остербург"]


def test_what_is_written_onto_a_word_is_taken_off() -> None:
    arabic = Inflection({"languages": ["ar"], "script": "arabic", "proclitics": ["ب", "ال", "بال"], "long_proclitics": ["ك"]})
    assert arabic.forms("بالبيت") == ["بالبيت", "بيت", "البيت"]
    assert arabic.forms("بيت") == ["بيت"], "two letters are no word"
    assert arabic.forms("كبيت") == ["كبيت"] and "بيوت" in arabic.forms("كبيوت")


def test_latin_letters_become_the_scripts_own_longest_first(cyrillic: Inflection) -> None:
    assert cyrillic.romanised and cyrillic.from_latin("shkola") == "школа"
    assert cyrillic.from_latin("shkolx") == "shkolx", "a word with a letter that is in no table stays as it is"
    assert not Inflection({"languages": ["de"]}).romanised
