"""docs/api.md names every call that there is, and no other."""

from __future__ import annotations

import re

from bot.conversation.api import api
from tests.conversation.conftest import ROOT


def _path(path: str) -> str:
    """Sanic's `<conversation_id:str>` as `{id}`."""
    return re.sub(r"<(\w+?)(?::\w+)?>", r"{\1}", path).replace("{conversation_id}", "{id}")


def test_every_route_is_documented_and_every_documented_route_exists() -> None:
    from sanic import Sanic

    app = Sanic("documented", log_config=None, configure_logging=False)
    app.blueprint(api)
    routes = {f"{method} /{_path(route.path)}" for route in app.router.routes for method in route.methods}
    Sanic.unregister_app(app)
    text = (ROOT / "docs" / "api.md").read_text()
    table = set(re.findall(r"^\| `([A-Z]+ /api/v1/[^`?]*)` \|", text, re.MULTILINE))
    assert table == routes
    headed = {f"{m} {p}" for m, p in re.findall(r"^### `([A-Z]+) (/api/v1/[^`?]*)", text, re.MULTILINE)}
    assert headed == routes, "each has a section of its own"


def test_every_error_code_is_documented() -> None:
    codes = set()
    for file in (ROOT / "bot" / "conversation").glob("*.py"):
        codes |= set(re.findall(r'ApiError\(\s*\d+,\s*"(\w+)"', file.read_text()))
    text = (ROOT / "docs" / "api.md").read_text()
    assert codes and {code for code in codes if f"`{code}`" not in text} == set()
