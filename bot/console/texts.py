"""The console's own texts, German and English (`texts/<language>.yml`)."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from bot.errors import load_yaml

LANGUAGES = {"de": "Deutsch", "en": "English"}
DEFAULT = "de"

_FOLDER = Path(__file__).parent / "texts"


class Texts:
    """The texts of one language: `texts("inbox.title")`, `texts("inbox.waiting", n=3)`.

    With `n`, `inbox.waiting_one` is taken instead where n is 1.
    """

    def __init__(self, language: str) -> None:
        self.language = language
        self._texts = _read(language)

    def __call__(self, key: str, **values: Any) -> str:
        """The text with its `{variables}` filled.

        Raises:
            KeyError: there is no such text, which is a mistake in the program.
        """
        if values.get("n") == 1 and f"{key}_one" in self._texts:
            key = f"{key}_one"
        text = self._texts[key]
        for name, value in values.items():
            text = text.replace("{" + name + "}", str(value))
        return text

    @property
    def keys(self) -> set[str]:
        """Every key; a test compares the languages."""
        return set(self._texts)


@lru_cache
def texts_in(language: str) -> Texts:
    """The texts of a language."""
    return Texts(language)


def _read(language: str) -> dict[str, str]:
    sections = load_yaml(_FOLDER / f"{language}.yml").data
    return {f"{section}.{key}": text for section, texts in sections.items() for key, text in texts.items()}
