"""What a lexicon may hold, what is told about a broken one, and what it is compiled to."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.nlu.entity_reader import EntityReader, LexiconError, compile_lexicon
from bot.nlu.entity_reader.lexicon import parse_word
from tests.nlu_code.entity_reader.sentences import values

BROKEN = [
    ("entity: deal\nvalues: [", r"deal\.yml:\d+: not valid YAML"),
    ("values: {}", "'entity: <name>' is missing"),
    ("entity: deal\nvalues:\n  rent:\n    words: {de: mieten}\n", r"deal\.yml:4: .*list of words"),
    (
        "entity: deal\nvalues:\n  rent:\n    words: {de: [mieten]}\n  rent:\n    words: {}\n",
        "stands here twice",
    ),
    ("entity: deal\nvalues:\n  rent:\n    wordz: {de: [mieten]}\n", r"deal\.yml:4: .*unknown key 'wordz'"),
    ("entity: rooms\nvalues:\n  many:\n    words: {de: [viele]}\n", "must be a number"),
    ("entity: deal\nvalues:\n  rent:\n    words: {de: ['!!']}\n", "nothing that can be matched"),
    ("entity: deal\nvalues:\n  rent:\n    words: {de: [*wohnung]}\n", "needs quotation marks"),
]


@pytest.mark.parametrize(("content", "message"), BROKEN, ids=[message for _, message in BROKEN])
def test_a_broken_file_is_named_with_its_line(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "lexicon").mkdir()
    (tmp_path / "lexicon" / "inflection.yml").write_text("groups: {de: {languages: [de], endings: [e]}}")
    (tmp_path / "lexicon" / "deal.yml").write_text(content)
    (tmp_path / "region.yml").write_text("places: {a: {names: {de: Adorf}}}")
    with pytest.raises(LexiconError, match=message):
        compile_lexicon(tmp_path)


def test_a_word_more_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "lexicon").mkdir()
    (tmp_path / "lexicon" / "inflection.yml").write_text(
        "groups: {de: {languages: [de], min_stem: 4, endings: [en, n]}}"
    )
    (tmp_path / "lexicon" / "deal.yml").write_text(
        "entity: deal\nvalues:\n  rent:\n    words:\n      de:\n        - pachten\n"
    )
    (tmp_path / "region.yml").write_text("places: {a: {names: {de: Adorf}}}")
    assert values(EntityReader.from_data(tmp_path).read("Wiese pachten in Adorf", "de")) == {
        "deal=rent",
        "place=a",
    }


def folder(tmp_path: Path, region: str, **lexicons: str) -> Path:
    """A data folder with endings for two languages, a region and lexicon files."""
    (tmp_path / "lexicon").mkdir()
    (tmp_path / "lexicon" / "inflection.yml").write_text(
        "groups:\n  de: {languages: [de], endings: [en, n]}\n  pl: {languages: [pl], min_stem: 3, endings: [u]}\n"
    )
    for name, text in lexicons.items():
        (tmp_path / "lexicon" / f"{name}.yml").write_text(text)
    (tmp_path / "region.yml").write_text(region)
    return tmp_path


@pytest.mark.parametrize(
    ("word", "patterns"),
    [
        ("Pflege", [[["word", "pflege"]]]),
        ("pfleg*", [[["prefix", "pfleg"]]]),
        ("*pfleger", [[["suffix", "pfleger"]]]),
        ("*schul*", [[["infix", "schul"]]]),
        ("Chef de Cuisine", [[["word", "chef"], ["word", "de"], ["word", "cuisine"]]]),
        ("werben!", [[["form", "werben"]]]),
        ("Köchin", [[["word", "kochin"]], [["word", "koechin"]]]),
        ("m²", [[["word", "m"], ["word", "2"]]]),
    ],
)
def test_a_word_is_matched_as_it_is_marked(word: str, patterns: list[list[list[str]]]) -> None:
    assert [tokens for tokens, _ in parse_word(word)] == patterns


def test_only_a_literal_word_insists_on_its_capitals() -> None:
    assert parse_word("=Iden") == [([["form", "iden"]], "Iden")]
    assert parse_word("iden!")[0][1] is None


def test_places_are_known_by_what_people_call_them(tmp_path: Path) -> None:
    region = """places:
  s: {official_name: Hansestadt Seehausen (Altmark), names: {pl: Zehauzen}, localities: [Buch, Krüden]}
  k: {names: {de: Krüden}, localities: []}
"""
    place = "entity: place\nnot_localities: [Buch]\nvalues: {}\n"
    reader = EntityReader.from_data(folder(tmp_path, region, place=place))
    for text, language, wanted in (
        ("nach Seehausen", "de", "s"), ("w Zehauzenu", "pl", "s"), ("w Krüdenu", "pl", "k"), ("nach Krueden", "de", "k"),
    ):  # fmt: skip
        assert values(reader.read(text, language)) == {f"place={wanted}"}, text
    for text in ("ein Buch", "Hansestadt", "in der Altmark"):
        assert reader.read(text, "de") == [], text


def test_what_the_lexicon_says_of_a_places_name_wins(tmp_path: Path) -> None:
    region = "places:\n  w: {names: {de: Werben}}\n"
    place = "entity: place\nweak_needs: [preposition]\nvalues:\n  w: {weak: {de: [Werben]}}\n"
    cues = "entity: cue\nvalues:\n  preposition: {words: {de: [in]}}\n"
    reader = EntityReader.from_data(folder(tmp_path, region, place=place, cues=cues))
    assert values(reader.read("ein Haus in Werben", "de")) == {"place=w"}
    assert reader.read("Mitglieder werben", "de") == []


def test_number_and_unit_are_known_in_one_word(tmp_path: Path) -> None:
    numbers = "entity: number\nvalues:\n  2: {words: {pl: [dwa]}, combining: {pl: [dwu], de: [zwei]}}\n"
    cues = """entity: cue
values:
  room: {words: {de: [Zimmer]}, compound: {pl: [pokojow*], de: [zimm*]}}
  year: {words: {de: [Jahre]}, compound: {pl: [letni*]}}
"""
    none = {name: f"entity: {name}\nvalues: {{}}\n" for name in ("rooms", "child_age")}
    compiled = compile_lexicon(folder(tmp_path, "places: {a: {names: {de: Adorf}}}", numbers=numbers, cues=cues, **none))
    made = {(e["group"], e["entity"], e["value"], *e["tokens"][0]) for e in compiled["entries"] if e["entity"] in ("rooms", "child_age")}
    assert made == {
        ("pl", "rooms", 2, "prefix", "dwupokojow"), ("de", "rooms", 2, "prefix", "zweizimm"), ("pl", "child_age", 24, "prefix", "dwuletni"),
    }  # fmt: skip


def test_words_that_yaml_takes_for_something_else_stay_words(tmp_path: Path) -> None:
    deal = "entity: deal\nvalues:\n  no: {words: {de: [yes, off, 1.5, null]}}\n"
    compiled = compile_lexicon(folder(tmp_path, "places: {a: {names: {de: Adorf}}}", deal=deal))
    own = [entry for entry in compiled["entries"] if entry["entity"] == "deal"]
    assert [entry["tokens"][0][1] for entry in own] == ["yes", "off", "1.5", "null"]
    assert {entry["value"] for entry in own} == {"no"}


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(LexiconError, match=r"inflection\.yml: the file is missing"):
        compile_lexicon(tmp_path)
    data = folder(tmp_path, "places: {a: {names: {de: Adorf}}}")
    (data / "region.yml").unlink()
    with pytest.raises(LexiconError, match=r"region\.yml: the file is missing"):
        compile_lexicon(data)


def test_everyday_words_near_a_lexicon_word_are_kept_as_ordinary(tmp_path: Path) -> None:
    occupation = "entity: occupation\nmisspellings: true\nvalues:\n  it: {words: {de: [Drucker, Programmierer]}}\n"
    data = folder(tmp_path, "places: {a: {names: {de: Adorf}}}", occupation=occupation)
    (data / "lexicon" / "words").mkdir()
    (data / "lexicon" / "words" / "de.tsv").write_text("Druckes\tpressure\nWohnung\tflat\nprogrammiere\tprogram\n")
    assert compile_lexicon(data)["ordinary"]["de"] == ["druckes", "programmiere"]
