"""Numbers as they stand in addresses, forms and buttons, where anybody can write anything."""

from __future__ import annotations

_MOST_DIGITS = 9
"""Larger ones are in no database of ours, and none of them overflows a column."""


def fits(value: int) -> bool:
    """Whether a number may be one of our rows."""
    return 0 <= value < 10**_MOST_DIGITS


def number(text: str | None) -> int | None:
    """A whole number of up to nine ASCII digits; None for all else: "²" and "٣" are digits too, but for other places."""
    known = text is not None and text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS
    return int(text) if known and text else None
