"""Going on where the session ended: the page to come back to, and what had been written there.

A form that arrives after its session is over stores nothing. Its fields go through the login inside of the login's own
form, signed, and are offered for sending again afterwards; nothing is sent by itself, as somebody else may log in.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from itsdangerous import BadSignature, URLSafeSerializer
from sanic.response import HTTPResponse

from bot.console.page import Page

LONGEST = 2000
"""Characters of an address to come back to."""

_PAGE = re.compile(r"/[\w/.-]*(?:\?[\w=&%+.~*-]*)?", re.ASCII)
"""A page of the console, with what was chosen there, and nothing else."""
_WRITTEN = {"agreed": 500, "remark": 1000, "text": 4000, "note": 500}
"""Fields that somebody writes into, with their most characters. Passwords and codes are none: they are kept nowhere."""


def here(page: Page) -> str:
    """Where to go on after logging in; after a form that is the page that it stood on."""
    request = page.request
    path, query = request.path, request.query_string
    if page.changes:
        path, query = urlsplit(request.headers.get("referer") or "")[2:4]
    if not path.startswith("/console/"):
        return ""
    path = path.removeprefix("/console")
    return next((each for each in (f"{path}?{query}", path) if query and is_page(each)), path if is_page(path) else "")


def is_page(address: str) -> bool:
    """Whether it leads to a page of the console, whoever wrote it."""
    return len(address) <= LONGEST and _PAGE.fullmatch(address) is not None


def _signer(page: Page) -> URLSafeSerializer:
    return URLSafeSerializer(page.services.secret, salt="resume")


def keep(page: Page) -> str:
    """The form that was sent, for the login's own; empty where nothing was written in it."""
    form: Mapping[str, Sequence[str]] = page.request.form or {}
    fields = [(name, value) for name, values in form.items() for value in values if name != "csrf"]
    if not any(name in _WRITTEN and value.strip() for name, value in fields):
        return ""
    return str(_signer(page).dumps([page.request.path, fields]))


def offer(page: Page, kept: str, wanted: str) -> HTTPResponse | None:
    """The page that sends what was kept, once its user agrees; None where nothing was."""
    try:
        path, fields = _signer(page).loads(kept)
    except (BadSignature, ValueError):
        return None
    written = [(name, value, _WRITTEN[name]) for name, value in fields if name in _WRITTEN]
    rest = [(name, value) for name, value in fields if name not in _WRITTEN]
    act = path.rpartition("/")[2]
    return page.render("resume.html", path=path, written=written, rest=rest, act=act, back=wanted if is_page(wanted) else "/")
