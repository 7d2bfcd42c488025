"""Collections of others: how their files are read, and what is measured with them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.errors import ContentErrors
from bot.knowledge.rank_files import Question, language_detector, measure, read_passages, read_questions, report
from bot.knowledge.ranking import Passage, Ranker
from bot.nlu.gloss import Glosser
from bot.settings import Settings


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


def test_questions_that_name_no_passage_are_an_error_and_not_a_perfect_score(tmp_path: Path) -> None:
    file = write(tmp_path / "q.jsonl", [{"text": "eins", "relevant": ["b"]}])
    with pytest.raises(ContentErrors, match="no question names a passage"):
        read_questions(file, lambda text: "de", frozenset({"a"}))
    with pytest.raises(ContentErrors, match="holds no passages"):
        read_passages(write(tmp_path / "p.jsonl", [""]), lambda text: "de")


def test_what_the_command_prints(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of files that name no language, with the list of words of one that this region does not speak."""
    words = data / "lexicon" / "words"
    words.mkdir(parents=True)
    (words / "fr.tsv").write_text("médecin\tdoctor\ntrouver\tfind\n", "utf-8")
    passages = write(tmp_path / "p.jsonl", [
        {"id": "a", "text": "The search on this page will find you a doctor."},
        {"id": "b", "text": "Buses and trains run as the timetable says."},
    ])  # fmt: skip
    questions = write(tmp_path / "q.jsonl", [{"text": "Où puis-je trouver un médecin ?", "relevant": "a"}])
    report(Settings(data=data), passages, questions, as_json=True)
    alone = {"questions": 1, "first": 1.0, "three": 1.0, "mrr": 1.0}
    assert json.loads(capsys.readouterr().out) == {"fr": alone, "all": alone}
    report(Settings(data=data), passages, questions, as_json=False)
    (row,) = [line for line in capsys.readouterr().out.splitlines() if " fr " in line]
    assert row.count("1.000") == 3


def test_texts_in_no_known_language_are_read_as_they_stand() -> None:
    detect = language_detector(Glosser({"de": {}, "pl": {}}))
    assert detect("12345 !?") == "en" and detect("Wo kann ich meine Wohnung anmelden?") == "de"
