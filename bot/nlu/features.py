"""What the classifier sees of a message: counted character and word n-grams of the folded text.

Training and serving run the same lines, so there is nothing to keep in step between them.
"""

from __future__ import annotations

import re
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

import numpy as np
from scipy.sparse import csr_matrix

from bot.nlu.normalise import fold

_WORD = re.compile(r"[\w']+")
_NUMBER = re.compile(r"\d+([.,]\d+)*")

CHARACTER_SIZES = (3, 4)
"""What an intent is told by: twos and fives too took half again as long to learn from and told nothing more."""
_WORDS = "w:"
_REMEMBERED = 20_000
"""Words whose n-grams a vocabulary remembers: people use the same ones again and again."""


@dataclass(frozen=True)
class Ngrams:
    """The n-grams of a row of words: each word by itself, and what stands across words."""

    words: tuple[str, ...]
    sizes: tuple[int, ...]
    """How many characters inside a word."""

    def __iter__(self) -> Iterator[str]:
        for word in self.words:
            yield from of_word(word, self.sizes)
        yield from self.across()

    def across(self) -> list[str]:
        """The pairs of words that follow one another."""
        return [f"{_WORDS}{first} {second}" for first, second in zip(self.words, self.words[1:], strict=False)]


def of_word(word: str, sizes: tuple[int, ...]) -> list[str]:
    """The n-grams of so many characters inside a word, its edges marked by a space, and the word."""
    padded = f" {word} "
    return [padded[i : i + size] for size in sizes for i in range(len(padded) - size + 1)] + [_WORDS + word]


def ngrams(text: str, sizes: tuple[int, ...] = CHARACTER_SIZES) -> Ngrams:
    """The n-grams of a text. Numbers become one sign: 580 and 620 euros mean the same kind of question."""
    return Ngrams(tuple(_WORD.findall(_NUMBER.sub("0", fold(text)))), sizes)


def word_ngrams(text: str) -> list[str]:
    """The words of a text that is folded already, and each two that follow one another."""
    words = text.split()
    return words + [f"{first} {second}" for first, second in zip(words, words[1:], strict=False)]


class Vocabulary:
    """N-grams and their weights: sublinear term frequency times inverse document frequency, rows of length 1.

    Args:
        columns: n-gram -> column.
        idf: Weight of each column, shape (columns,).
    """

    def __init__(self, columns: dict[str, int], idf: np.ndarray) -> None:
        self.columns = columns
        self.idf = np.asarray(idf, dtype=np.float32)
        self._of_word = lru_cache(maxsize=_REMEMBERED)(self._columns_of)

    @classmethod
    def learn(cls, documents: Iterable[Iterable[str]], *, min_documents: int = 2) -> Vocabulary:
        """The n-grams that occur in at least `min_documents` of the documents (each an iterable of n-grams)."""
        numbers: defaultdict[str, int] = defaultdict()
        numbers.default_factory = numbers.__len__
        counts = _counts(documents, numbers)
        frequency = np.bincount(counts.indices, minlength=len(numbers))
        kept = sorted(gram for gram, count in zip(numbers, frequency.tolist(), strict=True) if count >= min_documents)
        idf = np.log((1 + counts.shape[0]) / (1 + frequency[[numbers[gram] for gram in kept]])) + 1 if kept else np.empty(0)
        return cls({gram: column for column, gram in enumerate(kept)}, idf)

    def row(self, document: Iterable[str]) -> tuple[np.ndarray, np.ndarray]:
        """Columns and weights of one document, both of shape (known n-grams,)."""
        if isinstance(document, Ngrams):
            # Looking up each n-gram of a word took longer than all that is done with them.
            counts = Counter(chain.from_iterable(self._of_word(word, document.sizes) for word in document.words))
            counts.update(map(self.columns.get, document.across()))  # type: ignore[arg-type]
        else:
            counts = Counter(map(self.columns.get, document))  # type: ignore[arg-type]
        counts.pop(None, None)  # type: ignore[call-overload]
        columns = np.fromiter(counts, dtype=np.int32, count=len(counts))
        weights = np.fromiter(counts.values(), dtype=np.float32, count=len(counts))
        weights = (1 + np.log(weights)) * self.idf[columns]
        norm = float(np.sqrt(weights @ weights))
        return columns, weights / norm if norm else weights

    def _columns_of(self, word: str, sizes: tuple[int, ...]) -> tuple[int, ...]:
        found = map(self.columns.get, of_word(word, sizes))
        return tuple(column for column in found if column is not None)

    def matrix(self, documents: Iterable[Iterable[str]]) -> csr_matrix:
        """The rows of many documents, shape (documents, columns)."""
        unknown = len(self.columns)
        counts = _counts(documents, defaultdict(lambda: unknown, self.columns))
        rows = csr_matrix((counts.data, counts.indices, counts.indptr), shape=(counts.shape[0], unknown + 1))[:, :unknown]
        rows.data = (1 + np.log(rows.data)) * self.idf[rows.indices]
        owner = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
        norms = np.sqrt(np.bincount(owner, rows.data**2, minlength=rows.shape[0])).astype(np.float32)
        rows.data /= norms[owner]
        return rows


def _counts(documents: Iterable[Iterable[str]], numbers: defaultdict[str, int]) -> csr_matrix:
    """How often each n-gram occurs in each document, float32 (documents, n-grams), its column as `numbers` gives it.

    A hundred thousand examples have millions of n-grams: they are only looked up, those of a word once, and counted together.
    """
    columns, starts = array("i"), array("q", [0])
    number = numbers.__getitem__
    of_words: dict[tuple[str, tuple[int, ...]], array[int]] = {}
    for document in documents:
        if isinstance(document, Ngrams):
            for word in document.words:
                key = word, document.sizes
                own = of_words.get(key)
                if own is None:
                    own = of_words[key] = array("i", map(number, of_word(word, document.sizes)))
                columns.extend(own)
            columns.extend(map(number, document.across()))
        else:
            columns.extend(map(number, document))
        starts.append(len(columns))
    found = np.frombuffer(columns, dtype=np.int32) if columns else np.empty(0, dtype=np.int32)
    width = int(found.max(initial=-1)) + 1
    counts = csr_matrix((np.ones(len(found), dtype=np.float32), found.copy(), np.array(starts)), shape=(len(starts) - 1, width))
    counts.sum_duplicates()
    return counts
