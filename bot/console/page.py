"""A request to the console: who asks, in which language, and the pages that answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sanic import Request
from sanic.response import HTTPResponse, html, redirect
from sqlalchemy.engine import Connection, Row

from bot.console import audit, words
from bot.console.access import NOBODY
from bot.console.texts import DEFAULT, LANGUAGES, Texts, texts_in
from bot.conversation.services import Services
from bot.nlu.normalise import clean

LANGUAGE_COOKIE = "lotse-language"


class Refused(Exception):
    """The request cannot be done; `key` names a text of the section `errors`, filled with `values`."""

    def __init__(self, status: int, key: str, **values: Any) -> None:
        super().__init__(key)
        self.status = status
        self.key = key
        self.values = values


class Page:
    """What a handler works with. `user` is the session's account (with `csrf` and `seen_at`), or None."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.services: Services = request.app.ctx.services
        chosen = request.cookies.get(LANGUAGE_COOKIE)
        self.texts: Texts = texts_in(chosen if chosen in LANGUAGES else DEFAULT)
        self.user: Row | None = None
        self.token = ""
        self.is_streaming = False

    def admit(self, user: Row, token: str) -> None:
        """The session with this token is this user's, who chose a language."""
        self.user, self.token = user, token
        if user.language in LANGUAGES:
            self.texts = texts_in(user.language)

    @property
    def changes(self) -> bool:
        """Whether the request may change something; all others can be sent again."""
        return self.request.method not in ("GET", "HEAD")

    @property
    def language(self) -> str:
        """The language of the page, which is also the one that visitors' messages are explained in."""
        return self.texts.language

    @property
    def role(self) -> str:
        """Role of who asks."""
        return str(self.user.role) if self.user is not None else NOBODY

    @property
    def member(self) -> Row:
        """The account, where the route is only open to staff."""
        assert self.user is not None
        return self.user

    @property
    def secure(self) -> bool:
        """Whether this server is reached by https."""
        return self.services.settings.base_url.startswith("https:")

    @property
    def cookie(self) -> str:
        """Name of the session's cookie; `__Host-` binds it to exactly this host where the browser allows it."""
        return "__Host-lotse" if self.secure else "lotse-console"

    @property
    def address(self) -> str:
        """Where the request comes from."""
        return self.services.address(self.request)

    @property
    def is_partial(self) -> bool:
        """Whether htmx asks, which puts the answer into the open page."""
        return self.request.headers.get("hx-request") == "true"

    def field(self, name: str, longest: int = 200) -> str:
        """A form's field, cleaned as visitors' messages are; empty where it is missing.

        Raises:
            Refused: 422, it is longer than `longest` characters.
        """
        text = clean(self.raw(name))
        if len(text) > longest:
            raise Refused(422, "too_long", limit=longest, n=len(text))
        return text

    def raw(self, name: str) -> str:
        """A form's field exactly as it was sent; empty where it is missing."""
        form = self.request.form
        return str(form.get(name) or "") if form else ""

    def audit(self, connection: Connection, what: str, object: str | None = None, user_id: int | None = None) -> None:
        """Notes who did what; see `bot/console/audit.py`."""
        who = user_id if user_id is not None else self.user.id if self.user is not None else None
        audit.note(connection, what, user_id=who, object=object, address=self.address)

    def fragment(self, template: str, **values: Any) -> str:
        """A template as HTML."""
        from bot.console.assets import asset

        return _templates.get_template(template).render(
            page=self, t=self.texts, words=words.Words(self.services, self.texts), asset=asset, **values
        )

    def render(self, template: str, status: int = 200, **values: Any) -> HTTPResponse:
        """A template as the answer."""
        return html(self.fragment(template, **values), status=status)

    def go(self, path: str) -> HTTPResponse:
        """To another page of the console, by GET."""
        return redirect(f"/console{path}", status=303)

    def refuse(self, refused: Refused) -> HTTPResponse:
        """An error as a page, or as a note in the open page, so that nothing written there is lost."""
        status, texts = refused.status, self.texts
        title, text = texts(f"errors.{refused.key}_title"), texts(f"errors.{refused.key}", **refused.values)
        if not self.is_partial:
            return self.render("error.html", status=status, code=status, title=title, text=text)
        # What somebody can put right is a warning; what they cannot, an error.
        serious = status not in (401, 409, 422)
        response = self.render("notice.html", status, title=title, text=text, serious=serious, again=status == 401)
        response.headers["HX-Retarget"] = "#notice"
        response.headers["HX-Reswap"] = "innerHTML"
        return response


_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
