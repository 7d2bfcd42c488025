"""Rasa's own commands see the content as this project writes it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.training.examples import Example
from bot.training.importer import HeimatlotseImporter, to_message

Write = Callable[[str, str], Path]


@pytest.fixture
def root(data: Path, write: Write) -> Path:
    """A project with one example and reply in German, and tests of its own."""
    (data.parent / "config.yml").write_text("recipe: default.v1\nlanguage: de\npipeline: []\npolicies: []\n")
    (data.parent / "domain.yml").write_text('version: "3.1"\nintents: [greet, faq]\n')
    write("nlu/de/a.yml", "nlu:\n- intent: faq/registration\n  examples: |\n    - [hier](place:stendal) anmelden\n")
    write("responses/de/a.yml", "responses:\n  utter_faq/registration:\n  - text: So.\n  utter_greet:\n  - text: Tag\n")
    write("rules/a.yml", 'version: "3.1"\nrules:\n- rule: r\n  steps: [{intent: greet}, {action: utter_greet}]\n')
    test = data.parent / "tests" / "nlu" / "de" / "b.yml"
    test.parent.mkdir(parents=True)
    test.write_text("nlu:\n- intent: greet\n  examples: |\n    - Tag auch\n")
    return data.parent


def importer(root: Path, paths: list[str]) -> HeimatlotseImporter:
    return HeimatlotseImporter(str(root / "config.yml"), str(root / "domain.yml"), paths)


def test_examples_carry_their_language_and_entities(root: Path) -> None:
    (message,) = importer(root, [str(root / "data")]).get_nlu_data().training_examples
    assert message.get("metadata") == {"language": "de"} and message.get("text") == "hier anmelden"
    assert message.get_full_intent() == "faq/registration"
    assert message.get("entities")[0]["value"] == "stendal"


def test_replies_are_in_the_domain_and_those_to_questions_in_the_training_data(root: Path) -> None:
    own = importer(root, [str(root / "data")])
    assert set(own.get_domain().responses) == {"utter_faq/registration", "utter_greet"}
    assert set(own.get_nlu_data().responses) == {"utter_faq/registration"}


def test_rules_are_read(root: Path) -> None:
    assert len(importer(root, [str(root / "data")]).get_stories().story_steps) == 1


def test_a_test_gives_its_own_examples(root: Path) -> None:
    (message,) = importer(root, [str(root / "tests" / "nlu")]).get_nlu_data().training_examples
    assert message.get("text") == "Tag auch"


def test_copies_are_equal_and_independent(root: Path) -> None:
    """Rasa copies examples with `copy.deepcopy` and drops those that are equal."""
    (message,) = importer(root, [str(root / "data")]).get_nlu_data().training_examples
    other = copy.deepcopy(message)
    assert other == message and hash(other) == hash(message)
    other.set("metadata", {"language": "de"})
    assert other == message, "what was set already"
    other.get("entities")[0]["value"] = "osterburg"
    assert message.get("entities")[0]["value"] == "stendal"
    other.set("metadata", {"language": "pl"}, add_to_output=True)
    assert other != message and message.get("metadata") == {"language": "de"}
    assert "metadata" in other.output_properties - message.output_properties
    third = copy.deepcopy(message)
    third.add_features(Features(np.ones((1, 2)), "sentence", "text", "own"))
    assert len(third.features) == 1 and not message.features and third != message


def test_equal_texts_of_two_languages_are_two_examples() -> None:
    german, polish = (to_message(Example(code, "find_childcare", "Kita", (), Path("a.yml"), 1)) for code in ("de", "pl"))
    assert german != polish and len(TrainingData([german, polish, copy.deepcopy(polish)]).training_examples) == 2
