"""Passages for questions: how texts are cut, ranked and measured, with the real word lists and encoder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bot.errors import ContentErrors
from bot.knowledge.index import plain_glosser
from bot.knowledge.rank_files import Question, known_only, measure, read_passages, read_questions
from bot.knowledge.ranking import Passage, Ranker, windows_of
from bot.nlu.encoder import Encoder
from bot.region import Region

DATA = Path("data")
PASSAGES = [
    Passage("register", "Wer in eine Wohnung einzieht, meldet sich innerhalb von zwei Wochen im Bürgerbüro an.", "de"),
    Passage("doctor", "Einen Hausarzt finden Sie über die Arztsuche. Kinderärzte nehmen oft keine neuen Patienten.", "de"),
    Passage("bus", "Busse und Bahnen fahren nach Fahrplan. Ein Ticket kaufen Sie beim Fahrer.", "de"),
]


@pytest.fixture(scope="module")
def ranker() -> Ranker:
    glosser = plain_glosser(DATA, Region.load(DATA))
    return Ranker(PASSAGES, known_only(glosser), Encoder.default(Path("models/cache")).vectors)


@pytest.mark.parametrize(
    ("question", "language", "expected"),
    [
        ("Wo melde ich meine neue Wohnung an?", "de", "register"),
        ("I need a doctor for my child", "en", "doctor"),
        ("Де знайти лікаря?", "uk", "doctor"),
        ("Ile kosztuje bilet na autobus?", "pl", "bus"),
        ("أين أجد طبيباً؟", "ar", "doctor"),
    ],
)
def test_a_question_in_any_language_finds_a_german_passage(
    ranker: Ranker, question: str, language: str, expected: str
) -> None:
    best = ranker.rank(question, language)[0]
    assert best.id == expected and 0.2 < best.likeness <= 1.001


def test_without_glosses_and_vectors_the_writing_decides() -> None:
    plain = Ranker(PASSAGES)
    assert plain.rank("Fahrplan der Busse", "de")[0].id == "bus"
    assert plain.rank("лікар", "uk") == [], "nothing is alike, so nothing is offered"


def test_only_those_asked_for_are_ranked(ranker: Ranker) -> None:
    among = np.array([True, False, True])
    assert "doctor" not in [each.id for each in ranker.rank("Hausarzt finden", "de", among=among)]


def test_a_long_passage_is_cut_into_windows_under_its_title() -> None:
    text = "Der erste Satz hat genau sieben kurze Wörter. Nein.\nEin zweiter Absatz steht hier. " + "Wort " * 70
    windows = windows_of(Passage("x", text, "de", "Titel"))
    assert windows[0] == "Titel" and all(window.startswith("Titel") for window in windows)
    assert max(len(window.split()) for window in windows) <= 29
    together = " ".join(window.removeprefix("Titel. ") for window in windows[1:])
    assert together.split() == text.split(), "no word is lost"


def write(file: Path, rows: list[Any]) -> Path:
    file.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows), "utf-8")
    return file


def test_files_are_read_whatever_their_fields_are_called(tmp_path: Path) -> None:
    passages = write(tmp_path / "p.jsonl", [
        {"id": "a", "text": "Ein deutscher Satz"}, {"_id": 2, "passage": "An English one", "language": "en-GB"}, "",
        {"docid": "c", "content": "Третій", "title": "Назва"},
    ])  # fmt: skip
    found = read_passages(passages, lambda text: "de" if "Satz" in text else "uk")
    assert [(p.id, p.language, p.title) for p in found] == [("a", "de", ""), ("2", "en", ""), ("c", "uk", "Назва")]
    questions = write(tmp_path / "q.jsonl", [
        {"text": "eins", "lang": "de", "relevant": ["a"]}, {"question": "two", "answers": [{"id": 2}]},
        {"query": "три", "positives": {"c": 1, "a": 0}}, {"query": "о", "gold": "a"}, {"text": "none", "relevant": []},
    ])  # fmt: skip
    asked = read_questions(questions, lambda text: "xx", frozenset({"a", "2", "c"}))
    assert [q.relevant for q in asked] == [{"a"}, {"2"}, {"c"}, {"a"}], "a question without an answer measures nothing"


@pytest.mark.parametrize(
    ("row", "problem"), [("{", "no JSON"), ("[1]", "no JSON object"), ({"id": "b"}, "id and a text"), ({"id": "a", "text": "x"}, "twice")]
)
def test_a_broken_line_is_named(tmp_path: Path, row: Any, problem: str) -> None:
    file = write(tmp_path / "p.jsonl", [{"id": "a", "text": "x"}, row])
    with pytest.raises(ContentErrors, match=problem) as error:
        read_passages(file, lambda text: "de")
    assert f"{file}:2" in str(error.value)


def test_what_is_measured() -> None:
    ranker = Ranker([Passage(name, f"{name} {name}", "de") for name in ("rot", "blau", "grün")])
    questions = [
        Question("rot", "de", frozenset({"rot"})), Question("blau", "de", frozenset({"grün", "blau"})),
        Question("nichts", "en", frozenset({"rot"})),
    ]  # fmt: skip
    measured = measure(ranker, questions)
    assert list(measured) == ["de", "en", "all"]
    assert (measured["de"].first, measured["de"].mrr) == (1.0, 1.0) and measured["en"].three == 0.0
    assert measured["all"].questions == 3 and measured["all"].mrr == pytest.approx(2 / 3)
