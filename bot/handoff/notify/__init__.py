"""Ways of telling somebody outside of a case: one module each, with `from_settings` and a `send`.

A way is a coroutine function that takes a `Letter` and returns what the other side calls it, or None. It raises
`Refused` where trying again is of no use, and anything else where it is.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from bot.handoff.outbox import WAYS
from bot.resources import Resources

Send = Callable[["Letter"], Awaitable[str | None]]


class Refused(Exception):
    """The other side said no for good; a person has to look."""


@dataclass(frozen=True)
class Letter:
    """What is to be told, put together when it is sent."""

    key: str
    """The same for every try, so that the other side can recognise a repetition."""
    kind: str
    case: Any
    """The case's row."""
    team: str
    """Id of the team or partner that it goes to."""
    language: str
    """The visitor's language."""
    console_link: str
    visitor_link: str
    """Opens the conversation; only ever for the visitor."""
    reference: str | None = None
    """What the other side calls the case already."""
    values: Mapping[str, str] = field(default_factory=dict)
    """Variables of the texts, in the language of whom it goes to."""


def ways(resources: Resources) -> dict[str, Send]:
    """The ways that the operator has set up, by name.

    Raises:
        SettingError: a setting of one is missing.
    """
    made = {name: import_module(f"bot.handoff.notify.{name}").from_settings(resources) for name in WAYS}
    return {name: send for name, send in made.items() if send is not None}
