"""A start that cannot be whole says why and serves what it can; one that must not be ends in words."""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path

import httpx

from tests.conftest import ROOT, LiveServer, Servers

PASSWORD = "Elbe und Altmark im Herbst"


def _ended(server: LiveServer) -> tuple[int, str]:
    """(exit code, what was printed) of a server that ends by itself."""
    try:
        return server.process.wait(90), server.output.read_text()
    except subprocess.TimeoutExpired:
        raise AssertionError("it went on:\n" + server.output.read_text()) from None


def _printed(server: LiveServer) -> str:
    """What a server has printed when it serves."""
    server.wait_until_ready(120, path="/health/live")
    deadline = time.monotonic() + 20
    # It listens a moment before it says so.
    while "Staff:" not in server.output.read_text() and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.2)
    return server.output.read_text()


def test_without_a_model_it_says_so_and_the_link_is_printed_until_somebody_can_log_in(
    no_model: LiveServer, servers: Servers
) -> None:
    models = no_model.environment["LOTSE_MODELS"]
    first = servers.start(wait=False, models=models)
    printed = _printed(first)
    assert "Serving without understanding: visitors are offered a person." in printed and "Traceback" not in printed
    assert f"Visitors: http://localhost:{first.environment['LOTSE_PORT']}/\n" in printed
    link = first.url + "/console/welcome/" + first.invitation.rpartition("/")[2]
    first.stop()
    second = servers.start(wait=False, var=first.var, models=models)
    _printed(second)
    assert httpx.get(link.replace(first.url, second.url)).status_code == 410, "each start makes a new one"
    own = second.url + "/console/welcome/" + second.invitation.rpartition("/")[2]
    headers = {"Sec-Fetch-Site": "same-origin"}
    assert httpx.post(own, data={"name": "Admin", "password": PASSWORD}, headers=headers).status_code == 303
    second.stop()
    third = servers.start(wait=False, var=first.var, models=models)
    printed = _printed(third)
    assert "Ready after" in printed and "/console/welcome/" not in printed
    third.stop()


def test_broken_content_ends_the_start_with_file_and_line(servers: Servers, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "data", tmp_path / "data")
    with (tmp_path / "data" / "languages.yml").open("a", encoding="utf-8") as file:
        file.write("\n- : [\n")
    code, printed = _ended(servers.start(wait=False, data=tmp_path / "data", models=tmp_path / "models"))
    assert code == 1 and "languages.yml:" in printed and "Traceback" not in printed
    assert not list((tmp_path / "models").glob("*")), "nothing was trained"


def test_a_port_that_is_taken_ends_the_start(no_model: LiveServer, servers: Servers) -> None:
    other = servers.start(wait=False, models=no_model.environment["LOTSE_MODELS"], port=no_model.environment["LOTSE_PORT"])
    code, printed = _ended(other)
    port = no_model.environment["LOTSE_PORT"]
    assert code == 2 and f"127.0.0.1:{port}" in printed and "LOTSE_PORT" in printed and "Traceback" not in printed
    assert httpx.get(f"{no_model.url}/health/live").status_code == 200, "who was there goes on"
