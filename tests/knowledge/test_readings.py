"""Which words of a message may stand in an offer, and what they mean in English."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import load_yaml
from bot.knowledge.index import plain_glosser
from bot.knowledge.readings import Readings
from bot.nlu.reader import SampleReader
from bot.region import Region

DATA = Path("data")
IDLE = load_yaml(DATA / "dialogue.yml").data["search"]["idle"]


@pytest.fixture(scope="module")
def readings() -> Readings:
    found = Readings()
    found.use(SampleReader(plain_glosser(DATA, Region.load(DATA)), None))
    return found


@pytest.mark.parametrize(
    ("text", "language", "content"),
    [
        ("mit Garten bitte", "de", "Garten"),
        ("Ich suche eine Wohnung", "de", ""),
        ("with a balcony please", "en", "balcony"),
        ("з балконом", "uk", "балконом"),
        ("مع شرفة", "ar", "شرفة"),
        ("Und ein Kitaplatz für unsere Tochter, sie ist zwei", "de", "zwei"),
        ("мы с мужем ищем квартиру с балконом", "ru", "балконом"),
        ("are there any jobs for my wife, she is a nurse", "en", "nurse"),
        ("", "pl", ""),
    ],
)
def test_content(readings: Readings, text: str, language: str, content: str) -> None:
    assert readings.content(text, language, IDLE) == content


def test_glosses(readings: Readings) -> None:
    assert "balcony" in readings.glosses("з балконом", "uk")["балконом"]
    assert readings.glosses("balcony", "en") == {}
    assert Readings().glosses("балкон", "uk") == {}, "nothing before a model is loaded"
    assert Readings().content("ein großer Balkon", "de", ()) == "großer Balkon"
