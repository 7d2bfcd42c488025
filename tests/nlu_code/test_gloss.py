"""The gloss: forms, lemmas, compounds, clitics, typing errors, and what is left out."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import ContentErrors
from bot.nlu.forms import with_forms
from bot.nlu.gloss import Glosser, read_words, tokens

LISTS = {
    "de": {"wohnung": "apartment", "geber": "provider", "bestätigung": "confirmation", "bestatigung": "confirmation",
           "anmeldung": "register address", "suchen": "look for", "ich": "i", "kind": "child", "kita": "kindergarten"},
    "uk": {"квартира": "apartment", "шукати": "look for", "на жаль": "unfortunately", "жаль": "pity", "в": ""},
    "ar": {"شقه": "apartment", "طفل": "child", "مدرسه": "school"},
    "pl": {"mieszkanie": "apartment"},
}  # fmt: skip


@pytest.fixture(scope="module")
def glosser() -> Glosser:
    return Glosser({language: with_forms(language, words) for language, words in LISTS.items()}, names=["Stendal", "Стендаль"])


@pytest.mark.parametrize(
    ("language", "text", "gloss"),
    [
        pytest.param("de", "Wohnung", "apartment", id="the form itself"),
        pytest.param("uk", "шукаю квартиру", "look for apartment", id="lemmas of inflected words"),
        pytest.param("de", "Wohnungsgeberbestätigung", "apartment provider confirmation", id="a compound by its parts"),
        pytest.param("ar", "والشقة لطفلي", "apartment child", id="Arabic article, conjunction and pronoun"),
        pytest.param("de", "Wohnugn", "apartment", id="two letters changed places"),
        pytest.param("uk", "на жаль", "unfortunately", id="a phrase before its words"),
        pytest.param("uk", "Anmeldung в Стендаль", "register address town", id="an office's German word and a place"),
        pytest.param("pl", "mieszkanie 3 balkon", "apartment 3 balkon", id="numbers and unknown Latin words are kept"),
        pytest.param("uk", "щщщщщ", "", id="an unknown word in another script is left out"),
        pytest.param("en", "A flat, please!", "a flat please", id="English is read as it is"),
    ],
)
def test_reads(glosser: Glosser, language: str, text: str, gloss: str) -> None:
    assert glosser.gloss(text, language) == gloss


def test_short_words_are_not_taken_for_typing_errors(glosser: Glosser) -> None:
    assert [read.how for read in glosser.trace("kiwa", "de")] == ["kept"]


def test_the_trace_says_how_each_word_was_read(glosser: Glosser) -> None:
    assert [(r.text, r.gloss, r.how) for r in glosser.trace("ich suchen wohnugn", "de")] == [
        ("ich", "i", "form"),
        ("suchen", "look for", "form"),
        ("wohnugn", "apartment", "typo"),
    ]


def test_survives_being_saved(glosser: Glosser, tmp_path: Path) -> None:
    glosser.save(tmp_path / "gloss.npz")
    again = Glosser.read(tmp_path / "gloss.npz")
    assert again.gloss("шукаю квартиру в Стендаль", "uk") == "look for apartment town"


def test_a_line_without_a_tab_is_named(tmp_path: Path) -> None:
    (tmp_path / "de.tsv").write_text("wohnung\tapartment\nhaus house\n", encoding="utf-8")
    with pytest.raises(ContentErrors, match=r"de\.tsv:2"):
        read_words(tmp_path)


def test_english_words_are_read_as_their_basic_forms_or_as_the_glosses_call_them() -> None:
    english = with_forms("en", {"flat": "apartment", "a": "", "dont": "not"}, others=True)
    glosser = Glosser({"en": english, **LISTS}, names=["Stendal"])
    assert glosser.gloss("I don't want two flats, looking for a house", "en") == "i not want two apartment look for house"
    assert glosser.gloss("flats in Stendal", "en") == "apartment in town"


def test_an_offices_word_in_a_sentence_of_another_language_is_no_typing_error() -> None:
    glosser = Glosser({"en": {"wondering": "wonder", "cases": "case"}, "de": {"kasse": "health insurance"}})
    assert glosser.gloss("which kasse", "en") == "which health insurance"


def test_english_without_a_list_stays_as_it_is() -> None:
    assert Glosser(LISTS, names=["Stendal"]).gloss("Flats in Stendal", "en") == "flats in town"


@pytest.mark.parametrize(
    ("language", "form", "gloss"),
    [
        ("pl", "zwolnil", "fired from job"), ("pl", "sloneczny", "solar"), ("ru", "столько", "so much"),
        ("ru", "пока", "for now"), ("ru", "елтернгелд", "parental allowance"), ("uk", "відключити світло", "electricity cut off"),
        ("ar", "طردني", "fire from job"), ("de", "stromsperre", "electricity cut off"),
    ],
)  # fmt: skip
def test_the_lists_say_what_the_words_mean_to_visitors(language: str, form: str, gloss: str) -> None:
    """Each of these was read as something else: an exemption, a table, a farewell, a parcel."""
    words = read_words(Path("data/lexicon/words"))[language]
    assert words[" ".join(tokens(form))] == gloss
