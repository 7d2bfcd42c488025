"""Takes out of a text what tells who wrote it, before it is used for review or training.

Addresses, numbers and dates have a shape and are found in every language. Names have none: whoever takes masked
texts over into training data still has to read them (docs/redaktion.md).
"""

from __future__ import annotations

import re
from datetime import date

import phonenumbers

EMAIL, PHONE, IBAN, DATE, LINK, CASE = "[E-Mail]", "[Telefon]", "[IBAN]", "[Datum]", "[Link]", "[Vorgang]"

_EMAIL = re.compile(r"[\w.+-]+\s?(?:@|\(at\)|\[at\])\s?[\w-]+(?:\s?(?:\.|\(dot\)|\[dot\])\s?[\w-]+)+", re.IGNORECASE)
_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
# In capitals as on a card, or typed in small letters where only digits follow: "in 39576 Stendal" is none.
_IBAN = re.compile(
    r"\b[A-Z]{2}\s?\d{2}(?:[\s-]?[A-Z0-9]{4}){3,7}(?:[\s-]?[A-Z0-9]{1,3})?\b"
    r"|\b[A-Za-z]{2}\s?\d{2}(?:[\s-]?\d{4}){3,7}(?:[\s-]?\d{1,3})?\b"
)
_CASE = re.compile(r"\bHL-[2-9A-Z]{4}-[2-9A-Z]{2}\b", re.IGNORECASE)
# 12.03.1985, 12/3/85, 1985-03-12, and with the month as a word of any language.
_DATES = (
    re.compile(r"(?<!\d)\d{1,2}\s?[./-]\s?\d{1,2}\s?[./-]\s?(?P<year>\d{4}|\d{2})(?!\d)"),
    re.compile(r"(?<!\d)(?P<year>\d{4})[./-]\d{1,2}[./-]\d{1,2}(?!\d)"),
    re.compile(r"(?<!\d)\d{1,2}(?:\.|st|nd|rd|th|-го|-ого)?\s+(?:of\s+|de\s+)?[^\W\d]{3,12}\.?,?\s+(?P<year>\d{4})(?!\d)"),
    re.compile(r"\b[^\W\d]{3,12}\s+\d{1,2}(?:st|nd|rd|th)?,\s+(?P<year>\d{4})(?!\d)"),
)
_NUMBER = re.compile(r"(?<![\w])[+(]?\d[\d\s()/.-]{4,}\d(?!\w)")
_LEAST_DIGITS = 6
_EARLIEST = 1900


def mask(text: str, *, region: str = "DE") -> str:
    """The text with e-mail addresses, links, IBANs, telephone and case numbers, and past dates replaced by their kind.

    A date in a coming year is nobody's birth date ("ab 01.03.2031") and stays.

    Args:
        region: Country whose telephone numbers need no prefix.
    """
    for pattern, name in ((_LINK, LINK), (_EMAIL, EMAIL), (_IBAN, IBAN), (_CASE, CASE)):
        text = pattern.sub(name, text)
    for pattern in _DATES:
        text = pattern.sub(_past, text)
    found = list(phonenumbers.PhoneNumberMatcher(text, region, leniency=phonenumbers.Leniency.POSSIBLE))
    for match in reversed(found):
        if _digits(match.raw_string) >= _LEAST_DIGITS and not _is_amount(text, match.end) and not _is_date(match.raw_string):
            text = text[: match.start] + PHONE + text[match.end :]
    return _NUMBER.sub(lambda match: PHONE if _is_long(match, text) else match[0], text)


def _past(match: re.Match[str]) -> str:
    year = int(match["year"])
    if year < 100:
        year += 1900 if year + 2000 > date.today().year else 2000
    return DATE if _EARLIEST <= year <= date.today().year else match[0]


def _digits(text: str) -> int:
    return sum(sign.isdigit() for sign in text)


def _is_amount(text: str, end: int) -> bool:
    return re.match(r"\s?(?:€|euro\b|eur\b|m²|qm\b|km\b)", text[end:], re.IGNORECASE) is not None


def _is_long(match: re.Match[str], text: str) -> bool:
    """Seven digits and more are no price, postal code or year."""
    return _digits(match[0]) > _LEAST_DIGITS and not _is_amount(text, match.end()) and not _is_date(match[0])


def _is_date(text: str) -> bool:
    """Dates that were to be masked are masked by now; what is left is in the future."""
    return any(pattern.fullmatch(text.strip()) for pattern in _DATES)
