"""A model is named by what it is made of, and only the file that was published is loaded."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.errors import ContentErrors
from bot.training import model as training
from bot.training.model import ModelError, ensure_model, fingerprint, publish, verify

Write = Callable[[str, str], Path]


@pytest.fixture
def content(data: Path, write: Write) -> Path:
    """Content that can be trained on, as far as reading it goes."""
    (data.parent / "config.yml").write_text("recipe: default.v1\n")
    (data.parent / "domain.yml").write_text("intents: [greet]\n")
    write("nlu/de/a.yml", "nlu:\n- intent: greet\n  examples: |\n    - hallo\n")
    write("responses/de/a.yml", "responses:\n  utter_greet:\n  - text: Guten Tag\n")
    return data


@pytest.fixture
def trainings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Path]:
    """Training that takes no time; each one is noted."""
    done: list[Path] = []

    def train(data: Path) -> Path:
        done.append(data)
        folder = tmp_path / f"trained-{len(done)}"
        folder.mkdir()
        (folder / "model.tar.gz").write_bytes(b"model %d" % len(done))
        return folder / "model.tar.gz"

    monkeypatch.setattr(training, "train", train)
    return done


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("nlu/de/a.yml", "nlu: []\n", id="examples"),
        pytest.param("responses/de/a.yml", "responses:\n  utter_thank:\n  - text: Bitte\n", id="the name of a reply"),
        pytest.param("rules/a.yml", "rules: []\n", id="a new file of rules"),
        pytest.param("lexicon/words/de.tsv", "Haus\n", id="a word list"),
        pytest.param("encoder/addition.npz", "learned", id="what the encoder has learned"),
        pytest.param("languages.yml", "default: en\nlanguages:\n  en: {name: English, direction: ltr}\n", id="the languages"),
        pytest.param("../domain.yml", "intents: []\n", id="the domain"),
        pytest.param("../config.yml", "recipe: x\n", id="the configuration"),
    ],
)
def test_any_change_of_what_it_is_made_of_gives_another_name(content: Path, write: Write, name: str, text: str) -> None:
    before = fingerprint(content)
    assert len(before) == 12 and fingerprint(content) == before
    write(name, text)
    assert fingerprint(content) != before


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("offers/job/a.yml", "x: 1\n"),
        ("interface/de.yml", "x: 1\n"),
        ("nlu/de/notes.txt", "x: 1\n"),
        ("dialogue.yml", "x: 1\n"),
        pytest.param("responses/de/a.yml", "responses:\n  utter_greet:\n  - text: Moin\n", id="the wording of a reply"),
    ],
)
def test_what_is_read_while_serving_needs_no_training(content: Path, write: Write, name: str, text: str) -> None:
    before = fingerprint(content)
    write(name, text)
    assert fingerprint(content) == before


def test_a_touched_file_with_the_same_words_needs_no_training(content: Path) -> None:
    before = fingerprint(content)
    (content / "nlu/de/a.yml").touch()
    assert fingerprint(content) == before


@pytest.mark.parametrize("broken", [None, "no archive"], ids=["missing", "broken"])
def test_an_addition_that_cannot_be_used_stops_before_training(
    content: Path, write: Write, tmp_path: Path, trainings: list[Path], broken: str | None
) -> None:
    write("../config.yml", "pipeline:\n- {name: x}\n- {name: y, addition: data/encoder/addition.npz}\n")
    if broken:
        write("encoder/addition.npz", broken)
    with pytest.raises(ContentErrors, match=r"data/encoder/addition\.npz.*lotse adapt"):
        ensure_model(content, tmp_path / "models", say=lambda _: None)
    assert not trainings


def test_trained_once_then_used(content: Path, tmp_path: Path, trainings: list[Path]) -> None:
    said: list[str] = []
    model = ensure_model(content, tmp_path / "models", say=said.append)
    assert model.read_bytes() == b"model 1" and model.name == f"{fingerprint(content)}.tar.gz"
    assert "1 examples" in said[0] and "missing in some language" in said[1]
    assert ensure_model(content, tmp_path / "models") == model and len(trainings) == 1
    assert ensure_model(content, tmp_path / "models", force=True, say=said.append) == model and len(trainings) == 2
    verify(model)


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        pytest.param("nlu/en/b.yml", "nlu:\n- intent: greet\n  examples: |\n    hello\n", 4, id="an example"),
        pytest.param("responses/en/b.yml", "responses:\n  utter_greet:\n  - txt: Hello\n", 3, id="a reply"),
        pytest.param("languages.yml", "default: xx\nlanguages:\n  en: {name: English, direction: ltr}\n", 1, id="the languages"),
    ],
)
def test_broken_content_is_told_and_nothing_is_trained(
    content: Path, write: Write, tmp_path: Path, trainings: list[Path], name: str, text: str, line: int
) -> None:
    file = write(name, text)
    with pytest.raises(ContentErrors) as raised:
        ensure_model(content, tmp_path / "models", say=lambda _: None)
    assert (file, line) in {(error.file, error.line) for error in raised.value.errors}
    assert not trainings and not (tmp_path / "models").exists()


@pytest.mark.parametrize(
    "tamper",
    [
        pytest.param(lambda model: model.write_bytes(b"another model"), id="the model was changed"),
        pytest.param(lambda model: model.with_name(model.name + ".sha256").unlink(), id="its checksum is gone"),
        pytest.param(lambda model: model.with_name(model.name + ".sha256").write_text("0" * 64), id="its checksum was changed"),
        pytest.param(lambda model: model.write_bytes(model.read_bytes()[:-1]), id="the model is cut off"),
    ],
)
def test_a_model_that_was_tampered_with_is_refused(
    content: Path, tmp_path: Path, trainings: list[Path], tamper: Callable[[Path], None]
) -> None:
    model = ensure_model(content, tmp_path / "models", say=lambda _: None)
    tamper(model)
    with pytest.raises(ModelError, match="lotse train --force"):
        ensure_model(content, tmp_path / "models", say=lambda _: None)
    assert len(trainings) == 1, "training anew would hide it"


def test_publishing_leaves_nothing_half_written(tmp_path: Path) -> None:
    trained = tmp_path / "out" / "model.tar.gz"
    trained.parent.mkdir()
    trained.write_bytes(b"model")
    publish(trained, tmp_path / "models" / "a.tar.gz")
    assert sorted(path.name for path in (tmp_path / "models").iterdir()) == ["a.tar.gz", "a.tar.gz.sha256"]
    assert not trained.parent.exists()
