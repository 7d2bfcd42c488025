"""Folding, its offsets, and what a message looks like once it is stored."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.normalise import MAX_LENGTH, acceptable, clean, fold, fold_variants, fold_with_offsets

SAME = [
    pytest.param("strasse", "STRAßE", id="sharp s"),
    pytest.param("tangermunde", "Tangermünde", id="umlaut without dots"),
    pytest.param("lodz zolta", "Łódź ŻÓŁTA", id="Polish without diacritics"),
    pytest.param("еще", "Ещё", id="Russian yo"),
    pytest.param("ганок іжак", "ґанок їжак", id="Ukrainian g and yi"),
    pytest.param("пять", "п'ять", id="apostrophe"),
    pytest.param("тріх", 'тр"їх', id="quotation mark typed for an apostrophe"),
    pytest.param("gibts", "gibt’s", id="typographic apostrophe"),
    pytest.param("اكتوبر", "أُكتوبر", id="alef with hamza, harakat"),
    pytest.param("مدرسه", "مدرسة", id="ta marbuta"),
    pytest.param("مستشفي", "مستشفى", id="alef maqsura"),
    pytest.param("غرفه", "غرفـــة", id="tatweel"),
    pytest.param("كتاب", "کتاب", id="Persian kaf"),
    pytest.param("600", "٦٠٠", id="Arabic-Indic digits"),
    pytest.param("600", "۶۰۰", id="Persian digits"),
    pytest.param("3-zimmer", "3–Zimmer", id="dash"),
    pytest.param("2 1/2", "2½", id="fraction stays apart from its number"),
    pytest.param("fur", "fu\u0308r", id="combining diaeresis"),
]


@pytest.mark.parametrize(("folded", "text"), SAME)
def test_two_spellings_fold_to_one(folded: str, text: str) -> None:
    assert fold(text) == folded


def test_ukrainian_and_russian_letters_stay_apart() -> None:
    assert fold("і") != fold("и")
    assert fold("й") != fold("и")
    assert fold("є") != fold("э")


def test_a_dictionary_word_is_found_under_both_umlaut_spellings() -> None:
    assert fold_variants("Tangermünde") == ("tangermunde", "tangermuende")
    assert fold_variants("Haus") == ("haus",)


@given(st.text(max_size=60))
def test_the_map_of_offsets_fits_the_folded_text(text: str) -> None:
    folded = fold_with_offsets(text)
    assert folded.text == fold(text)
    assert len(folded.text) == len(folded.starts) == len(folded.ends)
    for index in range(len(folded.text)):
        start, end = folded.span(index, index + 1)
        assert 0 <= start < end <= len(text)


@pytest.mark.parametrize(
    ("text", "part"), [("in Straße x", "Straße"), ('тр"їх ок', 'тр"їх'), ("fu\u0308r 3", "fu\u0308r")]
)
def test_offsets_lead_back_to_the_original(text: str, part: str) -> None:
    folded = fold_with_offsets(text)
    first = folded.text.index(fold(part))
    start, end = folded.span(first, first + len(fold(part)))
    assert text[start:end] == part


CLEANED = [
    pytest.param("  a \n\t b\u00a0c ", "a b c", id="whitespace"),
    pytest.param("a\x00b\x07c", "abc", id="control characters"),
    pytest.param("a\ud800b", "ab", id="lone surrogate"),
    pytest.param("\u202eabc\u2066", "abc", id="bidi overrides"),
    pytest.param("２ Ｚｉｍｍｅｒ", "2 Zimmer", id="full width"),
    pytest.param("m²", "m2", id="compatibility characters"),
    pytest.param("می‌خواهم", "می‌خواهم", id="a joiner that belongs to the word stays"),
    pytest.param("👨‍👩‍👧", "👨‍👩‍👧", id="a family emoji stays one"),
    pytest.param("\x00\u200b ", "", id="nothing left"),
]


@pytest.mark.parametrize(("text", "cleaned"), CLEANED)
def test_what_is_stored(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


@given(st.text(max_size=80))
def test_cleaning_twice_changes_nothing(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    once.encode("utf-8")


def test_length_counts_after_cleaning() -> None:
    assert acceptable("x") and acceptable("x" * MAX_LENGTH)
    assert not acceptable("") and not acceptable("x" * (MAX_LENGTH + 1))
    assert not acceptable(clean("ﷺ" * 200)), "a ligature becomes eighteen characters"
