"""Between Rasa's bot messages, the log's rows and the messages of the visitor API."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.knowledge.words import words
from bot.languages import Languages


def timestamp(seconds: float) -> str:
    """RFC 3339 in UTC, with milliseconds."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def as_written(title: str) -> tuple[str, ...]:
    """The words of a title however they are typed: capitals, marks and punctuation do not count."""
    return tuple(words(title))


class Presenter:
    """Args:
    languages: For the direction of each message.
    sources: id -> title, url, and checked_on once somebody has opened it (`data/sources.yml`).
    """

    def __init__(self, languages: Languages, sources: Mapping[str, Mapping[str, Any]]) -> None:
        self._languages = languages
        self._sources = sources

    def row(self, reply: dict[str, Any], language: str, *, reply_to: int | None, number: int) -> dict[str, Any]:
        """A bot message as a row for `log.append`.

        Buttons and forms get ids that this conversation can send back; what they mean stays on the server.
        """
        custom = reply.get("custom") or {}
        anchor = f"{reply_to or 0}.{number}"
        extra: dict[str, Any] = {"utter": reply.get("utter_action")}
        if reply.get("buttons"):
            extra["buttons"] = [
                {"id": f"{anchor}.{i}", "title": button["title"], "payload": button["payload"]}
                for i, button in enumerate(reply["buttons"])
            ]
        if custom.get("offers"):
            extra["offers"] = custom["offers"]
        if custom.get("form"):
            extra["form"] = {"id": anchor, **custom["form"]}
        sources = (reply.get("metadata") or {}).get("sources") or custom.get("sources") or []
        if sources:
            extra["sources"] = [
                {"title": s["title"], "url": s["url"], "checked_on": str(s["checked_on"]) if s.get("checked_on") else None}
                for s in (self._sources[name] for name in sources if name in self._sources)
            ]
        shown_in = (reply.get("metadata") or {}).get("language") or language
        return {
            "author": "bot",
            "text": reply.get("text") or "",
            "language": shown_in if shown_in in self._languages else language,
            "extra": extra,
            "reply_to": reply_to,
        }

    def message(self, row: Any) -> dict[str, Any]:
        """A row of the log as the visitor API shows it (contract: "A message")."""
        extra = row.extra or {}
        message = {
            "seq": row.seq,
            "author": row.author,
            "text": row.text,
            "language": row.language,
            "direction": self._languages[row.language].direction if row.language in self._languages else "ltr",
            "at": timestamp(row.at),
            "buttons": [{"id": b["id"], "title": b["title"]} for b in extra.get("buttons", [])],
            "offers": extra.get("offers", []),
            "sources": extra.get("sources", []),
        }
        if row.client_id:
            message["client_id"] = row.client_id
        if row.name:
            message["name"] = row.name
        if extra.get("intent"):
            message["intent"] = extra["intent"]
        if extra.get("receipt"):
            message["receipt"] = extra["receipt"]
        if extra.get("form"):
            message["form"] = {**_public(extra["form"]), "fields": [_public(field) for field in extra["form"]["fields"]]}
        return message


def _public(part: dict[str, Any]) -> dict[str, Any]:
    """A form or a field of it without what it means to the dialogue."""
    return {key: value for key, value in part.items() if key not in ("entity", "also", "countries")}
