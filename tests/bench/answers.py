"""`python -m tests.bench.answers`: how well a question finds its answer among all answers, by free text alone.

The questions are those of `tests/nlu`, which nobody had before them when the answers were written; the passages are the
answers of `data/responses`, in the question's language and in German. Compared with FTS5 and with what a public
collection's baseline is, TF-IDF of character 4-grams. Prints a table for docs/benchmarks.md, and for each threshold how
many questions out of our scope it would answer.
"""

from __future__ import annotations

import json
import re
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from rich.progress import track
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.interface import Interface
from bot.knowledge.rank_files import KnownOnly, Measured, Question, measure
from bot.knowledge.ranking import Passage, Ranked, Ranker
from bot.languages import load_languages
from bot.nlu.addition import FILE
from bot.nlu.encoder import Encoder
from bot.nlu.gloss import Glosser
from bot.training.examples import read_examples
from bot.training.responses import read_responses

DATA = Path("data")
CROSS = [("uk", "de"), ("ar", "de"), ("pl", "de"), ("ru", "de"), ("en", "de")]
Rank = Callable[[str, str], list[Ranked]]


class Ranking:
    """Anything that ranks, with the method that `measure` calls."""

    def __init__(self, rank: Rank) -> None:
        self._rank = rank

    def rank(self, question: str, language: str, *, limit: int) -> list[Ranked]:
        return self._rank(question, language)[:limit]


def fts(passages: list[Passage]) -> Rank:
    """SQLite's FTS5 with bm25, any of the words."""
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE p USING fts5 (id UNINDEXED, t, tokenize = 'unicode61 remove_diacritics 2')")
    connection.executemany("INSERT INTO p VALUES (?, ?)", [(p.id, p.whole) for p in passages])

    def rank(question: str, language: str) -> list[Ranked]:
        words = " OR ".join(f'"{word}"' for word in re.findall(r"\w+", question))
        rows = connection.execute("SELECT id, bm25(p) FROM p WHERE p MATCH ? ORDER BY 2", (words or '""',))
        return [Ranked(id, -score, 0.0) for id, score in rows]

    return rank


def character_4_grams(passages: list[Passage]) -> Rank:
    """The baseline of the public collection."""
    reader = TfidfVectorizer(analyzer="char", ngram_range=(4, 4))
    matrix = reader.fit_transform([p.whole for p in passages])

    def rank(question: str, language: str) -> list[Ranked]:
        scores = (matrix @ reader.transform([question]).T).toarray().ravel()
        return [Ranked(passages[at].id, float(scores[at]), 0.0) for at in np.argsort(-scores, kind="stable")]

    return rank


def main() -> None:
    """Measures and prints."""
    languages = load_languages(DATA)
    replies, interface = read_responses(DATA, languages), Interface.load(DATA, languages)
    glosser, encoder = Glosser.from_data(DATA), Encoder.default(Path("models/cache"), DATA / FILE)
    held_out = read_examples(Path("tests/nlu"), languages)
    rankers, passages = {}, {}
    for code in languages.written:
        passages[code] = [
            Passage(name[6:], variations[0]["text"], code, interface.text(code, "intents", name[6:]))
            for name, variations in replies[code].items()
            if name.startswith("utter_faq/")
        ]
        rankers[code] = Ranker(passages[code], KnownOnly(glosser), encoder.vectors)
    print("| questions | answers | n | FTS5 | character 4-grams | ours |")
    print("|---|---|---|---|---|---|")
    for asked, answered in [*((code, code) for code in languages.written), *CROSS]:
        questions = [
            Question(e.text, asked, frozenset({e.intent}))
            for e in held_out
            if e.language == asked and e.intent.startswith("faq/")
        ]
        own = passages[answered]
        found = [
            measure(ranking, questions)["all"]  # type: ignore[arg-type]
            for ranking in (Ranking(fts(own)), Ranking(character_4_grams(own)), rankers[answered])
        ]
        print(f"| {asked} | {answered} | {len(questions)} | {' | '.join(map(_cell, found))} |", flush=True)
    _thresholds(rankers, held_out)


def _thresholds(rankers: dict[str, Ranker], held_out: list) -> None:  # type: ignore[type-arg]
    rows = []
    for example in track(held_out, disable=not sys.stderr.isatty()):
        inside = example.intent.startswith("faq/")
        if inside or example.intent == "out_of_scope":
            ranked = rankers[example.language].rank(example.text, example.language, limit=3)
            right = [each.likeness for each in ranked if each.id == example.intent]
            best = max((each.likeness for each in ranked), default=0.0)
            rows.append({"inside": inside, "right": right[0] if right else 0.0, "best": best})
    for least in (0.3, 0.35, 0.4, 0.45, 0.5, 0.55):
        inside = [row["right"] >= least for row in rows if row["inside"]]
        outside = [row["best"] >= least for row in rows if not row["inside"]]
        print(json.dumps({"least": least, "right answer offered": round(float(np.mean(inside)), 3),
                          "offered out of scope": round(float(np.mean(outside)), 3)}))  # fmt: skip


def _cell(measured: Measured) -> str:
    return f"{measured.first:.2f} / {measured.three:.2f} / {measured.mrr:.2f}"


if __name__ == "__main__":
    main()
