"""Runs an import: each entry by itself, then all that changed is written at once."""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from bot.errors import Document
from bot.knowledge.feeds.fields import Context, Delivery, Entry, Format, Refused, convert
from bot.knowledge.feeds.merge import differing, merge, withdraw
from bot.knowledge.feeds.report import Outcome, Report
from bot.knowledge.feeds.shelf import Shelf, Standing, only_one
from bot.knowledge.offers import build_offer, check_offer
from bot.nlu.normalise import fold_variants

_ID_LENGTH = 80

log = logging.getLogger(__name__)

Progress = Callable[[Iterable[Entry]], Iterable[Entry]]


def run_import(
    format_: Format,
    content: bytes,
    context: Context,
    *,
    complete: bool = False,
    dry_run: bool = False,
    progress: Progress = lambda entries: entries,
) -> Report:
    """Take a delivery in. Doing it again changes nothing.

    Args:
        complete: The file holds everything this source has: what it has no more is withdrawn. A format that says so
            itself (OpenImmo's VOLL) needs no such word.
        progress: Goes through the entries and shows how far it is.

    Raises:
        Unreadable: the file is not of this format at all.
        ContentErrors: the records there are were broken before.
        Refused: another import is at work.
    """
    delivery = format_.read(content, context)
    with only_one(context.data):
        importer = _Importer(format_, context, Shelf(context.data, context.region))
        report = Report(format_.name, context.source, dry_run, importer.outcomes)
        for entry in progress(delivery.entries):
            importer.take(entry)
        if complete or delivery.complete:
            report.notes += importer.withdraw_missing(delivery)
        if not dry_run:
            report.files = [str(file) for file in importer.shelf.save()]
    return report


class _Importer:
    def __init__(self, format_: Format, context: Context, shelf: Shelf) -> None:
        self.format = format_
        self.context = context
        self.shelf = shelf
        self.outcomes: list[Outcome] = []
        self._seen: dict[str, str] = {}
        self._nameless = 0

    def take(self, entry: Entry) -> None:
        """Note what became of an entry; whatever is wrong with it stays with it."""
        try:
            outcome = self._taken(entry)
        except Refused as refused:
            outcome = Outcome("refused", entry.where, detail=str(refused), remarks=tuple(entry.remarks))
        except Exception as error:
            # Partners' files hold what no specification foresaw; the other entries must not pay for it.
            log.warning("%s could not be read", entry.where, exc_info=error)
            detail = f"cannot be read ({type(error).__name__}: {str(error)[:80]})"
            outcome = Outcome("refused", entry.where, detail=detail, remarks=tuple(entry.remarks))
        self.outcomes.append(outcome)

    def _taken(self, entry: Entry) -> Outcome:
        try:
            key = self.format.key(entry)
        except Refused:
            self._nameless += 1
            raise
        if key is None:
            self._nameless += 1
            raise Refused("has no identifier by which it could be recognised next time")
        id = key.value if key.ours else offer_id(self.context.source, key.value)
        if id in self._seen:
            raise Refused(f"has the same identifier as {self._seen[id]}")
        self._seen[id] = entry.where
        standing = self.shelf.standing.get(id)
        if self.format.withdrawn(entry):
            return self._withdraw(id, standing, entry.where)
        kind = self.format.kind(entry)
        if standing and standing.kind != kind:
            raise Refused(f"{id} is a {standing.kind} in {standing.file}: delete it there if it now is a {kind}")
        incoming = convert(self.format, entry, kind, known=standing is not None)
        record = merge(standing.record if standing else None, incoming, id, self.context.today)
        title = next(iter(record.get("title", {}).values()), "")
        if standing is None and _is_over(record, self.context.today.isoformat()):
            return Outcome("past", entry.where, id, title)
        self._check(record, kind)
        if standing is None:
            self.shelf.add(kind, self.context.source, record)
            return Outcome("new", entry.where, id, title, remarks=tuple(entry.remarks))
        paths = differing(standing.record, record)
        if not paths:
            return Outcome("unchanged", entry.where, id, title, remarks=tuple(entry.remarks))
        self.shelf.change(standing, record)
        return Outcome("changed", entry.where, id, title, ", ".join(paths), tuple(entry.remarks))

    def _withdraw(self, id: str, standing: Standing | None, where: str) -> Outcome:
        if standing is None:
            return Outcome("unchanged", where, id)
        offer = build_offer(standing.record, standing.kind)
        if offer.last_day is not None and offer.last_day < self.context.today:
            return Outcome("unchanged", where, id)
        self.shelf.change(standing, withdraw(standing.record, self.context.today))
        return Outcome("withdrawn", where, id, next(iter(offer.title.values())))

    def withdraw_missing(self, delivery: Delivery) -> list[str]:
        """Withdraw what the sender has no more; returns why that was not done, if it was not."""
        if not delivery.entries:
            return ["the delivery is empty: nothing was withdrawn, in case that was a mistake"]
        if self._nameless:
            return [
                f"{self._nameless} entries have no identifier, and any offer may be one of them: nothing was withdrawn"
            ]
        for standing in self.shelf.of_source(self.context.source):
            id = standing.record["id"]
            if standing.kind in self.format.kinds and id not in self._seen:
                outcome = self._withdraw(id, standing, "not in the delivery")
                if outcome.status == "withdrawn":
                    self.outcomes.append(outcome)
        return []

    def _check(self, record: dict[str, Any], kind: str) -> None:
        document = Document(Path(self.context.source), record, {})
        errors = check_offer(document, (), record, kind, self.context.region)
        if errors:
            said = (f"{error.field}: {error.message}" if error.field else error.message for error in errors)
            raise Refused("; ".join(dict.fromkeys(said)))


def _is_over(record: dict[str, Any], today: str) -> bool:
    """Whether its last day has passed; looked at before all else, since nobody mends what is over."""
    facts = record.get("facts", {})
    ends = str(facts.get("ends", facts.get("starts", "")))[:10]
    return any(day and day < today for day in (str(record.get("valid_until", "")), ends))


def offer_id(source: str, key: str) -> str:
    """The id of a partner's offer: readable, and never that of another key."""
    slug = slugify(key)
    if slug != key or len(f"{source}-{slug}") > _ID_LENGTH:
        mark = hashlib.sha256(key.encode()).hexdigest()[:8]
        slug = f"{slug[: _ID_LENGTH - len(source) - 10]}-{mark}".strip("-").replace("--", "-")
    return f"{source}-{slug}"


def slugify(text: str) -> str:
    """Lower-case letters, digits and single hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", fold_variants(text)[-1]).strip("-")
