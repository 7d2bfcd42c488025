"""Addresses below /console that lead nowhere."""

from __future__ import annotations

from sanic.response import HTTPResponse

from bot.console.page import Page, Refused


async def lost(page: Page, rest: str) -> HTTPResponse:
    """Says so, as a page."""
    raise Refused(404, "not_found")
