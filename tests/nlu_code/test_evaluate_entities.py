"""How well entities are read: examples as they were annotated, and the counting."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.nlu.entity_reader import EntityReader
from bot.nlu.evaluate_entities import Score, evaluate, load_examples, parse_annotated, table

FILE = """nlu:
- intent: find_housing
  examples: |
    - [mieten](deal:rent) in [Adorf](place:a), [Adorf](place:a)
    - Adorf
    - [Bedorf](place:b), [Einraumwohnung](rooms:1)
- intent: greet
"""


@pytest.fixture
def reader(tmp_path: Path) -> EntityReader:
    """Knows one place, renting, and homes of one room."""
    data = tmp_path / "data"
    (data / "lexicon").mkdir(parents=True)
    (data / "lexicon" / "inflection.yml").write_text("groups: {de: {languages: [de], endings: [n]}}")
    (data / "lexicon" / "deal.yml").write_text("entity: deal\nvalues:\n  rent: {words: {de: [mieten]}}\n")
    (data / "lexicon" / "rooms.yml").write_text("entity: rooms\nvalues:\n  1: {words: {de: [Einraumwohnung]}}\n")
    (data / "region.yml").write_text("places: {a: {names: {de: Adorf}}}")
    return EntityReader.from_data(data)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Examples in two languages, one file of them broken."""
    for name, text in (("de/a.yml", FILE), ("pl/a.yml", "nlu: [\n"), ("pl/b.yml", FILE)):
        file = tmp_path / "nlu" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return tmp_path / "nlu"


def test_each_value_counts_once_a_message(reader: EntityReader, folder: Path) -> None:
    german = [example for example in load_examples([folder]) if example.language == "de"]
    scores = evaluate(reader, german)
    place = scores["place", "de"]
    assert (place.found, place.wrong, place.missed) == (1, 1, 1)
    assert place.errors == ["+ de/find_housing: a «Adorf» in: Adorf", "- de/find_housing: b in: Bedorf, Einraumwohnung"]
    assert (scores["deal", "de"].found, scores["deal", "de"].f1) == (1, 1.0)
    assert (scores["rooms", "de"].found, scores["rooms", "de"].errors) == (1, []), "a number is compared as one"


def test_a_broken_file_is_told_and_passed_over(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    examples = list(load_examples([folder]))
    assert [(example.language, example.text) for example in examples if example.language == "pl"] == [
        ("pl", "mieten in Adorf, Adorf"), ("pl", "Adorf"), ("pl", "Bedorf, Einraumwohnung"),
    ]  # fmt: skip
    assert "pl/a.yml" in capsys.readouterr().err


def test_the_table_tells_languages_apart_and_adds_them_up() -> None:
    scores = {("place", "de"): Score(3, 1, 1), ("place", "uk"): Score(1, 0, 1), ("deal", "de"): Score(2)}
    assert table(scores).splitlines()[2:] == [
        "| deal | 1.00 |  | 1.000 | 1.000 | 1.000 | 2 |",
        "| place | 0.75 | 0.67 | 0.800 | 0.667 | 0.727 | 6 |",
    ]


def test_nothing_reported_and_nothing_annotated_is_no_fault() -> None:
    assert (Score().precision, Score().recall) == (1.0, 1.0)
    assert (Score(missed=1).recall, Score(missed=1).f1) == (0.0, 0.0)


def test_annotations_are_read_as_rasa_writes_them() -> None:
    text, found = parse_annotated(
        'in [Stendal](place:stendal) [3 Zimmer](rooms:3) [so]{"entity": "deal", "value": "buy"}'
    )
    assert text == "in Stendal 3 Zimmer so"
    assert [(a.entity, a.value, text[a.start : a.end]) for a in found] == [
        ("place", "stendal", "Stendal"),
        ("rooms", 3, "3 Zimmer"),
        ("deal", "buy", "so"),
    ]
