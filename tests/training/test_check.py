"""What `lotse check` tells editors: what cannot be used stops it, what should be better is a remark."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.errors import ContentErrors
from bot.training.check import check_content
from tests.conftest import ROOT

Write = Callable[[str, str], Path]
TODAY = date(2026, 11, 22)
GREET = "nlu:\n- intent: greet\n  examples: |\n"


@pytest.fixture
def content(data: Path, write: Write) -> Path:
    """Content for two intents, with this project's region, interface and prepared replies."""
    for name in ("region.yml", "feeds.yml", "replies", "interface"):
        copy = shutil.copytree if (ROOT / "data" / name).is_dir() else shutil.copy
        copy(ROOT / "data" / name, data / name)
    # Which other answers tell more: this content has none of them.
    dialogue = yaml.safe_load((ROOT / "data/dialogue.yml").read_text())
    dialogue["follow_up"]["see"] = {}
    dialogue["follow_up"]["facts"]["childcare"].pop("cost")
    dialogue["follow_up"]["aspects"]["language"].pop("subject")
    (data / "dialogue.yml").write_text(yaml.safe_dump(dialogue, allow_unicode=True))
    (data.parent / "domain.yml").write_text('version: "3.1"\nintents: [greet, thank, faq, inform]\n')
    write("nlu/de/a.yml", GREET + "".join(f"    - guten Tag {n}\n" for n in range(12)))
    write("responses/de/a.yml", "responses:\n  utter_greet:\n  - text: Guten Tag\n")
    return data


def remarks(data: Path, about: str, **options: Path) -> list[str]:
    """The remarks in which `about` stands."""
    return [remark for remark in check_content(data, today=TODAY, offers=False, **options) if about in remark]


BUTTON = "responses:\n  utter_x:\n  - text: Ja\n    buttons:\n    - {title: Ja, payload: '%s'}\n"


@pytest.mark.parametrize(
    ("name", "text", "line", "told"),
    [
        pytest.param("nlu/de/b.yml", GREET.replace("greet", "gret") + "    - hallo\n", 4, "'gret' is not in domain.yml", id="an intent"),
        pytest.param("responses/de/b.yml", BUTTON % "/gret", 5, "no intent 'gret'", id="a button that leads nowhere"),
        pytest.param("responses/de/b.yml", BUTTON % "/faq/x", 5, "no intent 'faq/x'", id="a button for an answer that nobody wrote"),
        pytest.param("responses/de/b.yml", BUTTON % '/inform{"a": }', 5, "not JSON", id="a button with broken values"),
        pytest.param("responses/de/b.yml", BUTTON % '/inform{"a"}', 5, "not JSON", id="a button with a value that has no name"),
    ],
)
def test_what_cannot_be_used_is_an_error_with_its_line(
    content: Path, write: Write, name: str, text: str, line: int, told: str
) -> None:
    file = write(name, text)
    with pytest.raises(ContentErrors) as raised:
        check_content(content, today=TODAY, offers=False)
    (error,) = raised.value.errors
    assert (error.file, error.line) == (file, line) and told in str(error) and error.hint


def test_buttons_may_lead_to_any_intent_or_answer(content: Path, write: Write) -> None:
    write("nlu/de/faq.yml", "nlu:\n- intent: faq/registration\n  examples: |\n    - wo anmelden\n")
    buttons = ("/greet", "/faq/registration", '/inform{"place": "stendal"}')
    write("responses/de/b.yml", "responses:\n  utter_x:\n  - text: Ja\n    buttons:\n"
          + "".join(f"    - {{title: Ja, payload: '{payload}'}}\n" for payload in buttons))  # fmt: skip
    check_content(content, today=TODAY, offers=False)


def test_intents_with_few_examples_are_counted_by_language(content: Path) -> None:
    assert [remark for remark in remarks(content, " examples, 12 are the least") if not remark.startswith("ar: ")] == [
        "de: thank has 0 examples, 12 are the least", "en: greet has 0 examples, 12 are the least",
        "en: thank has 0 examples, 12 are the least",
    ], "the easy variant is understood as German"  # fmt: skip


def test_a_test_question_that_was_trained_on_is_named_with_both_places(content: Path, write: Write) -> None:
    trained = write("nlu/de/b.yml", GREET + "    - Grüß Gott, liebe Leute\n    - na du\n")
    held_out = write("../tests/nlu/de/a.yml", GREET + "    - GRÜß gott,  liebe leute\n    - na du\n    - ganz neu gesagt hier\n")
    tests = held_out.parents[1]
    assert remarks(content, "is also a training example", tests=tests) == [
        f"{held_out}:4: is also a training example ({trained}:4)"
    ]
    assert "de: greet has 3 test questions, 6 are the least" in remarks(content, "test questions", tests=tests)


def test_an_answer_without_a_source_is_named(content: Path, write: Write) -> None:
    text = "responses:\n  utter_faq/a:\n  - text: So.\n  utter_faq/b:\n  - text: So.\n    metadata: {sources: [bamf]}\n"
    write("responses/de/b.yml", text)
    assert remarks(content, "no source") == ["de: utter_faq/a names no source (metadata: sources)"]


@pytest.mark.parametrize(
    ("checked", "told"),
    [("2026-11-22", False), ("2025-11-22", False), ("2025-11-21", True), ("gestern", True), ("", True)],
)
def test_sources_are_looked_at_once_a_year(content: Path, write: Write, checked: str, told: bool) -> None:
    file = write("sources.yml", f"bamf: {{title: BAMF, url: 'https://www.bamf.de', checked_on: {checked or '~'}}}\n")
    assert bool(remarks(content, f"{file}:1")) is told


def test_a_variable_that_one_language_alone_uses_is_a_typing_error(content: Path, write: Write) -> None:
    write("responses/de/b.yml", 'responses:\n  utter_x:\n  - text: "{count} Angebote, {office_phone}"\n')
    write("responses/en/b.yml", 'responses:\n  utter_x:\n  - text: "{cuont} offers"\n')
    assert remarks(content, "which no other language knows") == [
        "de: utter_x uses {count}, which no other language knows here",
        "en: utter_x uses {cuont}, which no other language knows here",
    ], "variables of the region are known everywhere"
    write("responses/en/b.yml", 'responses:\n  utter_x:\n  - text: "{count} offers"\n')
    assert remarks(content, "which no other language knows") == []


def test_texts_of_the_interface_that_a_language_lacks_are_named(content: Path, write: Write) -> None:
    file = content / "interface" / "en.yml"
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    file.write_text("".join(line for line in lines if not line.startswith("  notice_accept:")), encoding="utf-8")
    assert remarks(content, "interface/en.yml") == ["en: data/interface/en.yml has no widget.notice_accept"]
    (content / "interface" / "ar.yml").unlink()
    assert any("ar.yml is missing" in remark for remark in remarks(content, "ar: "))


def test_an_intent_without_a_title_for_staff_is_named(content: Path) -> None:
    (content.parent / "domain.yml").write_text('version: "3.1"\nintents: [greet, thank, brew_coffee]\n')
    assert remarks(content, "no title for") == ["de: data/interface/de.yml has no title for brew_coffee"]


def test_sentences_that_are_too_hard_count_in_easy_languages_alone(content: Path, write: Write) -> None:
    languages = (content / "languages.yml").read_text()
    plain = "understands: de, plain: {words: 6, letters: 12, avoid: []}}"
    write("languages.yml", languages.replace("understands: de}", plain))
    for language in ("de", "de-simple"):
        write(f"responses/{language}/b.yml", "responses:\n  utter_x:\n  - text: Die Wohnungsgeberbestätigung.\n")
    found = remarks(content, "utter_x has")
    assert len(found) == 1 and found[0].startswith("de-simple: utter_x has")


def test_a_language_that_tells_other_sums_is_named(content: Path, write: Write) -> None:
    def say(language: str, text: str) -> None:
        write(f"responses/{language}/b.yml", f"responses:\n  utter_faq/fee:\n  - text: {text}\n")

    plain = "understands: de, plain: {words: 9, letters: 12, avoid: []}}"
    write("languages.yml", (content / "languages.yml").read_text().replace("understands: de}", plain))
    say("de", "Das kostet 1.800 Euro, Telefon 03931 60-6.")
    say("en", "It costs 1,800 euros, call 03931 60-6.")
    say("de-simple", "Es kostet 1.800 Euro.")
    assert remarks(content, "which is right?") == [], "an easy variant may leave out a number"
    say("en", "It costs 1,900 euros, call 03931 60-6.")
    say("de-simple", "Es kostet 1.700 Euro.")
    assert remarks(content, "which is right?") == [
        "de-simple: utter_faq/fee says 1700, de does not: which is right?",
        "en: utter_faq/fee says 1900, de does not: which is right?",
        "en: utter_faq/fee does not say 1800, de does: which is right?",
    ]


def test_answers_of_a_year_that_ends_are_told_about(content: Path, write: Write) -> None:
    write("responses/de/b.yml", "responses:\n  utter_fee:\n  - text: Das kostet 2026 zehn Euro.\n")
    told = "utter_fee speaks of 2026: what holds in 2027?"
    for day, expected in ((date(2026, 11, 22), [told]), (date(2027, 1, 5), [told]), (date(2026, 6, 1), [])):
        found = [remark for remark in check_content(content, today=day, offers=False) if "utter_fee speaks" in remark]
        assert found == expected, day


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda rules: rules["idle"].append(False), "False is no word"),
        (lambda rules: rules["aspects"]["heating"].update(over=["price"]), "there is no aspect 'price'"),
        (lambda rules: rules["facts"]["job"].update(holidays={"facts": ["start"]}), "there is no aspect 'holidays'"),
        (lambda rules: rules["see"].update({"faq/nothing": {}}), "there is no answer 'faq/nothing'"),
        (lambda rules: rules["facts"]["childcare"].update(cost={"see": "faq/nothing"}), "there is no answer 'faq/nothing'"),
    ],
)
def test_what_follow_ups_name_has_to_exist(content: Path, change: Callable[[dict[str, Any]], Any], told: str) -> None:
    file = content / "dialogue.yml"
    rules = yaml.safe_load(file.read_text())
    change(rules["follow_up"])
    file.write_text(yaml.safe_dump(rules, allow_unicode=True))
    with pytest.raises(ContentErrors, match=re.escape(told)) as raised:
        check_content(content, today=TODAY, offers=False)
    assert all(error.file == file and error.line for error in raised.value.errors)
