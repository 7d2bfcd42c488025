"""The accessibility statement says what the last check found, in every language."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.languages import load_languages
from bot.region import Region
from bot.widget.accessibility import RESULTS, statement
from bot.widget.responses import HERE

DATA = Path("data")
REGION = Region.load(DATA)
TEXTS = yaml.safe_load((HERE / "templates" / "accessibility.yml").read_text(encoding="utf-8"))


@pytest.fixture
def results(tmp_path: Path) -> Any:
    """`results(("notice", "de", "contrast"), …)` writes what a check found."""

    def write(*states: tuple[str, ...]) -> Path:
        file = tmp_path / "accessibility.json"
        rows = [{"state": state, "language": language, "violations": found} for state, language, *found in states]
        file.write_text(json.dumps({"checked_on": "2026-03-01", "axe": "4.0", "browser": "Chromium 1", "states": rows}))
        return file

    return write


@pytest.mark.parametrize("language", load_languages(DATA).codes)
def test_every_language_has_its_own_statement_without_gaps(language: str) -> None:
    shown = statement(language, TEXTS, REGION)
    values = [*shown["statement"].values(), shown["office_name"]]
    for text in [part for value in values for part in (value if isinstance(value, list) else [value])]:
        assert text and not re.search(r"\{\w+\}", text), text
    assert TEXTS[language].keys() == TEXTS["de"].keys()
    assert REGION.name(language) in shown["statement"]["intro"]


def test_violations_are_counted_and_said(results: Any) -> None:
    good = statement("de", TEXTS, REGION, results(("notice", "de"), ("menu", "de")))["statement"]["state"]
    assert "1. März 2026" in good and "in 2 Zuständen" in good and "keinen Verstoß" in good
    file = results(("notice", "de"), ("menu", "de", "contrast", "label"), ("menu", "ar", "label"))
    bad = statement("de", TEXTS, REGION, file)["statement"]["state"]
    assert "in 2 von 3 Zuständen" in bad and "keinen" not in bad


def test_a_state_is_one_row_with_its_languages_and_each_violation_once(results: Any) -> None:
    file = results(("menu", "de", "label"), ("notice", "de"), ("menu", "ar", "label", "contrast"), ("menu", "ar"))
    assert statement("de", TEXTS, REGION, file)["results"] == [
        {"state": "menu", "languages": "de, ar", "violations": ["label", "contrast"]},
        {"state": "notice", "languages": "de", "violations": []},
    ]


def test_a_language_without_texts_gets_the_german_ones(results: Any) -> None:
    shown = statement("fr", TEXTS, REGION, results(("notice", "de")))["statement"]
    assert shown["title"] == TEXTS["de"]["title"]


def test_the_check_that_is_published_covers_what_the_statement_claims() -> None:
    """It says: in German, English and Arabic, in a light, a dark and a high-contrast theme."""
    states = json.loads(RESULTS.read_text(encoding="utf-8"))["states"]
    assert {"de", "en", "ar"} <= {each["language"] for each in states}
    assert {"dark", "high-contrast"} <= {each["state"].partition(",")[0] for each in states}
