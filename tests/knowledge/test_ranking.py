"""Passages for questions: how texts are cut and ranked, with the real word lists and encoder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot.knowledge.index import plain_glosser
from bot.knowledge.rank_files import KnownOnly
from bot.knowledge.ranking import AsTyped, Passage, Ranker, windows_of
from bot.nlu.encoder import Encoder
from bot.region import Region

DATA = Path("data")
PASSAGES = [
    Passage("register", "Wer in eine Wohnung einzieht, meldet sich innerhalb von zwei Wochen im Bürgerbüro an.", "de"),
    Passage("doctor", "Einen Hausarzt finden Sie über die Arztsuche. Kinderärzte nehmen oft keine neuen Patienten.", "de"),
    Passage("bus", "Busse und Bahnen fahren nach Fahrplan. Ein Ticket kaufen Sie beim Fahrer.", "de"),
]


@pytest.fixture(scope="module")
def ranker() -> Ranker:
    glosser = plain_glosser(DATA, Region.load(DATA))
    return Ranker(PASSAGES, KnownOnly(glosser), Encoder.default(Path("models/cache")).vectors)


@pytest.mark.parametrize(
    ("question", "language", "expected"),
    [
        ("Wo melde ich meine neue Wohnung an?", "de", "register"),
        ("I need a doctor for my child", "en", "doctor"),
        ("Де знайти лікаря?", "uk", "doctor"),
        ("Ile kosztuje bilet na autobus?", "pl", "bus"),
        ("أين أجد طبيباً؟", "ar", "doctor"),
    ],
)
def test_a_question_in_any_language_finds_a_german_passage(
    ranker: Ranker, question: str, language: str, expected: str
) -> None:
    best = ranker.rank(question, language)[0]
    assert best.id == expected and 0.2 < best.likeness <= 1.001


def test_without_glosses_and_vectors_the_writing_decides() -> None:
    plain = Ranker(PASSAGES)
    assert plain.rank("Fahrplan der Busse", "de")[0].id == "bus"
    assert plain.rank("лікар", "uk") == [], "nothing is alike, so nothing is offered"


def test_without_lists_of_words_those_that_were_typed_count() -> None:
    typed = Ranker(PASSAGES, AsTyped())
    by_words, by_writing = typed.rank("Fahrplan der Busse", "de"), Ranker(PASSAGES).rank("Fahrplan der Busse", "de")
    assert by_words[0].id == by_writing[0].id == "bus"
    assert by_words[0].score > by_writing[0].score


def test_only_those_asked_for_are_ranked(ranker: Ranker) -> None:
    among = np.array([True, False, True])
    assert "doctor" not in [each.id for each in ranker.rank("Hausarzt finden", "de", among=among)]


def test_a_long_passage_is_cut_into_windows_under_its_title() -> None:
    text = "Der erste Satz hat genau sieben kurze Wörter. Nein.\nEin zweiter Absatz steht hier. " + "Wort " * 70
    windows = windows_of(Passage("x", text, "de", "Titel"))
    assert windows[0] == "Titel" and all(window.startswith("Titel") for window in windows)
    assert max(len(window.split()) for window in windows) <= 29
    together = " ".join(window.removeprefix("Titel. ") for window in windows[1:])
    assert together.split() == text.split(), "no word is lost"
