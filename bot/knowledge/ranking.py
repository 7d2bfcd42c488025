"""Ranks passages for a question, in one language or across languages; for any set of passages.

Three readings of a text each give an order, and the orders are fused by reciprocal rank (Cormack, Clarke and Büttcher,
SIGIR 2009): how it is written (n-grams of characters and words), its words in English (BM25 over glosses), and where
its sentences lie in the encoder's space. A long passage is as near as its nearest window.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from scipy.sparse import csr_matrix

from bot.nlu.features import Vocabulary
from bot.nlu.normalise import fold

Encode = Callable[[Sequence[str]], np.ndarray]
"""Texts -> vectors of length 1, float32 (texts, width)."""

_SENTENCE = re.compile(r"(?<=[.!?:;؟。])\s+|\n+|(?<=[•–-])\s")
_WINDOW_WORDS = 28
_SHORTEST_WINDOW = 4
_CHARACTERS = (3, 4, 5)
_K1, _B = 1.2, 0.6
_RRF = 3
"""Few passages answer a question, so the first ranks count for much more than with the 60 of the paper."""


class Reading(Protocol):
    """How a text in some language is read; `bot.nlu.gloss.Glosser` is one."""

    def gloss(self, text: str, language: str) -> str:
        """Its words in English, "" where the language is not known."""

    def sentence(self, text: str, language: str, gloss: str | None = None) -> str:
        """What the encoder reads of it, likewise; `gloss` is the text's, where it is known already."""


class AsTyped:
    """The reading of an encoder that knows the languages itself: every word as it is."""

    def gloss(self, text: str, language: str) -> str:
        """The text."""
        return text

    def sentence(self, text: str, language: str, gloss: str | None = None) -> str:
        """The text."""
        return text


@dataclass(frozen=True)
class Passage:
    """What may answer a question. `title` counts as part of each of its windows."""

    id: str
    text: str
    language: str
    title: str = ""

    @property
    def whole(self) -> str:
        """Title and text."""
        return f"{self.title}\n{self.text}" if self.title else self.text


@dataclass(frozen=True)
class Ranked:
    """A passage and how well it fits; `likeness` is the cosine of the question and its nearest window, -1 to 1."""

    id: str
    score: float
    likeness: float


@dataclass(frozen=True)
class Weights:
    """What each reading counts in the fusion; tried on half of the questions of `tests/nlu` (docs/benchmarks.md)."""

    surface: float = 0.3
    gloss: float = 0.5
    vector: float = 1.0


@dataclass
class Ranker:
    """Args:
    reading: None to count no words as English, and to encode the text as it is.
    encode: None to do without vectors.
    glossed: The glosses of the whole passages, and vectors: those of their windows, one after the other as
        `windows_of` gives them, if they were stored.
    """

    passages: Sequence[Passage]
    reading: Reading | None = None
    encode: Encode | None = None
    glossed: Sequence[str] | None = None
    vectors: np.ndarray | None = None
    weights: Weights = field(default_factory=Weights)

    def __post_init__(self) -> None:
        whole = [list(_surface(passage.whole)) for passage in self.passages]
        self._vocabulary = Vocabulary.learn(whole, min_documents=1)
        self._surface: csr_matrix = self._vocabulary.matrix(whole)
        if self.reading and self.glossed is None:
            self.glossed = [self.reading.gloss(passage.whole, passage.language) for passage in self.passages]
        self._bm25 = _Bm25([_stems(glossed) for glossed in self.glossed]) if self.glossed else None
        windows = [windows_of(passage) for passage in self.passages]
        self._owner = np.array([at for at, own in enumerate(windows) for _ in own], dtype=np.int64)
        if self.encode and self.vectors is None:
            texts = [self._sentence(w, p.language) for p, own in zip(self.passages, windows, strict=True) for w in own]
            self.vectors = self.encode(texts)

    def rank(self, question: str, language: str, *, among: np.ndarray | None = None, limit: int = 10) -> list[Ranked]:
        """The best passages, best first.

        Args:
            among: Booleans, one a passage: which of them come into question.
        """
        readings, likeness = self._readings(question, language)
        fused = np.zeros(len(self.passages))
        allowed = np.ones(len(self.passages), dtype=bool) if among is None else among
        for weight, scores in readings:
            place = np.where(allowed, scores, -np.inf)
            order = np.argsort(-place, kind="stable")
            ranks = np.empty(len(order))
            ranks[order] = np.arange(len(order))
            # What a reading knows nothing of gets nothing from it.
            fused += np.where(place > 0, weight / (_RRF + ranks), 0.0)
        best = [at for at in np.argsort(-fused, kind="stable")[:limit] if fused[at] > 0 and allowed[at]]
        return [Ranked(self.passages[at].id, float(fused[at]), float(likeness[at])) for at in best]

    def _readings(self, question: str, language: str) -> tuple[list[tuple[float, np.ndarray]], np.ndarray]:
        columns, values = self._vocabulary.row(list(_surface(question)))
        row = csr_matrix((values, columns, [0, len(columns)]), shape=(1, self._surface.shape[1]))
        readings = [(self.weights.surface, np.asarray((self._surface @ row.T).todense()).ravel())]
        glossed = self.reading.gloss(question, language) if self.reading else None
        if self._bm25 and glossed is not None:
            readings.append((self.weights.gloss, self._bm25.scores(_stems(glossed))))
        likeness, sentence = np.zeros(len(self.passages)), self._sentence(question, language, glossed)
        if self.encode and self.vectors is not None and sentence:
            near = self.vectors @ self.encode([sentence])[0]
            likeness = np.full(len(self.passages), -1.0)
            np.maximum.at(likeness, self._owner, near)
            readings.append((self.weights.vector, likeness))
        return readings, likeness

    def _sentence(self, text: str, language: str, gloss: str | None = None) -> str:
        return self.reading.sentence(text, language, gloss) if self.reading else text


def windows_of(passage: Passage) -> list[str]:
    """The pieces of a passage that are compared with a question: its title, and sentences drawn together to about
    28 words, each with the title before it where there is one."""
    pieces: list[str] = []
    held: list[str] = []
    for sentence in (part.strip() for part in _SENTENCE.split(passage.text)):
        if not sentence:
            continue
        held.append(sentence)
        if sum(len(each.split()) for each in held) >= _SHORTEST_WINDOW:
            pieces += _cut(" ".join(held))
            held = []
    pieces += _cut(" ".join(held)) if held else []
    if not passage.title:
        return pieces or [passage.text]
    return [passage.title, *(f"{passage.title}. {piece}" for piece in pieces)]


def _cut(text: str) -> list[str]:
    words = text.split()
    return [" ".join(words[at : at + _WINDOW_WORDS]) for at in range(0, len(words), _WINDOW_WORDS)]


def _surface(text: str) -> Iterator[str]:
    """N-grams of characters within words, and the words themselves, of the folded text."""
    for word in re.findall(r"[\w']+", fold(text)):
        padded = f" {word} "
        for size in _CHARACTERS:
            for start in range(max(1, len(padded) - size + 1)):
                yield padded[start : start + size]
        yield "w:" + word


_IDLE_WORDS = """
a an the of to in on at for and or is are be been am was i you we he she it they my your our his her their me us do does
did can could will would shall should may must have has had not no with from by as if that this these those what which
who whom when where how why there here so than then also only about into per
"""
_IDLE = frozenset(_IDLE_WORDS.split())
"""English words that tell no passage from another; the glosses are English whatever the language."""


def _stems(glossed: str) -> list[str]:
    return [_stem(word) for word in glossed.split() if word not in _IDLE]


def _stem(word: str) -> str:
    """Enough for glosses, whose authors wrote now "child", now "children"."""
    for ending, least in (("ing", 6), ("ies", 5), ("ed", 5), ("es", 5), ("s", 4)):
        if word.endswith(ending) and len(word) >= least:
            return word[: -len(ending)]
    return word


class _Bm25:
    """Okapi BM25 over lists of words (Robertson and Zaragoza, 2009)."""

    def __init__(self, documents: Sequence[Sequence[str]]) -> None:
        lengths = np.array([len(words) for words in documents], dtype=float)
        norm = _K1 * (1 - _B + _B * lengths / (lengths.mean() or 1.0))
        postings: dict[str, list[tuple[int, float]]] = {}
        for at, words in enumerate(documents):
            for word, count in Counter(words).items():
                postings.setdefault(word, []).append((at, count * (_K1 + 1) / (count + norm[at])))
        self._size = len(documents)
        self._postings = {
            word: (
                np.array([at for at, _ in found]),
                math.log(1 + (self._size - len(found) + 0.5) / (len(found) + 0.5)) * np.array([w for _, w in found]),
            )
            for word, found in postings.items()
        }

    def scores(self, words: Iterable[str]) -> np.ndarray:
        """One a document, 0 where no word is in it."""
        scores = np.zeros(self._size)
        for word in set(words):
            if word in self._postings:
                at, weights = self._postings[word]
                scores[at] += weights
        return scores
