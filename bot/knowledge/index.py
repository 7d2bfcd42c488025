"""The index that finds offers: a SQLite file built from `data/offers`, replaced as a whole when the data changes.

Counting comes first: how many offers fit, per place. The count decides how the few that are shown are read, and a
search over 100,000 offers stays in milliseconds because it never sorts or ranks more than RANK_AT_MOST of them.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from bot.knowledge.build import FORMAT, build_index, kind_tag, parse_offer, place_tag
from bot.knowledge.match import Match, matched_words, quote, read_match
from bot.knowledge.names import Names, lexicon_files
from bot.knowledge.offers import Offer, load_offers, offer_files
from bot.knowledge.query import (
    Conditions,
    Hit,
    Query,
    Result,
    active_filters,
    check_query,
    conditions,
    relax_steps,
)
from bot.region import Region

# bm25 costs about 1.5 µs an offer. Words that more offers share than this hardly tell them apart, so beyond it
# offers with the words in their title come first, and no score is computed.
RANK_AT_MOST = 2000
# Offers that hold only some of the words are shown if they score at least this share of the best one.
_GOOD_ENOUGH = 0.5
# Scores this close count as equal, and distance decides: title and text count, small differences in length do not.
_TIERS = 3
_BM25 = "bm25(fts, 4.0, 1.0)"
# Above this many fitting offers, reading rows in order and skipping those that do not fit beats sorting.
_SORT_AT_MOST = 3000


@dataclass(frozen=True)
class _Plan:
    """A query with some criteria given up: what is asked of SQLite. `places` is None for the whole region."""

    kind: str | None
    typed: Conditions
    match: Match | None
    expression: str
    places: tuple[str, ...] | None


class OfferIndex:
    """Finds offers. Searching is safe from several threads and sees a file that another process has replaced.

    data_dir holds `offers/` and `region.yml`; `file` is where the index is kept, in a directory that can be written.
    """

    def __init__(self, data_dir: Path | str, file: Path | str) -> None:
        self.data_dir = Path(data_dir)
        self.file = Path(file)
        self.region = Region.load(self.data_dir)
        self._local = threading.local()

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
        write_index(self.file, offers, Names.load(self.data_dir, region), fingerprint)
        self.region = region
        return True

    def search(self, query: Query) -> Result:
        """Offers that meet every criterion, best first; if there are none, with as few as possible given up.

        Sorted by how well the words fit, then by distance, then by the latest review. Raises QueryError.
        """
        check_query(query, self.region.places)
        filters = active_filters(query)
        today = query.today or date.today()
        connection = self._connection()
        match = read_match(connection, query.text, query.language, self._size(connection)) if query.text else None
        criteria = [*filters, *(["place"] if query.place else []), *(["text"] if match else [])]
        for given_up in [(), *relax_steps(query.kind, criteria)]:
            plan = self._plan(query, filters, match, given_up, today)
            for each in self._wordings(plan):
                counts = self._count(connection, each)
                total = sum(counts.values())
                if total:
                    rows, total = self._page(connection, query, each, counts, total)
                    reasons = [name for name in criteria if name not in given_up and name != "text"]
                    hits = tuple(self._hit(connection, row, query.place, each.match, reasons) for row in rows)
                    return Result(hits, total, given_up)
        return Result((), 0, ())

    def get(self, id: str) -> Offer | None:
        """The offer with this id, whether or not it is valid today; None if there is none."""
        row = self._connection().execute(
            "SELECT json FROM record JOIN offer USING (number) WHERE id = ?", (id,)
        ).fetchone()  # fmt: skip
        return parse_offer(row[0]) if row else None

    def __len__(self) -> int:
        return self._size(self._connection())

    def close(self) -> None:
        """Close this thread's connection."""
        opened = self._local.__dict__.pop("connection", None)
        if opened:
            opened.close()

    # --- the file

    def _connection(self) -> sqlite3.Connection:
        stat = self.file.stat()
        version = (stat.st_ino, stat.st_mtime_ns)
        if getattr(self._local, "version", None) != version:
            self.close()
            self._local.connection = open_readonly(self.file)
            self._local.version = version
            self._local.size = int(_meta(self._local.connection, "offers") or 0)
        connection: sqlite3.Connection = self._local.connection
        return connection

    def _size(self, _connection: sqlite3.Connection) -> int:
        size: int = self._local.size
        return size

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

    # --- what to ask

    def _plan(
        self, query: Query, filters: Mapping[str, Sequence[Any]], match: Match | None, given_up: Sequence[str],
        today: date,
    ) -> _Plan:  # fmt: skip
        kept = {name: values for name, values in filters.items() if name not in given_up}
        places: tuple[str, ...] | None = None
        if query.place and "place" not in given_up:
            within = [(self.region.distance_km(query.place, id), id) for id in self.region.places]
            places = tuple(id for km, id in sorted(within) if id == query.place or km <= query.radius_km)
        kept_match = match if "text" not in given_up else None
        return _Plan(query.kind, conditions(query.kind, kept, today), kept_match, "", places)

    def _wordings(self, plan: _Plan) -> list[_Plan]:
        """The plan with its words as FTS5 expressions to try in turn: all of them, then any of them."""
        if plan.match is None:
            return [plan]
        if not plan.match.terms:
            return []
        tags = [quote(kind_tag(plan.kind))] if plan.kind else []
        if plan.places is not None:
            tags.append("(" + " OR ".join(quote(place_tag(place)) for place in plan.places) + ")")
        wordings = [plan.match.all_of] + ([plan.match.any_of] if len(plan.match.terms) > 1 else [])
        return [
            _Plan(plan.kind, plan.typed, plan.match, " AND ".join([*tags, wording]), plan.places)
            for wording in wordings
        ]

    def _count(self, connection: sqlite3.Connection, plan: _Plan) -> dict[str, int]:
        """How many offers fit, by place."""
        where, binds = self._where(plan)
        rows = connection.execute(f"SELECT o.place, count(*) FROM {where} GROUP BY o.place", binds)
        return dict(rows.fetchall())

    def _where(self, plan: _Plan, places: Sequence[str] | None = None, hint: str = "") -> tuple[str, tuple[Any, ...]]:
        """FROM and WHERE of a plan with their binds; `places` narrows it further."""
        wanted = plan.places if places is None else places
        clauses, binds = [plan.typed.sql], list(plan.typed.binds)
        if plan.expression:
            # CROSS JOIN keeps the words first: FTS5 hands out fitting rows far faster than it checks given ones.
            source = "fts CROSS JOIN offer o ON o.number = fts.rowid"
            clauses.insert(0, "fts MATCH ?")
            binds.insert(0, plan.expression)
        else:
            source = f"offer o {hint}"
        if wanted is not None:
            clauses.append(f"o.place IN ({', '.join('?' * len(wanted))})")
            binds.extend(wanted)
        return f"{source} WHERE {' AND '.join(clauses)}", tuple(binds)

    # --- which to show

    def _page(
        self, connection: sqlite3.Connection, query: Query, plan: _Plan, counts: Mapping[str, int], total: int
    ) -> tuple[list[int], int]:
        """(numbers of the offers to show, in order; how many there are in all)."""
        if plan.expression and total <= RANK_AT_MOST:
            ranked = self._ranked(connection, query.place, plan)
            return ranked[query.offset : query.offset + query.limit], len(ranked)
        rings = [list(counts)]
        if query.place:
            rings = [[place] for place in sorted(counts, key=self._distances(query.place).__getitem__)]
        rows: list[int] = []
        skip = query.offset
        for ring in rings:
            size = sum(counts[place] for place in ring)
            wanted = query.limit - len(rows)
            if skip >= size or not wanted:
                skip = max(0, skip - size)
                continue
            # No place asked for: naming all of them would only cost.
            rows += self._latest(connection, plan, ring if query.place else None, size, wanted, skip)
            skip = 0
        return rows, total

    def _ranked(self, connection: sqlite3.Connection, place: str | None, plan: _Plan) -> list[int]:
        where, binds = self._where(plan)
        rows = connection.execute(f"SELECT o.number, o.place, {_BM25} FROM {where}", binds).fetchall()
        # FTS5 gives better rows smaller numbers.
        best = -min(score for _, _, score in rows) or 1.0
        floor = 0.0
        if plan.match and plan.match.all_of not in plan.expression:
            floor = _GOOD_ENOUGH * best
        distances = self._distances(place) if place else {}
        keyed = [
            (-int(_TIERS * -score / best), distances.get(at, 0.0), score, number)
            for number, at, score in rows
            if -score >= floor
        ]
        return [number for *_, number in sorted(keyed)]

    def _latest(
        self, connection: sqlite3.Connection, plan: _Plan, places: Sequence[str] | None, size: int, limit: int,
        offset: int,
    ) -> list[int]:  # fmt: skip
        """Fitting offers in the order of their numbers, which is that of their reviews, words in the title first."""
        if plan.expression and plan.match:
            return self._titled_first(connection, plan, places, limit, offset)
        # Unary plus keeps SQLite from walking rows in order where only few fit, and from sorting where many do.
        order = "+o.number" if size <= _SORT_AT_MOST else "o.number"
        where, binds = self._where(plan, places, "" if size <= _SORT_AT_MOST or places else "NOT INDEXED")
        rows = connection.execute(
            f"SELECT o.number FROM {where} ORDER BY {order} LIMIT ? OFFSET ?", (*binds, limit, offset)
        )
        return [number for (number,) in rows]

    def _titled_first(
        self, connection: sqlite3.Connection, plan: _Plan, places: Sequence[str] | None, limit: int, offset: int
    ) -> list[int]:
        where, binds = self._where(plan, places)
        # The same words, asked of the title only; the tags stand in the body.
        titled = " AND ".join(f"title : {term.expression}" for term in plan.match.terms) if plan.match else ""
        both = f"({plan.expression}) AND {titled}"
        rest = f"({plan.expression}) NOT ({titled})"
        rows: list[int] = []
        for expression in (both, rest):
            found = connection.execute(
                f"SELECT o.number FROM {where} ORDER BY fts.rowid LIMIT ? OFFSET ?",
                (expression, *binds[1:], limit - len(rows), offset),
            ).fetchall()
            rows += [number for (number,) in found]
            if len(rows) == limit:
                break
            if offset:
                (skipped,) = connection.execute(f"SELECT count(*) FROM {where}", (expression, *binds[1:])).fetchone()
                offset = max(0, offset - skipped)
        return rows

    def _distances(self, place: str) -> dict[str, float]:
        return {id: self.region.distance_km(place, id) for id in self.region.places}

    def _hit(
        self, connection: sqlite3.Connection, row: int, place: str | None, match: Match | None, reasons: Sequence[str]
    ) -> Hit:
        (text,) = connection.execute("SELECT json FROM record WHERE number = ?", (row,)).fetchone()
        offer = parse_offer(text)
        found = [f"text:{word}" for word in matched_words(connection, match, row)] if match else []
        return Hit(offer, self.region.distance_km(place, offer.place) if place else None, (*reasons, *found))


def content_hash(data_dir: Path | str) -> str:
    """A fingerprint of everything the index is built from."""
    digest = hashlib.sha256()
    folder = Path(data_dir)
    for file in [folder / "region.yml", *lexicon_files(folder), *offer_files(folder)]:
        content = file.read_bytes()
        digest.update(f"{file.relative_to(folder)}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def write_index(file: Path, offers: Sequence[Offer], names: Names, fingerprint: str) -> None:
    """Build an index beside `file` and put it in its place in one step, safe against a loss of power."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{file.name}.", suffix=".new", dir=file.parent)
    os.close(handle)
    aside = Path(name)
    try:
        build_index(aside, offers, names, fingerprint)
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
    return connection


def _meta(connection: sqlite3.Connection, name: str) -> str | None:
    row = connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    return row[0] if row else None
