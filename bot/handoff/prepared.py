"""Prepared replies (`data/replies/`): chosen in the language of the console, sent in the visitor's.

One file a reply, every language in it; what stands in braces is filled when it is sent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.errors import ContentError, ContentErrors, Document, load_yaml
from bot.languages import Languages

GROUPS = "_groups.yml"
APPOINTMENT, OFFER = "appointment", "offer"
"""The two replies that the program itself sends: with a date, and with a card."""

CASE_VARIABLES = ("adviser", "case_number")
APPOINTMENT_VARIABLES = ("date", "time", "minutes", "link")

_VARIABLE = re.compile(r"\{(\w+)\}")
_NAMES = {"type": "object", "required": ["de"], "additionalProperties": {"type": "string", "minLength": 1}}
_REPLY = {
    "type": "object",
    "required": ["title", "group", "text"],
    "additionalProperties": False,
    "properties": {"title": _NAMES, "group": {"type": "string"}, "text": _NAMES},
}
_GROUPS = {
    "type": "object",
    "required": ["groups"],
    "additionalProperties": False,
    "properties": {"groups": {"type": "object", "additionalProperties": _NAMES}},
}


@dataclass(frozen=True)
class PreparedReply:
    """One reply: `titles` by language of the console, `texts` by language of the visitor."""

    name: str
    group: str
    titles: Mapping[str, str]
    texts: Mapping[str, str]

    def title(self, language: str) -> str:
        """How it is called in the console."""
        return self.titles.get(language, self.titles["de"])

    def text(self, language: str, languages: Languages, values: Mapping[str, Any]) -> tuple[str, str]:
        """(text filled, the language it is in): the visitor's, or the next one that it is written in."""
        code = next(each for each in (*languages.chain(language), "de") if each in self.texts)
        return _VARIABLE.sub(lambda match: str(values.get(match[1], match[0])), self.texts[code]), code

    @property
    def variables(self) -> set[str]:
        """What has to be filled."""
        return set(_VARIABLE.findall(self.texts["de"]))


class PreparedReplies:
    """All of them, by group and title."""

    def __init__(self, groups: Mapping[str, Mapping[str, str]], replies: Mapping[str, PreparedReply]) -> None:
        self.groups = groups
        self.replies = replies

    @classmethod
    def load(cls, data: Path) -> PreparedReplies:
        """Reads `data/replies/`; without the folder there are none.

        Raises:
            ContentErrors: files are broken, each with file, line and what to do.
        """
        folder = data / "replies"
        if not (folder / GROUPS).exists():
            return cls({}, {})
        groups = load_yaml(folder / GROUPS)
        errors = list(groups.check(_GROUPS))
        known = groups.data["groups"] if not errors else {}
        replies = {}
        for file in sorted(folder.glob("[!_]*.yml")):
            document = load_yaml(file)
            found = [*document.check(_REPLY)]
            if not found:
                found = [*_contradictions(document, known)]
                raw = document.data
                replies[file.stem] = PreparedReply(file.stem, raw["group"], raw["title"], raw["text"])
            errors += found
        if errors:
            raise ContentErrors(errors)
        return cls(known, replies)

    def by_group(self, language: str) -> Iterator[tuple[str, list[PreparedReply]]]:
        """(name of the group, its replies by title) for the console; groups in the order of their file."""
        for group, names in self.groups.items():
            own = [reply for reply in self.replies.values() if reply.group == group and _is_chosen(reply)]
            if own:
                yield names.get(language, names["de"]), sorted(own, key=lambda reply: reply.title(language).casefold())


def _is_chosen(reply: PreparedReply) -> bool:
    """The others are sent with what they need: a date, a card."""
    return reply.name != OFFER and not reply.variables & set(APPOINTMENT_VARIABLES)


def _contradictions(document: Document, groups: Mapping[str, Any]) -> Iterator[ContentError]:
    raw = document.data
    if raw["group"] not in groups:
        yield document.error(("group",), f"there is no group {raw['group']!r}", f"Take one of {', '.join(groups)}.")
    wanted = set(_VARIABLE.findall(raw["text"]["de"]))
    for language, text in raw["text"].items():
        own = set(_VARIABLE.findall(text))
        if own != wanted:
            missing, more = ", ".join(sorted(wanted - own)), ", ".join(sorted(own - wanted))
            what = "; ".join(filter(None, (missing and f"lacks {missing}", more and f"has {more}")))
            yield document.error(("text", language), f"{what}, unlike the German text", "Use the same {variables}.")


def gaps(data: Path, languages: Languages, known: set[str]) -> Iterator[str]:
    """Remarks for `lotse check`: languages that are missing, variables that nothing fills.

    Raises:
        ContentErrors: as `PreparedReplies.load`.
    """
    fills = known | set(CASE_VARIABLES)
    for name, reply in PreparedReplies.load(data).replies.items():
        for language in languages.codes:
            if language not in reply.texts:
                yield f"{language}: data/replies/{name}.yml has no text"
        also = set(APPOINTMENT_VARIABLES) if name == APPOINTMENT else set()
        for variable in sorted(reply.variables - fills - also):
            yield f"data/replies/{name}.yml uses {{{variable}}}, which nothing fills; known: {', '.join(sorted(fills))}"
