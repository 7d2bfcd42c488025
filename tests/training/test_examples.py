"""Examples are read as Rasa writes them, and a broken line is told with its file and number."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.errors import ContentErrors
from bot.languages import load_languages
from bot.training.examples import parse_annotated, read_examples

Write = Callable[[str, str], Path]
GOOD = """version: "3.1"
nlu:
- intent: find_housing
  examples: |
    - [3 Zimmer](rooms:3) in [Tangermünde](place:tangermuende)
    - Wohnung bitte

- intent: faq/registration
  examples: |
    - wo melde ich mich an
"""


def read(data: Path) -> list:  # type: ignore[type-arg]
    return read_examples(data / "nlu", load_languages(data))


def test_examples_have_their_words_entities_and_line(data: Path, write: Write) -> None:
    file = write("nlu/de/search.yml", GOOD)
    first, second, third = read(data)
    assert (first.language, first.intent, first.text, first.file, first.line) == (
        "de", "find_housing", "3 Zimmer in Tangermünde", file, 5
    )  # fmt: skip
    assert first.entities == (
        {"start": 0, "end": 8, "value": 3, "entity": "rooms"},
        {"start": 12, "end": 23, "value": "tangermuende", "entity": "place"},
    )
    assert (second.line, second.entities, third.intent, third.line) == (6, (), "faq/registration", 10)


@pytest.mark.parametrize(
    ("line", "text", "values"),
    [
        pytest.param("bis [500,50](price_max:500.5)", "bis 500,50", [500.5], id="a fraction"),
        pytest.param("[zwei](rooms:2.0) Zimmer", "zwei Zimmer", [2], id="a whole number"),
        pytest.param("بدي [٣ غرف](rooms:3)", "بدي ٣ غرف", [3], id="Arabic"),
        pytest.param("nichts (auch das nicht)", "nichts (auch das nicht)", [], id="brackets in plain text"),
        pytest.param("[a](x:1) [b](y:z)", "a b", [1, "z"], id="two of them"),
    ],
)
def test_annotations_are_taken_out_of_the_text(line: str, text: str, values: list[object]) -> None:
    plain, entities = parse_annotated(line)
    assert plain == text and [entity["value"] for entity in entities] == values
    assert all(plain[int(str(e["start"])) : int(str(e["end"]))] for e in entities)


@pytest.mark.parametrize(
    ("line", "instead", "number", "told"),
    [
        pytest.param("    - Wohnung bitte", "    Wohnung bitte", 6, "does not begin with '- '", id="no dash"),
        pytest.param("(rooms:3)", "(rooms)", 5, "broken annotation", id="an annotation without a value"),
        pytest.param("[3 Zimmer](rooms:3)", '[3 Zimmer]{"entity": "rooms"}', 5, "broken annotation", id="Rasa's long form"),
        pytest.param("  examples: |\n    - wo", "  example: |\n    - wo", 8, "examples is missing", id="a misspelt field"),
        pytest.param("nlu:", "nlu", 3, "not valid YAML", id="no YAML"),
        pytest.param("wo melde ich mich an", "WOHNUNG   bitte", 10, "stands also under find_housing (search.yml:6)",
                     id="the same words under two intents"),
    ],
)  # fmt: skip
def test_a_broken_line_is_told_with_file_and_number(
    data: Path, write: Write, line: str, instead: str, number: int, told: str
) -> None:
    file = write("nlu/de/search.yml", GOOD.replace(line, instead, 1))
    with pytest.raises(ContentErrors) as raised:
        read(data)
    error = raised.value.errors[0]
    assert error.file == file and told in str(error)
    assert error.line == number and error.hint


def test_all_errors_of_all_files_are_told_at_once(data: Path, write: Write) -> None:
    write("nlu/de/a.yml", "nlu:\n- intent: greet\n  examples: |\n    hallo\n    - [x](y)\n")
    write("nlu/en/b.yml", "nlu: [\n")
    with pytest.raises(ContentErrors) as raised:
        read(data)
    assert [(Path(str(e.file)).name, e.line) for e in raised.value.errors][:2] == [("a.yml", 4), ("a.yml", 5)]
    assert len(raised.value.errors) == 3


def test_the_same_words_may_mean_something_else_in_another_language(data: Path, write: Write) -> None:
    write("nlu/de/a.yml", "nlu:\n- intent: greet\n  examples: |\n    - hallo\n")
    write("nlu/en/a.yml", "nlu:\n- intent: thank\n  examples: |\n    - hallo\n")
    assert [example.intent for example in read(data)] == ["greet", "thank"]


def test_folders_of_variants_and_strangers_are_not_read(data: Path, write: Write) -> None:
    write("nlu/de-simple/a.yml", "broken")
    write("nlu/xx/a.yml", "broken")
    assert read(data) == []
