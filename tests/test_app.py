"""What every answer has, whoever asks: health, headers, and leave for the sites on the list alone."""

from __future__ import annotations

import uuid

import httpx
import pytest

from tests.conftest import LiveServer, begin

SITE = "https://www.landkreis.example"


@pytest.mark.parametrize(("path", "status"), [("/", 200), ("/health/live", 200), ("/health/ready", 503)])
def test_monitors_may_ask_without_reading(no_model: LiveServer, path: str, status: int) -> None:
    asked = httpx.head(no_model.url + path)
    assert asked.status_code == status and not asked.content


def test_health_and_metrics(live_server: LiveServer) -> None:
    talk = begin(live_server.url)
    word = uuid.uuid4().hex
    talk.say(word)
    assert httpx.get(f"{live_server.url}/health/live").json() == {"status": "live"}
    ready = httpx.get(f"{live_server.url}/health/ready")
    assert ready.status_code == 200 and ready.json()["database"] is True and ready.json()["model"].endswith(".tar.gz")
    counted = httpx.get(f"{live_server.url}/metrics").text
    assert "lotse_turn_seconds_count" in counted and "lotse_turn_failures_total" in counted
    assert talk.id not in counted and word not in counted


@pytest.mark.parametrize("origin", ["https://evil.example", "null", f"{SITE}.evil.example", SITE.replace("https", "http")])
@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
def test_a_site_that_is_not_listed_gets_no_leave(no_model: LiveServer, origin: str, method: str) -> None:
    answer = httpx.request(method, f"{no_model.url}/api/v1/region", headers={"Origin": origin})
    assert answer.status_code == (200 if method == "GET" else 204)
    assert not [name for name in answer.headers if name.startswith("access-control-")]
    assert answer.headers["x-content-type-options"] == "nosniff" and answer.headers["cache-control"] == "no-store"


def test_a_listed_site_may_ask_and_write(no_model: LiveServer) -> None:
    asked = {"Origin": SITE, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    leave = httpx.options(f"{no_model.url}/api/v1/conversations", headers=asked)
    assert leave.status_code == 204 and leave.headers["access-control-allow-origin"] == SITE
    assert "POST" in leave.headers["access-control-allow-methods"]
    assert {"authorization", "content-type", "last-event-id"} <= set(leave.headers["access-control-allow-headers"].split(", "))
    body = {"language": "de", "consent": True}
    begun = httpx.post(f"{no_model.url}/api/v1/conversations", json=body, headers={"Origin": SITE})
    assert begun.status_code == 201 and begun.headers["access-control-allow-origin"] == SITE
    assert "Origin" in begun.headers["vary"], "no cache may give one site's leave to another"
    assert "access-control-allow-credentials" not in begun.headers


def test_only_the_visitors_calls_are_for_other_sites(no_model: LiveServer) -> None:
    for path in ("/console/login", "/health/live", "/metrics"):
        answer = httpx.get(no_model.url + path, headers={"Origin": SITE})
        assert answer.status_code == 200 and "access-control-allow-origin" not in answer.headers
        assert answer.headers["x-content-type-options"] == "nosniff"
