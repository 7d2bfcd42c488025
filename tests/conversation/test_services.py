"""Whose address counts: a header is believed as far as there are proxies of ours that wrote it."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from sanic import Request, Sanic
from sanic.compat import Header

from bot.conversation.services import Services
from bot.resources import Resources
from bot.settings import Settings
from tests.conversation.conftest import ROOT


@pytest.fixture(scope="module")
def resources(tmp_path_factory: pytest.TempPathFactory) -> Resources:
    var: Path = tmp_path_factory.mktemp("services")
    return Resources.load(Settings(data=ROOT / "data", var=var))


class _Socket:
    """The connection of a request, of which the peer's address is asked."""

    client_ip = "203.0.113.1"


def _asked(*headers: str) -> Request:
    request = Request(b"/", Header([("x-forwarded-for", each) for each in headers]), "1.1", "GET", None, Sanic.get_app("services"))  # type: ignore[arg-type]
    request.conn_info = _Socket()  # type: ignore[assignment]
    return request


@pytest.fixture(scope="module", autouse=True)
def _app() -> Sanic:
    return Sanic("services")


@pytest.mark.parametrize(
    ("proxies", "header", "address"),
    [
        pytest.param(0, "198.51.100.7", "203.0.113.1", id="no proxy: whoever connects may write what they like"),
        pytest.param(1, "198.51.100.7", "198.51.100.7", id="our proxy wrote it"),
        pytest.param(1, "10.0.0.1, 198.51.100.7", "198.51.100.7", id="before it stands what the visitor made up"),
        pytest.param(2, "made up, 198.51.100.7, 10.0.0.2", "198.51.100.7", id="two of ours"),
        pytest.param(2, "198.51.100.7", "203.0.113.1", id="one of two was gone around"),
        pytest.param(1, "", "203.0.113.1", id="none"),
        pytest.param(1, " , ,", "203.0.113.1", id="nothing in it"),
        pytest.param(1, "made up,198.51.100.7 ", "198.51.100.7", id="blanks do not matter"),
    ],
)
def test_address(resources: Resources, proxies: int, header: str, address: str) -> None:
    rest: dict[str, Any] = dict.fromkeys(field.name for field in fields(Services))
    ours = replace(resources, settings=replace(resources.settings, trusted_proxies=proxies))
    services = Services(**{**rest, "resources": ours})
    assert services.address(_asked(*([header] if header else []))) == address


def test_a_header_written_twice_is_read_as_one(resources: Resources) -> None:
    """A visitor's own line must not stand in the place of the proxy's."""
    rest: dict[str, Any] = dict.fromkeys(field.name for field in fields(Services))
    ours = replace(resources, settings=replace(resources.settings, trusted_proxies=1))
    assert Services(**{**rest, "resources": ours}).address(_asked("10.6.6.6", "198.51.100.7")) == "198.51.100.7"
