"""Whether a text keeps to the rules of an easy-to-read variant: short sentences, short words, none that are hard."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.languages import Plain

_SENTENCE_END = re.compile(r"(?<=[.!?:])\s+|\n+")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_ADDRESS = re.compile(r"\S+\.\S+|\{\w+\}|\[[^\]]*\]\([^)]*\)")
"""Web addresses, variables and links are not read as words."""


def hard_places(text: str, rules: Plain) -> Iterator[str]:
    """What is too hard in a text, in words for its editor."""
    for sentence in _SENTENCE_END.split(_ADDRESS.sub("", text)):
        words = _WORD.findall(sentence)
        if len(words) > rules.words:
            yield f"a sentence of {len(words)} words, {rules.words} are the most: {sentence.strip()[:60]!r}"
        for word in words:
            if word.lower() in rules.avoid:
                yield f"the word {word!r} is to be avoided"
            if max(map(len, word.split("-"))) > rules.letters:
                yield f"{word!r} is long: part it with a hyphen, or say it otherwise"
