"""`data/feeds.yml`: how partners' words and codes translate into ours. Editors change it, code only looks things up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bot.errors import ContentError, ContentErrors, Document, load_yaml
from bot.knowledge.schema import enum_values
from bot.nlu.normalise import fold

Tables = Mapping[str, Mapping[str, tuple[str, str]]]


class Mappings:
    """The tables by format and name. Looking up folds case, umlauts and blanks on both sides."""

    def __init__(self, document: Document) -> None:
        self._sections: Mapping[str, Any] = document.data if isinstance(document.data, dict) else {}
        self._folded: dict[tuple[str, str], dict[str, Any]] = {}

    @classmethod
    def load(cls, data: Path | str, tables: Tables) -> Mappings:
        """Read the file.

        Args:
            tables: format to table to the (kind, fact) whose values it may hold.

        Raises:
            ContentErrors: with every line that names a value which does not exist.
        """
        document = load_yaml(Path(data) / "feeds.yml")
        errors = list(_dead_values(document, tables))
        if errors:
            raise ContentErrors(errors)
        return cls(document)

    def table(self, section: str, name: str) -> Mapping[str, Any]:
        """A table as it is written; empty where there is none."""
        return (self._sections.get(section) or {}).get(name) or {}

    def setting(self, section: str, name: str) -> Any:
        """One value. Raises KeyError where an editor deleted it."""
        return self._sections[section][name]

    def find(self, section: str, name: str, word: Any) -> Any:
        """What a partner's word is for us; None if the table does not know it."""
        if (section, name) not in self._folded:
            self._folded[section, name] = {_key(k): v for k, v in self.table(section, name).items()}
        return self._folded[section, name].get(_key(word))

    def longest_prefix(self, section: str, name: str, code: str) -> Any:
        """What the longest beginning of a code is for us, as in classifications whose codes grow finer."""
        table = self.table(section, name)
        return next((table[code[:end]] for end in range(len(code), 0, -1) if code[:end] in table), None)

    def within(self, section: str, name: str, text: str) -> Any:
        """What the first word or phrase of the table that occurs in a text is for us."""
        folded = f" {_key(text)} "
        return next((value for phrase, value in self.table(section, name).items() if _key(phrase) in folded), None)


def _key(word: Any) -> str:
    return " ".join(fold(str(word)).split())


def _dead_values(document: Document, tables: Tables) -> Iterator[ContentError]:
    data = document.data if isinstance(document.data, dict) else {}
    for section, named in tables.items():
        for name, (kind, fact) in named.items():
            known = enum_values(kind, fact)
            for word, value in ((data.get(section) or {}).get(name) or {}).items():
                if value not in known:
                    yield document.error(
                        (section, name, word), f"{value!r} is no {fact}", f"Possible: {', '.join(known)}."
                    )
