"""What is written as an example is understood as written."""

from __future__ import annotations

from pathlib import Path

from bot.nlu.memory import ExampleMemory

TEXTS = ["no", "no", "Größere Wohnung", "und", "und"]
LANGUAGES = ["en", "pl", "de", "de", "de"]
INTENTS = ["deny", "affirm", "refine_search", "greet", "goodbye"]


def test_an_example_is_known_in_its_own_language(tmp_path: Path) -> None:
    ExampleMemory.of(TEXTS, LANGUAGES, INTENTS).save(tmp_path)
    memory = ExampleMemory.read(tmp_path)
    assert memory.intent("No", "en") == "deny"
    assert memory.intent("no", "pl") == "affirm"
    assert memory.intent("no", "ru") is None
    assert memory.intent(" grössere  WOHNUNG", "de") == "refine_search"


def test_anything_else_is_unknown() -> None:
    memory = ExampleMemory.of(TEXTS, LANGUAGES, INTENTS)
    assert memory.intent("no thanks", "en") is None
    assert memory.intent("und", "de") is None, "it stands under two intents"
    assert ExampleMemory.of([], [], []).intent("no", "en") is None
