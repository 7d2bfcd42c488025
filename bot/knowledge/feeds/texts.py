"""Texts of a partner's entry by language: the language it says, else the one of the delivery."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.knowledge.feeds import jsonld, values
from bot.knowledge.feeds.fields import Entry, Refused


def title_in(language: str, text: str, field: str) -> dict[str, str]:
    """The title of a record out of a text in one language. Raises Refused, with the name of the `field`, without one."""
    title = values.short_title(text)
    if not title:
        raise Refused(f"{field} is missing")
    return {language: title}


def text_in(language: str, text: str, field: str) -> dict[str, str]:
    """As `title_in`, the text of a record."""
    found = values.long_text(text)
    if not found:
        raise Refused(too_short(field))
    return {language: found}


def too_short(field: str) -> str:
    """Why an entry without a text is refused."""
    return f"{field} is missing or shorter than 20 characters"


def in_our_languages(
    entry: Entry, value: Any, shorten: Callable[[Any], str | None], beside: Any = None
) -> dict[str, str]:
    """Language to text, in languages of ours.

    Args:
        beside: The entry's other text; a language that has only one of the two is left out, since a record needs both.
    """
    known = entry.context.languages.written
    wanted = set(jsonld.texts_by_language(beside, entry.context.language)) if beside else None
    found: dict[str, str] = {}
    for language, text in jsonld.texts_by_language(value, entry.context.language).items():
        code = language if language in known else language.partition("-")[0]
        if code not in known:
            entry.remark(f"text in {language} left out: no language of this assistant")
        elif wanted is not None and language not in wanted:
            entry.remark(f"text in {language} left out: it has no title or no description")
        elif short := shorten(text):
            found.setdefault(code, short)
    return found
