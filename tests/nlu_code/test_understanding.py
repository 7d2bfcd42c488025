"""The trained model on questions that it has never seen (`tests/nlu`), held to `tests/nlu/floors.yml`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from bot.conversation.brain import Brain
from bot.languages import load_languages
from bot.training.evaluate import Reading, load_brain, read_questions, share
from bot.training.examples import Example, read_examples
from bot.training.model import ensure_model

DATA = Path("data")
FLOORS = yaml.safe_load(Path("tests/nlu/floors.yml").read_text())
LANGUAGES = load_languages(DATA)


@pytest.fixture(scope="module")
def model() -> Path:
    return ensure_model(DATA, Path("models"))


@pytest.fixture(scope="module")
def brain(model: Path) -> Brain:
    return load_brain(model, LANGUAGES)


@pytest.fixture(scope="module")
def readings(brain: Brain) -> list[Reading]:
    return read_questions(brain, read_examples(Path("tests/nlu"), LANGUAGES))


@pytest.mark.parametrize("language", LANGUAGES.written)
def test_understands_unseen_questions(readings: list[Reading], language: str) -> None:
    own = [reading for reading in readings if reading.question.language == language]
    first, three = share(own, lambda reading: reading.first), share(own, lambda reading: reading.three)
    print(f"{language}: {first:.3f} first, {three:.3f} among three, of {len(own)}")
    assert first >= FLOORS[language]["first"]
    assert three >= FLOORS[language]["three"]


@pytest.mark.parametrize("language", LANGUAGES.written)
def test_understands_the_plainest_questions(brain: Brain, language: str) -> None:
    """Examples that avoid the obvious word must not make the obvious word unknown."""
    plain = yaml.safe_load(Path("tests/nlu_code/everyday.yml").read_text(encoding="utf-8"))[language]
    questions = [Example(language, intent, text, (), Path("everyday.yml"), 0) for text, intent in plain.items()]
    readings = read_questions(brain, questions)
    assert {r.question.text: r.ranking[0][0] for r in readings if not r.first} == {}
    assert [r.question.text for r in readings if r.asked_back] == []


def test_understands_what_ordinary_people_ask(brain: Brain) -> None:
    """576 questions by six writers who wrote before they looked at any example, one half of what each of them wrote."""
    asked = read_questions(brain, read_examples(Path("tests/asked"), LANGUAGES))
    first, three = share(asked, lambda reading: reading.first), share(asked, lambda reading: reading.three)
    print(f"{first:.3f} first, {three:.3f} among three, of {len(asked)}")
    assert first >= FLOORS["asked"]["first"]
    assert three >= FLOORS["asked"]["three"]


def test_danger_is_recognised(readings: list[Reading]) -> None:
    own = [reading for reading in readings if reading.question.intent == "crisis"]
    # An emergency's answer holds the same numbers, so taking the one for the other leaves nobody alone.
    assert share(own, lambda reading: reading.ranking[0][0] in ("crisis", "faq/emergency")) >= FLOORS["crisis"]


def test_knows_the_language_of_a_sentence(readings: list[Reading]) -> None:
    own = [reading for reading in readings if len(reading.question.text.split()) >= 4]
    assert share(own, lambda reading: reading.language == reading.question.language) >= FLOORS["language_of_four_words_and_more"]


def test_dialogues_in_every_language_go_as_written(model: Path, tmp_path: Path) -> None:
    """Rasa's own end-to-end test on `tests/dialogues`."""
    environment = {**os.environ, "RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3"}
    command = [sys.executable, "-m", "rasa", "test", "core", "-m", str(model), "-s", "tests/dialogues"]
    done = subprocess.run(
        [*command, "--out", str(tmp_path), "--fail-on-prediction-errors"],
        env=environment, capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    failed = tmp_path / "failed_test_stories.yml"
    assert done.returncode == 0, (failed.read_text() if failed.exists() else "") + done.stderr[-3000:]
