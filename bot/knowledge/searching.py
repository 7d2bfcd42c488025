"""The running search and the way it came about, so that the visitor can go back; kept in the slot `search_history`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

_REMEMBERED = 8


@dataclass(frozen=True)
class Search:
    """One list as it was shown: what was looked for, and from which hit on."""

    kind: str
    criteria: Mapping[str, Any] = field(default_factory=dict)
    offset: int = 0
    shown: int = 0
    """How many offers were shown; the next ones begin after them."""

    @property
    def next(self) -> Search:
        """The same search from the first offer on that was not shown yet."""
        return replace(self, offset=self.offset + self.shown, shown=0)


def read_history(slot: Sequence[Mapping[str, Any]] | None) -> list[Search]:
    """The searches of a conversation, the running one last."""
    return [Search(**entry) for entry in slot or []]


def running(slots: Mapping[str, Any]) -> Search | None:
    """The search that a conversation is in, with all that its list was found by; None if there is none."""
    return next(reversed(by_kind(slots)), None)


def by_kind(slots: Mapping[str, Any]) -> list[Search]:
    """What was last looked for of each kind, the running search last: who looks for a home and a nursery wants both.

    Slots alone do not say "at least", "A or B", "not in C" or "within 20 km"; they are asked where nothing was listed yet.
    """
    kind = slots.get("search_kind")
    if not kind:
        return []
    latest = {search.kind: search for search in read_history(slots.get("search_history"))}
    latest[kind] = latest.pop(kind, Search(kind, slots))
    return list(latest.values())


def as_slot(history: Sequence[Search]) -> list[dict[str, Any]]:
    """What `read_history` reads: the last few searches, JSON-ready, without criteria that say nothing."""
    return [
        {
            "kind": search.kind,
            "criteria": {name: value for name, value in search.criteria.items() if value is not None},
            "offset": search.offset,
            "shown": search.shown,
        }
        for search in history[-_REMEMBERED:]
    ]

