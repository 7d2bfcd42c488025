"""A small content folder: two languages, one variant, one right-to-left language without content."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

_LANGUAGES = """default: de
languages:
  de: {name: Deutsch, direction: ltr, fallback: en}
  de-simple: {name: Leichte Sprache, direction: ltr, fallback: de, understands: de}
  en: {name: English, direction: ltr}
  ar: {name: العربية, direction: rtl, fallback: en}
"""


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], Path]:
    """`write("nlu/de/search.yml", text)` writes a file below data/, which has languages.yml and sources.yml."""
    data = tmp_path / "data"
    data.mkdir()

    def write(name: str, text: str) -> Path:
        file = data / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    write("languages.yml", _LANGUAGES)
    write("sources.yml", "bamf: {title: BAMF, url: https://www.bamf.de, checked_on: 2026-10-01}\n")
    return write


@pytest.fixture
def data(tmp_path: Path, write: Callable[[str, str], Path]) -> Path:
    """The folder that `write` writes into."""
    return tmp_path / "data"
