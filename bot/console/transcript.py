"""A conversation as staff read it: every message with its language, what was understood, and what it says in German.

"In German" means in the language of the page; German is the default.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from bot.console.words import Words
from bot.conversation.brain import split_payload
from bot.conversation.services import Services
from bot.handoff import notices
from bot.knowledge.present import present

_VARIABLE = re.compile(r"{([^\n{}]+?)}")
# The receipt's link opens the conversation in the visitor's name: it is for the visitor alone.
_SECRET = re.compile(r"(?<=[=#/])[0-9a-f]{32}\b")
_FACTS_SHOWN = 4
_TITLES = ("intents", "", "wish")
"""Sections of the interface that hold titles of buttons; those without a section are in the empty one."""


@dataclass(frozen=True)
class Choice:
    """A button that was offered: what the visitor read, and what it says in the page's language."""

    title: str
    meaning: str


@dataclass
class Entry:
    """One message.

    `wording`: what it says in the page's language, empty where that is the language it is in or nobody knows.
    `meaning`, `confidence` (percent): what was understood, of a visitor's message; empty and 0 while unknown.
    `pressed`: the message is a button or a form, not typed.
    """

    seq: int
    author: str
    name: str
    text: str
    language: str
    direction: str
    at: float
    pending: bool
    wording: str = ""
    meaning: str = ""
    confidence: int = 0
    pressed: bool = False
    choices: list[Choice] = field(default_factory=list)
    offers: list[dict[str, Any]] = field(default_factory=list)
    sources: list[dict[str, Any]] = field(default_factory=list)


class Transcript:
    """Turns rows of the log into entries, in their order: what a button means is known from the message before.

    Args:
        language: The page's language.
        case_number: Of the case, for replies that name it.
    """

    def __init__(self, services: Services, words: Words, language: str, case_number: str) -> None:
        self._services = services
        self._words = words
        self._language = language
        self._values = {"case_number": case_number}
        self._pressed: dict[str, str] = {}

    def entries(self, rows: Iterable[Any]) -> list[Entry]:
        """The entries of rows."""
        return [self.entry(row) for row in rows]

    def entry(self, row: Any) -> Entry:
        """One row."""
        extra = row.extra or {}
        entry = Entry(
            seq=row.seq, author=row.author, name=row.name or "", text=_SECRET.sub("…", row.text),
            language=row.language, direction=self._words.direction(row.language), at=row.at, pending=bool(row.pending),
        )  # fmt: skip
        if row.author == "visitor":
            self._explain(entry, extra)
        else:
            self._translate(entry, extra)
        return entry

    def _explain(self, entry: Entry, extra: dict[str, Any]) -> None:
        payload = extra.get("payload")
        if payload:
            entry.pressed = True
            wording = self._pressed.get(payload, "")
            entry.wording = wording if wording != entry.text else ""
            return
        intent = extra.get("intent") or {}
        if intent.get("name"):
            entry.meaning = self._words.intent(intent["name"])
            entry.confidence = round(100 * float(intent.get("confidence") or 0))

    def _translate(self, entry: Entry, extra: dict[str, Any]) -> None:
        foreign = not self._is_own(entry.language)
        if extra.get("prepared"):
            entry.wording = self._prepared(extra) if foreign else ""
            entry.offers = [self._offer(card) for card in extra.get("offers") or []]
            return
        reply = self._reply(extra.get("utter"), extra.get("values") or {}) if foreign or extra.get("buttons") else {}
        if foreign:
            entry.wording = reply.get("text") or self._told(extra)
        meanings = {button["payload"]: button["title"] for button in reply.get("buttons") or []}
        for button in extra.get("buttons") or []:
            meaning = meanings.get(button["payload"]) or self._meaning(button, entry.language)
            self._pressed[button["payload"]] = meaning or button["title"]
            entry.choices.append(Choice(button["title"], meaning if foreign and meaning != button["title"] else ""))
        entry.offers = [self._offer(card) for card in extra.get("offers") or []]
        entry.sources = extra.get("sources") or []

    def _meaning(self, button: dict[str, str], language: str) -> str:
        """What a button that the dialogue made itself says in the page's language; empty where nobody knows.

        Its title is one of the interface's texts, or it stands for a language or for one value of a criterion.
        """
        interface, payload = self._services.interface, button["payload"]
        named = interface.section(self._language, "intents").get(payload.removeprefix("/"))
        if named:
            return named
        for section in _TITLES if language in self._services.languages else ():
            for key, title in interface.section(language, section).items():
                if title == button["title"]:
                    return interface.text(self._language, section, key)
        names, entities = self._services.names, _entities(payload)
        if entities.get("language") in self._services.languages:
            return self._words.spoken(entities["language"])
        said = [pair for pair in entities.items() if pair[1] in names.lexicon.get(pair[0], {})]
        return ", ".join(names.enumerated(criterion, value, self._language) for criterion, value in said)

    def _prepared(self, extra: dict[str, Any]) -> str:
        """A prepared reply in the page's language; empty where it is no longer there."""
        reply = self._services.resources.prepared.replies.get(extra["prepared"])
        if reply is None:
            return ""
        values = {**self._services.facts(self._language), **self._values, **(extra.get("values") or {})}
        if "begin" in values:
            values["date"] = self._words.day(values["begin"])
        blanks = dict.fromkeys(reply.variables, "…")
        return reply.text(self._language, self._services.languages, blanks | values)[0]

    def _told(self, extra: dict[str, Any]) -> str:
        """A notice about the case (`bot/handoff/desk.py`) in the page's language."""
        resources, key = self._services.resources, extra.get("told")
        if key not in resources.interface.section(self._language, "handoff"):
            return ""
        return notices.text(resources, str(key), extra.get("values") or {}, self._language)

    def _is_own(self, language: str) -> bool:
        languages = self._services.languages
        return language in languages and languages[language].understands == self._language

    def _reply(self, name: str | None, values: dict[str, Any]) -> dict[str, Any]:
        """The reply in the page's language; what was filled in and is not known any more is a dot-dot-dot."""
        replies = self._services.replies
        # As the files say it now: a new wording needs no training, so the model may hold an older one.
        written = self._services.resources.replies
        if not name or name not in written:
            return {}
        texts = [variation.get("text") or "" for variation in written[name]]
        blanks = {variable: "…" for text in texts for variable in _VARIABLE.findall(text)}
        known = self._services.facts(self._language)
        said = notices.in_words(self._services.resources, values, self._language)
        filled = {k: v for k, v in (blanks | self._values | said).items() if k not in known}
        try:
            return replies.reply(name, self._language, **filled)
        except KeyError:
            return {}

    def _offer(self, card: dict[str, Any]) -> dict[str, Any]:
        """The card in the page's language while the offer exists, else as the visitor saw it."""
        offer = self._services.offers.get(card["id"])
        shown = present(offer, self._language, self._services.names) if offer is not None else card
        language = self._language if offer is not None else ""
        return {
            "title": shown["title"], "place": shown["place"], "facts": shown["facts"][:_FACTS_SHOWN],
            "sample": shown.get("sample", False), "language": language, "gone": offer is None,
        }  # fmt: skip


def _entities(payload: str) -> dict[str, Any]:
    """The entities of a button such as `/refine_search{"deal": "rent"}` with text for a value."""
    try:
        _, found = split_payload(payload)
    except ValueError:
        return {}
    return {name: value for name, value in found.items() if isinstance(value, str)}
