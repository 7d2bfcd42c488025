"""The blueprint of the staff's console, made from the table of routes."""

from __future__ import annotations

from importlib import import_module

from sanic import Blueprint

from bot.console.access import ROUTES, Route
from bot.console.guard import Handler, guarded


def blueprint() -> Blueprint:
    """The blueprint `console`, mounted at /console."""
    console = Blueprint("console", url_prefix="/console")
    for route in ROUTES:
        name = route.handler.replace(".", "_")
        console.add_route(guarded(route, _handler(route)), route.path, methods=[route.method], name=name)
    return console


def _handler(route: Route) -> Handler:
    module, function = route.handler.split(".")
    handler: Handler = getattr(import_module(f"bot.console.{module}"), function)
    return handler
