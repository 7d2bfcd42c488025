"""Both languages say everything, and templates ask for nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import bot.console
from bot.console.accounts import ROLES
from bot.console.texts import LANGUAGES, texts_in

FOLDER = Path(bot.console.__file__).parent
_KEY = re.compile(r"""\b(?:t|texts|self\._texts|self\.texts)\("([\w.]+)["]""")


def test_languages_have_the_same_keys() -> None:
    keys = {language: texts_in(language).keys for language in LANGUAGES}
    assert keys["de"] == keys["en"]


def test_languages_fill_the_same_variables() -> None:
    german, english = texts_in("de"), texts_in("en")
    for key in german.keys:
        fields = [sorted(re.findall(r"{\w+}", texts(key))) for texts in (german, english)]
        assert fields[0] == fields[1], key


@pytest.mark.parametrize("file", sorted([*FOLDER.glob("templates/*.html"), *FOLDER.glob("*.py")]), ids=lambda f: f.name)
def test_asked_for_keys_exist(file: Path) -> None:
    asked = set(_KEY.findall(file.read_text(encoding="utf-8")))
    keys = texts_in("de").keys
    # What ends so is put together with a value.
    begun = {key for key in asked if key.endswith((".", "_"))}
    assert asked - begun <= keys
    assert all(any(key.startswith(each) for key in keys) for each in begun)


def test_every_role_and_error_has_its_words() -> None:
    keys = texts_in("de").keys
    assert {f"roles.{role}" for role in ROLES} <= keys
    refused = {
        key for file in FOLDER.glob("*.py") for key in re.findall(r'Refused\(\d+, "(\w+)"', file.read_text(encoding="utf-8"))
    }
    assert {f"errors.{key}{end}" for key in refused for end in ("", "_title")} <= keys


def test_one_is_said_as_one() -> None:
    assert texts_in("de")("inbox.waiting", n=1).startswith("1 Anfrage ")
    assert texts_in("en")("inbox.waiting", n=2) == "2 requests wait for you"
