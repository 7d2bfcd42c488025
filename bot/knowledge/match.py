"""From a visitor's words to the offers that hold them, forgiving of endings and compounds.

Only letters and digits of the folded text ever reach FTS5, each word in quotes; operators are added here.
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bot.knowledge.build import RANKED_AT_MOST, is_common
from bot.knowledge.words import LINKS, MIN_COMPOUND, distinct, typed_words, words

# More words than this say no more about what is wanted, and each costs a look-up.
_MAX_WORDS = 12
_MAX_VARIANTS = 16
# A word that stands in more than half of all offers ("and", "in") tells none from another ...
_COMMON_SHARE = 0.5
# ... once there are enough offers for a share to mean anything.
_COMMON_FROM = 50
BM25 = "bm25(fts, 4.0, 1.0)"
# FTS5 may give a word that stands in most offers a score of about nothing; it still is a match.
_LEAST_SCORE = 0.01
# The parts of a compound apart are a weaker sign than the compound.
_PARTS_COUNT = 0.7
# So is what a word means in English, beside the word itself.
_GLOSS_COUNTS = 0.8


@dataclass(frozen=True, slots=True)
class Term:
    """One of the visitor's words, as they typed it: the numbers of the offers that hold it, each once, and how well,
    above 0."""

    word: str
    numbers: np.ndarray
    scores: np.ndarray


@dataclass(frozen=True, slots=True)
class Variant:
    """A word of the index and how many offers hold it."""

    word: str
    offers: int


def read_terms(
    connection: sqlite3.Connection, text: str, language: str | None, offers: int, glosses: Mapping[str, str] | None = None
) -> list[Term] | None:
    """Those words of a text that occur in the index's `offers` offers; None if the text has no words at all.

    A word of `glosses` is also found by its English reading, in offers that were written in another language.
    """
    # Single letters are prepositions in the Slavic languages and initials elsewhere.
    asked = distinct(word for word in words(text) if len(word) > 1 or word.isdigit())
    if not asked:
        return None
    read = {part: gloss for word, gloss in (glosses or {}).items() for part in words(word)}
    found = (_find_term(connection, word, language, offers, read.get(word, "")) for word in asked[:_MAX_WORDS])
    typed = typed_words(text)
    terms = [replace(term, word=typed.get(term.word, term.word)) for term in found if term]
    rare = [term for term in terms if len(term.numbers) <= offers * _COMMON_SHARE]
    return rare if rare and offers >= _COMMON_FROM else terms


def _find_term(
    connection: sqlite3.Connection, word: str, language: str | None, offers: int, gloss: str
) -> Term | None:
    scores = np.zeros(offers + 1)
    _score(connection, _variants(connection, word), scores)
    if len(word) >= MIN_COMPOUND and word.isascii() and (language is None or language.startswith("de")):
        _score_compound(connection, word, scores)
    _score_gloss(connection, gloss, scores)
    numbers = np.flatnonzero(scores)
    return Term(word, numbers, scores[numbers]) if len(numbers) else None


def _score(connection: sqlite3.Connection, variants: Sequence[Variant], scores: np.ndarray) -> None:
    """Give every offer that holds one of the variants its score, if it has no better one."""
    budget = 2 * RANKED_AT_MOST
    ranked, listed = [], []
    for variant in variants:
        if is_common(variant.offers, len(scores) - 1):
            row = connection.execute("SELECT numbers, titled FROM common WHERE word = ?", (variant.word,)).fetchone()
            for blob, weight in zip(row, (1.0, 2.0), strict=True):
                numbers = np.frombuffer(blob, dtype=np.uint32).astype(np.int64)
                scores[numbers] = np.maximum(scores[numbers], weight * _rarity(variant, scores))
        elif budget >= variant.offers:
            budget -= variant.offers
            ranked.append(variant)
        else:
            listed.append(variant)
    if ranked:
        rows = connection.execute(f"SELECT rowid, -{BM25} FROM fts WHERE fts MATCH ?", (_any_of(ranked),)).fetchall()
        found = np.array(rows).reshape(-1, 2)
        numbers = found[:, 0].astype(np.int64)
        scores[numbers] = np.maximum(scores[numbers], np.maximum(found[:, 1], _LEAST_SCORE))
    if listed:
        # Each is rare enough to rank, all of them are not: they are found, and count as their commonest does.
        rows = connection.execute("SELECT rowid FROM fts WHERE fts MATCH ?", (_any_of(listed),)).fetchall()
        numbers = np.array(rows, dtype=np.int64).ravel()
        scores[numbers] = np.maximum(scores[numbers], min(_rarity(variant, scores) for variant in listed))


def _score_gloss(connection: sqlite3.Connection, gloss: str, scores: np.ndarray) -> None:
    """Score offers that hold every word of an English reading, or of what is taken for it."""
    for reading in gloss.split("/"):
        every: np.ndarray | None = None
        for word in distinct(word for word in words(reading) if len(word) > 2):
            own = np.zeros_like(scores)
            _score(connection, _variants(connection, word), own)
            every = own if every is None else np.minimum(every, own)
        if every is not None:
            np.maximum(scores, _GLOSS_COUNTS * every, out=scores)


def _any_of(variants: Sequence[Variant]) -> str:
    return " OR ".join(f'"{variant.word}"' for variant in variants)


def _rarity(variant: Variant, scores: np.ndarray) -> float:
    """What bm25 gives a word of this frequency that stands once in a text of ordinary length."""
    return max(_LEAST_SCORE, math.log((len(scores) - variant.offers) / (variant.offers + 0.5)))


def _score_compound(connection: sqlite3.Connection, word: str, scores: np.ndarray) -> None:
    """Score offers that hold both parts of a German compound, though not the compound itself.

    "Kitaplatz" is found as "Platz in der Kita", "Deutschkurs" as "Sprachkurs Deutsch".
    """
    for cut in range(len(word) - 4, 2, -1):
        before = _exactly(connection, {word[:cut].removesuffix(link) for link in LINKS})
        if not before:
            continue
        heads, others = np.zeros_like(scores), np.zeros_like(scores)
        _score(connection, [*_variants(connection, word[cut:]), *_ending_in(connection, word[cut:])], heads)
        _score(connection, before, others)
        both = np.where((heads > 0) & (others > 0), _PARTS_COUNT * np.minimum(heads, others), 0.0)
        np.maximum(scores, both, out=scores)


def _exactly(connection: sqlite3.Connection, wanted: Collection[str]) -> list[Variant]:
    rows = connection.execute(
        f"SELECT word, offers FROM term WHERE word IN ({', '.join('?' * len(wanted))})", tuple(wanted)
    )
    return [Variant(*row) for row in rows]


def _ending_in(connection: sqlite3.Connection, head: str) -> list[Variant]:
    """German compounds of the index whose last part this is."""
    reversed_ = head[::-1]
    rows = connection.execute(
        "SELECT word, offers FROM ending JOIN term USING (word) WHERE reversed > ? AND reversed < ? LIMIT ?",
        (reversed_, reversed_ + "\U0010ffff", _MAX_VARIANTS),
    )
    return [Variant(*row) for row in rows]


def _variants(connection: sqlite3.Connection, word: str) -> list[Variant]:
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
    shorter = [word[:end] for end in range(max(3, length - 3), len(stem))] if length >= 5 else []
    rows = connection.execute(
        f"SELECT word, offers FROM term WHERE word >= ? AND word < ? AND length(word) <= ?"
        f" UNION ALL SELECT word, offers FROM term WHERE word IN ({', '.join('?' * len(shorter))})",
        (stem, stem + "\U0010ffff", longest, *shorter),
    )
    found = [Variant(*row) for row in rows]
    return sorted(found, key=lambda variant: (variant.word != word, -variant.offers))[:_MAX_VARIANTS]
