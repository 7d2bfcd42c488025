"""Writes the index file: FTS5 over all words of an offer, typed columns, and the vocabulary of the whole."""

from __future__ import annotations

import dataclasses
import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from bot.knowledge.names import Names
from bot.knowledge.offers import Offer
from bot.knowledge.schema import COLUMNS, KIND_COLUMNS
from bot.knowledge.words import CompoundSplitter, distinct, index_words

# Raised whenever the file's layout or the cutting of words changes: an older file is then built anew.
FORMAT = 1

ALWAYS = date.min.toordinal()
FOREVER = date.max.toordinal()

# Mark a token that stands for a fact, not a word. `fold` drops private-use characters, so no visitor can type one.
TAG = "\ue000"
LINK = "\ue001"


def kind_tag(kind: str) -> str:
    return f"{TAG}k{kind}"


def place_tag(place: str) -> str:
    # The tokenizer ends a token at a hyphen, so another private-use character stands in for it.
    return f"{TAG}p{place.replace('-', LINK)}"


def build_index(file: Path, offers: Iterable[Offer], names: Names, fingerprint: str) -> int:
    """Write a complete index to `file`, which must not exist; returns the number of offers.

    Rows are numbered in the order in which equally fitting offers are shown (latest review first), so that a search
    can read the first few in that order without sorting the rest.
    """
    ordered = sorted(offers, key=lambda offer: (-offer.reviewed_on.toordinal(), offer.id))
    splitter = CompoundSplitter(_german_words(ordered))
    connection = sqlite3.connect(file)
    try:
        connection.executescript(_layout())
        frequency: Counter[str] = Counter()
        for row, offer in enumerate(ordered, start=1):
            title, body = _row_words(offer, names, splitter)
            frequency.update({*title, *body})
            tags = [kind_tag(offer.kind), place_tag(offer.place)]
            connection.execute("INSERT INTO fts (rowid, title, body) VALUES (?, ?, ?)",
                               (row, " ".join(title), " ".join([*body, *tags])))  # fmt: skip
            connection.execute(_INSERT_OFFER, _offer_row(row, offer))
            connection.execute("INSERT INTO record VALUES (?, ?)", (row, dump_offer(offer)))
        connection.executemany("INSERT INTO term VALUES (?, ?)", frequency.items())
        connection.executemany("INSERT INTO meta VALUES (?, ?)", [
            ("format", str(FORMAT)), ("fingerprint", fingerprint), ("offers", str(len(ordered))),
        ])  # fmt: skip
        connection.execute("INSERT INTO fts (fts) VALUES ('optimize')")
        connection.executescript("ANALYZE;")
        connection.commit()
    finally:
        connection.close()
    return len(ordered)


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
    for text in {text for offer in offers for text in (offer.title["de"], offer.text["de"])}:
        found.update(index_words(text))
    return frozenset(found)


def _row_words(offer: Offer, names: Names, splitter: CompoundSplitter) -> tuple[list[str], list[str]]:
    """(words of the titles, all other words); German compounds are followed by their parts."""
    place = names.region.place(offer.place)
    named = [*place.names.values(), place.official_name, offer.provider, offer.address, *names.of_facts(offer.facts)]
    return (
        [*index_words(" ".join(offer.title.values())), *_parts(offer.title["de"], splitter)],
        [*index_words(" ".join([*offer.text.values(), *distinct(named)])), *_parts(offer.text["de"], splitter)],
    )


def _parts(text: str, splitter: CompoundSplitter) -> list[str]:
    return distinct(part for word in index_words(text) for part in splitter.parts(word))


def _offer_row(row: int, offer: Offer) -> tuple[Any, ...]:
    last = offer.last_day
    return (
        row, offer.id, offer.kind, offer.place,
        offer.valid_from.toordinal() if offer.valid_from else ALWAYS, last.toordinal() if last else FOREVER,
        *(fill(offer.facts) if name in KIND_COLUMNS[offer.kind] else None for name, fill in COLUMNS.items()),
    )  # fmt: skip


_INSERT_OFFER = f"INSERT INTO offer VALUES ({', '.join('?' * (6 + len(COLUMNS)))})"


def _layout() -> str:
    indexes = "\n".join(
        f"CREATE INDEX offer_{kind} ON offer (place, {', '.join(columns)}, kind, valid_from, valid_until)"
        f" WHERE kind = '{kind}';"
        for kind, columns in KIND_COLUMNS.items()
    )
    return f"""
        PRAGMA journal_mode = OFF;
        PRAGMA synchronous = OFF;
        PRAGMA page_size = 8192;
        BEGIN;
        CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
        CREATE TABLE offer (
            number INTEGER PRIMARY KEY, id TEXT UNIQUE, kind TEXT, place TEXT, valid_from INTEGER, valid_until INTEGER,
            {", ".join(COLUMNS)}
        );
        CREATE TABLE record (number INTEGER PRIMARY KEY, json TEXT);
        CREATE TABLE term (word TEXT PRIMARY KEY, offers INTEGER) WITHOUT ROWID;
        CREATE VIRTUAL TABLE fts USING fts5 (
            title, body, content = '', tokenize = "unicode61 remove_diacritics 0 categories 'L* N* Co'"
        );
        CREATE INDEX offer_place ON offer (place, kind, valid_from, valid_until);
        {indexes}
    """
