"""What is wrong in a content file: where, what, and what to do. And the one strict YAML reader for content.

The reader takes YAML 1.2's core schema: only `true`/`false` are booleans (so the language code `no` and the
answer "on" stay text), only plain digits are numbers (so an unquoted 09:00 stays text, not 540), and dates stay
text. Anchors, aliases, tags and duplicate keys are refused: content needs none of them, and each is a way to
say something other than what is read on the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import jsonschema
import yaml

FieldPath = tuple[str | int, ...]

_MAX_BYTES = 8_000_000
_MAX_DEPTH = 40
_NUMBER = re.compile(r"[-+]?(\d+|\d+\.\d*|\.\d+)([eE][-+]?\d+)?")
# libyaml parses 20 times faster than ruamel.yaml; the pure Python loader gives the same events where it is missing.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class ContentError:
    """One finding in a content file.

    `line` counts from 1 (0 or None: the whole file), `field` is the path inside the document such as
    `offers.3.facts.rent` or empty, `message` says what is wrong, `hint` what to do about it.
    """

    file: Path | str
    line: int | None
    field: str
    message: str
    hint: str = ""

    def as_json(self) -> dict[str, Any]:
        """The finding as a JSON object."""
        return {
            "file": str(self.file), "line": self.line or 0, "field": self.field, "message": self.message, "hint": self.hint,
        }  # fmt: skip

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else str(self.file)
        what = f"{self.field}: {self.message}" if self.field else self.message
        return f"{where}: {what}" + (f"\n    {self.hint}" if self.hint else "")


class ContentErrors(Exception):
    """Content cannot be used; `errors` holds every finding, in the order of files and lines."""

    def __init__(self, errors: Iterable[ContentError]) -> None:
        self.errors: list[ContentError] = sorted(errors, key=lambda error: (str(error.file), error.line or 0))
        super().__init__(self.errors)

    def __str__(self) -> str:
        count = len(self.errors)
        head = "1 error in the content" if count == 1 else f"{count} errors in the content"
        return "\n".join([f"{head}:", *map(str, self.errors)])


@dataclass(frozen=True)
class Document:
    """A YAML file as plain dicts, lists, strings, numbers, booleans and None, with the line of every value."""

    file: Path
    data: Any
    lines: Mapping[FieldPath, int] = field(repr=False)

    def get(self, key: str, default: Any = None) -> Any:
        """The value of a top-level field; `default` where it is missing or the document is no mapping."""
        return self.data.get(key, default) if isinstance(self.data, dict) else default

    def line(self, path: Sequence[str | int]) -> int:
        """The line of the value at `path`, or of the nearest thing around it that exists."""
        steps = tuple(path)
        while steps and steps not in self.lines:
            steps = steps[:-1]
        return self.lines.get(steps, 1)

    def error(self, path: Sequence[str | int], message: str, hint: str = "") -> ContentError:
        """A finding about the value at `path`."""
        return ContentError(self.file, self.line(path), ".".join(map(str, path)), message, hint)

    def check(self, schema: Mapping[str, Any]) -> list[ContentError]:
        """What a JSON Schema (draft 2020-12) finds wrong, in words for people."""
        return check_schema(self, self.data, schema)


def load_yaml(file: Path) -> Document:
    """Read one YAML document.

    Raises ContentErrors if the file is missing, too large (8 MB), not UTF-8, not YAML, holds a key twice, an
    anchor, an alias, a tag or a second document, or nests deeper than 40 levels.
    """
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise _refuse(
            file, 0, f"cannot be read: {error.strerror}", "Check that the file exists and is readable."
        ) from error
    if len(raw) > _MAX_BYTES:
        raise _refuse(file, 0, f"is {len(raw) / 1e6:.0f} MB large", "Split it into files of at most 8 MB.")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _refuse(file, line, f"byte 0x{raw[error.start]:02x} is not UTF-8", "Save the file as UTF-8.") from error
    return parse_yaml(text, file)


def parse_yaml(text: str, file: Path) -> Document:
    """As `load_yaml`, from text that is already decoded; `file` is named in errors."""
    builder = _Builder(file)
    try:
        event: Any
        for event in yaml.parse(text, Loader=_LOADER):
            builder.take(event)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
        # Characters that YAML knows nothing of are found before there are lines; their offset is in bytes.
        offset = getattr(error, "position", None)
        line = text.encode("utf-8", "replace")[:offset].count(b"\n") + 1 if isinstance(offset, int) else 0
        raise _refuse(
            file,
            mark.line + 1 if mark else line,
            f"not valid YAML: {problem}",
            "Look at this line and the one above: indentation, a missing colon or an unclosed quote. "
            "Text with a colon in it needs quotes.",
        ) from error
    if builder.errors:
        raise ContentErrors(builder.errors)
    return Document(file, builder.root, builder.lines)


def check_schema(
    document: Document, value: Any, schema: Mapping[str, Any], at: Sequence[str | int] = ()
) -> list[ContentError]:
    """Check `value`, which stands at path `at` of the document, against a JSON Schema."""
    validator = jsonschema.Draft202012Validator(schema, format_checker=_FORMATS)
    found = []
    error: Any
    for error in validator.iter_errors(value):
        path = (*at, *error.absolute_path)
        message, hint = _in_words(error)
        if error.validator == "additionalProperties":
            for name in _unknown_keys(error):
                words = _did_you_mean(name, error.schema.get("properties", {}))
                found.append(document.error((*path, name), "unknown field", words))
        else:
            found.append(document.error(path, message, hint))
    return found


def _refuse(file: Path, line: int, message: str, hint: str) -> ContentErrors:
    return ContentErrors([ContentError(file, line, "", message, hint)])


_FORMATS = jsonschema.FormatChecker(formats=("date", "time"))


def _unknown_keys(error: Any) -> list[str]:
    return [key for key in error.instance if key not in error.schema.get("properties", {})]


def _did_you_mean(name: str, known: Iterable[str]) -> str:
    names = sorted(known)
    close = get_close_matches(name, names, n=1)
    return f"Did you mean {close[0]}?" if close else f"Known here: {', '.join(names)}."


_TYPES = {
    "object": "a group of fields", "array": "a list", "string": "text", "number": "a number",
    "integer": "a whole number", "boolean": "true or false", "null": "empty",
}  # fmt: skip


def _in_words(error: Any) -> tuple[str, str]:
    """(what is wrong, what would be right); `description` in the schema is the last word on what is right."""
    rule, want, got = error.validator, error.validator_value, error.instance
    described = error.schema.get("description", "") if isinstance(error.schema, Mapping) else ""
    shown = repr(got) if len(repr(got)) < 60 else repr(got)[:57] + "…"
    if rule == "required":
        missing = ", ".join(name for name in want if name not in got)
        return f"{missing} is missing", f"Add {missing}."
    if rule == "enum":
        options = ", ".join(map(str, want))
        close = get_close_matches(str(got), [str(option) for option in want], n=1)
        return f"{shown} is not possible here", f"Did you mean {close[0]}?" if close else f"Possible: {options}."
    if rule == "type":
        types = [want] if isinstance(want, str) else want
        hint = "Numbers that are text, such as postal codes, need quotes." if "string" in types else ""
        return f"{shown} is not {' or '.join(_TYPES[name] for name in types)}", described or hint
    if rule == "anyOf":
        return f"{shown} is not possible here", described
    if rule == "const":
        return f"{shown} is not possible here", f"It must be {want!r}."
    words = {
        "minimum": f"{shown} is less than {want}",
        "maximum": f"{shown} is more than {want}",
        "exclusiveMinimum": f"{shown} must be more than {want}",
        "minLength": "is empty" if not got else f"is shorter than {want} characters",
        "maxLength": f"is {len(got) if isinstance(got, str) else 0} characters long, at most {want} are possible",
        "minItems": f"needs at least {want} entries",
        "maxItems": f"has more than {want} entries",
        "minProperties": "is empty",
        "uniqueItems": "names something twice",
        "pattern": f"{shown} is not written as expected",
        "format": f"{shown} is no {want}",
    }
    hint = described or ("Write it as 2027-05-31." if rule == "format" and want == "date" else "")
    return words.get(str(rule), error.message), hint


class _Builder:
    """Builds plain values out of parser events, noting lines, refusing what content must not hold."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.errors: list[ContentError] = []
        self.lines: dict[FieldPath, int] = {}
        self.root: Any = None
        self._open: list[dict[str, Any] | list[Any]] = []
        self._key: list[tuple[str, int] | None] = []
        self._path: list[str | int] = []
        self._documents = 0

    def take(self, event: Any) -> None:
        line = event.start_mark.line + 1
        if isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                self._stop(line, "a second document begins here", "Remove the line `---`: one document per file.")
        elif isinstance(event, yaml.AliasEvent):
            self._stop(line, f"alias *{event.anchor} is not allowed", "Write the value out.")
        elif isinstance(event, yaml.NodeEvent):
            if event.anchor:
                self._stop(line, f"anchor &{event.anchor} is not allowed", "Remove it, and write repeated values out.")
            tag = getattr(event, "tag", None)
            if tag not in (None, "!"):
                self._stop(line, f"tag {tag} is not allowed", "Remove the word that begins with an exclamation mark.")
            if isinstance(event, yaml.ScalarEvent):
                plain = event.implicit[0] and not event.style
                self._scalar(event.value, plain, line)
            else:
                self._begin({} if isinstance(event, yaml.MappingStartEvent) else [], line)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self._open.pop()
            self._key.pop()
            if self._path:
                self._path.pop()

    def _stop(self, line: int, message: str, hint: str) -> None:
        # Reading on after these could expand without bound, so the first one ends it.
        raise ContentErrors([*self.errors, ContentError(self.file, line, "", message, hint)])

    def _expects_key(self) -> bool:
        return bool(self._open) and isinstance(self._open[-1], dict) and self._key[-1] is None

    def _begin(self, container: dict[str, Any] | list[Any], line: int) -> None:
        if self._expects_key():
            self._stop(line, "a list or group cannot be the name of a field", "Use a plain word before the colon.")
        if len(self._open) >= _MAX_DEPTH:
            self._stop(line, f"nested deeper than {_MAX_DEPTH} levels", "Check the brackets and indentation.")
        step = self._add(container, line)
        if step is not None:
            self._path.append(step)
        self._open.append(container)
        self._key.append(None)

    def _scalar(self, text: str, plain: bool, line: int) -> None:
        if self._expects_key():
            owner = self._open[-1]
            if text in owner:
                path = ".".join(map(str, (*self._path, text)))
                self.errors.append(
                    ContentError(self.file, line, path, "the same field stands here twice", "Remove one of them.")
                )
            self._key[-1] = (text, line)
        else:
            self._add(_resolve(text) if plain else text, line)

    def _add(self, value: Any, line: int) -> str | int | None:
        """Put a value where the parser is; returns the step that leads to it, None for the root."""
        if not self._open:
            self.root = value
            self.lines[()] = line
            return None
        owner = self._open[-1]
        step: str | int
        key = self._key[-1]
        if isinstance(owner, dict) and key is not None:
            # The line of a field is where its name stands, also when its value begins below.
            step, line = key
            self._key[-1] = None
            owner[step] = value
        elif isinstance(owner, list):
            step = len(owner)
            owner.append(value)
        else:
            raise AssertionError("a value without a key: the parser gives keys first")
        self.lines[(*self._path, step)] = line
        return step


def _resolve(text: str) -> Any:
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    if text in ("true", "True", "TRUE"):
        return True
    if text in ("false", "False", "FALSE"):
        return False
    if _NUMBER.fullmatch(text):
        # A leading zero is a postal code or a telephone number that lost its quotes, never a quantity.
        if re.match(r"[-+]?0\d", text):
            return text
        return int(text) if re.fullmatch(r"[-+]?\d{1,18}", text) else float(text)
    return text
