"""How the visitor's pages and files leave the server: policy, caching, templates."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sanic import Request
from sanic.response import HTTPResponse, html

from bot.languages import Languages
from bot.widget.bundle import Bundle
from bot.widget.prose import prose

HERE = Path(__file__).parent

# Nothing inline, nothing from elsewhere; `frame-ancestors` lets no other site dress this page up as its own.
SECURITY = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    # The microphone is for voice input, which the visitor switches on and the browser asks about once more.
    "Permissions-Policy": "camera=(), microphone=(self), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}

_templates = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates.filters["prose"] = prose


def render(
    template: str, *, status: int = 200, headers: Mapping[str, str] | None = None, **values: Any
) -> HTTPResponse:
    """A page out of `templates/`."""
    answer = {**SECURITY, "Cache-Control": "no-cache", **(headers or {})}
    return html(_templates.get_template(template).render(**values), status=status, headers=answer)


def serve(request: Request, file: Bundle, content_type: str, headers: Mapping[str, str] | None = None) -> HTTPResponse:
    """A file with its ETag: browsers ask every time and get 304 until it changes, so an update reaches every site at once."""
    answer = {
        "ETag": file.etag,
        "Cache-Control": "public, max-age=300, stale-while-revalidate=86400",
        "Vary": "Accept-Encoding",
        "X-Content-Type-Options": "nosniff",
        **(headers or {}),
    }
    known = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
    if file.etag in known or "*" in known:
        return HTTPResponse(status=304, headers=answer)
    if re.search(r"\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))", request.headers.get("accept-encoding", "")):
        return HTTPResponse(file.gzipped, headers={**answer, "Content-Encoding": "gzip"}, content_type=content_type)
    return HTTPResponse(file.plain, headers=answer, content_type=content_type)


def language_of(request: Request, languages: Languages) -> str:
    """The language asked for in the address, else the first of the browser's that is known, else the region's own."""
    for code in wanted(request):
        found = languages.match(code)
        if found != languages.default or code.lower().startswith(languages.default):
            return found
    return languages.default


def wanted(request: Request) -> list[str]:
    """The language asked for in the address, then the browser's, best first."""
    accepted = request.headers.get("accept-language", "").split(",")
    return [
        code for code in (request.args.get("lang", ""), *(part.partition(";")[0].strip() for part in accepted)) if code
    ]
