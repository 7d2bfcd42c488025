"""Which lexicon word a misspelt word is meant to be: edit distance, with a guard for ordinary words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from rapidfuzz.distance import OSA

SHORTEST = 6
"""Letters a stem needs before one wrong letter is forgiven (Osterburg, not Iden)."""
SHORTEST_OTHER = 7
"""The same for what is no place: there are more ordinary words near a trade than near a town."""
_TWO_WRONG = 10
"""Letters from which two wrong ones are forgiven."""


def _deletions(word: str) -> set[str]:
    """The word with one letter left out, anywhere but in front."""
    return {word[:position] + word[position + 1 :] for position in range(1, len(word))}


class Misspellings:
    """Nearest known stems of a word (Damerau-Levenshtein, restricted), found over deletions as in SymSpell.

    Args:
        stems: stems of the words that may be misspelt.
        ordinary: stems of words that are right as they are.
    """

    def __init__(self, stems: Iterable[str], ordinary: Iterable[str] = ()) -> None:
        self._index: dict[str, list[str]] = defaultdict(list)
        self._ordinary = frozenset(ordinary)
        for stem in dict.fromkeys(stems):
            self._index[stem].append(stem)
            for shorter in _deletions(stem):
                self._index[shorter].append(stem)

    def candidates(self, stem: str) -> dict[str, int]:
        """Known stems near this one, with their distance; the first letter has to be right."""
        found: dict[str, int] = {}
        if len(stem) < SHORTEST - 1:
            return found
        for shorter in (stem, *_deletions(stem)):
            for known in self._index.get(shorter, ()):
                if known not in found and known[0] == stem[0]:
                    distance = OSA.distance(stem, known)
                    if distance <= (2 if len(known) >= _TWO_WRONG else 1):
                        found[known] = distance
        return found

    def nearest(self, stems: Sequence[str]) -> list[str]:
        """The known stems nearest to a word with these stems; none if it is an ordinary word."""
        if not self._ordinary.isdisjoint(stems):
            return []
        best: dict[str, int] = {}
        for stem in stems:
            for known, distance in self.candidates(stem).items():
                best[known] = min(distance, best.get(known, distance))
        if not best:
            return []
        least = min(best.values())
        return [known for known, distance in best.items() if distance == least]
