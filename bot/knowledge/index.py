"""The index that finds offers: a SQLite file built from `data/offers`, replaced as a whole when the data changes.

FTS5 finds and ranks words. The typed columns are held in memory as arrays, one entry per offer (10 MB at 100,000),
and every criterion is one array of booleans: giving one up or counting what is left costs microseconds, where SQL
over the same columns took 10 to 20 ms to count 20,000 offers out of 100,000.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from bot.knowledge.build import FORMAT, Gloss, build_index, parse_offer
from bot.knowledge.match import Term, read_terms
from bot.knowledge.names import CUES, Names, lexicon_files, without_words
from bot.knowledge.offers import Offer, load_offers, offer_files
from bot.knowledge.query import Hit, Query, Result, active_filters, check_query, relax_steps
from bot.knowledge.schema import ENUMERATED, FILTERS, KINDS, MEASURED
from bot.nlu.gloss import GLOSS_LANGUAGE, Glosser, read_words
from bot.region import Region

# Offers that hold only some of the words are shown if they score at least this share of the best one.
_GOOD_ENOUGH = 0.5
# Scores this close count as equal, and distance decides: a hit in the title counts, small differences do not.
_TIERS = 3
_ABANDONED_S = 3600


@dataclass(frozen=True)
class _Table:
    """The typed columns of one index file. Entry `number` of each array belongs to the offer of that number; 0 is none.

    `version` identifies the file: it changes when another one is put in its place.
    """

    version: tuple[int, int]
    size: int
    kind: np.ndarray
    """Position in KINDS."""
    place: np.ndarray
    """Position in `places`."""
    places: Sequence[str]
    valid_from: np.ndarray
    valid_until: np.ndarray
    columns: Mapping[str, np.ndarray]


class OfferIndex:
    """Finds offers. Searching is safe from several threads and sees a file that another process has replaced.

    data_dir holds `offers/` and `region.yml`; `file` is where the index is kept, in a directory that can be written.
    """

    def __init__(self, data_dir: Path | str, file: Path | str) -> None:
        self.data_dir = Path(data_dir)
        self.file = Path(file)
        self.region = Region.load(self.data_dir)
        self._local = threading.local()
        self._table: _Table | None = None

    @classmethod
    def open(cls, data_dir: Path | str, cache_dir: Path | str) -> OfferIndex:
        """An index that is up to date, kept as `offers.db` in `cache_dir`. Raises ContentErrors for broken data."""
        index = cls(data_dir, Path(cache_dir) / "offers.db")
        index.refresh()
        return index

    def refresh(self, progress: Callable[[str], None] | None = None) -> bool:
        """Build the index anew if the data changed; returns whether it did.

        The new file is written aside and put in place in one step: searches see the old one or the new one, never
        half of either. Raises ContentErrors if the data is broken, and goes on with what there was.
        """
        fingerprint = content_hash(self.data_dir)
        if self._built_from() == fingerprint:
            return False
        region = Region.load(self.data_dir)
        offers = load_offers(self.data_dir, region)
        if progress:
            progress(f"indexing {len(offers)} offers")
        # The lists of words are read only if an offer needs them.
        german_only = any("en" not in offer.title or "en" not in offer.text for offer in offers)
        gloss = plain_glosser(self.data_dir, region).gloss if german_only else None
        names = Names.load(self.data_dir, region)
        write_index(self.file, offers, names, fingerprint, gloss, without_words(self.data_dir))
        self.region = region
        return True

    def search(self, query: Query) -> Result:
        """Offers that meet every criterion, best first; if there are none, with as few as possible given up.

        Sorted by how well the words fit, then by distance, then by the latest review. Raises QueryError.
        """
        check_query(query, self.region.places)
        filters = active_filters(query)
        connection, table = self._open()
        terms = read_terms(connection, query.text, query.language, table.size, query.glosses) if query.text else None
        liked = read_terms(connection, query.prefer, query.language, table.size, query.glosses) if query.prefer else None
        criteria = {name: FILTERS[name].accepts(table.columns, value) for name, value in filters.items()}
        distances = self._distances([query.place, *query.also_in] if query.place else [])
        if query.place:
            criteria["place"] = self._around(query, query.radius_km, distances, table)
        wider = query.place and query.near_km > query.radius_km
        near = self._around(query, query.near_km, distances, table) if wider else None
        if query.without_place:
            criteria["without_place"] = np.array([id not in query.without_place for id in table.places])[table.place]
        if query.countryside:
            criteria["countryside"] = table.columns["country"] != 0
        criteria_text = [] if terms is None else ["text"]
        words, preferred = _Words(terms or [], table.size), _Words(liked or [], table.size)
        shown = _valid(table, query.kind, query.today or date.today())

        def fitting(given_up: tuple[str, ...]) -> np.ndarray:
            fits = shown.copy()
            for name, accepted in criteria.items():
                if name not in given_up:
                    fits &= near if name == "place" and near is not None and "near" in given_up else accepted
            return fits if terms is None or "text" in given_up else fits & words.fit(fits)

        widened = [] if near is None else ["near"]
        steps = relax_steps(query.kind, [*criteria, *criteria_text, *widened])
        for given_up in [(), *steps]:
            numbers = np.flatnonzero(fitting(given_up))
            if len(numbers):
                # Words that are no condition any more still say what is liked.
                told = [preferred] if not terms else [words] if "text" not in given_up else [words, preferred]
                scores = np.sum([each.scores[numbers] for each in told], axis=0)
                page = _best(numbers, scores, table, distances, query.offset, query.limit)
                # That it is not there speaks for no offer in particular.
                lost = {*given_up, *(["place"] if "near" in given_up else [])}
                met = [name for name in criteria if name not in lost and not name.startswith("without_")]
                found = [*(terms or []), *(liked or [])]
                hits = tuple(self._hit(connection, number, distances, met, found) for number in page)
                alone = [*criteria, *criteria_text] if given_up else []
                without = {name: count for name in alone if (count := int(fitting((name,)).sum()))}
                # Who gives up the place altogether has not only looked around it.
                relaxed = tuple(name for name in given_up if name != "near" or "place" not in given_up)
                return Result(hits, len(numbers), relaxed, without)
        return Result((), 0, ())

    def get(self, id: str) -> Offer | None:
        """The offer with this id, whether or not it is valid today; None if there is none."""
        connection, _ = self._open()
        row = connection.execute(
            "SELECT json FROM record JOIN offer USING (number) WHERE id = ?", (id,)
        ).fetchone()  # fmt: skip
        return parse_offer(row[0]) if row else None

    def __iter__(self) -> Iterator[Offer]:
        """All offers, expired ones too, latest review first; what `check` and an export go through."""
        connection, _ = self._open()
        for (text,) in connection.execute("SELECT json FROM record ORDER BY number"):
            yield parse_offer(text)

    def __len__(self) -> int:
        return self._open()[1].size

    def close(self) -> None:
        """Close this thread's connection."""
        opened = self._local.__dict__.pop("connection", None)
        if opened:
            opened.close()

    # --- the file

    def _open(self) -> tuple[sqlite3.Connection, _Table]:
        """This thread's connection to the file as it is now, and its columns, which all threads share."""
        version = self._version()
        while getattr(self._local, "version", None) != version:
            self.close()
            self._local.connection = open_readonly(self.file)
            # Only if no other file took its place meanwhile is this one known to be the version looked at.
            self._local.version, version = version, self._version()
        connection: sqlite3.Connection = self._local.connection
        table = self._table
        if table is None or table.version != version:
            # Two threads may both read them; both read the same.
            self._table = table = _read_table(connection, version)
        return connection, table

    def _version(self) -> tuple[int, int]:
        stat = self.file.stat()
        return stat.st_ino, stat.st_mtime_ns

    def _built_from(self) -> str | None:
        """The fingerprint of the data the file was built from; None if there is no usable file."""
        if not self.file.exists():
            return None
        try:
            connection = open_readonly(self.file)
            try:
                return _meta(connection, "fingerprint") if _meta(connection, "format") == str(FORMAT) else None
            finally:
                connection.close()
        except sqlite3.DatabaseError:
            return None

    # --- what to show

    def _distances(self, places: Sequence[str]) -> dict[str, float]:
        """From the nearest of these places to each; {} without one."""
        everywhere = self.region.places if places else {}
        return {id: min(self.region.distance_km(place, id) for place in places) for id in everywhere}

    def _around(self, query: Query, km: float, distances: Mapping[str, float], table: _Table) -> np.ndarray:
        """Which offers are in the places of a query, or at most so far away."""
        there = {id for id, far in distances.items() if far <= km} | {query.place, *query.also_in}
        return np.array([id in there for id in table.places])[table.place]

    def _hit(
        self, connection: sqlite3.Connection, number: int, distances: Mapping[str, float], met: Sequence[str],
        terms: Sequence[Term],
    ) -> Hit:
        (text,) = connection.execute("SELECT json FROM record WHERE number = ?", (number,)).fetchone()
        offer = parse_offer(text)
        found = [f"text:{term.word}" for term in terms if _holds(term.numbers, number)]
        return Hit(offer, distances.get(offer.place), (*met, *found))


def _holds(numbers: np.ndarray, number: int) -> bool:
    at = int(np.searchsorted(numbers, number))
    return at < len(numbers) and bool(numbers[at] == number)


class _Words:
    """How well each offer fits the words of a search: `scores`, and in `held` how many of the words it has."""

    def __init__(self, terms: Sequence[Term], size: int) -> None:
        self.asked = len(terms)
        self.scores, self.held = np.zeros(size + 1), np.zeros(size + 1, dtype=np.int8)
        for term in terms:
            self.scores[term.numbers] += term.scores
            self.held[term.numbers] += 1

    def fit(self, among: np.ndarray) -> np.ndarray:
        """Which of these offers fit: those with all of the words or, where none has all, with enough of them."""
        some = among & (self.scores > 0)
        every = some & (self.held == self.asked)
        if every.any() or not some.any():
            return every
        return some & (self.scores >= _GOOD_ENOUGH * self.scores[some].max())


def _valid(table: _Table, kind: str | None, today: date) -> np.ndarray:
    day = today.toordinal()
    valid = (table.valid_from <= day) & (table.valid_until >= day)
    valid[0] = False
    return valid & (table.kind == KINDS.index(kind)) if kind else valid


def _best(
    numbers: np.ndarray, scores: np.ndarray, table: _Table, distances: Mapping[str, float], offset: int, limit: int
) -> list[int]:
    """Of these offers and their scores those on the page, by fit, then distance, then number: the latest review."""
    if offset >= len(numbers) or not limit:
        return []
    share = scores / (scores.max() or 1.0)
    keys = -np.minimum(np.floor(_TIERS * share), _TIERS - 1) * 1e6
    if distances:
        # Not in the region any more: last.
        keys += np.array([distances.get(place, 1e4) for place in table.places])[table.place[numbers]]
    keys = keys * 1e3 - np.floor(100 * share)
    end = min(offset + limit, len(numbers))
    if end < len(numbers):
        # Only what comes up to the end of the page needs sorting; ties there are kept, for the numbers to decide.
        kept = np.flatnonzero(keys <= np.partition(keys, end - 1)[end - 1])
        numbers, keys = numbers[kept], keys[kept]
    order = np.argsort(keys, kind="stable")
    return [int(number) for number in numbers[order][offset:end]]


def _read_table(connection: sqlite3.Connection, version: tuple[int, int]) -> _Table:
    names = ("kind", "place", "valid_from", "valid_until", "country", *ENUMERATED, *MEASURED)
    rows = connection.execute(f"SELECT {', '.join(names)} FROM offer ORDER BY number").fetchall()
    fields: dict[str, Any] = (
        dict(zip(names, zip(*rows, strict=True), strict=True)) if rows else dict.fromkeys(names, ())
    )
    places = sorted({*fields["place"]})
    integers = ("valid_from", "valid_until", "country", *ENUMERATED)
    whole = {name: np.array((0, *fields[name]), dtype=np.int64) for name in integers}
    real = {name: np.array((None, *fields[name]), dtype=np.float64) for name in MEASURED}
    return _Table(
        version=version,
        size=len(rows),
        kind=np.array((-1, *map(KINDS.index, fields["kind"])), dtype=np.int8),
        place=np.array((0, *map({place: at for at, place in enumerate(places)}.__getitem__, fields["place"]))),
        places=places,
        valid_from=whole.pop("valid_from"),
        valid_until=whole.pop("valid_until"),
        columns={**whole, **real},
    )


def content_hash(data_dir: Path | str) -> str:
    """A fingerprint of everything the index is built from."""
    digest = hashlib.sha256()
    folder = Path(data_dir)
    lists = sorted((folder / "lexicon" / "words").glob("*.tsv"))
    cues = [file for file in [folder / CUES] if file.exists()]
    for file in [folder / "region.yml", *lexicon_files(folder), *cues, *lists, *offer_files(folder)]:
        content = file.read_bytes()
        digest.update(f"{file.relative_to(folder)}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def plain_glosser(data_dir: Path, region: Region) -> Glosser:
    """Reads texts by the lists of words as they were written, without the inflected forms that a model knows.

    English stays as it is: without the forms its list knows a few words only.
    """
    lists = read_words(data_dir / "lexicon" / "words")
    lists.pop(GLOSS_LANGUAGE, None)
    return Glosser(lists, region.place_names())


def write_index(
    file: Path, offers: Sequence[Offer], names: Names, fingerprint: str, gloss: Gloss | None = None,
    without: Collection[str] = (),
) -> None:  # fmt: skip
    """Build an index beside `file` and put it in its place in one step, safe against a loss of power."""
    file.parent.mkdir(parents=True, exist_ok=True)
    for left in file.parent.glob(f".{file.name}.*.new"):
        # Of a process that was killed. A younger one may still be at work.
        if time.time() - left.stat().st_mtime > _ABANDONED_S:
            left.unlink(missing_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{file.name}.", suffix=".new", dir=file.parent)
    os.close(handle)
    aside = Path(name)
    try:
        build_index(aside, offers, names, fingerprint, gloss, without)
        with aside.open("rb") as built:
            os.fsync(built.fileno())
        os.replace(aside, file)
    finally:
        aside.unlink(missing_ok=True)


def open_readonly(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
    # Read the file through the page cache that all processes share instead of copying it into each.
    connection.execute("PRAGMA mmap_size = 1073741824")
    connection.execute("PRAGMA cache_size = -8000")
    # SQLite opens the file at the first read, and the caller has to know which file that is.
    connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return connection


def _meta(connection: sqlite3.Connection, name: str) -> str | None:
    row = connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    return row[0] if row else None
