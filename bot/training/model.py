"""Trains, names and publishes models.

A model is named by the fingerprint of everything it is made from, so "is the data newer than the model?" needs no
clock, and a model file is never changed: a running server keeps the one that it has loaded.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bot.errors import ContentError, ContentErrors, load_yaml
from bot.languages import load_languages
from bot.nlu.addition import Addition, EncoderError
from bot.nlu.encoder_build import WEIGHTS_SHA256
from bot.training import rasa_run
from bot.training.examples import read_examples
from bot.training.responses import merge_responses, read_responses

_MADE_FROM = ("nlu", "rules", "stories", "lexicon", "encoder")
_ALSO = ("languages.yml", "region.yml")
_CODE = ("nlu", "training")
_READ = {".yml", ".tsv", ".npz", ".py"}
_NO_PART = {"adapt.py", "bert.py", "context.py", "evaluate_entities.py", "check.py", "coverage.py", "evaluate.py", "plain.py",
            "related.py", "right_to_left.py", "talk.py"}  # fmt: skip
"""Code that leaves no trace in a model: a change of it needs no training."""


class ModelError(Exception):
    """A model cannot be trained or used; the message says why."""


def fingerprint(data: Path) -> str:
    """12 hexadecimal digits over content, configuration and the code that reads them.

    Raises:
        ContentErrors: a reply cannot be read.
    """
    root, digest = data.resolve().parent, hashlib.sha256()
    code = Path(__file__).parents[1]
    files = [root / "config.yml", root / "domain.yml", *(data / name for name in _ALSO)]
    for folder in [*(data / name for name in _MADE_FROM), *(code / name for name in _CODE)]:
        files.extend(sorted(path for path in folder.rglob("*") if path.suffix in _READ and path.name not in _NO_PART))
    for file in files:
        if file.exists():
            digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    # Of the replies a model knows the names alone: a new wording needs no training.
    replies = read_responses(data, load_languages(data))
    digest.update("\n".join(sorted({name for own in replies.values() for name in own})).encode())
    return digest.hexdigest()[:12]


def ensure_model(data: Path, models: Path, *, force: bool = False, say: Callable[[str], None] = print) -> Path:
    """The model of the present data; trains it if there is none yet.

    Raises:
        ContentErrors: files are broken, with file, line and what to do; no model is touched.
        ModelError: training failed.
    """
    model = models / f"{fingerprint(data)}.tar.gz"
    if model.exists() and not force:
        verify(model)
        return model
    languages = load_languages(data)
    examples, replies = _checked(data)
    say(f"Training on {len(examples)} examples in {len(languages.written)} languages …")
    merged = merge_responses(replies, languages)
    if merged.gaps:
        say(f"{len(merged.gaps)} replies are missing in some language and given in another one; `lotse check` names them.")
    started = time.perf_counter()
    publish(train(data), model)
    say(f"Trained in {time.perf_counter() - started:.0f} s.")
    return model


def _checked(data: Path) -> tuple[list, dict]:  # type: ignore[type-arg]
    """Reads everything before Rasa does, so that all errors are told at once and in our words."""
    errors, languages = [], load_languages(data)
    results: list = []  # type: ignore[type-arg]
    for read in (
        lambda: read_examples(data / "nlu", languages), lambda: read_responses(data, languages), lambda: _check_addition(data),
    ):  # fmt: skip
        try:
            results.append(read())
        except ContentErrors as error:
            errors.extend(error.errors)
    if errors:
        raise ContentErrors(errors)
    return results[0], results[1]


def _check_addition(data: Path) -> None:
    """Raises ContentErrors if what the encoder has learned (`addition` in config.yml) cannot be used."""
    root = data.resolve().parent
    for component in load_yaml(root / "config.yml").data.get("pipeline") or []:
        if component.get("addition"):
            file = root / component["addition"]
            try:
                Addition.read(file, WEIGHTS_SHA256)
            except EncoderError as error:
                hint = "Or remove the line `addition` from config.yml: a little less is understood."
                raise ContentErrors([ContentError(file, None, "", str(error), hint)]) from None


def train(data: Path) -> Path:
    """Trains with Rasa in an empty folder and returns the model file there.

    Raises:
        ModelError: Rasa did not make a model; the message holds the end of what it said.
    """
    folder = Path(tempfile.mkdtemp(prefix="lotse-model-"))
    done = subprocess.run(
        [sys.executable, "-m", "bot.training.rasa_run", str(data.resolve()), str(folder)],
        cwd=Path(__file__).parents[2], env=os.environ | {"RASA_TELEMETRY_ENABLED": "false"}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    model = folder / f"{rasa_run.NAME}.tar.gz"
    if done.returncode or not model.exists():
        raise ModelError("Rasa could not train a model:\n" + done.stdout[-2000:])
    return model


def publish(trained: Path, model: Path) -> None:
    """Puts a trained model in place in one step, its checksum first."""
    model.parent.mkdir(parents=True, exist_ok=True)
    aside = model.with_suffix(f".{os.getpid()}")
    shutil.copy(trained, aside)
    _checksum_file(model).write_text(_sha256(aside) + "\n")
    os.replace(aside, model)
    shutil.rmtree(trained.parent, ignore_errors=True)


def verify(model: Path) -> None:
    """Raises ModelError if the model is not the file that was published: loading one runs what it says."""
    expected = _checksum_file(model)
    if not expected.exists() or expected.read_text().strip() != _sha256(model):
        raise ModelError(f"{model} is not the model that was trained (its checksum differs). Run `lotse train --force`.")


def _checksum_file(model: Path) -> Path:
    return model.with_name(model.name + ".sha256")


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
