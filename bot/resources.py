"""What is loaded once from `data/` and shared by actions, API and commands."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from bot.errors import load_yaml
from bot.handoff.prepared import PreparedReplies
from bot.interface import Interface
from bot.knowledge.answers import AnswerIndex
from bot.knowledge.criteria import describe
from bot.knowledge.index import OfferIndex
from bot.knowledge.present import Names
from bot.knowledge.readings import Readings
from bot.languages import Languages, load_languages
from bot.nlu.reader import SampleReader
from bot.region import Region
from bot.settings import Settings
from bot.training.responses import merge_responses, read_responses

OWN_FACTS = ("chat_days", "answer_days")
"""Variables of replies besides the region's."""


@dataclass(frozen=True)
class Resources:
    """Read-only; a running server loads new ones only with a new model."""

    settings: Settings
    languages: Languages
    interface: Interface
    region: Region
    offers: OfferIndex
    names: Names
    sources: Mapping[str, Mapping[str, Any]]
    replies: dict[str, list[dict[str, Any]]]
    """By name, all languages' variations (`bot/training/responses.py`)."""
    dialogue: Mapping[str, Any]
    """How the dialogue behaves (`data/dialogue.yml`)."""
    prepared: PreparedReplies
    """What staff send in every language (`data/replies/`)."""
    readings: Readings
    """The English of visitors' words, once a model is loaded."""
    answers: AnswerIndex
    """Answers and services found by free text, once a model is loaded."""
    secret: bytes
    """Key of receipt links, stream tickets and sessions."""

    @classmethod
    def load(cls, settings: Settings) -> Resources:
        """Reads `data/`.

        Raises:
            ContentErrors: files are broken, each with file, line and what to do.
        """
        languages = load_languages(settings.data)
        sources = settings.data / "sources.yml"
        settings.var.mkdir(parents=True, exist_ok=True)
        interface = Interface.load(settings.data, languages)
        offers = OfferIndex.open(settings.data, settings.var)
        replies = merge_responses(read_responses(settings.data, languages), languages).responses
        dialogue = load_yaml(settings.data / "dialogue.yml").data
        return cls(
            settings=settings,
            languages=languages,
            interface=interface,
            region=Region.load(settings.data),
            offers=offers,
            names=Names.load(settings.data),
            replies=replies,
            sources=load_yaml(sources).data if sources.exists() else {},
            dialogue=dialogue,
            prepared=PreparedReplies.load(settings.data),
            readings=Readings(dialogue["search"].get("alike", ())),
            answers=AnswerIndex(replies, interface, offers, languages),
            secret=_secret(settings),
        )

    def use_reader(self, reader: SampleReader | None, model: str) -> None:
        """Reads words and sentences as the loaded model does; what it needs for that is computed once and kept."""
        self.readings.use(reader)
        self.answers.use(self.readings, model, self.settings.models / "cache")

    def describe(self, kind: str, criteria: Mapping[str, Any], language: str) -> str:
        """A search in words of a language, as `bot.knowledge.criteria.describe` puts it."""
        return describe(kind, criteria, language, self.names, self.interface, self.languages)

    def facts(self, language: str) -> Mapping[str, str]:
        """Variables that every reply may use."""
        return self._facts[language]

    @cached_property
    def _facts(self) -> Mapping[str, Mapping[str, str]]:
        values = (self.settings.chat_days, self.region.office.answer_within_working_days)
        own = {name: str(value) for name, value in zip(OWN_FACTS, values, strict=True)}
        return {code: {**self.region.facts(code), **own} for code in self.languages.codes}


def _secret(settings: Settings) -> bytes:
    """The configured key, or one made on first use and kept where only this user can read it."""
    if settings.secret:
        return settings.secret.encode()
    file = settings.var / "secret.key"
    if not file.exists():
        fresh = settings.var / f"secret.{os.getpid()}"
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        os.write(handle, secrets.token_hex(32).encode())
        os.close(handle)
        # Several workers may start at once: the first link wins, all read the same.
        try:
            os.link(fresh, file)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return file.read_bytes()


_current: Resources | None = None


def use(resources: Resources) -> None:
    """Makes `resources` those of this process."""
    global _current
    _current = resources


def current() -> Resources:
    """This process' resources; loaded from the environment where nobody did, as in a remote action server."""
    global _current
    if _current is None:
        _current = Resources.load(Settings.from_environment())
    return _current
