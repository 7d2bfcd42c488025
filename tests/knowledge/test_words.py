"""Words are cut and folded in one way, and German compounds taken apart by the vocabulary of the data."""

from __future__ import annotations

import pytest

from bot.knowledge.words import CompoundSplitter, had, index_words, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Kita-Platz", ["kita", "platz"]),
        ("Straße, GROẞ!", ["strasse", "gross"]),
        ("Wörter für Łódź", ["worter", "fur", "lodz"]),
        ("пані Ґалаґан", ["пані", "галаган"]),
        ("الوظيفة والسكن", ["وظيفه", "سكن"]),
        ("كِتَاب للأطفال", ["كتاب", "اطفال"]),
        ('"NEAR(a b) ^x:y* ', ["near", "a", "b", "x", "y"]),
        ("٣ غرف", ["3", "غرف"]),
        ("  🙂 _ - ", []),
    ],
)
def test_words_are_folded(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_umlauts_are_indexed_in_both_spellings() -> None:
    assert list(index_words("Küche in Tangermünde")) == ["kuche", "kueche", "in", "tangermunde", "tangermuende"]


VOCABULARY = {"wohnung", "zimmer", "drei", "pflege", "kraft", "garten", "bildung", "kinder", "hort"}


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("dreizimmerwohnung", {"wohnung", "zimmer", "drei"}),
        ("mietwohnungen", {"wohnung"}),
        ("pflegekraft", {"pflege", "kraft"}),
        ("kindergarten", {"kinder", "garten"}),
        ("wohnung", set()),
        ("verantwortung", set()),
        ("квартирантка", set()),
    ],
)
def test_compounds_are_found_by_their_parts(word: str, parts: set[str]) -> None:
    assert set(CompoundSplitter(VOCABULARY).parts(word)) == parts


def test_what_follows_a_without_is_not_there() -> None:
    assert had("Vierter Stock, ohne Aufzug, mit Balkon", {"ohne"}) == "Vierter Stock ohne mit Balkon"
    assert had("Mit Aufzug!", {"ohne"}) == "Mit Aufzug!"
