"""Short texts: each language's own, else those of the language that stands in, each by itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import ContentErrors
from bot.interface import Interface
from bot.languages import Languages, load_languages

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def languages() -> Languages:
    return load_languages(ROOT / "data")


def _load(folder: Path, languages: Languages, **texts: str) -> Interface:
    (folder / "interface").mkdir()
    for code, text in texts.items():
        (folder / "interface" / f"{code.replace('_', '-')}.yml").write_text(text, encoding="utf-8")
    return Interface.load(folder, languages)


def test_what_is_missing_or_empty_is_said_by_who_stands_in(tmp_path: Path, languages: Languages) -> None:
    interface = _load(
        tmp_path, languages,
        de="skip: Weiter\nlabels: {send: Senden, close: Schließen, back: Zurück}\n",
        de_simple="labels: {send: Abschicken, close: null}\n",
        ar="labels: {send: إرسال}\n",
    )  # fmt: skip
    labels = {key: interface.text("de-simple", "labels", key) for key in ("send", "close", "back")}
    assert labels == {"send": "Abschicken", "close": "Schließen", "back": "Zurück"}
    assert interface.section("ar", "labels")["send"] == "إرسال"
    assert interface.text("ar", "labels", "back") == "Zurück" and interface.text("pl", "", "skip") == "Weiter"
    assert interface.text("de", "labels", "send") == "Senden", "who stands in is not changed by it"


def test_variables_are_filled_and_nothing_else(tmp_path: Path, languages: Languages) -> None:
    interface = _load(tmp_path, languages, de='errors: {limit: "Höchstens {limit} von {n}, {limit}! {other} {0.x}"}\n')
    said = interface.text("de", "errors", "limit", limit=7, n="{limit}<b>")
    assert said == "Höchstens 7 von {limit}<b>, 7! {other} {0.x}"
    assert interface.text("de", "errors", "unheard_of") == "unheard_of"
    assert interface.text("de", "no section", "x") == "x" and interface.section("de", "no section") == {}


def test_all_broken_files_are_told_at_once(tmp_path: Path, languages: Languages) -> None:
    with pytest.raises(ContentErrors) as told:
        _load(tmp_path, languages, de="labels: [\n", en="labels: {a: b}\n", pl="x: &anchor y\n")
    assert {Path(error.file).name for error in told.value.errors} == {"de.yml", "pl.yml"}
