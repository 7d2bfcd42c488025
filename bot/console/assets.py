"""Stylesheets, scripts and fonts of the console, from memory, with addresses that change when a file does."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sanic.exceptions import NotFound
from sanic.response import HTTPResponse

from bot.console.page import Page

_FOLDER = Path(__file__).parent / "static"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}


@dataclass(frozen=True)
class _Asset:
    plain: bytes
    gzipped: bytes | None
    content_type: str
    version: str


@lru_cache
def _assets() -> dict[str, _Asset]:
    """Every file by its name alone: the folders are for us, not for the browser."""
    files = sorted(path for path in _FOLDER.rglob("*") if path.suffix in _TYPES)
    return {path.name: _asset(path) for path in files}


def _asset(path: Path) -> _Asset:
    plain = path.read_bytes()
    packed = None if path.suffix == ".woff2" else gzip.compress(plain, 9, mtime=0)
    return _Asset(plain, packed, _TYPES[path.suffix], hashlib.sha256(plain).hexdigest()[:12])


def asset(name: str) -> str:
    """The address of a file."""
    return f"/console/static/{name}?v={_assets()[name].version}"


async def serve(page: Page, name: str) -> HTTPResponse:
    """A file; for a year if its version was asked for."""
    found = _assets().get(name)
    if found is None:
        raise NotFound
    request = page.request
    fixed = request.args.get("v") == found.version
    headers = {
        "Cache-Control": "public, max-age=31536000, immutable" if fixed else "public, max-age=300",
        "ETag": f'"{found.version}"',
        "Vary": "Accept-Encoding",
    }
    if request.headers.get("if-none-match") == headers["ETag"]:
        return HTTPResponse(status=304, headers=headers)
    if found.gzipped and "gzip" in request.headers.get("accept-encoding", ""):
        return HTTPResponse(found.gzipped, headers={**headers, "Content-Encoding": "gzip"}, content_type=found.content_type)
    return HTTPResponse(found.plain, headers=headers, content_type=found.content_type)
