"""A small content folder: two languages, one variant, one right-to-left language without content; a small model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.conversation.brain import Brain
from bot.conversation.replies import ReplyGenerator
from bot.languages import load_languages
from bot.training.responses import merge_responses, read_responses
from tests.training import small

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


@pytest.fixture(scope="session")
def small_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`tests.training.small`, trained: `data/`, and `out/model.tar.gz`."""
    root = tmp_path_factory.mktemp("small")
    done = small.train(small.write(root), root / "out")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return root


@pytest.fixture(scope="session")
def small_brain(small_project: Path) -> Brain:
    """Its model, loaded as a server does, with its replies."""
    languages = load_languages(small_project / "data")
    replies = merge_responses(read_responses(small_project / "data", languages), languages).responses
    brain = Brain(ReplyGenerator(replies, lambda _: {}, languages.default), languages)
    brain.load(small_project / "out" / "model.tar.gz")
    return brain
