"""The English of visitors' words, read as the loaded model reads them: what the search across languages goes by."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from bot.nlu.encoder import Encoder
from bot.nlu.gloss import GLOSS_LANGUAGE, Glosser, tokens
from bot.nlu.reader import SampleReader

ALTERNATIVE = " / "
"""Between English readings of which any will do."""
_SHORTEST_UNKNOWN = 4
_WORD = re.compile(r"[^\W_]+(?:['’ʼ-][^\W_]+)*")


class Readings:
    """Gives nothing until a model is loaded; words are then matched as they are written."""

    def __init__(self, alike: Iterable[Sequence[str]] = ()) -> None:
        """Args:
        alike: Groups of English words that the search takes for one another.
        """
        self._reader: SampleReader | None = None
        self._alike = [tuple(group) for group in alike]

    def use(self, reader: SampleReader | None) -> None:
        """Reads with the model's lists of words and its encoder from now on."""
        self._reader = reader

    @property
    def glosser(self) -> Glosser | None:
        """The loaded lists of words."""
        return self._reader.glosser if self._reader else None

    @property
    def encoder(self) -> Encoder | None:
        """The loaded encoder."""
        return self._reader.encoder if self._reader else None

    def glosses(self, text: str, language: str) -> dict[str, str]:
        """Word or phrase -> its English, and with " / " between what is taken for that; of English itself only such words."""
        if self.glosser is None:
            return {}
        if language == GLOSS_LANGUAGE:
            return {word: self._readings_of(word) for word in tokens(text) if self._like(word)}
        reads = [read for read in self.glosser.trace(text, language) if read.gloss and read.how != "kept"]
        return {read.text: self._readings_of(read.gloss) for read in reads}

    def _readings_of(self, gloss: str) -> str:
        return ALTERNATIVE.join(dict.fromkeys([gloss, *self._like(gloss)]))

    def _like(self, gloss: str) -> list[str]:
        return [word for group in self._alike if {*group} & {*gloss.split()} for word in group]

    def english(self, text: str, language: str) -> list[str]:
        """The words of a text in English, those that nobody knows as they are; [] without a model."""
        if self.glosser is None:
            return []
        if language == GLOSS_LANGUAGE:
            return tokens(text)
        reads = self.glosser.trace(text, language)
        return [word for read in reads for word in (read.gloss or (read.text if read.how == "unknown" else "")).split()]

    def content(self, text: str, language: str, idle: Collection[str]) -> str:
        """The words of a text that may stand in an offer: without those that mean nothing, or only `idle` things."""
        told: set[str] = set()
        if self.glosser is None or language == GLOSS_LANGUAGE:
            told.update(word for word in tokens(text) if len(word) >= _SHORTEST_UNKNOWN or self._like(word))
            told.difference_update(idle if self.glosser else ())
        else:
            for read in self.glosser.trace(text, language):
                # "Looking for apartment" is idle because its words are.
                known = read.gloss not in idle and not {*read.gloss.split()} <= {*idle, self.glosser.name_gloss}
                unknown = read.how == "unknown" and len(read.text) >= _SHORTEST_UNKNOWN
                if known or unknown:
                    told.update(word for word in read.text.split() if len(word) > 1 or word.isdigit())
        # As they were typed, because the visitor reads them again.
        return " ".join(word for word in _WORD.findall(text) if told.intersection(tokens(word)))
