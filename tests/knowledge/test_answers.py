"""Answers and services found by free text, with the real content, word lists and encoder."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.interface import Interface
from bot.knowledge import OfferIndex
from bot.knowledge.answers import AnswerIndex
from bot.knowledge.index import plain_glosser
from bot.knowledge.readings import Readings
from bot.languages import load_languages
from bot.nlu.encoder import Encoder
from bot.nlu.reader import SampleReader
from bot.region import Region
from bot.training.responses import merge_responses, read_responses

DATA = Path("data")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("answers")


def opened(folder: Path) -> AnswerIndex:
    languages = load_languages(DATA)
    replies = merge_responses(read_responses(DATA, languages), languages).responses
    return AnswerIndex(replies, Interface.load(DATA, languages), OfferIndex.open(DATA, folder), languages)


@pytest.fixture(scope="module")
def readings() -> Readings:
    found = Readings()
    found.use(SampleReader(plain_glosser(DATA, Region.load(DATA)), Encoder.default(Path("models/cache"))))
    return found


@pytest.fixture(scope="module")
def answers(folder: Path, readings: Readings) -> AnswerIndex:
    index = opened(folder)
    assert index.search("Kaution", "de", limit=3, least=0.0) == [], "nothing before a model is loaded"
    index.use(readings, "model", folder)
    return index


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("Wie viele Kaltmieten darf der Vermieter als Kaution verlangen?", "de", "faq/renting"),
        ("Kaution für die Wohnung", "de-simple", "faq/renting"),
        ("Скільки застави може взяти орендодавець?", "uk", "faq/renting"),
        ("Gdzie kupię bilet na autobus?", "pl", "faq/public_transport"),
        ("كيف أتعلم اللغة الألمانية؟", "ar", "faq/german_course"),
    ],
)
def test_an_answer_is_found_in_the_visitors_language(
    answers: AnswerIndex, text: str, language: str, expected: str
) -> None:
    found = answers.search(text, language, limit=3, least=0.3)
    assert expected in [each.intent for each in found], found


def test_services_are_found_as_well(answers: AnswerIndex) -> None:
    found = answers.search("Coworking: ein Schreibtisch für einen Tag im alten Bahnhof", "de", limit=5, least=0.2)
    assert any(each.offer for each in found)


def test_what_is_not_alike_is_not_offered(answers: AnswerIndex) -> None:
    assert answers.search("xqzt brrrm", "de", limit=3, least=0.6) == []
    assert answers.search("", "de", limit=3, least=0.3) == []


def test_what_was_computed_is_kept_until_the_model_or_an_answer_changes(
    answers: AnswerIndex, folder: Path, readings: Readings
) -> None:
    (file,) = folder.glob("answers-????????????.npz")
    next(folder.glob("answers-vectors-*.npz")).unlink()

    class NoWork(Readings):
        """Has the same lists and encoder, and fails if a passage is read again."""

        glosser = readings.glosser

        @property
        def encoder(self) -> Encoder:
            class Unused(Encoder):
                name = "unused"

                def __init__(self) -> None: ...

                def vectors(self, texts: object, **_: object) -> None:  # type: ignore[override]
                    raise AssertionError("computed again")

            return Unused()

    again = opened(folder)
    again.use(NoWork(), "model", folder)
    with pytest.raises(AssertionError, match="computed again"):
        opened(folder).use(NoWork(), "another model", folder)
    file.write_bytes(file.read_bytes()[:1000])
    with pytest.raises(AssertionError, match="computed again"):
        opened(folder).use(NoWork(), "model", folder)
