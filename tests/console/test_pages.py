"""The blueprint holds what the table of routes says, and nothing else."""

from __future__ import annotations

from sanic import Sanic

from bot.console.access import ROUTES
from bot.console.pages import blueprint


def test_routes_are_exactly_those_of_the_table() -> None:
    app = Sanic("routes-of-the-console")
    app.blueprint(blueprint())
    app.router.finalize()
    registered = {(method, route.path) for route in app.router.routes for method in route.methods}
    parameters = {(route.method, f"console{route.path}".rstrip("/")) for route in ROUTES}
    assert {(method, path.rstrip("/")) for method, path in registered} == parameters
