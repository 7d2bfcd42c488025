"""Words of offers and of searches: the one way both are cut and folded, and the parts of German compounds."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator
from functools import lru_cache

from bot.nlu.normalise import fold, fold_variants

_WORD = re.compile(r"[^\W_]+")
# "the", "and the", "with the" are written as one with an Arabic noun: الوظيفة and وظيفة are one word.
_ARABIC_ARTICLE = re.compile(r"^(?:[وف]?(?:ال|بال|كال)|[وف]?لل)(?=\w{3})")
# What German puts between the parts of a compound.
LINKS = ("", "s", "n", "en", "es", "er", "e")
_MIN_PART = 4
MIN_COMPOUND = 8


def words(text: str) -> list[str]:
    """The folded words of a text, in order, repetitions kept. Punctuation of any kind separates words."""
    return [_ARABIC_ARTICLE.sub("", word) for word in _WORD.findall(fold(text))]


def typed_words(text: str) -> dict[str, str]:
    """Each word of `words` -> as it was typed the first time."""
    typed: dict[str, str] = {}
    for raw in _WORD.findall(text):
        for word in words(raw):
            typed.setdefault(word, raw)
    return typed


def index_words(text: str) -> Iterator[str]:
    """`words`, and beside a word with an umlaut the spelling with ae, oe, ue, since both are typed."""
    for raw in _WORD.findall(text):
        yield from _spellings(raw)


def had(text: str, without: Container[str]) -> str:
    """A text without what it says is not there: of "flat without a lift" nobody who looks for a lift wants to hear.

    Args:
        without: Folded words that mean that the next one is missing.
    """
    raw = _WORD.findall(text)
    missing = {at + 1 for at, word in enumerate(raw) if fold(word) in without}
    return " ".join(word for at, word in enumerate(raw) if at not in missing) if missing else text


@lru_cache(maxsize=1 << 16)
def _spellings(raw: str) -> tuple[str, ...]:
    return tuple(_ARABIC_ARTICLE.sub("", word) for form in fold_variants(raw) for word in _WORD.findall(form))


class CompoundSplitter:
    """Splits German compounds into words that the offers themselves use."""

    def __init__(self, vocabulary: Container[str]) -> None:
        self._known = vocabulary
        self._memory: dict[str, tuple[str, ...]] = {}

    def parts(self, word: str) -> tuple[str, ...]:
        """Parts of a folded word that are words of their own; () where it is none or too short to be a compound.

        `dreizimmerwohnung` gives wohnung, zimmer and drei if all three occur alone. A head (the last part) counts
        from five letters even where what stands before it is unknown.
        """
        if len(word) < MIN_COMPOUND or not word.isascii():
            return ()
        if word not in self._memory:
            self._memory[word] = tuple(dict.fromkeys(self._split(word)))
        return self._memory[word]

    def _split(self, word: str) -> Iterator[str]:
        for cut in range(3, len(word) - _MIN_PART + 1):
            head = self._base(word[cut:])
            if not head:
                continue
            before = self._linked(word[:cut])
            if before or len(word) - cut >= 5:
                yield head
                if before and len(before) >= _MIN_PART:
                    yield before
                yield from self.parts(word[:cut])

    def _base(self, part: str) -> str:
        """The word itself or, where only that occurs, without an ending: wohnungen is found as wohnung."""
        for ending in ("", "en", "n", "e", "s", "er"):
            stem = part.removesuffix(ending) if ending else part
            if len(stem) >= _MIN_PART and stem in self._known and (not ending or stem != part):
                return stem
        return ""

    def _linked(self, part: str) -> str:
        for link in LINKS:
            stem = part.removesuffix(link) if link else part
            if len(stem) >= 3 and (not link or stem != part) and stem in self._known:
                return stem
        return ""


def distinct(items: Iterable[str]) -> list[str]:
    """Each once, in the order of first appearance."""
    return list(dict.fromkeys(items))
