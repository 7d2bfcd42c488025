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
SEARCH = load_yaml(DATA / "dialogue.yml").data["search"]
IDLE = SEARCH["idle"]


@pytest.fixture(scope="module")
def readings() -> Readings:
    found = Readings(SEARCH["alike"])
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
        ("any work is fine too", "en", ""),
        ("nothing else, villages", "en", ""),
        ("hund geht", "de", "hund"),
        ("dog ok?", "en", "dog"),
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


@pytest.mark.parametrize(
    ("text", "language", "word"),
    [("mit Hund", "de", "pets"), ("z kotem", "pl", "pets"), ("с собакой", "ru", "pets"), ("з собакою", "uk", "pets"),
     ("مع كلب", "ar", "pets"), ("a cat", "en", "pets"), ("mit Aufzug", "de", "lift"), ("з ліфтом", "uk", "elevator"),
     ("z parterem", "pl", "ground"), ("первый этаж", "ru", "ground"), ("с садом", "ru", "garden")],
)  # fmt: skip
def test_what_is_taken_for_one_another(readings: Readings, text: str, language: str, word: str) -> None:
    assert word in " ".join(readings.glosses(text, language).values()).split()
