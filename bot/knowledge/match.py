"""From a visitor's words to an FTS5 expression that is safe by construction and forgiving of endings and compounds.

Only letters and digits of the folded text ever reach FTS5, each word in quotes; operators are added here.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from bot.knowledge.words import distinct, words

# More words than this say no more about what is wanted, and each costs a look-up.
_MAX_WORDS = 12
_MAX_VARIANTS = 16
# A word that stands in more than half of all offers ("and", "in") tells none from another ...
_COMMON_SHARE = 0.5
# ... once there are enough offers for a share to mean anything.
_COMMON_FROM = 50


@dataclass(frozen=True, slots=True)
class Term:
    """One word of the search: the words of the index it may be, as an FTS5 expression, and in how many offers."""

    word: str
    expression: str
    offers: int


@dataclass(frozen=True, slots=True)
class Match:
    """The text part of a search. `terms` are those of the visitor's words that occur in offers at all."""

    terms: tuple[Term, ...]

    @property
    def all_of(self) -> str:
        return " AND ".join(term.expression for term in self.terms)

    @property
    def any_of(self) -> str:
        return "(" + " OR ".join(term.expression for term in self.terms) + ")"


def read_match(connection: sqlite3.Connection, text: str, language: str | None, offers: int) -> Match | None:
    """What a text asks of the index; a Match without terms if none of its words occurs, None if it has no words."""
    asked = distinct(words(text))
    if not asked:
        return None
    terms = [term for word in asked if (term := _find_term(connection, word, language))][:_MAX_WORDS]
    rare = [term for term in terms if term.offers <= offers * _COMMON_SHARE]
    return Match(tuple(rare if rare and offers >= _COMMON_FROM else terms))


def matched_words(connection: sqlite3.Connection, match: Match, row: int) -> list[str]:
    """Which of the terms the offer in this row contains."""
    sql = "SELECT 1 FROM fts WHERE fts MATCH ? AND rowid = ?"
    return [term.word for term in match.terms if connection.execute(sql, (term.expression, row)).fetchone()]


def quote(word: str) -> str:
    return f'"{word}"'


def _find_term(connection: sqlite3.Connection, word: str, language: str | None) -> Term | None:
    found = _variants(connection, word)
    if found:
        return Term(word, "(" + " OR ".join(quote(variant) for variant, _ in found) + ")", sum(n for _, n in found))
    if language is None or language.startswith("de"):
        return _find_compound(connection, word)
    return None


def _variants(connection: sqlite3.Connection, word: str) -> list[tuple[str, int]]:
    """Words of the index that differ from `word` in their ending at most, with how many offers hold each.

    Endings are told apart by length alone, so this needs no grammar and works in every language: the longer the
    word, the more of its end may differ. It may also be the ending itself that was added: садом is found as сад.
    """
    length = len(word)
    if length <= 3:
        stem, longest = word, length
    elif length == 4:
        stem, longest = word, length + 2
    elif length <= 6:
        stem, longest = word[:-1], length + 2
    else:
        stem, longest = word[:-2], length + 3
    shorter = [word[:end] for end in range(max(3, length - 3), length - 1)] if length >= 5 else []
    rows = connection.execute(
        f"SELECT word, offers FROM term WHERE word >= ? AND word < ? AND length(word) <= ?"
        f" OR word IN ({', '.join('?' * len(shorter))}) ORDER BY word <> ?, offers DESC LIMIT ?",
        (stem, stem + "\U0010ffff", longest, *shorter, word, _MAX_VARIANTS),
    )
    return rows.fetchall()


def _find_compound(connection: sqlite3.Connection, word: str) -> Term | None:
    """A compound that no offer writes as one word: both its parts must occur ("Kitaplatz" as "Platz in der Kita")."""
    for cut in range(len(word) - 4, 3, -1):
        head = _variants(connection, word[cut:])
        before = head and (_variants(connection, word[:cut]) or _variants(connection, word[: cut - 1]))
        if before:
            parts = (" OR ".join(quote(variant) for variant, _ in part) for part in (before, head))
            offers = min(sum(n for _, n in part) for part in (before, head))
            return Term(word, "((" + ") AND (".join(parts) + "))", offers)
    return None
