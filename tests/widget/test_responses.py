"""How pages and files leave the server: only what is new, compressed only for whom it helps, in the visitor's language."""

from __future__ import annotations

import gzip
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jinja2
import pytest
from sanic import Request, Sanic
from sanic.compat import Header

from bot.languages import load_languages
from bot.widget.bundle import Bundle
from bot.widget.responses import language_of, render, serve

LANGUAGES = load_languages(Path("data"))
FILE = Bundle.of(b"const a = 1;\n" * 50)


def asked(path: str = "/", **headers: str) -> Request:
    """A request as Sanic's server reads it."""
    app = Sanic.get_app("responses-tests", force_create=True)
    transport: Any = SimpleNamespace(get_extra_info=lambda _: None)
    given = Header({name.replace("_", "-"): value for name, value in headers.items()})
    return Request(path.encode(), given, "1.1", "GET", transport, app)


@pytest.mark.parametrize(
    ("path", "accepted", "language"),
    [
        ("/", "", "de"), ("/", "uk-UA,uk;q=0.9,en;q=0.5", "uk"), ("/", "xx,ar;q=0.5", "ar"), ("/", "xx", "de"),
        ("/", "de-AT,uk;q=0.5", "de"), ("/?lang=pl", "uk", "pl"), ("/?lang=xx", "uk", "uk"), ("/?lang=de-simple", "uk", "de-simple"),
        ("/?lang=de", "uk", "de"),
    ],
)  # fmt: skip
def test_what_is_asked_for_comes_before_the_browsers_own(path: str, accepted: str, language: str) -> None:
    assert language_of(asked(path, accept_language=accepted), LANGUAGES) == language


@pytest.mark.parametrize(
    ("accepted", "packed"),
    [
        ("gzip", True), ("br, gzip;q=0.5", True), ("", False), ("br", False), ("gzip;q=0", False), ("gzip; q=0.0, br", False),
        ("x-gzipped", False),
    ],
)  # fmt: skip
def test_compressed_only_where_it_is_understood(accepted: str, packed: bool) -> None:
    answer = serve(asked(accept_encoding=accepted), FILE, "text/javascript")
    assert (answer.headers.get("Content-Encoding") == "gzip") is packed and answer.headers["Vary"] == "Accept-Encoding"
    assert answer.body is not None
    assert (gzip.decompress(answer.body) if packed else answer.body) == FILE.plain


@pytest.mark.parametrize("known", ["{}", "W/{}", '"other", {}', "*"])
def test_what_the_browser_has_is_not_sent_again(known: str) -> None:
    answer = serve(asked(if_none_match=known.format(FILE.etag)), FILE, "text/javascript")
    assert answer.status == 304 and not answer.body and answer.headers["ETag"] == FILE.etag
    assert serve(asked(if_none_match='"other"'), FILE, "text/javascript").status == 200


def test_a_page_that_lacks_a_value_is_a_fault_and_no_gap() -> None:
    with pytest.raises(jinja2.UndefinedError):
        render("plain_error.html", language="de", text="Fehler")
