"""A list of words that a server opens at once: some hundred thousand forms with their glosses as one text.

As a dictionary the lists of five languages took a second of every start and some hundred megabytes, though the visitors
of a day use a few thousand of their words. Here words of the same first letter and length lie one after another in one
text, a drawer each; a drawer becomes a dictionary when it is first opened.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

_LETTERS, _LENGTHS, _SIZES = "letters", "lengths", "sizes"


class WordList(Mapping[str, str]):
    """Folded form -> English gloss, unchangeable.

    Args:
        text: All forms without anything between them, those of a drawer together.
        glosses: Number of each form's gloss in `meanings`, shape (forms,), in the order of `text`.
        meanings: The glosses.
        drawers: (first letter, length, how many forms) in the order of `text`.
    """

    def __init__(
        self, text: str, glosses: np.ndarray, meanings: list[str], drawers: list[tuple[str, int, int]]
    ) -> None:
        self._text = text
        self._glosses = glosses
        self._meanings = meanings
        self._drawers = drawers
        self._places: dict[tuple[str, int], tuple[int, int, int]] = {}
        letters = forms = 0
        for first, length, size in drawers:
            self._places[first, length] = (letters, forms, size)
            letters += length * size
            forms += size
        self._size = forms
        self._opened: dict[tuple[str, int], dict[str, str]] = {}
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
            "".join(ordered), glosses, meanings, [(first, length, size) for (first, length), size in sizes.items()]
        )

    def __getitem__(self, word: str) -> str:
        return self._open(word[:1], len(word))[word]

    def get(self, word: str, default: Any = None) -> Any:
        """As a dictionary's."""
        return self._open(word[:1], len(word)).get(word, default)

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and word in self._open(word[:1], len(word))

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[str]:
        for first, length, _ in self._drawers:
            yield from self._open(first, length)

    def alike(self, first: str, length: int) -> list[str]:
        """The single words, no phrases, with this first letter and length."""
        drawer = first, length
        if drawer not in self._single:
            self._single[drawer] = [word for word in self._open(first, length) if " " not in word]
        return self._single[drawer]

    def _open(self, first: str, length: int) -> dict[str, str]:
        drawer = first, length
        opened = self._opened.get(drawer)
        if opened is None:
            place = self._places.get(drawer)
            # What is in no drawer is not remembered: visitors may type anything.
            if place is None:
                return {}
            letters, forms, size = place
            # No loop of Python's own: a new visitor's first message opens a dozen drawers of thousands of words.
            ends = range(letters + length, letters + length * size + 1, length)
            words = map(self._text.__getitem__, map(slice, range(letters, letters + length * size, length), ends))
            glosses = map(self._meanings.__getitem__, self._glosses[forms : forms + size].tolist())
            opened = self._opened[drawer] = dict(zip(words, glosses, strict=True))
        return opened

    def arrays(self, name: str) -> dict[str, np.ndarray]:
        """What `from_arrays` reads, for `numpy.savez`; `name` keeps several lists apart."""
        drawers = self._drawers
        return {
            f"{name}.text": _bytes(self._text),
            f"{name}.glosses": self._glosses,
            f"{name}.meanings": _bytes("\n".join(self._meanings)),
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
            list(zip(firsts, lengths, sizes, strict=True)),
        )  # fmt: skip


def _bytes(text: str) -> np.ndarray:
    return np.frombuffer(text.encode(), dtype=np.uint8)


def _text(array: np.ndarray) -> str:
    return array.tobytes().decode()
