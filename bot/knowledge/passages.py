"""The sentences of an answer that tell what somebody asks on about."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

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
_BEGINNING = 2
"""Words of a sentence that say whether it leans on the one before: "It has to", "until then the office"."""
_FEW = 2
"""In more sentences of an answer a word says what all of it is about."""


def telling(
    text: str, question: Sequence[str], asked: Collection[str], rules: Mapping[str, Any], english: English, *, most: int
) -> list[str]:
    """The sentences of `text` that tell most of what is asked, in their order, with those that they cannot do without; [] if
    none tells anything.

    Args:
        text: An answer; a line of it is a sentence or several.
        question: Its words in English.
        asked: The aspects that it names.
        rules: `follow_up` in data/dialogue.yml. Of it `aspects`, whose `asked` and `told` are the words of questions and of
            answers; `idle`, those that name nothing; `leans`, those that make no sense without the sentence before.
        most: So many at most, each with what it belongs to.
    """
    aspects = rules["aspects"]
    literal = [{*question} & {*aspects[each]["asked"]} for each in asked]
    by_aspect = [{*aspects[each].get("told", ()), *own} for each, own in zip(asked, literal, strict=True)]
    own = {*question}.difference(rules["idle"], *literal)
    # What only announces a list tells nothing.
    wholes = [(whole, words) for whole, words in _wholes(text, rules["leans"], english) if not whole.endswith(":")]
    found, spoken = [whole for whole, _ in wholes], [words for _, words in wholes]
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


def _wholes(text: str, leans: Collection[str], english: English) -> list[tuple[str, set[str]]]:
    """The sentences of a text, each with its words in English; those together that say something only together: "No
    confirmation? Tell the office. It has to …".
    """
    found: list[tuple[str, set[str]]] = []
    for line in text.splitlines():
        together: list[tuple[str, set[str]]] = []
        for sentence in sentences(line):
            words = english(sentence)
            if together and (together[-1][0][-1] in _QUESTION_MARKS or not {*leans}.isdisjoint(words[:_BEGINNING])):
                before, told = together.pop()
                together.append((f"{before} {sentence}", told | {*words}))
            else:
                together.append((sentence, {*words}))
        found += together
    return found


def sentences(text: str) -> list[str]:
    """The sentences of a text, line by line."""
    return [part.strip() for line in text.splitlines() for part in _SENTENCE.split(line) if part.strip()]
