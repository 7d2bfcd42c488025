"""What an entry changes in the record there is: which fields it says, which it leaves alone, which fall silent."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from datetime import date
from typing import Any

from bot.knowledge.feeds.fields import Incoming
from bot.knowledge.feeds.values import same_hours

Record = Mapping[str, Any]

_TEXTS = ("title", "text")


def merge(old: Record | None, incoming: Incoming, id: str, today: date) -> dict[str, Any]:
    """The record as it shall be.

    What the format does not carry stays as an editor wrote it. A title or text that changed makes its translations
    wrong: they are taken out, visitors see the original marked as such, and `lotse check` lists what is to be
    translated. `reviewed_on` is the sender's date or, for what is new or has changed, today.
    """
    new: dict[str, Any] = copy.deepcopy(dict(old)) if old else {"id": id}
    for path in sorted(incoming.silent):
        _remove(new, path)
    for path, value in incoming.given.items():
        if path not in _TEXTS:
            _put(new, path, value)
    for path, value in incoming.guessed.items():
        if old is None:
            _put(new, path, value)
    _merge_texts(new, incoming)
    if "valid_until" not in incoming.given and str(new.get("valid_until", "9")) < today.isoformat():
        # It was withdrawn, or its time was over, and here it is again.
        del new["valid_until"]
    if old is None or (differing(old, new) and "reviewed_on" not in incoming.given):
        new.setdefault("reviewed_on", today.isoformat())
        if old is not None:
            new["reviewed_on"] = today.isoformat()
    if old is not None and str(old["reviewed_on"]) > str(new["reviewed_on"]):
        # A person looked at it after its sender did.
        new["reviewed_on"] = old["reviewed_on"]
    return new


def withdraw(old: Record, today: date) -> dict[str, Any]:
    """The record of an offer that is gone: kept, so that its id still means something, but shown no more."""
    gone = date.fromordinal(today.toordinal() - 1).isoformat()
    new = {**old, "valid_until": gone}
    if str(old.get("valid_from", "")) > gone:
        del new["valid_from"]
    return new


def differing(old: Record, new: Record) -> list[str]:
    """Paths at which two records mean different things."""
    paths = []
    for name in sorted(old.keys() | new.keys()):
        before, after = old.get(name), new.get(name)
        if name in ("facts", "contact") and isinstance(before, dict) and isinstance(after, dict):
            paths += [
                f"{name}.{part}"
                for part in sorted(before.keys() | after.keys())
                if _plain(part, before.get(part)) != _plain(part, after.get(part))
            ]
        elif _plain(name, before) != _plain(name, after):
            paths.append(name)
    return paths


def _plain(name: str, value: Any) -> Any:
    """A value without what makes no difference: blanks in texts, the order of a list, how hours are grouped."""
    if name in _TEXTS and isinstance(value, dict):
        return {language: " ".join(str(text).split()) for language, text in value.items()}
    if name == "opening_hours" and isinstance(value, dict):
        return same_hours(value)
    if isinstance(value, list):
        return sorted(map(str, value))
    if name == "coordinates" and isinstance(value, dict):
        return {key: round(float(number), 5) for key, number in value.items()}
    return value


def _merge_texts(new: dict[str, Any], incoming: Incoming) -> None:
    given = {name: incoming.given.get(name) or {} for name in _TEXTS}
    if not any(given.values()):
        return
    before = {name: dict(new.get(name) or {}) for name in _TEXTS}
    after = {name: {**before[name], **given[name]} for name in _TEXTS}
    said = given["title"].keys() | given["text"].keys()
    stale = any(
        language in before[name] and _plain(name, {language: before[name][language]}) != _plain(name, {language: text})
        for name in _TEXTS
        for language, text in given[name].items()
    )
    for name in _TEXTS:
        new[name] = {language: text for language, text in after[name].items() if language in said or not stale}


def _put(record: dict[str, Any], path: str, value: Any) -> None:
    group, _, name = path.partition(".")
    holder, key = (record.setdefault(group, {}), name) if name else (record, group)
    # What means the same stays as it was written.
    if key not in holder or _plain(key, holder[key]) != _plain(key, value):
        holder[key] = value


def _remove(record: dict[str, Any], path: str) -> None:
    group, _, name = path.partition(".")
    if name:
        record.get(group, {}).pop(name, None)
    else:
        record.pop(group, None)
