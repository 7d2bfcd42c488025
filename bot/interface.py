"""The short texts of the surface that are no replies: errors, labels, titles (`data/interface/<language>.yml`)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.errors import ContentErrors, load_yaml
from bot.languages import Languages


class Interface:
    """Texts by language, with the language's fallbacks filled in.

    Args:
        texts: language -> section -> key -> text, complete for each language.
    """

    def __init__(self, texts: Mapping[str, Mapping[str, Mapping[str, str]]]) -> None:
        self._texts = texts

    @classmethod
    def load(cls, data: Path, languages: Languages) -> Interface:
        """Reads all files.

        Raises:
            ContentErrors: a file cannot be read.
        """
        documents, errors = {}, []
        for language in languages:
            file = data / "interface" / f"{language.code}.yml"
            if not file.exists():
                continue
            try:
                documents[language.code] = load_yaml(file).data
            except ContentErrors as error:
                errors.extend(error.errors)
        if errors:
            raise ContentErrors(errors)
        return cls({code: _complete(code, documents, languages) for code in languages.codes})

    def section(self, language: str, name: str) -> Mapping[str, str]:
        """All texts of a section in a language."""
        return self._texts[language].get(name, {})

    def text(self, language: str, section: str, key: str, **values: Any) -> str:
        """One text with its `{variables}` filled; the key itself where nobody wrote one."""
        text = self._texts[language].get(section, {}).get(key)
        if text is None:
            return key
        for name, value in values.items():
            text = text.replace("{" + name + "}", str(value))
        return text


def _complete(code: str, documents: Mapping[str, Any], languages: Languages) -> dict[str, dict[str, str]]:
    complete: dict[str, dict[str, str]] = {}
    for giver in reversed([c for c in languages.chain(code) if c in documents]):
        for section, texts in documents[giver].items():
            if isinstance(texts, dict):
                complete.setdefault(section, {}).update({k: v for k, v in texts.items() if v is not None})
            else:
                complete.setdefault("", {})[section] = texts
    return complete
