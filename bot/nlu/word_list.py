"""A list of words that a server opens at once: some hundred thousand forms with their glosses as one text.

As a dictionary the lists of five languages took a second of every start and some hundred megabytes, though the visitors
of a day use a few thousand of their words. Here words of the same first letter and length lie in order, one after another
in one text, a drawer each, and are found there by halving.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

_LETTERS, _LENGTHS, _SIZES, _BEGINNINGS = "letters", "lengths", "sizes", "beginnings"


class WordList(Mapping[str, str]):
    """Folded form -> English gloss, unchangeable.

    Args:
        text: All forms without anything between them, those of a drawer together.
        glosses: Number of each form's gloss in `meanings`, shape (forms,), in the order of `text`.
        meanings: The glosses.
        drawers: (first letter, length, how many forms) in the order of `text`.
        beginnings: The first words of all phrases: most words begin none, and need not be looked for with the next ones.
    """

    def __init__(
        self,
        text: str,
        glosses: np.ndarray,
        meanings: list[str],
        drawers: list[tuple[str, int, int]],
        beginnings: Iterable[str],
    ) -> None:
        self._text = text
        self._glosses = glosses
        self._meanings = meanings
        self._drawers = drawers
        self.beginnings = frozenset(beginnings)
        self._places: dict[tuple[str, int], tuple[int, int, int]] = {}
        letters = forms = 0
        for first, length, size in drawers:
            self._places[first, length] = (letters, forms, size)
            letters += length * size
            forms += size
        self._size = forms
        self._single: dict[tuple[str, int], list[str]] = {}

    @classmethod
    def of(cls, words: Mapping[str, str]) -> WordList:
        """The same words; none may be empty."""
        ordered = sorted(words, key=lambda word: (word[0], len(word), word))
        meanings = list(dict.fromkeys(words.values()))
        number = {meaning: i for i, meaning in enumerate(meanings)}
        sizes: dict[tuple[str, int], int] = {}
        for word in ordered:
            sizes[word[0], len(word)] = sizes.get((word[0], len(word)), 0) + 1
        glosses = np.array([number[words[word]] for word in ordered], dtype=np.uint32)
        return cls(
            "".join(ordered), glosses, meanings, [(first, length, size) for (first, length), size in sizes.items()],
            [word.partition(" ")[0] for word in ordered if " " in word],
        )  # fmt: skip

    def __getitem__(self, word: str) -> str:
        at = self._find(word)
        if at is None:
            raise KeyError(word)
        return self._meanings[self._glosses[at]]

    def get(self, word: str, default: Any = None) -> Any:
        """As a dictionary's."""
        at = self._find(word)
        return default if at is None else self._meanings[self._glosses[at]]

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and self._find(word) is not None

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[str]:
        for first, length, _ in self._drawers:
            yield from self._words(first, length)

    def alike(self, first: str, length: int) -> list[str]:
        """The single words, no phrases, with this first letter and length."""
        drawer = first, length
        if drawer not in self._places:
            # It is not remembered: visitors may type anything.
            return []
        if drawer not in self._single:
            self._single[drawer] = [word for word in self._words(first, length) if " " not in word]
        return self._single[drawer]

    def _find(self, word: str) -> int | None:
        """The number of a form, None for one that is not there."""
        length = len(word)
        place = self._places.get((word[:1], length))
        if place is None:
            return None
        letters, forms, size = place
        text, low, high = self._text, 0, size
        while low < high:
            middle = (low + high) // 2
            start = letters + middle * length
            if text[start : start + length] < word:
                low = middle + 1
            else:
                high = middle
        start = letters + low * length
        return forms + low if low < size and text[start : start + length] == word else None

    def _words(self, first: str, length: int) -> Iterator[str]:
        letters, _, size = self._places[first, length]
        # No loop of Python's own: a drawer has thousands of words.
        ends = range(letters + length, letters + length * size + 1, length)
        return map(self._text.__getitem__, map(slice, range(letters, letters + length * size, length), ends))

    def arrays(self, name: str) -> dict[str, np.ndarray]:
        """What `from_arrays` reads, for `numpy.savez`; `name` keeps several lists apart."""
        drawers = self._drawers
        return {
            f"{name}.text": _bytes(self._text),
            f"{name}.glosses": self._glosses,
            f"{name}.meanings": _bytes("\n".join(self._meanings)),
            f"{name}.{_BEGINNINGS}": _bytes("\n".join(sorted(self.beginnings))),
            f"{name}.{_LETTERS}": _bytes("".join(first for first, _, _ in drawers)),
            f"{name}.{_LENGTHS}": np.array([length for _, length, _ in drawers], dtype=np.uint32),
            f"{name}.{_SIZES}": np.array([size for _, _, size in drawers], dtype=np.uint32),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, np.ndarray], name: str) -> WordList:
        """What `arrays` gave."""
        firsts = _text(arrays[f"{name}.{_LETTERS}"])
        lengths, sizes = arrays[f"{name}.{_LENGTHS}"].tolist(), arrays[f"{name}.{_SIZES}"].tolist()
        return cls(
            _text(arrays[f"{name}.text"]), arrays[f"{name}.glosses"], _text(arrays[f"{name}.meanings"]).split("\n"),
            list(zip(firsts, lengths, sizes, strict=True)), filter(None, _text(arrays[f"{name}.{_BEGINNINGS}"]).split("\n")),
        )  # fmt: skip


def _bytes(text: str) -> np.ndarray:
    return np.frombuffer(text.encode(), dtype=np.uint8)


def _text(array: np.ndarray) -> str:
    return array.tobytes().decode()
