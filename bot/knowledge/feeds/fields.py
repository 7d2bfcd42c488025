"""What a format is made of: the entries of a delivery, and one `Field` for each thing that is carried over.

A format's table of fields is what runs when it is imported, and what `docs/feeds.md` is printed from: neither can say
anything that the other does not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from bot.knowledge.feeds.mapping import Mappings
from bot.knowledge.feeds.places import Places
from bot.knowledge.names import Names
from bot.knowledge.offers import Offer
from bot.languages import Languages
from bot.region import Region


class Unreadable(Exception):
    """A whole file is not of the format it was said to be of; the message says what was found and what to do."""


class Refused(Exception):
    """One entry cannot become an offer; the message says why, for the one who delivered it."""


class Malformed(Refused):
    """A value that means nothing; which field it stands in is added where that is known."""


@dataclass(frozen=True)
class Context:
    """What a format may look at while it reads or writes.

    source: name of the partner's delivery, such as `wohnbau`; ids of its offers begin with it.
    language: the language of texts that do not say theirs.
    """

    data: Path
    region: Region
    languages: Languages
    names: Names
    mappings: Mappings
    source: str
    language: str
    today: date

    @cached_property
    def places(self) -> Places:
        return Places(self.region, float(self.mappings.setting("places", "nearest_within_km")))

    @cached_property
    def entities(self) -> Any:
        """Reads occupations out of titles, by the same lexicon as the dialogue."""
        from bot.nlu.entity_reader.reader import EntityReader

        return EntityReader.from_data(self.data)

    def occupation_in(self, text: str) -> str | None:
        """The occupation group that a job's title names, None if it names none that the lexicon knows."""
        found = self.entities.read(text, self.language.partition("-")[0], intent="find_job", expects="occupation")
        return next((entity["value"] for entity in found if entity["entity"] == "occupation"), None)

    @property
    def own_ids(self) -> str:
        """What marks an identifier as one of ours, given out by an export."""
        return f"urn:heimatlotse:{self.region.id}"


@dataclass
class Entry:
    """One thing of a delivery as it came.

    where: what its sender finds it by: `row 7`, `JobPosting 2 (line 31)`.
    raw: whatever its format makes of it, or the exception that says why nothing could be made of it.
    """

    where: str
    raw: Any
    context: Context
    remarks: list[str] = field(default_factory=list)

    def content(self) -> Any:
        """`raw`. Raises Refused where it could not be read, before anything else can be asked of it."""
        if isinstance(self.raw, Exception):
            raise Refused(str(self.raw))
        return self.raw

    def remark(self, text: str) -> None:
        """Note what was left out of an entry that is taken all the same."""
        if text not in self.remarks:
            self.remarks.append(text)


@dataclass(frozen=True)
class Delivery:
    """The entries of a file. `complete`: it says itself that it holds everything this sender has."""

    entries: Sequence[Entry]
    complete: bool = False


@dataclass(frozen=True)
class Key:
    """Who an entry is. `value` is stable in its sender's system; `ours` is our id, where an export gave it out."""

    value: str
    ours: bool = False


@dataclass(frozen=True)
class Field:
    """One fact that is carried over.

    ours: where it stands in a record, such as `facts.rent_cold`.
    theirs: where it stands in the format, for the documentation.
    read: the value as a record has it; None where the entry does not say it. May raise Refused.
    kinds: of which offers, () for all of the format's.
    guess: concluded, not said. Used for a new offer alone: what an editor corrected is not undone.
    keep: where the entry is silent, what the record has stays. Without it silence removes.
    """

    ours: str
    theirs: str
    read: Callable[[Entry], Any]
    kinds: tuple[str, ...] = ()
    note: str = ""
    guess: bool = False
    keep: bool = False


@dataclass(frozen=True)
class Format:
    """A format of `lotse import` and `lotse export`.

    tables: those of its tables in `data/feeds.yml` whose values are facts: name to (kind, fact).
    kind: of the offer that an entry becomes; raises Refused where it becomes none.
    withdrawn: whether an entry says that its offer is gone.
    """

    name: str
    title: str
    kinds: tuple[str, ...]
    fields: Sequence[Field]
    read: Callable[[bytes, Context], Delivery]
    key: Callable[[Entry], Key | None]
    kind: Callable[[Entry], str]
    withdrawn: Callable[[Entry], bool]
    write: Callable[[Iterable[Offer], Context], bytes]
    tables: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    notes: Sequence[str] = ()
    only: tuple[str, str, tuple[str, ...]] | None = None
    """(kind, fact, values): of this kind only offers with one of these values can be written."""

    def carries(self, offer: Offer) -> bool:
        """Whether an export can hold this offer."""
        if self.only and offer.kind == self.only[0]:
            return offer.facts.get(self.only[1]) in self.only[2]
        return offer.kind in self.kinds

    def fields_of(self, kind: str) -> list[Field]:
        return [each for each in self.fields if not each.kinds or kind in each.kinds]


@dataclass(frozen=True)
class Incoming:
    """An entry as far as it says what an offer is: path in the record to value."""

    given: Mapping[str, Any]
    guessed: Mapping[str, Any]
    silent: frozenset[str]
    """Paths the entry could have said and did not: they are removed."""


def convert(format_: Format, entry: Entry, kind: str, *, known: bool = False) -> Incoming:
    """Read every field of an entry; nothing is guessed of an offer that is `known`. Raises Refused."""
    given: dict[str, Any] = {}
    guessed: dict[str, Any] = {}
    silent: set[str] = set()
    for each in format_.fields_of(kind):
        if each.guess and (known or each.ours in given):
            continue
        try:
            value = each.read(entry)
        except Malformed as error:
            raise Refused(f"{each.theirs}: {error}") from None
        empty = value is None or value == "" or value == [] or value == {}
        if empty and not each.guess and not each.keep:
            silent.add(each.ours)
        elif not empty:
            # Of several rows for one fact the first that says something counts; a guess never beats what is said.
            (guessed if each.guess else given).setdefault(each.ours, value)
    guessable = {each.ours for each in format_.fields_of(kind) if each.guess}
    return Incoming(given, guessed, frozenset(silent - given.keys() - guessable))
