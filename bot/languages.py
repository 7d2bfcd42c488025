"""The languages of the assistant, as listed in `data/languages.yml`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Iterator

from bot.errors import ContentErrors, load_yaml


@dataclass(frozen=True)
class Plain:
    """How easy a variant is to be read."""

    words: int
    """A sentence may have at most."""
    letters: int
    """A word, or a part of one joined by hyphens, may have at most."""
    avoid: tuple[str, ...]
    """Words that it does without."""


@dataclass(frozen=True)
class Language:
    """One language of the assistant."""

    code: str
    """BCP 47 code as in the visitor API, e.g. `de-simple`."""
    name: str
    """As its speakers write it."""
    direction: str
    """`ltr` or `rtl`."""
    fallback: str
    """Code of the language that stands in where a reply is missing."""
    understands: str
    """Code of the language its visitors write; itself but for variants such as Easy German."""
    reviewer: str
    plain: Plain | None = None
    """Limits of an easy-to-read variant."""


class Languages:
    """All languages by code, in the order of the file."""

    def __init__(self, languages: dict[str, Language], default: str) -> None:
        self._languages = languages
        self.default = default

    def __iter__(self) -> Iterator[Language]:
        return iter(self._languages.values())

    def __contains__(self, code: object) -> bool:
        return code in self._languages

    def __getitem__(self, code: str) -> Language:
        return self._languages[code]

    @property
    def codes(self) -> list[str]:
        return list(self._languages)

    @property
    def written(self) -> list[str]:
        """Codes of the languages people write: those with training examples."""
        return [language.code for language in self if language.understands == language.code]

    def chain(self, code: str) -> list[str]:
        """`code` and the languages that stand in for it, best first, each once."""
        chain: list[str] = []
        while code not in chain:
            chain.append(code)
            code = self._languages[code].fallback
        return chain

    def match(self, wanted: str | None) -> str:
        """The language to use for a browser's or page's tag such as `uk-UA`; the default for an unknown one."""
        tag = (wanted or "").strip().lower()
        while tag:
            if tag in self._languages:
                return tag
            tag = tag.rpartition("-")[0]
        return self.default


def load_languages(data: Path) -> Languages:
    """Reads `languages.yml` below `data`.

    Raises:
        ContentErrors: a line is wrong, with file, line and what would be right.
    """
    return _load(data / "languages.yml", (data / "languages.yml").stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _load(file: Path, _changed: int) -> Languages:
    document = load_yaml(file)
    errors = document.check(_SCHEMA)
    if errors:
        raise ContentErrors(errors)
    rows, default = document.data["languages"], document.data["default"]
    known = f"Choose one of {', '.join(rows)}."
    for code, row in rows.items():
        for field in ("fallback", "understands"):
            if row.get(field, code) not in rows:
                errors.append(document.error(("languages", code, field), f"{row[field]!r} is no language of this file", known))
    if default not in rows:
        errors.append(document.error(("default",), f"{default!r} is no language of this file", known))
    if errors:
        raise ContentErrors(errors)
    return Languages(
        {
            code: Language(
                code=code,
                name=row["name"],
                direction=row["direction"],
                fallback=row.get("fallback", default),
                understands=row.get("understands", code),
                reviewer=row.get("reviewer", ""),
                plain=Plain(**{**row["plain"], "avoid": tuple(row["plain"]["avoid"])}) if "plain" in row else None,
            )
            for code, row in rows.items()
        },
        default,
    )


_SCHEMA = {
    "type": "object",
    "required": ["default", "languages"],
    "additionalProperties": False,
    "properties": {
        "default": {"type": "string"},
        "languages": {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": {
                "type": "object",
                "required": ["name", "direction"],
                "additionalProperties": False,
                "properties": {
                    "name": {"type": "string", "minLength": 1},
                    "direction": {"enum": ["ltr", "rtl"]},
                    "fallback": {"type": "string"},
                    "understands": {"type": "string"},
                    "reviewer": {"type": "string"},
                    "plain": {
                        "type": "object",
                        "required": ["words", "letters", "avoid"],
                        "additionalProperties": False,
                        "properties": {
                            "words": {"type": "integer", "minimum": 1},
                            "letters": {"type": "integer", "minimum": 1},
                            "avoid": {"type": "array", "items": {"type": "string"}},
                        },
                    },
                },
            },
        },
    },
}
