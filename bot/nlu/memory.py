"""What is written as an example is understood as written, whatever the classifier makes of it.

"no" is a denial in English and a yes in Polish; a classifier of all languages weighs the one against the other, and
two trainings of the same examples may end differently. Whoever adds an example may rely on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path

import numpy as np

from bot.nlu.normalise import fold

_ARRAYS = "memory.npz"


class ExampleMemory:
    """Args:
    keys: Digests of language and text, sorted, 64 bits each, shape (texts,): a hundred thousand take a megabyte.
    numbers: Number of each text's intent, shape (texts,).
    intents: Their names.
    """

    def __init__(self, keys: np.ndarray, numbers: np.ndarray, intents: Sequence[str]) -> None:
        self._keys = keys
        self._numbers = numbers
        self._intents = list(intents)

    @classmethod
    def of(cls, texts: Sequence[str], languages: Sequence[str], intents: Sequence[str]) -> ExampleMemory:
        """Remembers each text; what stands under two intents of one language is nobody's."""
        names = sorted(set(intents))
        number = {name: i for i, name in enumerate(names)}
        known: dict[int, int] = {}
        for text, language, intent in zip(texts, languages, intents, strict=True):
            key = _key(text, language)
            known[key] = number[intent] if known.get(key, number[intent]) == number[intent] else -1
        rows = sorted((key, value) for key, value in known.items() if value >= 0)
        keys, numbers = (np.array([row[i] for row in rows], dtype=kind) for i, kind in enumerate((np.uint64, np.uint16)))
        return cls(keys, numbers, names)

    def intent(self, text: str, language: str) -> str | None:
        """The intent that a text is an example of in its language; case, accents and spaces do not count."""
        key = np.uint64(_key(text, language))
        place = int(self._keys.searchsorted(key))
        if place == len(self._keys) or self._keys[place] != key:
            return None
        return self._intents[self._numbers[place]]

    def save(self, folder: Path) -> None:
        """Writes plain arrays."""
        np.savez(folder / _ARRAYS, keys=self._keys, numbers=self._numbers, intents=np.array(self._intents, dtype=str))

    @classmethod
    def read(cls, folder: Path) -> ExampleMemory:
        """What `save` wrote."""
        arrays = np.load(folder / _ARRAYS, allow_pickle=False)
        return cls(arrays["keys"], arrays["numbers"], arrays["intents"].tolist())


def _key(text: str, language: str) -> int:
    folded = " ".join(fold(text).split())
    return int.from_bytes(blake2b(f"{language} {folded}".encode(), digest_size=8).digest(), "big")
