"""The sentences of an answer that tell what somebody asks on about."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence

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
    own = {word for word in own if sum(word in words for words in spoken) <= _FEW}
    scores = [sum(bool(words & told) for told in by_aspect) + _OWN_WORD * len(words & own) for words in spoken]
    best = max(scores, default=0.0)
    if best < (1 if by_aspect and not own else _OWN_WORD):
        return []
    # Beside a sentence that tells two things asked, one that tells a single one is only more to read.
    good = sorted((n for n, score in enumerate(scores) if score >= min(best, 1)), key=lambda n: (-scores[n], n))[:most]
    return [found[n] for n in sorted(good) if scores[n] >= best - 1]


def sentences(text: str) -> list[str]:
    """The sentences of a text, line by line."""
    return [part.strip() for line in text.splitlines() for part in _SENTENCE.split(line) if part.strip()]
