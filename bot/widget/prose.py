"""A reply's text as HTML, for pages without JavaScript: the same rules as `prose` in `static/src/dom.js`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from markupsafe import Markup, escape

_ITEM = re.compile(r"^\s*(?:[-–•*]|(\d{1,2})[.)])\s+(.+)$")
_LINK = re.compile(
    r"(?P<web>https://[^\s<>\"'）)]+[^\s<>\"'）).,;:!?،؛؟])"
    r"|(?P<mail>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
    r"|(?P<tel>(?:tel:)?\+\d[\d\s/()-]{5,}\d)"
    r"|(?P<code>(?<![\w=/-])[A-Z]{2}-[A-Z0-9]{4}-[A-Z0-9]{2}\b)"
)


def prose(text: str) -> Markup:
    """Paragraphs, one a line, and simple lists ("- …", "1. …"); addresses and telephone numbers become links.

    Everything else stays text: nothing that somebody wrote becomes markup.
    """
    return Markup("\n").join(_blocks(text))


def _blocks(text: str) -> Iterator[Markup]:
    lines = [(line, _ITEM.match(line)) for line in text.split("\n") if line.strip()]
    for tag, group in groupby(lines, key=lambda pair: "p" if not pair[1] else "ol" if pair[1][1] else "ul"):
        if tag == "p":
            yield from (Markup("<p>{}</p>").format(linked(line)) for line, _ in group)
        else:
            items = [match for _, match in group if match]
            first = items[0][1]
            start = Markup(' start="{}"').format(first) if first and first != "1" else Markup("")
            inner = Markup("").join(Markup("<li>{}</li>").format(linked(match[2])) for match in items)
            yield Markup("<{0}{1}>{2}</{0}>").format(Markup(tag), start, inner)


def linked(text: str) -> Markup:
    """Text with its https addresses, e-mail addresses and international telephone numbers as links."""
    parts, end = [], 0
    for match in _LINK.finditer(text):
        parts += [escape(text[end : match.start()]), _link(match)]
        end = match.end()
    return Markup("").join([*parts, escape(text[end:])])


def _link(match: re.Match[str]) -> Markup:
    found = match[0]
    if match["code"]:
        return Markup('<span dir="ltr">{}</span>').format(found)
    shown = found.removeprefix("tel:")
    prefix = {"web": "", "mail": "mailto:", "tel": "tel:"}[match.lastgroup or "web"]
    target = re.sub(r"[^+\d]", "", shown) if match["tel"] else shown
    attributes = Markup(' rel="noopener noreferrer"') if match["web"] else Markup("")
    return Markup('<a href="{}{}" dir="ltr"{}>{}</a>').format(prefix, target, attributes, shown)
