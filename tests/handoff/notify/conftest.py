"""A web server that webhooks and tickets are sent to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from tests.conftest import free_port


class Receiver:
    """A web server that keeps what it is sent; `answers` decides by path, default 200."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str, dict[str, str], bytes]] = []
        self.statuses: list[int] = []
        self.found: list[dict[str, Any]] = []
        self.port = free_port()

    async def take(self, request: web.Request) -> web.Response:
        self.calls.append((request.method, request.path_qs, dict(request.headers), await request.read()))
        status = self.statuses.pop(0) if self.statuses else 200
        if request.path.endswith("/search"):
            return web.json_response(self.found, status=status)
        return web.json_response({"id": 77}, status=status)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """It, listening."""
    receiver, app = Receiver(), web.Application()
    app.router.add_route("*", "/{rest:.*}", receiver.take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", receiver.port).start()
    yield receiver
    await runner.cleanup()
