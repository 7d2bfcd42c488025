"""Numbers written in groups inside right-to-left text, which a browser shows with the groups in the wrong order."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_GROUPS = re.compile(r"\d+(?: \d+)+")


def turned_numbers(text: str) -> Iterator[str]:
    """The numbers of a right-to-left text that readers would see turned round: `116 016` is shown as `016 116`.

    A plain space between two groups takes the direction of the letters before it; a no-break space (U+00A0) belongs
    to the number and keeps the order (Unicode's bidirectional algorithm, rules W2, W4 and N1).
    """
    for line in text.split("\n"):
        for number in _GROUPS.finditer(line):
            before = (unicodedata.bidirectional(c) for c in reversed(line[: number.start()]))
            if next((kind for kind in before if kind in ("L", "R", "AL")), "R") != "L":
                yield number[0]
