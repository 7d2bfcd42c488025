"""A contact as somebody writes it, read as the hand-over read it before it was stored."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bot.conversation.forms import read_contact
from bot.db import cases
from bot.errors import load_yaml
from bot.nlu.normalise import clean
from bot.region import Region

# A number alone: one inside of anything else, such as a conversation's id, would be somebody else's.
_NUMBER = re.compile(r"[\d\s+()/.\u2010-\u2015-]+")


@dataclass(frozen=True)
class Contacts:
    """Where a telephone number without a country code may belong: `country`, or one of `abroad[case's language]`."""

    country: str = "DE"
    abroad: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, region: Region, dialogue: Mapping[str, Any]) -> Contacts:
        """As the hand-over reads numbers (`data/dialogue.yml`)."""
        return cls(region.holidays_country, dialogue["handoff"]["phone_countries"])

    @classmethod
    def load(cls, data: Path) -> Contacts:
        """For commands.

        Raises:
            ContentErrors: the region's file is broken.
        """
        return cls.of(Region.load(data), load_yaml(data / "dialogue.yml").data)

    def condition(self, who: str) -> Any:
        """Which cases have this e-mail address or telephone number, however it is written."""
        who, c = clean(who), cases.c
        same = sa.func.lower(c.contact)
        if not _NUMBER.fullmatch(who):
            return same == who.lower()
        # The same digits are other people's numbers in other countries: each case is asked as it was itself read.
        wanted = [c.contact == who]
        home = _read(who, self.country)
        read = {language: _read(who, self.country, abroad) for language, abroad in self.abroad.items()}
        wanted += [sa.and_(c.language == language, c.contact == number) for language, number in read.items() if number]
        if home and set(read.values()) <= {home}:
            wanted.append(c.contact == home)
        return sa.or_(*wanted)


def _read(who: str, country: str, abroad: Sequence[str] = ()) -> str | None:
    found = read_contact(who, country, abroad)
    return found[1] if found else None
