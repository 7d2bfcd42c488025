"""data/feeds.yml: looking partners' words up, and what is wrong with an entry."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import ContentErrors
from bot.knowledge.feeds import check_mappings
from bot.knowledge.feeds.mapping import Mappings

FILE = """\
hsds:
  topic: other
  service_kind:
    Beratung  und Hilfe: advice
    Büro: coworking
    Nähstube:
  words: {nicht barrierefrei: false, barrierefrei: true}
  codes: {"43": it, "434": metal_mechanics, "2": nursing_care}
empty:
"""


@pytest.fixture
def mappings(tmp_path: Path) -> Mappings:
    (tmp_path / "feeds.yml").write_text(FILE, "utf-8")
    return Mappings.load(tmp_path, {"nobody": {"service_kind": ("service", "service_kind")}})


def test_case_umlauts_and_blanks_make_no_difference(mappings: Mappings) -> None:
    found = [mappings.find("hsds", "service_kind", word) for word in ("BERATUNG und\u00a0Hilfe", " büro ", "BURO", "Beratung", 7)]
    assert found == ["advice", "coworking", "coworking", None, None]


def test_the_first_phrase_in_a_text_counts(mappings: Mappings) -> None:
    said = [mappings.within("hsds", "words", text) for text in ("Leider NICHT  barrierefrei.", "Barrierefreier Eingang", "Stufen")]
    assert said == [False, True, None]


def test_the_finer_code_counts(mappings: Mappings) -> None:
    codes = ("43414", "43", "439", "2", "9", "")
    found = [mappings.longest_prefix("hsds", "codes", code) for code in codes]
    assert found == ["metal_mechanics", "it", "it", "nursing_care", None, None]


def test_what_an_editor_deleted_or_left_empty_is_nothing(mappings: Mappings) -> None:
    for section, name in (("empty", "service_kind"), ("never", "service_kind"), ("hsds", "never")):
        assert mappings.table(section, name) == {} and mappings.find(section, name, "x") is None
    assert mappings.setting("hsds", "topic") == "other"
    with pytest.raises(KeyError):
        mappings.setting("hsds", "otherwise")


def test_values_that_no_offer_can_have_stop_the_import_with_their_lines(data: Path) -> None:
    file = data / "feeds.yml"
    text = file.read_text("utf-8")
    assert text.count("    Vollzeit: full_time\n") == text.count("    Krippe: creche\n") == 1
    text = text.replace("    Vollzeit: full_time\n", "    Vollzeit: ganztags\n").replace("    Krippe: creche\n", "    Krippe:\n")
    file.write_text(text, "utf-8")
    with pytest.raises(ContentErrors) as raised:
        check_mappings(data)
    lines = text.splitlines()
    assert [(error.file, lines[(error.line or 0) - 1].strip()) for error in raised.value.errors] == [
        (file, "Vollzeit: ganztags"), (file, "Krippe:"),
    ]  # fmt: skip
    assert "'ganztags' is no working_time" in str(raised.value) and "part_time" in str(raised.value)
