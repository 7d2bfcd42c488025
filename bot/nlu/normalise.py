"""Text normalisation: what is stored (`clean`) and what is compared (`fold`).

Both are pure functions of the text and know no language: the same word typed with or without umlauts,
Polish marks, harakat or in another digit system has to meet its dictionary entry before we know which
language it is in.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

MIN_LENGTH = 1
MAX_LENGTH = 2000

# Letters without a canonical decomposition, and letters whose decomposition would lose a distinction.
_LETTERS = {
    "ß": "ss", "ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ŋ": "n",
    "й": "й",  # decomposes to и + breve, but is a letter of its own
    "ё": "е", "ґ": "г", "ї": "і", "ў": "у",  # і and и, є and э stay apart: they tell uk from ru
    "ٱ": "ا", "ى": "ي", "ی": "ي", "ې": "ي", "ک": "ك", "ة": "ه", "ۀ": "ه", "ہ": "ه", "ھ": "ه",
    "ء": "", "ـ": "",
    "–": "-", "—": "-", "‑": "-", "‐": "-", "−": "-", "‒": "-", "⁄": "/",
    "،": ",", "؛": ";", "؟": "?", "٫": ".", "٬": "'", "٪": "%",
    "„": '"', "“": '"', "”": '"', "«": '"', "»": '"', "″": '"',
    "’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'", "′": "'", "ʹ": "'", "＇": "'",
}  # fmt: skip
_UMLAUTS = {"ä": "ae", "ö": "oe", "ü": "ue"}

# An apostrophe inside a word is spelling (п'ять, gibt's), and Ukrainians often type a quotation mark for it.
_INNER_APOSTROPHE = re.compile(
    r"(?<=\w)['’‘ʼ`´′ʹ](?=[^\W\d])|(?<=[а-яіїєґё])[\"”“](?=[а-яіїєґё])", re.IGNORECASE
)

_DROPPED_CATEGORIES = {"Cc", "Cf", "Cs", "Co", "Cn", "Mn", "Me"}


def _fold_char(char: str, *, umlauts: bool = False) -> str:
    """The folded form of one character: zero or more characters."""
    folded = []
    for part in unicodedata.normalize("NFKC", char).casefold():
        if umlauts and part in _UMLAUTS:
            folded.append(_UMLAUTS[part])
        elif part in _LETTERS:
            if part == "⁄" and folded:  # out of ½: 2½ must not become 21/2
                folded.insert(0, " ")
            folded.append(_LETTERS[part])
        else:
            for piece in unicodedata.normalize("NFKD", part):
                category = unicodedata.category(piece)
                if category == "Nd":
                    folded.append(str(unicodedata.digit(piece)))
                elif category[0] == "Z" or piece in "\t\n\r\v\f":
                    folded.append(" ")
                elif category not in _DROPPED_CATEGORIES:
                    folded.append(_LETTERS.get(piece, piece))
    return "".join(folded)


class _FoldTable(dict[int, str]):
    """A `str.translate` table that works characters out on first sight and remembers them."""

    def __init__(self, *, umlauts: bool) -> None:
        super().__init__()
        self._umlauts = umlauts

    def __missing__(self, code: int) -> str:
        folded = _fold_char(chr(code), umlauts=self._umlauts)
        # The table must not become a way to fill memory: rare characters are worked out each time.
        if code < 0x2100:
            self[code] = folded
        return folded


_PLAIN = _FoldTable(umlauts=False)
_TRANSCRIBED = _FoldTable(umlauts=True)


def _composed(text: str) -> str:
    """NFC, so that и + breve and u + diaeresis are one character before each is looked at alone."""
    return (
        text
        if text.isascii() or unicodedata.is_normalized("NFC", text)
        else unicodedata.normalize("NFC", text)
    )


def fold(text: str, *, umlauts: bool = False) -> str:
    """The form in which two spellings of a word compare equal.

    Case, diacritics (ä→a, ł→l, harakat), letter variants (ß→ss, ё→е, ґ→г, ї→і, أ→ا, ى→ي, ة→ه), digit
    systems (٣→3), dashes, quotation marks and apostrophes inside words are evened out. Length may change
    (see `fold_with_offsets`); whitespace is kept, one space for each whitespace character.

    Args:
        text: any text.
        umlauts: transcribe ä ö ü as ae oe ue instead of a o u.
    """
    return _INNER_APOSTROPHE.sub("", _composed(text)).translate(_TRANSCRIBED if umlauts else _PLAIN)


def fold_variants(text: str) -> tuple[str, ...]:
    """Every folded form under which a word should be found: Tangermünde → tangermunde, tangermuende.

    Index all of them; the visitor's text needs only `fold`.
    """
    plain, transcribed = fold(text), fold(text, umlauts=True)
    return (plain,) if plain == transcribed else (plain, transcribed)


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text that knows where each of its characters came from."""

    text: str
    """The same as `fold(original)`."""
    starts: Sequence[int]
    """Offset in the original at which the character that gave folded character i begins."""
    ends: Sequence[int]
    """Offset in the original just after that character, its combining marks included."""

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Original (start, end) of the non-empty folded slice [start, end)."""
        return self.starts[start], self.ends[end - 1]


def fold_with_offsets(text: str) -> Folded:
    """Fold, and keep the map from folded offsets back to offsets in `text`."""
    if _composed(text) is text and not _INNER_APOSTROPHE.search(text):
        folded = text.translate(_PLAIN)
        if len(folded) == len(text) and all(len(_PLAIN[ord(char)]) == 1 for char in set(text)):
            return Folded(folded, range(len(text)), range(1, len(text) + 1))
    dropped = (
        {match.start() for match in _INNER_APOSTROPHE.finditer(text)}
        if not text.isascii() or "'" in text
        else ()
    )
    out: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    length, position = len(text), 0
    while position < length:
        after = position + 1
        # A letter and its combining marks fold together; the marks belong to the letter's span.
        while after < length and ord(text[after]) >= 0x300 and unicodedata.combining(text[after]):
            after += 1
        if position not in dropped:
            cluster = text[position:after]
            for char in _composed(cluster).translate(_PLAIN):
                out.append(char)
                starts.append(position)
                ends.append(after)
        position = after
    return Folded("".join(out), tuple(starts), tuple(ends))


# Overrides and isolates can make a stored message read differently from what it says; joiners and marks
# (ZWNJ, ZWJ, LRM, RLM) are part of correct Persian, Arabic and emoji and stay.
_INVISIBLE = re.compile(
    "[\u00ad\u200b\u2060-\u2064\u202a-\u202e\u2066-\u206f\ufeff\ufff9-\uffff\ud800-\udfff]"
)
# NFKC writes 2½ as 21⁄2; a space keeps it two and a half.
_GLUED_FRACTION = re.compile("(?<=\\d)(?=[¼½¾⅐-⅞])")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
_SPACE = re.compile(r"\s+")


def clean(text: str) -> str:
    """The form in which a message is stored and everything after it reads.

    NFKC; control characters, lone surrogates, invisible and bidi override characters removed; runs of
    whitespace (line breaks too) become one space, none at the ends. The caller accepts the result when its
    length is between `MIN_LENGTH` and `MAX_LENGTH` (see `acceptable`); NFKC can lengthen a text.
    Idempotent.
    """
    previous = None
    while previous != text:  # removing a character can join two that compose: a second pass settles it
        previous = text
        text = _INVISIBLE.sub("", _CONTROL.sub("", text))
        text = unicodedata.normalize("NFKC", _GLUED_FRACTION.sub(" ", text))
        text = _SPACE.sub(" ", text).strip()
    return text


def acceptable(cleaned: str) -> bool:
    """Whether a cleaned text is within the 1 to 2,000 characters a message may have."""
    return MIN_LENGTH <= len(cleaned) <= MAX_LENGTH
