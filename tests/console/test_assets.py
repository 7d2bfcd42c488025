"""Files of the console are fetched once, changed ones at once, and nothing beside them is given out."""

from __future__ import annotations

import re

import httpx
import pytest

from bot.console.assets import asset

from .conftest import Office


def test_a_page_names_versions_that_are_kept_for_a_year(office: Office) -> None:
    page = httpx.get(f"{office.server.url}/console/login").text
    named = set(re.findall(r'(?:href|src)="(/console/static/[^"]+)"', page))
    assert asset("console.css") in named
    for path in named:
        answer = httpx.get(office.server.url + path)
        assert answer.status_code == 200 and "immutable" in answer.headers["cache-control"], path
        other = httpx.get(office.server.url + path.partition("?")[0] + "?v=another")
        assert other.content == answer.content and "immutable" not in other.headers["cache-control"]
        again = httpx.get(office.server.url + path, headers={"If-None-Match": answer.headers["etag"]})
        assert again.status_code == 304 and not again.content


def test_packed_only_for_who_can_unpack_and_where_it_helps(office: Office) -> None:
    url, fonts = office.server.url + asset("console.css"), office.server.url + asset("FiraSans-Regular.woff2")
    packed = httpx.get(url, headers={"Accept-Encoding": "gzip"})
    plain = httpx.get(url, headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip" and "content-encoding" not in plain.headers
    assert packed.content == plain.content and packed.headers["vary"] == "Accept-Encoding"
    assert "content-encoding" not in httpx.get(fonts, headers={"Accept-Encoding": "gzip"}).headers


@pytest.mark.parametrize("name", ["nothing.css", "NOTICE.md", "vendor%2Fkern.css", "..%2Fassets.py", "%2e%2e%2fassets.py"])
def test_nothing_else_is_given_out(name: str, office: Office) -> None:
    assert httpx.get(f"{office.server.url}/console/static/{name}").status_code == 404
