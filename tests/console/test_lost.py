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


@pytest.mark.parametrize("number", ["9" * 10, "9" * 25, "-1"])
@pytest.mark.parametrize(
    "path", ["letters/{}/again", "review/talk/x/{}", "users/{}/role", "users/{}/link", "users/{}/active", "users/{}/second-factor"]
)
def test_a_number_that_no_row_has_leads_nowhere(path: str, number: str, office: Office) -> None:
    anna = office.member("administrator")
    answer = anna.post(f"/{path.format(number)}", verdict="good", role="editor", active="no")
    assert answer.status_code == 404 and "Nicht gefunden" in answer.text
