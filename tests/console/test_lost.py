"""An address that leads nowhere says so in words, to everybody alike."""

from __future__ import annotations

import httpx
import pytest

from .conftest import Office


@pytest.mark.parametrize("path", ["nothing", "cases", "users/1/nothing", "x" * 500, "%00", "%e2%80%ae"])
def test_nowhere_is_a_page(path: str, office: Office) -> None:
    anna = office.member("administrator")
    for answer in (httpx.get(f"{office.server.url}/console/{path}"), anna.http.get(f"/console/{path}")):
        assert answer.status_code == 404
        assert "Nicht gefunden" in answer.text and 'href="/console/"' in answer.text
        assert "default-src 'none'" in answer.headers["content-security-policy"]
