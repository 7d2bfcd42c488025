"""The console in a browser: nothing for axe-core to find, nothing wider than the screen, charts drawn."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.console.conftest import Member, case_of, engine, log_in

__all__ = ["engine", "log_in"]

ARABIC = "نبحث عن قابلة في شتندال قبل شهر مارس."
PAGES = (
    "/", "/?state=all", "/cases/{number}", "/review?kind=all", "/review/talk/{talk}", "/review/misunderstood", "/statistics",
    "/account", "/account/second-factor", "/users", "/persons", "/letters", "/nothing/here",
)  # fmt: skip


@pytest.fixture(scope="module")
def known(live_server: Any, log_in: Callable[..., Member]) -> dict[str, Any]:
    """An administrator with a case in Arabic that has a bit of everything."""
    from tests.conftest import begin

    talk, admin = begin(live_server.url, "ar"), log_in("administrator")
    talk.say("كيف أسجل عنواني؟")
    number = case_of(talk, ARABIC)
    admin.post(f"/cases/{number}/take")
    admin.post(f"/cases/{number}/prepared", name="greeting", key=uuid.uuid4().hex)
    admin.post(f"/cases/{number}/notes", text="Dolmetscher angefragt")
    admin.post(f"/cases/{number}/tags", tag="Hebamme")
    return {"admin": admin, "number": number, "talk": talk.id, "url": live_server.url}


def _open(page: Page, known: dict[str, Any], path: str) -> None:
    cookies = [{"name": k, "value": v, "url": known["url"]} for k, v in known["admin"].http.cookies.items()]
    page.context.add_cookies(cookies)  # type: ignore[arg-type]
    page.goto(f"{known['url']}/console{path.format(**known)}")
    expect(page.locator("main")).to_be_visible()


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("width", [1280, 360])
def test_axe_finds_nothing(path: str, width: int, known: dict[str, Any], new_context: Any, axe: Any) -> None:
    page = new_context(viewport={"width": width, "height": 800}).new_page()
    _open(page, known, path)
    for details in page.locator(".palette__part").all():
        details.evaluate("each => each.setAttribute('open', '')")
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "wider than the screen"


def test_prepared_reply_goes_into_the_field(known: dict[str, Any], page: Page) -> None:
    _open(page, known, "/cases/{number}")
    page.get_by_text("Vorbereitete Antworten").click()
    page.get_by_text("Ist noch etwas offen?").click()
    page.get_by_role("button", name="Ins Antwortfeld: Ist noch etwas offen?").click()
    assert "هل أجبت عن سؤالكم" in page.locator("#reply").input_value()
    assert known["number"] in page.locator("#reply").input_value()


def test_the_helps_follow_the_visitors_language_and_the_reply_field_stays(known: dict[str, Any], page: Page) -> None:
    from tests.conftest import begin

    talk = begin(known["url"], "uk")
    number = case_of(talk, "Шукаємо квартиру.")
    known["admin"].post(f"/cases/{number}/take")
    _open(page, known, f"/cases/{number}")
    expect(page.locator("[sse-swap=spoken]")).to_contain_text("Ukrainisch")
    page.wait_for_timeout(1000)
    page.locator("#reply").fill("Gern, ich schaue")
    talk.http.put(f"{talk.path}/language", headers=talk.headers, json={"language": "ar"})
    expect(page.locator("[sse-swap=spoken]")).to_contain_text("Arabisch")
    expect(page.locator(".prepared__text[lang=ar]").first).to_be_attached()
    assert page.locator(".prepared__text[lang=uk]").count() == 0
    assert page.locator("#reply").input_value() == "Gern, ich schaue"
    # What is sent from the field and what is sent from the helps after it are two messages.
    page.locator(".composer__send").click()
    expect(page.locator(".message--staff").last).to_contain_text("Gern, ich schaue")
    page.get_by_text("Vorbereitete Antworten").click()
    page.get_by_text("Ist noch etwas offen?").click()
    page.get_by_role("button", name="Senden: Ist noch etwas offen?").click()
    expect(page.locator(".message--staff").last).to_contain_text("هل أجبت عن سؤالكم")


def test_charts_are_drawn_from_their_tables(known: dict[str, Any], page: Page) -> None:
    _open(page, known, "/statistics")
    expect(page.locator("canvas[data-table='t-languages']")).to_be_visible()
    row = page.locator("#t-languages tbody tr").first
    assert int(row.locator("td").first.get_attribute("data-value") or 0) > 0


def test_a_new_case_is_announced(known: dict[str, Any], page: Page) -> None:
    from tests.conftest import begin

    _open(page, known, "/")
    page.evaluate("localStorage.setItem('lotse-alerts', 'on'); window.sounds = 0; window.sound = () => window.sounds++")
    expect(page.locator("[data-waiting]")).to_be_visible()
    page.wait_for_timeout(1000)
    case_of(begin(known["url"], "uk"), "Шукаємо місце в садку.")
    expect(page.locator("[data-announce]").first).to_contain_text("Neue Anfrage")
    assert page.evaluate("window.sounds") >= 1
