"""What visitors are told about their case, kept by ids rather than names: so it can be said again in another language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from babel.dates import format_skeleton

from bot.knowledge.criteria import DESCRIBED
from bot.knowledge.searching import running
from bot.region import locale_of, name_in
from bot.resources import Resources

_GONE = "…"


def criteria(slots: Mapping[str, Any]) -> dict[str, Any] | None:
    """What was looked for, as a value that `in_words` reads; None if nothing was."""
    search = running(slots)
    if search is None:
        return None
    kept = {name: search.criteria[name] for name in DESCRIBED if search.criteria.get(name) is not None}
    return {"kind": search.kind, **kept}


def in_words(resources: Resources, values: Mapping[str, Any], language: str) -> dict[str, Any]:
    """The variables of a text in a language.

    Args:
        values: As they are stored: `team_id`, `criteria` and `answer_by` (a day) become `team`, `search` and
            `answer_date`, everything else stays. What the region no longer has is a dot-dot-dot.
    """
    said = dict(values)
    team_id, looked, day = (said.pop(name, None) for name in ("team_id", "criteria", "answer_by"))
    if team_id is not None:
        team = resources.region.receiver(team_id)
        said["team"] = name_in(team.names, language) if team else _GONE
    if looked is not None:
        try:
            said["search"] = resources.describe(looked["kind"], looked, language)
        except (KeyError, TypeError):
            said["search"] = _GONE
    if day is not None:
        said["answer_date"] = day_in_words(date.fromisoformat(day), language)
    return said


def text(resources: Resources, key: str, values: Mapping[str, Any], language: str) -> str:
    """A text of the interface's section `handoff` with such values."""
    return resources.interface.text(language, "handoff", key, **in_words(resources, values, language))


def day_in_words(day: date, language: str) -> str:
    """Such as `25. November`."""
    return str(format_skeleton("MMMMd", datetime(day.year, day.month, day.day), locale=locale_of(language)))
