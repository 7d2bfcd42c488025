"""The receipt as a code and as a page: for ten minutes, for this case, and without the secret in an address."""

from __future__ import annotations

import re
import time

import httpx
import pytest
from itsdangerous import TimestampSigner, URLSafeTimedSerializer

from tests.conftest import LiveServer, Visitor, begin

SECRET = b"test-secret"
"""As tests/conftest.py sets it for every server."""


@pytest.fixture
def handed(no_model: LiveServer) -> tuple[Visitor, str, str]:
    """(an Arabic visitor, the case's number, its secret)."""
    talk = begin(no_model.url, "ar")
    assert talk.http.post(f"{talk.path}/receipt", headers=talk.headers, json={}).status_code == 404, "there is no case yet"
    receipt = talk.hand_over_by_form(talk.say("؟")[-1], concern="شقة مع بلكون")
    found = re.search(r"\?case=(HL-\w{4}-\w{2})#([0-9a-f]{32})", receipt["text"])
    assert found, receipt["text"]
    return talk, found[1], found[2]


def _issue(talk: Visitor) -> dict[str, str]:
    answer = talk.http.post(f"{talk.path}/receipt", headers=talk.headers, json={})
    assert answer.status_code == 201
    return dict(answer.json())


def test_the_receipt_has_a_code_and_a_page_and_opens_anywhere(handed: tuple[Visitor, str, str], no_model: LiveServer) -> None:
    talk, number, secret = handed
    given = _issue(talk)
    assert given["case_number"] == number and given["link"].endswith(f"?case={number}#{secret}")
    assert secret not in given["svg"] + given["png"] + given["page"]
    with httpx.Client(base_url=no_model.url) as anybody:
        svg, png, page = (anybody.get(given[name]) for name in ("svg", "png", "page"))
        assert svg.headers["content-type"] == "image/svg+xml" and b"<svg" in svg.content
        assert png.headers["content-type"] == "image/png" and png.content.startswith(b"\x89PNG")
        assert 'dir="rtl"' in page.text and number in page.text and secret in page.text
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert {answer.headers["cache-control"] for answer in (svg, png, page)} == {"no-store"}
        opened = anybody.post(f"/api/v1/receipts/{number}", json={"secret": secret}).json()
        said = anybody.get(
            f"/api/v1/conversations/{opened['id']}/messages", headers={"Authorization": f"Bearer {opened['token']}"}
        )
    assert [m["seq"] for m in said.json()["messages"]] == [m["seq"] for m in talk.messages()]


def test_a_ticket_is_for_its_case_and_for_ten_minutes(handed: tuple[Visitor, str, str], no_model: LiveServer) -> None:
    talk, number, _ = handed
    other = begin(no_model.url)
    other.hand_over_by_form(other.say("?")[-1])
    of_other = _issue(other)["page"].partition("?ticket=")[2]

    def status(ticket: str, number: str = number) -> int:
        return httpx.get(f"{no_model.url}/api/v1/receipts/{number}/page", params={"ticket": ticket}).status_code

    class Earlier(TimestampSigner):
        seconds = 0

        def get_timestamp(self) -> int:
            return int(time.time()) - self.seconds

    def signed(seconds: int, key: bytes = SECRET, salt: str = "receipt") -> str:
        signer = type("Signer", (Earlier,), {"seconds": seconds})
        return str(URLSafeTimedSerializer(key, salt=salt, signer=signer).dumps(number))

    assert status(signed(590)) == 200 and status(signed(610)) == 404
    assert status(signed(0, key=b"guessed")) == 404 and status(signed(0, salt="another purpose")) == 404
    assert status(of_other) == 404 and status("") == 404 and status(_issue(talk)["page"].partition("=")[2] + "x") == 404


def test_the_page_of_an_erased_conversation_is_gone(handed: tuple[Visitor, str, str], no_model: LiveServer) -> None:
    talk, *_ = handed
    page = no_model.url + _issue(talk)["page"]
    assert httpx.get(page).status_code == 200
    talk.http.delete(talk.path, headers=talk.headers)
    assert httpx.get(page).status_code == 404
