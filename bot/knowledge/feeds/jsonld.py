"""JSON-LD as web pages carry it: found in the page, followed by its references, read whatever shape a value has.

Not a JSON-LD processor: contexts are not loaded (nothing is fetched), names are compared without their vocabulary.
docs/decisions/0004 says why this and not a library.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from typing import Any

from bot.knowledge.feeds.fields import Unreadable

_MAX_DEPTH = 60
_WRAPPED = re.compile(r"\A\s*(?://)?\s*(?:<!--|<!\[CDATA\[)|(?://)?\s*(?:-->|\]\]>)\s*\Z")

Node = dict[str, Any]


def blocks(content: bytes) -> Iterator[tuple[str, Any]]:
    """(where it stands, parsed JSON) of each block of JSON-LD; the error itself for a block that is no JSON.

    Raises:
        Unreadable: neither JSON nor a page with a block of JSON-LD.
    """
    text = decode(content)
    if text.lstrip()[:1] in ("{", "["):
        try:
            yield "", parse(text)
        except ValueError as error:
            raise Unreadable(f"not JSON: {error}") from None
        return
    page = _Page()
    page.feed(text)
    page.close()
    if not page.found:
        raise Unreadable("neither JSON nor a page with <script type=\"application/ld+json\">")
    for line, script in page.found:
        try:
            yield f" (line {line})", parse(_WRAPPED.sub("", script))
        except json.JSONDecodeError as error:
            at = f"line {line + error.lineno - 1} column {error.colno}"
            yield f" (line {line})", ValueError(f"{error.msg}, {at}")
        except ValueError as error:
            yield f" (line {line})", error


def parse(text: str) -> Any:
    """JSON, without numbers that are none. Raises ValueError, also for what nests too deep."""
    try:
        return json.loads(text, parse_constant=lambda name: None)
    except RecursionError:
        raise ValueError("nested too deep") from None


def decode(content: bytes) -> str:
    """UTF-8, with or without a mark at its beginning, UTF-16 with one, else as Windows writes."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


class _Page(HTMLParser):
    """The scripts of a page that hold JSON-LD, with the line on which each begins."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[int, str]] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        kind = (dict(attrs).get("type") or "").partition(";")[0].strip().lower()
        self._inside = tag == "script" and kind == "application/ld+json"
        if self._inside:
            self.found.append((self.getpos()[0], ""))

    def handle_data(self, data: str) -> None:
        if self._inside:
            line, before = self.found[-1]
            self.found[-1] = (line, before + data)

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "script"


def nodes(tree: Any, type_: str, depth: int = 0) -> Iterator[Node]:
    """Every object of a type, wherever it stands: alone, in a list, in @graph or as an entry of an ItemList."""
    if depth > _MAX_DEPTH:
        return
    if isinstance(tree, list):
        for each in tree:
            yield from nodes(each, type_, depth + 1)
    elif isinstance(tree, dict):
        if is_a(tree, type_):
            yield tree
        else:
            for each in tree.values():
                if isinstance(each, dict | list):
                    yield from nodes(each, type_, depth + 1)


def is_a(node: Mapping[str, Any], type_: str) -> bool:
    """Whether one of a node's types is this one, with or without its vocabulary: `schema:JobPosting`."""
    return any(re.split(r"[/#:]", str(each))[-1] == type_ for each in listed(node.get("@type")))


def by_id(tree: Any, depth: int = 0) -> dict[str, Node]:
    """Nodes that others refer to by `{"@id": …}`."""
    found: dict[str, Node] = {}
    if depth > _MAX_DEPTH:
        return found
    children: Any = tree if isinstance(tree, list) else tree.values() if isinstance(tree, dict) else ()
    for each in children:
        found.update(by_id(each, depth + 1))
    if isinstance(tree, dict) and isinstance(tree.get("@id"), str) and len(tree) > 1:
        found[tree["@id"]] = tree
    return found


def listed(value: Any, depth: int = 0) -> list[Any]:
    """A value as a list, however it was written: alone, as a list, as @list or @set; without what nests too deep."""
    if value is None or value == "" or depth > _MAX_DEPTH:
        return []
    if isinstance(value, list):
        return [inner for each in value for inner in listed(each, depth + 1)]
    if isinstance(value, dict) and ("@list" in value or "@set" in value):
        return listed(value.get("@list", value.get("@set")), depth + 1)
    return [value]


def text_of(value: Any, depth: int = 0) -> str:
    """The first text a value holds: itself, its @value, or the name, value, url or @id of an object."""
    if depth > _MAX_DEPTH:
        return ""
    for each in listed(value):
        if isinstance(each, dict):
            for name in ("@value", "name", "value", "codeValue", "url", "@id"):
                if name in each and (text := text_of(each[name], depth + 1)):
                    return text
        elif isinstance(each, str | int | float) and not isinstance(each, bool) and str(each).strip():
            return str(each).strip()
    return ""


def texts_by_language(value: Any, default: str) -> dict[str, str]:
    """Language to text: of a string, of {"@value", "@language"}, of a list of such, or of a language map."""
    found: dict[str, str] = {}
    for each in listed(value):
        if isinstance(each, dict) and "@value" in each:
            found.setdefault(str(each.get("@language") or default).lower(), text_of(each))
        elif isinstance(each, dict) and each and all(re.fullmatch(r"[a-z]{2,3}(-\w+)*", str(k)) for k in each):
            for language, text in each.items():
                found.setdefault(language.lower(), text_of(text))
        elif text := text_of(each):
            found.setdefault(default, text)
    return found
