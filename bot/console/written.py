"""A reply as it is stored, and the language that it is written in."""

from __future__ import annotations

import re
from functools import lru_cache

from lingua import IsoCode639_1, LanguageDetector, LanguageDetectorBuilder

from bot.languages import Languages
from bot.nlu.normalise import clean

_OWN_LANGUAGE = 3.0
"""How many times likelier staff write the region's own language, before a word is read."""


def tidy(text: str) -> str:
    """Each line cleaned as visitors' messages are, at most one empty line between two."""
    lines = "\n".join(clean(line) for line in text.replace("\r\n", "\n").split("\n"))
    return re.sub(r"\n{3,}", "\n\n", lines).strip()


def language_of(text: str, languages: Languages) -> str:
    """The code of the language, for the direction it is shown in and for screen readers."""
    codes = tuple(languages.written)
    weights = dict.fromkeys(codes, 1e-4)
    for value in _detector(codes).compute_language_confidence_values(text):
        weights[value.language.iso_code_639_1.name.lower()] += value.value
    weights[languages.default] *= _OWN_LANGUAGE
    return max(weights, key=lambda code: weights[code])


@lru_cache(maxsize=2)
def _detector(codes: tuple[str, ...]) -> LanguageDetector:
    # Lingua's models are shared by all detectors of the process, and loaded by the assistant's own.
    return LanguageDetectorBuilder.from_iso_codes_639_1(*(getattr(IsoCode639_1, c.upper()) for c in codes)).build()
