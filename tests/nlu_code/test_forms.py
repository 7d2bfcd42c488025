"""Inflected forms of listed words, and the cache that keeps them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.nlu import forms
from bot.nlu.forms import FormsCache, with_forms

WORDS = {"квартира": "apartment", "шукати": "look for"}


def test_knows_the_forms_of_a_listed_word() -> None:
    found = with_forms("uk", WORDS)
    assert found["квартиру"] == found["квартирах"] == "apartment"
    assert found["шукаю"] == "look for"


def test_a_listed_form_keeps_its_own_gloss() -> None:
    assert with_forms("uk", {**WORDS, "квартиру": "flat"})["квартиру"] == "flat"


def test_a_language_without_dictionary_keeps_its_list() -> None:
    assert with_forms("zz", {"a": "b"}) == {"a": "b"}


def test_dictionaries_are_asked_once_for_a_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = FormsCache(tmp_path).with_forms("uk", WORDS)
    monkeypatch.setattr(forms, "with_forms", lambda *_: pytest.fail("asked again"))
    assert FormsCache(tmp_path).with_forms("uk", WORDS) == first


def test_another_list_is_another_file_and_the_old_one_goes(tmp_path: Path) -> None:
    FormsCache(tmp_path).with_forms("uk", WORDS)
    more = FormsCache(tmp_path).with_forms("uk", {**WORDS, "робота": "work"})
    assert more["роботу"] == "work"
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("broken", ["", "{", "[]", '{"a"'])
def test_a_broken_file_is_made_again(tmp_path: Path, broken: str) -> None:
    good = FormsCache(tmp_path).with_forms("uk", WORDS)
    file = next(tmp_path.iterdir())
    file.write_text(broken)
    assert FormsCache(tmp_path).with_forms("uk", WORDS) == good
    assert json.loads(file.read_text()) == good
