"""What a new question takes over from what the assistant could not help with."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.languages import load_languages
from bot.nlu.encoder_build import ensure_encoder
from bot.training.related import related, take_out
from tests.conftest import ROOT

CONFIG = """
pipeline:
- {name: bot.nlu.intents.JointIntentClassifier, reads: text, addition: data/encoder/none.npz}
"""
EXAMPLES = """version: "3.1"
nlu:
- intent: faq/fishing
  examples: |
    - where do I get a fishing permit
    - fishing in the river
- intent: out_of_scope
  examples: |
    - who won the cup final
    - a fishing permit for the Elbe
    - a recipe for [cake](place:stendal)
    - can I go fishing in a river
- intent: faq/clubs
  examples: |
    - is there a fishing club
"""


@pytest.fixture
def project(write: Callable[[str, str], Path], tmp_path: Path) -> Path:
    write("nlu/en/all.yml", EXAMPLES)
    (tmp_path / "config.yml").write_text(CONFIG)
    cache = tmp_path / "cache"
    cache.mkdir()
    # Built once for all tests that need it.
    shutil.copy(ensure_encoder(ROOT / "models" / "cache"), cache)
    return tmp_path


def find(project: Path, intent: str) -> list[tuple[str, int]]:
    found = related(project / "data", project / "cache", intent, load_languages(project / "data"))
    return [(each.example.text, each.example.line) for each in found]


def test_finds_what_speaks_of_the_same_whatever_it_stands_under_else(project: Path) -> None:
    assert sorted(find(project, "faq/fishing")) == [("a fishing permit for the Elbe", 10), ("can I go fishing in a river", 12)]


def test_takes_out_these_lines_and_no_other(project: Path) -> None:
    found = related(project / "data", project / "cache", "faq/fishing", load_languages(project / "data"))
    assert take_out(each.example for each in found) == 2
    lines = EXAMPLES.splitlines(keepends=True)
    assert (project / "data" / "nlu" / "en" / "all.yml").read_text() == "".join(lines[:9] + lines[10:11] + lines[12:])
    assert find(project, "faq/fishing") == []


def test_an_intent_without_examples_is_named(project: Path) -> None:
    with pytest.raises(KeyError, match="faq/fishin"):
        find(project, "faq/fishin")
