"""Writes the index file: FTS5 over all words of an offer, typed columns, and the vocabulary of the whole.

Days are proleptic Gregorian ordinals (`date.toordinal`), enumerated facts bit masks in the order of their schema.
"""

from __future__ import annotations

import dataclasses
import json
import sqlite3
from array import array
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from bot.knowledge.names import Names
from bot.knowledge.offers import Offer
from bot.knowledge.schema import ENUMERATED, MEASURED
from bot.knowledge.words import MIN_COMPOUND, CompoundSplitter, distinct, had, index_words
from bot.region import Region

# Raised whenever the file's layout or the cutting of words changes: an older file is then built anew.
FORMAT = 8

ALWAYS = date.min.toordinal()
FOREVER = date.max.toordinal()

# FTS5 needs 2 to 4 µs to rank an offer, so a word that stands in more offers than this would take milliseconds,
# and tells them apart hardly at all. The offers of such words are listed beside FTS5 and not ranked by it.
RANKED_AT_MOST = 200

_COLUMNS = (*ENUMERATED, *MEASURED)


def is_common(holding: int, offers: int) -> bool:
    """Whether a word that this many of the offers hold is listed instead of ranked by FTS5.

    bm25 gives a word that more than half of them hold no weight at all, not even in a title.
    """
    return holding > RANKED_AT_MOST or 2 * holding > offers


Gloss = Callable[[str, str], str]
"""(text, its language) -> its words in English, as `Glosser.gloss` gives them."""


def build_index(
    file: Path, offers: Iterable[Offer], names: Names, fingerprint: str, gloss: Gloss | None = None,
    without: Collection[str] = (),
) -> int:  # fmt: skip
    """Write a complete index to `file`, which must not exist; returns the number of offers.

    An offer without an English text is found by the `gloss` of the others, whatever language is searched in. Nothing is
    found by what follows a word of `without`.

    Rows are numbered in the order in which equally fitting offers are shown (latest review first), so that a search
    can read the first few in that order without sorting the rest.
    """
    ordered = sorted(offers, key=lambda offer: (-offer.reviewed_on.toordinal(), offer.id))
    german = _german_words(ordered)
    splitter = CompoundSplitter(german)
    connection = sqlite3.connect(file)
    try:
        connection.executescript(_LAYOUT)
        body_rows: dict[str, array[int]] = {}
        title_rows: dict[str, array[int]] = {}
        for row, offer in enumerate(ordered, start=1):
            title, body = _row_words(_had(offer, without), names, splitter, gloss)
            _list_row(title_rows, title, row)
            _list_row(body_rows, [*title, *body], row)
            connection.execute(
                "INSERT INTO fts (rowid, title, body) VALUES (?, ?, ?)", (row, " ".join(title), " ".join(body))
            )
            connection.execute(_INSERT_OFFER, _offer_row(row, offer, names.region))
            connection.execute("INSERT INTO record VALUES (?, ?)", (row, dump_offer(offer)))
        nowhere: array[int] = array("I")
        for word, rows in body_rows.items():
            connection.execute("INSERT INTO term VALUES (?, ?)", (word, len(rows)))
            if is_common(len(rows), len(ordered)):
                titles = title_rows.get(word, nowhere)
                connection.execute("INSERT INTO common VALUES (?, ?, ?)", (word, rows.tobytes(), titles.tobytes()))
        connection.executemany(
            "INSERT INTO ending VALUES (?, ?)", [(word[::-1], word) for word in german if len(word) >= MIN_COMPOUND]
        )
        connection.executemany(
            "INSERT INTO meta VALUES (?, ?)", [("format", str(FORMAT)), ("fingerprint", fingerprint)]
        )
        connection.execute("INSERT INTO fts (fts) VALUES ('optimize')")
        connection.commit()
    finally:
        connection.close()
    return len(ordered)


def _had(offer: Offer, without: Collection[str]) -> Offer:
    if not without:
        return offer
    title, text = ({language: had(each, without) for language, each in texts.items()} for texts in (offer.title, offer.text))
    return dataclasses.replace(offer, title=title, text=text)


def _list_row(rows: dict[str, array[int]], words: Iterable[str], row: int) -> None:
    for word in set(words):
        if word not in rows:
            rows[word] = array("I")
        rows[word].append(row)


def dump_offer(offer: Offer) -> str:
    return json.dumps(dataclasses.asdict(offer), ensure_ascii=False, default=date.isoformat)


def parse_offer(text: str) -> Offer:
    fields: dict[str, Any] = json.loads(text)
    for name in ("reviewed_on", "valid_from", "valid_until"):
        fields[name] = date.fromisoformat(fields[name]) if fields[name] else None
    fields["coordinates"] = tuple(fields["coordinates"]) if fields["coordinates"] else None
    return Offer(**fields)


def _german_words(offers: Sequence[Offer]) -> frozenset[str]:
    found: set[str] = set()
    for text in {text for offer in offers for text in (offer.title.get("de", ""), offer.text.get("de", ""))}:
        found.update(index_words(text))
    return frozenset(found)


def _row_words(
    offer: Offer, names: Names, splitter: CompoundSplitter, gloss: Gloss | None
) -> tuple[list[str], list[str]]:
    """(words of the titles, all other words); German compounds are followed by their parts."""
    written = (texts for texts in (offer.title, offer.text) if gloss and "en" not in texts)
    glossed = [gloss(text, language) for texts in written for language, text in texts.items()] if gloss else []
    place = names.region.place(offer.place)
    named = [*place.names.values(), place.official_name, offer.provider, offer.address, *names.of_facts(offer.facts)]
    return (
        [*index_words(" ".join(offer.title.values())), *_parts(offer.title.get("de", ""), splitter)],
        [
            *index_words(" ".join([*offer.text.values(), *distinct(named), *glossed])),
            *_parts(offer.text.get("de", ""), splitter),
        ],
    )


def _parts(text: str, splitter: CompoundSplitter) -> list[str]:
    return distinct(part for word in index_words(text) for part in splitter.parts(word))


def _offer_row(row: int, offer: Offer, region: Region) -> tuple[Any, ...]:
    last = offer.last_day
    # A house in a village is in the country, whatever town the village belongs to.
    named = " ".join([*offer.title.values(), offer.address or ""])
    country = not region.is_town(offer.place) or region.village_in(offer.place, named) is not None
    return (
        row,
        offer.id,
        offer.kind,
        offer.place,
        offer.valid_from.toordinal() if offer.valid_from else ALWAYS,
        last.toordinal() if last else FOREVER,
        int(country),
        *(fill(offer.facts) for fill in ENUMERATED.values()),
        *(fill(offer.facts) for fill in MEASURED.values()),
    )


_INSERT_OFFER = f"INSERT INTO offer VALUES ({', '.join('?' * (7 + len(_COLUMNS)))})"

_LAYOUT = f"""
    PRAGMA journal_mode = OFF;
    PRAGMA synchronous = OFF;
    BEGIN;
    CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
    CREATE TABLE offer (
        number INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        kind TEXT NOT NULL,
        place TEXT NOT NULL,
        valid_from INTEGER NOT NULL,
        valid_until INTEGER NOT NULL,
        country INTEGER NOT NULL,
        {", ".join(f"{name} INTEGER NOT NULL" for name in ENUMERATED)},
        {", ".join(f"{name} REAL" for name in MEASURED)}
    );
    CREATE TABLE record (number INTEGER PRIMARY KEY, json TEXT NOT NULL);
    CREATE TABLE term (word TEXT PRIMARY KEY, offers INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE ending (reversed TEXT PRIMARY KEY, word TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE common (word TEXT PRIMARY KEY, numbers BLOB NOT NULL, titled BLOB NOT NULL);
    CREATE VIRTUAL TABLE fts USING fts5 (title, body, content = '', tokenize = "unicode61 remove_diacritics 0");
"""
