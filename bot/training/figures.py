"""Sums, telephone numbers and years that one language's answer tells and another's does not."""

from __future__ import annotations

import re
from collections.abc import Iterator

_THOUSANDS = re.compile(r"(?<=\d)[.,](?=\d{3}(?!\d))")
_FIGURE = re.compile(r"\d+[.,]\d\d(?!\d)|\d{3,}")
"""Shorter numbers are told in words in one language and in digits in the next."""
_BETWEEN = re.compile(r"(?<=\d)[ \u00a0.,](?=\d)")


def untold_figures(text: str, other: str) -> Iterator[str]:
    """The figures of `text` that `other` lacks; each language has its own way to part them: 1.800, 1,800 and 1 800."""
    told = _BETWEEN.sub("", other)
    for figure in dict.fromkeys(_FIGURE.findall(_THOUSANDS.sub("", text))):
        if _BETWEEN.sub("", figure) not in told:
            yield figure
