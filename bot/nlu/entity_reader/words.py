"""Tokens of a message, and the forms and stems under which a word may stand in a lexicon."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from bot.nlu.normalise import fold_with_offsets

_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+|[^\s\w]|_")
_SCRIPTS = ((0x0400, 0x052F, "cyrillic"), (0x0600, 0x08FF, "arabic"), (0xFB50, 0xFEFF, "arabic"))


class Token:
    """One word, number or sign: folded text, original offsets."""

    __slots__ = ("text", "start", "end", "kind", "capital", "glued", "script")

    def __init__(
        self, text: str, start: int, end: int, kind: str, capital: bool, glued: bool, script: str
    ) -> None:
        self.text = text
        self.start = start
        self.end = end
        self.kind = kind  # "word", "number" or "sign"
        self.capital = capital
        self.glued = glued  # no space between the token before and this one
        self.script = script


def script_of(char: str) -> str:
    """latin, cyrillic or arabic; everything else counts as latin."""
    code = ord(char)
    for first, last, name in _SCRIPTS:
        if first <= code <= last:
            return name
    return "latin"


def tokenize(text: str) -> list[Token]:
    """Words, numbers and signs; letters and digits are apart even where they are written together (45qm)."""
    folded = fold_with_offsets(text)
    tokens = []
    last_end = -1
    for match in _TOKEN.finditer(folded.text):
        first, last = match.span()
        start, end = folded.starts[first], folded.ends[last - 1]
        piece = match.group()
        char = piece[0]
        if char.isalpha():
            kind = "word"
        elif char.isdigit():
            kind = "number"
        else:
            kind = "sign"
        tokens.append(
            Token(piece, start, end, kind, text[start].isupper(), first == last_end, script_of(char))
        )
        last_end = last
    return tokens


class Inflection:
    """The endings of one group of languages, as data (`inflection.yml`)."""

    def __init__(self, rules: dict[str, Any]) -> None:
        self.languages: list[str] = rules.get("languages", [])
        self.script: str = rules.get("script", "latin")
        self._endings = sorted(rules.get("endings", []), key=len, reverse=True)
        self._min_stem = int(rules.get("min_stem", 4))
        self._softened: dict[str, str] = rules.get("softened", {})
        # How many letters must remain: single letters are often part of the word itself.
        self._proclitics = [
            (clitic, 3) for clitic in sorted(rules.get("proclitics", []), key=len, reverse=True)
        ]
        self._proclitics += [(clitic, 4) for clitic in rules.get("long_proclitics", [])]
        self._replaced: dict[str, str] = rules.get("replaced", {})
        self._romanised: dict[str, str] = rules.get("romanised", {})
        self.analyse = lru_cache(maxsize=20_000)(self._analyse)

    @property
    def romanised(self) -> bool:
        """Whether people type these languages with Latin letters too."""
        return bool(self._romanised)

    def from_latin(self, word: str) -> str:
        """A word typed with Latin letters in the letters of this script (kvartyra → квартира)."""
        out = []
        position = 0
        while position < len(word):
            for length in (4, 3, 2, 1):
                letters = self._romanised.get(word[position : position + length])
                if letters is not None:
                    out.append(letters)
                    position += length
                    break
            else:
                return word
        return "".join(out)

    def forms(self, word: str) -> list[str]:
        """The word, and the word without what is written together with it (ال، و، ب …)."""
        forms = [word]
        for clitic, remaining in self._proclitics:
            rest = word[len(clitic) :]
            if word.startswith(clitic) and len(rest) >= remaining and rest not in forms:
                forms.append(rest)
        return forms

    def stems(self, form: str) -> list[str]:
        """The form without its longest ending, before and after sound changes (Остербурзі → остербург)."""
        for old, new in self._replaced.items():
            form = form.replace(old, new)
        for ending in self._endings:
            if form.endswith(ending) and len(form) - len(ending) >= self._min_stem:
                stem = form[: -len(ending)]
                hard = self._softened.get(stem[-1])
                return [stem, stem[:-1] + hard] if hard else [stem]
        return [form]

    def _analyse(self, word: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """(forms, stems) of a folded word."""
        forms = self.forms(word)
        stems: list[str] = []
        for form in forms:
            for stem in self.stems(form):
                if stem not in stems:
                    stems.append(stem)
        return tuple(forms), tuple(stems)
