"""The records there are, and how changed ones are written back: line by line beside what people wrote around them."""

from __future__ import annotations

import fcntl
import io
import os
import re
import tempfile
import textwrap
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, FoldedScalarString

from bot.errors import ContentErrors, Document, load_yaml, parse_yaml
from bot.knowledge.feeds.fields import Refused
from bot.knowledge.offers import check_offer, load_offers, offer_files
from bot.region import Region

_ORDER = (
    "id", "place", "address", "coordinates", "provider", "sample", "source", "reviewed_on", "valid_from",
    "valid_until", "facts", "contact", "title", "text",
)  # fmt: skip
_WIDTH = 116
_IMPORTED = "import-"
"""Begins the names of files of partners' records."""
_DAYS = ("reviewed_on", "valid_from", "valid_until", "start", "available_from", "free_from")


@dataclass(frozen=True)
class Standing:
    """A record in its file, shared defaults filled in."""

    record: Mapping[str, Any]
    kind: str
    file: Path
    number: int
    """Position among the file's offers."""


class Shelf:
    """All records below `data/offers`, and the changes that wait to be written.

    Raises:
        ContentErrors: they are broken already; an import must not hide that, so nothing is done.
    """

    def __init__(self, data: Path, region: Region) -> None:
        self._folder = data / "offers"
        self._region = region
        load_offers(data, region)
        self._documents: dict[Path, Document] = {}
        self.standing: dict[str, Standing] = {}
        for file in offer_files(data):
            document = self._documents[file] = load_yaml(file)
            for number, record in enumerate(document.data["offers"]):
                whole = {**document.data.get("defaults", {}), **record}
                self.standing[whole["id"]] = Standing(whole, file.parent.name, file, number)
        self._changed: dict[Path, dict[int, Mapping[str, Any]]] = {}
        self._new: dict[Path, list[Mapping[str, Any]]] = {}

    def imported_file(self, kind: str, source: str) -> Path:
        """Where new records of a partner go."""
        return self._folder / kind / f"{_IMPORTED}{source}.yml"

    def of_source(self, source: str) -> list[Standing]:
        """The records that came from a partner: those in its files and, by their ids, those that were moved elsewhere.

        An id that begins with the names of two partners, `klinik` and `klinik-nord`, is that of the longer name.
        """
        stems = {standing.file.stem for standing in self.standing.values()}
        partners = {source, *(stem.removeprefix(_IMPORTED) for stem in stems if stem.startswith(_IMPORTED))}

        def sender(standing: Standing) -> str:
            stem = standing.file.stem
            if stem.startswith(_IMPORTED):
                return stem.removeprefix(_IMPORTED)
            return max((name for name in partners if standing.record["id"].startswith(f"{name}-")), key=len, default="")

        return [standing for standing in self.standing.values() if sender(standing) == source]

    def change(self, standing: Standing, record: Mapping[str, Any]) -> None:
        """Write `record` in the place of the one that stands there."""
        if not self._lines_of(standing):
            raise Refused(f"{standing.file} does not begin each record with `- id:`; change it there by hand")
        self._changed.setdefault(standing.file, {})[standing.number] = record
        self.standing[record["id"]] = Standing(record, standing.kind, standing.file, standing.number)

    def add(self, kind: str, source: str, record: Mapping[str, Any]) -> None:
        """Append a record to the partner's file."""
        file = self.imported_file(kind, source)
        self._new.setdefault(file, []).append(record)
        self.standing[record["id"]] = Standing(record, kind, file, -1)

    def save(self) -> list[Path]:
        """Write every file that changed, each in one step; returns them.

        All files are composed and checked before the first is replaced.
        """
        composed = {file: self._compose(file) for file in sorted(self._changed.keys() | self._new.keys())}
        for file, text in composed.items():
            document = parse_yaml(text, file)
            errors = [
                error
                for number, record in enumerate(document.data["offers"])
                for error in check_offer(
                    document, ("offers", number), {**document.data.get("defaults", {}), **record}, file.parent.name,
                    self._region,
                )
            ]  # fmt: skip
            if errors:
                raise ContentErrors(errors)
        for file, text in composed.items():
            write_atomically(file, text)
        return list(composed)

    def _compose(self, file: Path) -> str:
        if file not in self._documents:
            head = f"# Von `lotse import` geführt ({file.stem.removeprefix(_IMPORTED)}). Von Hand ergänzte Felder bleiben.\n"
            return head + "offers:\n" + "\n".join(_block(_commented(record)) for record in self._new[file])
        document = self._documents[file]
        lines = file.read_text("utf-8-sig").splitlines(keepends=True)
        if lines and not lines[-1].endswith("\n"):
            lines[-1] += "\n"
        # From the end, so that the numbers of the lines before stay true.
        for number, record in sorted(self._changed.get(file, {}).items(), reverse=True):
            begin, end, indent = self._lines_of(self._at(file, number)) or (0, 0, "")
            block = textwrap.dedent("".join(lines[begin:end]))
            (own,) = _yaml().load(block)
            _edit(own, record, {**document.data.get("defaults", {})})
            lines[begin:end] = [textwrap.indent(_block(own), indent)]
        added = [_block(_commented(record)) for record in self._new.get(file, [])]
        return "".join(lines) + "".join(f"\n{block}" for block in added)

    def _at(self, file: Path, number: int) -> Standing:
        return Standing({}, file.parent.name, file, number)

    def _lines_of(self, standing: Standing) -> tuple[int, int, str] | None:
        """(first line, line after the last, indentation) of a record, counted from 0; None if it shares its lines.

        Comments and blank lines after it belong to what follows.
        """
        document = self._documents[standing.file]
        lines = standing.file.read_text("utf-8-sig").splitlines()
        begin = document.line(("offers", standing.number)) - 1
        while begin and lines[begin].strip() and not lines[begin].lstrip().startswith("-"):
            begin -= 1
        match = re.match(r"(\s*)-(\s|$)", lines[begin])
        if not match:
            return None
        end = begin + 1
        while end < len(lines) and (not lines[end].strip() or lines[end].startswith(f"{match[1]} ")):
            end += 1
        while end > begin + 1 and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
            end -= 1
        return begin, end, match[1]


@contextmanager
def only_one(data: Path) -> Iterator[None]:
    """Two imports at once would each write over the other's file."""
    folder = os.open(data / "offers", os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refused("another import is at work on this folder; try again when it is done") from None
        yield
    finally:
        os.close(folder)


def write_atomically(file: Path, text: str) -> None:
    """Write a file aside and put it in place in one step, safe against a loss of power."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{file.name}.", suffix=".new", dir=file.parent)
    aside = Path(name)
    try:
        with open(handle, "w", encoding="utf-8") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        aside.chmod(file.stat().st_mode & 0o777 if file.exists() else 0o644)
        os.replace(aside, file)
    finally:
        aside.unlink(missing_ok=True)


def _yaml() -> Any:
    yaml: Any = YAML()
    yaml.preserve_quotes = True
    yaml.width = 4096
    yaml.indent(mapping=2, sequence=2, offset=0)
    return yaml


def _block(record: CommentedMap) -> str:
    out = io.StringIO()
    _yaml().dump([record], out)
    return out.getvalue()


def _edit(own: CommentedMap, record: Mapping[str, Any], defaults: Mapping[str, Any]) -> None:
    """Make a record of a file say what `record` says, touching only what differs."""
    for name in [name for name in own if name not in record]:
        del own[name]
    for name in sorted(record, key=_position):
        value = record[name]
        if name not in own:
            if _as_text(defaults.get(name)) != _as_text(value):
                own[name] = _commented_value(name, value)
        elif isinstance(value, dict) and isinstance(own[name], dict):
            _edit_group(own[name], value)
        elif _as_text(own[name]) != _as_text(value):
            own[name] = _commented_value(name, value)


def _edit_group(own: Any, value: Mapping[str, Any]) -> None:
    for name in [name for name in own if name not in value]:
        del own[name]
    for name, part in value.items():
        if name not in own or _as_text(own[name]) != _as_text(part):
            own[name] = _commented_value(name, part)


def _as_text(value: Any) -> Any:
    """A value as both readers see it: ruamel reads dates and quoted text as types of its own."""
    if isinstance(value, dict):
        return {str(name): _as_text(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_as_text(part) for part in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return " ".join(value.split())
    return value


def _commented(record: Mapping[str, Any]) -> CommentedMap:
    out = CommentedMap()
    for name in sorted(record, key=_position):
        out[name] = _commented_value(name, record[name])
    return out


def _position(name: str) -> int:
    return _ORDER.index(name) if name in _ORDER else len(_ORDER)


def _commented_value(name: str, value: Any) -> Any:
    if isinstance(value, dict):
        group = CommentedMap({part: _commented_value(part, inner) for part, inner in value.items()})
        if name in ("opening_hours", "coordinates"):
            group.fa.set_flow_style()
        return group
    if isinstance(value, list):
        listed = CommentedSeq([_commented_value("", part) for part in value])
        listed.fa.set_flow_style()
        return listed
    if isinstance(value, str):
        if name in _DAYS and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
            return date.fromisoformat(value)
        if len(value) > 70 and " " in value:
            return _folded(value)
        if re.match(r"[+\d]", value):
            return DoubleQuotedScalarString(value) if not re.fullmatch(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}", value) else value
    return value


def _folded(text: str) -> FoldedScalarString:
    """`>-` with the lines broken where people would break them."""
    lines = textwrap.wrap(text, _WIDTH - 10, break_long_words=False, break_on_hyphens=False)
    folded = FoldedScalarString("\n".join(lines).replace("\n", " "))
    # Where a folded text is broken is the place of the blank that the break stands for.
    at, places = 0, []
    for line in lines[:-1]:
        at += len(line)
        places.append(at)
        at += 1
    folded.fold_pos = places
    return folded
