"""The sentences of an answer that tell what somebody asks on about."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

English = Callable[[str], Sequence[str]]
"""The words of a text in English."""

# There are full stops inside of sentences, after numbers and short words: "1. Sagen Sie", "z. B. im Büro", "Abs. 1".
_SENTENCE = re.compile(
    r"(?<=[^\s\d.]{4}[.!?؟…])\s+(?![a-zäöüßąćęłńóśźżа-яёіїєґ])"
    r"|(?<=[^\s\d.]{3}\.)\s+(?=[A-ZÄÖÜĄĆĘŁŃÓŚŹŻА-ЯЁІЇЄҐ\u0621-\u064a])"
    r"|(?<=[!?؟])\s+"
)
_OWN_WORD = 0.4
"""What a word of the question counts that is no aspect; an aspect counts 1."""
_QUESTION_MARKS = "?؟"
_SHORTEST_STEM = 3
_FEW = 2
"""In more sentences of an answer a word says what all of it is about."""


def telling(
    text: str,
    question: Sequence[str],
    asked: Collection[str],
    *,
    aspects: Mapping[str, Mapping[str, Sequence[str]]],
    idle: Collection[str],
    english: English,
    most: int,
) -> list[str]:
    """The sentences of `text` that tell most of what is asked, in their order; [] if none tells anything.

    Args:
        text: An answer; a line of it is a sentence or several.
        question: Its words in English.
        asked: The aspects that it names.
        aspects: Aspect -> `asked` and `told`, the words of questions and of answers (`follow_up` in data/dialogue.yml).
        most: So many sentences at most.
    """
    literal = [{*question} & {*aspects[each]["asked"]} for each in asked]
    by_aspect = [{*aspects[each].get("told", ()), *own} for each, own in zip(asked, literal, strict=True)]
    own = {*question}.difference(idle, *literal)
    found = sentences(text)
    spoken = [{*english(sentence)} for sentence in found]
    stems = [Stems(words) for words in spoken]
    if own and not any(word in each for word in own for each in stems):
        # "What does the heat pump cost", where no sentence speaks of heat pumps: what others cost is no answer.
        return []
    own = {word for word in own if sum(word in each for each in stems) <= _FEW}
    scores = [
        sum(bool(words & told) for told in by_aspect) + _OWN_WORD * sum(word in each for word in own)
        for words, each in zip(spoken, stems, strict=True)
    ]
    best = max(scores, default=0.0)
    if best < (1 if by_aspect and not own else _OWN_WORD):
        return []
    # Beside a sentence that tells two things asked, one that tells a single one is only more to read.
    good = sorted((n for n, score in enumerate(scores) if score >= min(best, 1)), key=lambda n: (-scores[n], n))[:most]
    return [found[n] for n in sorted(good) if scores[n] >= best - 1]


def is_question(text: str, words: Iterable[str], questions: Collection[str]) -> bool:
    """Whether something is asked, as far as a question mark or a word of `questions` among its English words shows it."""
    return any(mark in text for mark in _QUESTION_MARKS) or not {*questions}.isdisjoint(words)


class Stems:
    """English words, whatever ending they have: "drive" is among them where "driving" is."""

    def __init__(self, words: Iterable[str]) -> None:
        self._stems = {_stem(word) for word in words}

    def __contains__(self, word: object) -> bool:
        return _stem(str(word)) in self._stems


def _stem(word: str) -> str:
    for ending in ("ing", "ed", "es", "e", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            return word.removesuffix(ending)
    return word


def sentences(text: str) -> list[str]:
    """The sentences of a text, line by line."""
    return [part.strip() for line in text.splitlines() for part in _SENTENCE.split(line) if part.strip()]
