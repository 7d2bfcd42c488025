"""`lotse rank`: how well the ranking finds passages of a collection, per language of the question.

Both files are JSON lines. A passage: `{"id": "a1", "text": "…", "lang": "de", "title": "…"}`; lang and title may be
left out. A question: `{"text": "…", "lang": "uk", "relevant": ["a1", "a7"]}`. Common other names are understood:
`_id`, `docid`; `passage`, `content`, `body`, `context`; `question`, `query`; `answers`, `positives`, `gold`;
`language`. What is relevant may be one id, a list of ids, a list of objects with an id, or an object of id -> grade.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bot.errors import ContentError, ContentErrors
from bot.knowledge.ranking import Passage, Ranker
from bot.nlu.addition import FILE
from bot.nlu.encoder import Encoder
from bot.nlu.gloss import GLOSS_LANGUAGE, Glosser
from bot.settings import Settings

_ID = ("id", "_id", "docid", "doc_id", "passage_id", "pid")
_TEXT = ("text", "passage", "content", "body", "context")
_ASKED = ("text", "question", "query")
_RELEVANT = ("relevant", "answers", "positives", "gold", "relevant_ids", "positive_ids", "answer_ids", "passage_id")
_LANGUAGE = ("lang", "language", "locale")
_DEEPEST = 10
DetectLanguage = Callable[[str], str]


@dataclass(frozen=True)
class Question:
    """A question and the ids of the passages that answer it."""

    text: str
    language: str
    relevant: frozenset[str]


@dataclass(frozen=True)
class Measured:
    """Of `questions`: the share with a relevant passage first and among the first three, and MRR at 10."""

    questions: int
    first: float
    three: float
    mrr: float


def read_passages(file: Path, detect: DetectLanguage) -> list[Passage]:
    """Raises ContentErrors naming every line that cannot be read."""
    found: list[Passage] = []
    errors: list[ContentError] = []
    seen: set[str] = set()
    for number, row in _rows(file, errors):
        id, text = _first(row, _ID), _first(row, _TEXT)
        if id is None or not str(text or "").strip():
            errors.append(_error(file, number, "needs an id and a text", 'Write {"id": "a1", "text": "…"}.'))
        elif str(id) in seen:
            errors.append(_error(file, number, f"the id {id!r} is used twice", "Give each passage an id of its own."))
        else:
            seen.add(str(id))
            language = _first(row, _LANGUAGE) or detect(str(text))
            found.append(Passage(str(id), str(text), str(language)[:2].lower(), str(row.get("title") or "")))
    if errors or not found:
        raise ContentErrors(errors or [_error(file, 1, "holds no passages", "Write one JSON object a line.")])
    return found


def read_questions(file: Path, detect: DetectLanguage, known: frozenset[str]) -> list[Question]:
    """Questions with at least one relevant passage among the `known` ids; raises ContentErrors."""
    found: list[Question] = []
    errors: list[ContentError] = []
    for number, row in _rows(file, errors):
        text, relevant = _first(row, _ASKED), _ids(_first(row, _RELEVANT))
        if not str(text or "").strip():
            errors.append(_error(file, number, "has no text", 'Write {"text": "…", "relevant": ["a1"]}.'))
        elif relevant & known:
            language = _first(row, _LANGUAGE) or detect(str(text))
            found.append(Question(str(text), str(language)[:2].lower(), frozenset(relevant)))
    if errors or not found:
        raise ContentErrors(errors or [_error(file, 1, "no question names a passage that is there", "Check the ids.")])
    return found


def measure(ranker: Ranker, questions: list[Question], progress: Callable[[], None] = lambda: None) -> dict[str, Measured]:
    """By language of the question, `all` last."""
    ranks: dict[str, list[float]] = defaultdict(list)
    for question in questions:
        ranked = [each.id for each in ranker.rank(question.text, question.language, limit=_DEEPEST)]
        rank = next((at for at, id in enumerate(ranked, 1) if id in question.relevant), float("inf"))
        for key in (question.language, "all"):
            ranks[key].append(rank)
        progress()
    order = sorted(ranks, key=lambda key: (key == "all", key))
    return {key: _measured(np.array(ranks[key])) for key in order}


def report(settings: Settings, passages: Path, questions: Path, *, as_json: bool) -> None:
    """Reads both files, measures and prints.

    Raises:
        ContentErrors: a line cannot be read.
    """
    from rich.console import Console
    from rich.progress import Progress
    from rich.table import Table

    addition = settings.data / FILE
    encoder = Encoder.default(settings.models / "cache", addition if addition.exists() else None)
    glosser = Glosser.from_data(settings.data)
    detect = language_detector(glosser)
    found = read_passages(passages, detect)
    asked = read_questions(questions, detect, frozenset(passage.id for passage in found))
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("reading passages", total=None)
        ranker = Ranker(found, KnownOnly(glosser), encoder.vectors)
        progress.update(task, description="ranking", total=len(asked))
        measured = measure(ranker, asked, lambda: progress.advance(task))
    if as_json:
        print(json.dumps({language: asdict(each) for language, each in measured.items()}, indent=2))
        return
    table = Table("language", "questions", "recall@1", "recall@3", "MRR@10")
    for language, each in measured.items():
        table.add_row(language, str(each.questions), f"{each.first:.3f}", f"{each.three:.3f}", f"{each.mrr:.3f}")
    Console().print(table)


@dataclass(frozen=True)
class KnownOnly:
    """Nothing of languages without a list of words: they would be read as if they were English."""

    glosser: Glosser

    def gloss(self, text: str, language: str) -> str:
        """See `Glosser.gloss`."""
        return self.glosser.gloss(text, language) if self._knows(language) else ""

    def sentence(self, text: str, language: str, gloss: str | None = None) -> str:
        """See `Glosser.sentence`."""
        return self.glosser.sentence(text, language, gloss) if self._knows(language) else ""

    def _knows(self, language: str) -> bool:
        return language in (GLOSS_LANGUAGE, *self.glosser.languages)


def language_detector(glosser: Glosser) -> DetectLanguage:
    """For texts whose language is not given: one of those with a list of words, or English."""
    from lingua import IsoCode639_1, LanguageDetectorBuilder

    codes = [getattr(IsoCode639_1, code.upper()) for code in {GLOSS_LANGUAGE, *glosser.languages}]
    detector = LanguageDetectorBuilder.from_iso_codes_639_1(*codes).with_low_accuracy_mode().build()

    def detect(text: str) -> str:
        found = detector.detect_language_of(text)
        return found.iso_code_639_1.name.lower() if found else GLOSS_LANGUAGE

    return detect


def _measured(ranks: np.ndarray) -> Measured:
    reciprocal = np.where(ranks <= _DEEPEST, 1 / ranks, 0.0)
    return Measured(len(ranks), float((ranks == 1).mean()), float((ranks <= 3).mean()), float(reciprocal.mean()))


def _rows(file: Path, errors: list[ContentError]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for number, line in enumerate(file.read_text("utf-8-sig").splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            errors.append(_error(file, number, f"is no JSON ({error})", "Write one JSON object a line."))
            continue
        if isinstance(row, dict):
            yield number, row
        else:
            errors.append(_error(file, number, "is no JSON object", 'Write {"text": "…"}.'))


def _first(row: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    return next((row[name] for name in names if row.get(name) not in (None, "")), None)


def _ids(value: Any) -> set[str]:
    if value is None:
        return set()
    if isinstance(value, dict):
        own = _first(value, _ID)
        return {str(own)} if own is not None else {str(id) for id, grade in value.items() if grade}
    if isinstance(value, list):
        return {id for each in value for id in _ids(each)}
    return {str(value)}


def _error(file: Path, line: int, problem: str, fix: str) -> ContentError:
    return ContentError(file, line, "", problem, fix)
