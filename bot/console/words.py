"""How things are called on the staff's screens: topics, teams, languages, times."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import datetime

from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_decimal

from bot.console.texts import Texts
from bot.conversation.services import Services
from bot.handoff.summary import WAYS
from bot.region import locale_of


class Words:
    """Names and times in the language of the page."""

    def __init__(self, services: Services, texts: Texts) -> None:
        self._services = services
        self._texts = texts
        self._locale = locale_of(texts.language)

    @property
    def region(self) -> str:
        """The district."""
        return self._services.region.name(self._texts.language)

    def topic(self, topic: str) -> str:
        """What a case is about; the id itself where the region no longer has the topic."""
        found = self._services.region.topics.get(topic)
        return found.names.get(self._texts.language, found.names["de"]) if found else topic

    def team(self, team: str) -> str:
        """Who a case went to."""
        found = self._services.region.receiver(team)
        return found.names.get(self._texts.language, found.names["de"]) if found else team

    def reached(self, kind: str, contact: str | None) -> str:
        """How a visitor wants to be reached, e.g. Termin im Büro; empty where they gave no way."""
        way = self._texts(f"handing.contact_{kind}") if kind in WAYS else ""
        return ", ".join(filter(None, (way, contact)))

    def spoken(self, code: str) -> str:
        """A language's name, e.g. Arabisch."""
        if code == "de-simple":
            return self._texts("words.easy_german")
        return str(self._locale.languages.get(code.partition("-")[0], code))

    def named(self, kind: str, ids: Iterable[str]) -> list[tuple[str, str]]:
        """(id, name) for a list to choose from; `kind` is `topic`, `team` or `spoken`."""
        name: Callable[[str], str] = {"topic": self.topic, "team": self.team, "spoken": self.spoken}[kind]
        return [(each, name(each)) for each in ids]

    @staticmethod
    def plain(values: Iterable[str]) -> list[tuple[str, str]]:
        """(value, value) for a list to choose from."""
        return [(each, each) for each in values]

    def hours(self, values: Iterable[str]) -> list[tuple[str, str]]:
        """(hours, "länger als 4 Std.") for a list to choose from."""
        return [(each, self._texts("words.longer_than", hours=each)) for each in values]

    def direction(self, code: str) -> str:
        """`ltr` or `rtl`."""
        languages = self._services.languages
        return languages[code].direction if code in languages else "ltr"

    def intent(self, name: str) -> str:
        """What a visitor meant, e.g. Wohnung oder Haus suchen; never a name out of the program."""
        title = self._services.interface.section(self._texts.language, "intents").get(name)
        own = f"meanings.{name}"
        return str(title or self._texts(own if own in self._texts.keys else "meanings.other"))

    def kind(self, name: str) -> str:
        """A kind of offer, e.g. Wohnen."""
        return str(self._services.interface.section(self._texts.language, "kinds").get(name, name))

    def number(self, value: float) -> str:
        """With the separators of the language."""
        return str(format_decimal(value, locale=self._locale))

    def when(self, at: float) -> str:
        """The time, with the day where it is not today."""
        moment = self._local(at)
        if moment.date() == self._local(time.time()).date():
            return str(format_time(moment, "short", locale=self._locale))
        return str(format_datetime(moment, "short", locale=self._locale))

    def clock(self, at: float) -> str:
        """The time of day."""
        return str(format_time(self._local(at), "short", locale=self._locale))

    def day(self, at: float) -> str:
        """The day, written out."""
        return str(format_date(self._local(at), "full", locale=self._locale))

    def exact(self, at: float) -> str:
        """Day and time, to the second."""
        return str(format_datetime(self._local(at), "medium", locale=self._locale))

    def machine(self, at: float) -> str:
        """As `<time datetime>` wants it."""
        return self._local(at).isoformat(timespec="seconds")

    def since(self, at: float) -> str:
        """How long ago, in the largest unit: "14 Min."."""
        seconds = max(0.0, time.time() - at)
        for unit, length in (("days", 86400), ("hours", 3600), ("minutes", 60)):
            if seconds >= length:
                return self._texts(f"words.{unit}", n=int(seconds // length))
        return self._texts("words.now")

    def _local(self, at: float) -> datetime:
        return datetime.fromtimestamp(at, self._services.region.time_zone)
