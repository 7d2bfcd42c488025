"""Content files are read strictly, and what is wrong is said with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import ContentError, ContentErrors, load_yaml, parse_yaml

FILE = Path("data/x.yml")


def refusal(text: str) -> ContentError:
    with pytest.raises(ContentErrors) as raised:
        parse_yaml(text, FILE)
    return raised.value.errors[0]


def test_plain_values_follow_yaml_1_2() -> None:
    document = parse_yaml(
        "no: yes\nday: 2027-01-31\nopens: 09:00\ncode: 09123\nrent: 480.50\nrooms: 3\nfree: true\nnothing:\n"
        "quoted: '3'\n",
        FILE,
    )
    assert document.data == {
        "no": "yes",
        "day": "2027-01-31",
        "opens": "09:00",
        "code": "09123",
        "rent": 480.5,
        "rooms": 3,
        "free": True,
        "nothing": None,
        "quoted": "3",
    }


def test_every_value_has_its_line() -> None:
    document = parse_yaml("offers:\n- id: a\n  facts:\n    rent: 1\n- id: b\n  text: >-\n    many\n    lines\n", FILE)
    assert document.line(("offers", 0, "facts")) == 3
    assert document.line(("offers", 0, "facts", "rent")) == 4
    assert document.line(("offers", 1)) == 5
    assert document.line(("offers", 1, "text")) == 6
    assert document.line(("offers", 1, "missing", "deeper")) == 5


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "twice"),
        ("a: &x [1]\nb: 2\n", 1, "anchor &x"),
        ("a: *x\n", 1, "alias *x"),
        ("a: !!python/object:os.system ls\n", 1, "tag"),
        ("a: 1\n---\nb: 2\n", 2, "second document"),
        ("a: [1, 2\nb: 3\n", 2, "not valid YAML"),
        ("a: b: c\n", 1, "not valid YAML"),
        ("? [a]\n: 1\n", 1, "name of a field"),
        ("a: " + "[" * 60 + "]" * 60 + "\n", 1, "nested deeper"),
    ],
)
def test_what_content_must_not_hold_is_refused_with_its_line(text: str, line: int, message: str) -> None:
    error = refusal(text)
    assert (error.line, message in error.message) == (line, True), error
    assert error.hint


def test_an_alias_bomb_stops_at_its_first_anchor() -> None:
    bomb = 'a: &a ["x","x"]\n' + "".join(
        f"{name}: &{name} [{', '.join(['*' + before] * 9)}]\n"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    assert refusal(bomb).line == 1


def test_unreadable_files_are_named(tmp_path: Path) -> None:
    for content, line, message in [
        (b"a: 1\nb: Stra\xdfe\n", 2, "not UTF-8"),
        (b"#" * 8_000_001, 0, "8 MB"),
    ]:
        file = tmp_path / "x.yml"
        file.write_bytes(content)
        with pytest.raises(ContentErrors, match=message) as raised:
            load_yaml(file)
        assert raised.value.errors[0].line == line
    with pytest.raises(ContentErrors, match="cannot be read"):
        load_yaml(tmp_path / "missing.yml")


def test_a_byte_order_mark_is_no_error(tmp_path: Path) -> None:
    file = tmp_path / "x.yml"
    file.write_bytes("\ufeffa: ä\n".encode())
    assert load_yaml(file).data == {"a": "ä"}


def test_schema_findings_say_what_would_be_right() -> None:
    schema = {
        "type": "object",
        "required": ["id"],
        "additionalProperties": False,
        "properties": {
            "id": {"type": "string"},
            "deal": {"enum": ["rent", "buy"]},
            "day": {"type": "string", "format": "date"},
            "rooms": {"type": "number", "minimum": 1},
        },
    }
    document = parse_yaml("deal: rnet\nday: 2027-02-30\nrooms: 0\nromms: 3\n", FILE)
    found = {error.field: error for error in document.check(schema)}
    assert found[""].message == "id is missing"
    assert (found["deal"].line, found["deal"].hint) == (1, "Did you mean rent?")
    assert (found["day"].line, found["day"].message) == (2, "'2027-02-30' is no date")
    assert found["rooms"].message == "0 is less than 1"
    assert (found["romms"].line, found["romms"].hint) == (4, "Did you mean rooms?")


def test_errors_read_as_a_list_in_the_order_of_the_files() -> None:
    errors = ContentErrors(
        [
            ContentError("b.yml", 1, "x", "is wrong"),
            ContentError("a.yml", 7, "y", "is wrong too", "Write z."),
            ContentError("a.yml", None, "", "is empty"),
        ]
    )
    assert str(errors) == (
        "3 errors in the content:\na.yml: is empty\na.yml:7: y: is wrong too\n    Write z.\nb.yml:1: x: is wrong"
    )
