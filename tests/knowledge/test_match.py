"""From a visitor's words to the offers that hold them: parts, endings, spellings, any language, any nonsense."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.knowledge import OfferIndex, Query
from bot.knowledge.index import open_readonly
from bot.knowledge.match import Term, read_terms
from tests.knowledge.conftest import TODAY, Open, Write, ids, texts


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Wohnung", {"three", "plain", "shared"}),
        ("wohnungen", {"three", "plain", "shared"}),
        ("WOHNUNG", {"three", "plain", "shared"}),
        ("Dreizimmerwohnung", {"three"}),
        ("Küche", {"kitchen"}),
        ("kuche", {"kitchen"}),
        ("kueche", {"kitchen"}),
        ("strasse", {"street"}),
        ("Gartenhaus", {"garden"}),
    ],
)
def test_german_words_are_found_by_part_ending_and_spelling(
    write: Write, index: Open, text: str, expected: set[str]
) -> None:
    write("housing", *texts(
        ("three", "Dreizimmerwohnung am Wall"), ("plain", "Helle Wohnung"), ("shared", "Gemeinschaftswohnungen"),
        ("kitchen", "Große Küche"), ("street", "Ruhige Straße"), ("garden", "Haus mit Garten"),
    ))  # fmt: skip
    assert set(ids(index(), kind="housing", text=text)) == expected


def test_every_language_of_a_record_is_searched(data: Path, write: Write, index: Open) -> None:
    file = write("job", {"id": "nurse"}, {"id": "other"})
    languages = (
        "title: {de: Pflegekraft, en: Registered nurse, pl: Pielęgniarka, uk: Медична сестра, ru: Медсестра,"
        " ar: وظيفة ممرضة}"
    )
    words_ = ", ".join(
        f"{code}: Mehr steht in diesem Text geschrieben" for code in ("de", "en", "pl", "uk", "ru", "ar")
    )
    text = file.read_text("utf-8").replace("title: {de: Ein Angebot}", languages, 1)
    text = text.replace("text: {de: Ein Text von einiger Länge steht hier}", f"text: {{{words_}}}", 1)
    file.write_text(text, "utf-8")
    opened = index()
    for query in ("pflegekräfte", "NURSES", "pielegniarki", "медичну сестру", "медсестры", "ممرضه", "الوظيفة"):
        assert ids(opened, kind="job", text=query) == ["nurse"], query


HOSTILE = [
    "kita-platz", '"kita', "NEAR(", "NEAR(a b, 3)", "x:y", "title:kita", "^", "^kita", "kita*", "", "   ", "()", "AND",
    "kita AND", "NOT kita", "kita OR", "'; DROP TABLE offer; --", "\\", "%", "_", "\x00", "\ud800", "🙂", "ـ", "{title}",
    "-kita", "+kita", "kita\nplatz", "\u202ekita", "a" * 2000, "kita " * 400, "\ue000kjob", "NULL", "é́́",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("kind", ["childcare", None])
def test_no_text_can_break_a_search(write: Write, index: Open, text: str, kind: str | None) -> None:
    write("childcare", {"title": "Kita mit Platz"})
    opened = index()
    result = opened.search(Query(kind=kind, text=text, today=TODAY))
    assert result.total in (0, 1)
    if "kita" in text and "platz" in text:
        assert (result.total, result.relaxed) == (1, ())
    assert len(opened) == 1


def test_compounds_are_not_split_in_other_languages(write: Write, index: Open) -> None:
    write("housing", *texts(("garden", "Garten"), ("both", "Haus im Garten")))
    opened = index()
    assert ids(opened, kind="housing", text="Gartenhaus") == ["both"]
    assert opened.search(Query(kind="housing", text="Gartenhaus", language="pl", today=TODAY)).relaxed == ("text",)


def test_words_that_most_offers_hold_are_found_too(write: Write, index: Open) -> None:
    """Beyond a certain number FTS5 does not rank them; they are listed instead."""
    write("housing", *(texts(*((f"n{number}", "Wohnung") for number in range(450)), ("rare", "Wohnung mit Sauna"))))
    opened = index()
    result = opened.search(Query(kind="housing", text="Wohnung", today=TODAY))
    assert (result.total, result.relaxed) == (451, ())
    assert ids(opened, kind="housing", text="Wohnung Sauna") == ["rare"]


def test_a_word_with_many_endings_is_found_with_each(write: Write, index: Open) -> None:
    """More offers than FTS5 is asked to rank hold one of the forms; none of them is lost."""
    endings = ["", "e", "en", "er", "es"]
    write("housing", *texts(*((f"n{number}", f"Garten{endings[number % 5]}") for number in range(600))), *[{}] * 700)
    assert index().search(Query(kind="housing", text="Garten", today=TODAY)).total == 600


def terms(index: OfferIndex, text: str, language: str | None = "de", **glosses: str) -> list[Term] | None:
    connection = open_readonly(index.file)
    try:
        return read_terms(connection, text, language, len(index), glosses)
    finally:
        connection.close()


def asked(index: OfferIndex, text: str) -> list[str]:
    return [term.word for term in terms(index, text) or []]


def test_what_counts_as_a_word_of_a_question(write: Write, index: Open) -> None:
    write("service", {"title": "Raum 3 w Stendal"})
    opened = index()
    assert asked(opened, "Raum w Stendal 3 raum") == ["Raum", "Stendal", "3"], "a letter is a preposition, a digit is not"
    assert terms(opened, "w ?!") is None, "no words at all"
    assert terms(opened, "xyzzy") == [], "words, but none that any offer holds"
    unknown = " ".join(f"wort{number}" for number in range(12))
    assert asked(opened, f"{unknown} raum") == [], "nobody's thirteenth word is looked up"


def test_words_of_most_offers_are_passed_over_once_there_are_enough(write: Write, index: Open) -> None:
    few = texts(*((f"n{number}", "Platz in der Kita") for number in range(30)), ("garden", "Platz im Garten"))
    write("childcare", *few)
    opened = index()
    assert asked(opened, "Platz Garten") == ["Platz", "Garten"]
    write("childcare", *few, *texts(*((f"m{number}", "Platz im Hort") for number in range(30))))
    opened.refresh()
    assert asked(opened, "Platz Garten") == ["Garten"]
    assert asked(opened, "Platz") == ["Platz"], "alone it is still what was asked for"


def test_a_reading_counts_less_than_the_word_and_only_as_a_whole(write: Write, index: Open) -> None:
    write("service", *texts(("both", "Advice about debts"), ("debts", "Only debts"), ("own", "Schuldnerberatung")), *[{}] * 9)
    opened = index()
    assert terms(opened, "борги", "uk") == []
    (term,) = terms(opened, "борги", "uk", борги="debt advice") or []
    assert len(term.numbers) == 1, "the other offer holds one word of two"
    (plain,) = terms(opened, "advice", "en") or []
    (read,) = terms(opened, "порада", "uk", порада="advice") or []
    assert list(read.numbers) == list(plain.numbers) and 0 < read.scores[0] < plain.scores[0]


def test_any_of_the_readings_will_do(write: Write, index: Open) -> None:
    write("housing", *texts(("pets", "Pets by arrangement"), ("dog", "A small dog is welcome"), ("neither", "A big garden")))
    found = terms(index(), "собакою", "uk", собакою="pets allowed / dog / pets")
    assert found is not None and len(found[0].numbers) == 2
