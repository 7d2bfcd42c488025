"""The conversation without JavaScript, in a Chromium that runs none, on the real server."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import BrowserContext, Page, expect

from bot.db import cases, conversations, messages, ratings


@pytest.fixture
def plain(new_context: Any, live_server: Any) -> Callable[..., Page]:
    """`plain("/plain?lang=uk")` opens a page in a browser without JavaScript."""

    def go(path: str = "/plain", begin: bool = True, **options: Any) -> Page:
        page = new_context(java_script_enabled=False, **options).new_page()
        page.goto(live_server.url + path)
        if begin:
            page.locator("form[action='/plain/begin'] input[type=submit]").click()
            expect(page.locator(".message.bot").first).to_be_visible()
        return page

    return go


def say(page: Page, text: str) -> None:
    page.locator("#text").fill(text)
    page.locator(".write input[type=submit]").click()


def rows(live_server: Any, table: sa.Table) -> list[Any]:
    engine = sa.create_engine(live_server.database_url)
    with engine.connect() as connection:
        found = connection.execute(sa.select(table)).all()
    engine.dispose()
    return list(found)


def cookies(context: BrowserContext) -> list[Any]:
    return [cookie for cookie in context.cookies() if cookie["name"] == "lotse_plain"]


def test_nothing_is_kept_before_the_notice_is_accepted(plain: Any, live_server: Any) -> None:
    before = len(rows(live_server, conversations))
    page = plain(begin=False)
    expect(page.locator("main")).to_contain_text("Computerprogramm")
    assert page.context.cookies() == [] and len(rows(live_server, conversations)) == before
    page.locator("form[action='/plain/begin'] input[type=submit]").click()
    (cookie,) = cookies(page.context)
    assert cookie["httpOnly"] and cookie["sameSite"] == "Lax" and cookie["path"] == "/plain"


def test_search_shows_cards_and_buttons_go_on(plain: Any) -> None:
    page = plain("/plain?lang=de&topic=housing")
    expect(page.locator(".message.bot")).to_contain_text("Sie suchen ein Zuhause?")
    say(page, "Ich suche eine Wohnung in Stendal")
    expect(page.locator(".offer").first).to_be_visible()
    expect(page.locator(".offer").first.locator("a[href*='openstreetmap.org']")).to_be_visible()
    shown = page.locator(".offer").count()
    page.locator(".buttons input[type=submit]").first.click()
    expect(page.locator(".message.visitor")).to_have_count(2)
    page.get_by_role("link", name="Alle Angebote dieses Gesprächs").click()
    assert page.locator(".offer").count() >= shown


def test_language_changes_and_everything_stays(plain: Any) -> None:
    page = plain("/plain?lang=uk")
    expect(page.locator("html")).to_have_attribute("lang", "uk")
    say(page, "Як зареєструвати адресу?")
    expect(page.locator(".message.bot").nth(1)).to_be_visible()
    page.locator("#language").select_option("ar")
    page.locator("form[action='/plain/language'] input[type=submit]").click()
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.locator(".message.bot").nth(1)).to_have_attribute("dir", "ltr")
    expect(page.locator(".message.visitor")).to_have_text(re.compile("Як зареєструвати адресу"))


def test_pressing_twice_sends_once_and_going_back_loses_nothing(plain: Any) -> None:
    page = plain()
    old = page.url
    form = {name: page.locator(f".write input[name={name}]").get_attribute("value") for name in ("key", "client_id")}
    for text in ("Danke", "Danke", "Hallo"):
        page.request.post(
            re.sub(r"\?.*", "", old) + "/send", form={**form, "text": text}, headers={"Sec-Fetch-Site": "same-origin"}
        )
    page.reload()
    assert page.locator(".message.visitor .text").all_inner_texts() == ["Danke", "Hallo"]


@pytest.mark.parametrize("change", ({"key": "0" * 32}, {"key": ""}, {"Sec-Fetch-Site": "cross-site"}))
def test_form_of_another_site_does_nothing(change: dict[str, str], plain: Any, live_server: Any) -> None:
    page = plain()
    form = {"key": page.locator(".write input[name=key]").get_attribute("value"), "client_id": "a" * 32, "sure": "1"}
    headers = {"Sec-Fetch-Site": change.get("Sec-Fetch-Site", "same-origin")}
    answer = page.request.post(live_server.url + "/plain/delete", form={**form, **change}, headers=headers)
    assert answer.status == 403 and "nicht mehr aktuell" in answer.text()
    page.reload()
    expect(page.locator(".message.bot")).to_be_visible()


def test_error_stands_at_the_field_and_the_text_is_kept(plain: Any) -> None:
    page = plain()
    say(page, "a" * 2001)
    expect(page.locator("#text")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#text")).to_have_value("a" * 2001)
    expect(page.locator("#e-text")).to_contain_text("zu lang")
    assert page.locator("#text").get_attribute("aria-describedby") == "e-text"


def test_markup_stays_text(plain: Any) -> None:
    page = plain()
    say(page, "<b>fett</b><script>document.title='x'</script>")
    expect(page.locator(".message.visitor .text")).to_have_text("<b>fett</b><script>document.title='x'</script>")
    assert page.locator(".message.visitor b").count() == 0


def test_handing_over_with_the_summary_changed(plain: Any, live_server: Any) -> None:
    page = plain()
    page.get_by_role("button", name="Mit einem Menschen sprechen").last.click()
    for _ in range(6):
        if page.locator("form.box select").count():
            break
        buttons = page.locator(".message .buttons input[type=submit]")
        change = page.locator(".message .buttons input[type=submit][value*='ndern']")
        if change.count():
            change.first.click()
        elif buttons.count():
            buttons.first.click()
        else:
            say(page, "Ich suche eine Hebamme für meine Frau")
    form = page.locator("form.box:has(select)")
    form.locator("textarea[name='f:concern']").fill("Wir suchen eine Hebamme in Arneburg")
    form.locator("input[type=text]").fill("keine Adresse")
    form.locator("input[type=submit]").click()
    expect(page.locator("form.box .error")).to_be_visible()
    expect(page.locator("form.box textarea[name='f:concern']")).to_have_value("Wir suchen eine Hebamme in Arneburg")
    page.locator("form.box input[type=text]").fill("")
    page.locator("form.box:has(select) input[type=submit]").click()
    expect(page.locator("h1.status")).to_contain_text("HL-")
    assert rows(live_server, cases)[-1].concern == "Wir suchen eine Hebamme in Arneburg"
    page.get_by_role("link", name="alle 20 Sekunden").click()
    assert page.locator("meta[http-equiv=refresh]").count() == 1


def test_rating_with_what_was_missing(plain: Any, live_server: Any) -> None:
    page = plain()
    say(page, "Wie melde ich mich an?")
    page.locator("input[name=down]").first.click()
    page.locator("#comment").fill("Die Gebühr")
    page.locator("form.box input[type=submit]").click()
    expect(page.locator("#end")).to_contain_text("Vielen Dank")
    stored = rows(live_server, ratings)[-1]
    assert (stored.value, stored.comment) == (-1, "Die Gebühr")


def test_delete_asks_and_then_erases(plain: Any, live_server: Any) -> None:
    page = plain()
    say(page, "Nur ein Versuch 4711")
    page.locator("form[action='/plain/delete'] input[type=submit]").click()
    assert any(row.text == "Nur ein Versuch 4711" for row in rows(live_server, messages))
    page.locator("input[name=sure]").click()
    expect(page.locator("main")).to_contain_text("gelöscht")
    assert not any(row.text == "Nur ein Versuch 4711" for row in rows(live_server, messages))
    assert cookies(page.context) == []


def test_download_holds_the_conversation(plain: Any) -> None:
    page = plain()
    say(page, "Guten Tag")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="herunterladen").click()
    assert "Guten Tag" in json.dumps(json.loads(waiting.value.path().read_text(encoding="utf-8")), ensure_ascii=False)


def test_browser_that_keeps_no_cookie_is_told(plain: Any) -> None:
    page = plain(begin=False)
    page.goto(page.url + "?begun=1&lang=de")
    expect(page.get_by_role("alert")).to_contain_text("Cookie")


def test_full_page_leads_here_without_a_script(plain: Any) -> None:
    page = plain("/?lang=pl", begin=False)
    page.locator("a.plain").click()
    expect(page.locator("html")).to_have_attribute("lang", "pl")
    expect(page.locator("form[action='/plain/begin']")).to_be_visible()


@pytest.mark.parametrize("language", ("de", "en", "ar"))
@pytest.mark.parametrize("scheme", ("light", "dark"))
def test_axe_finds_nothing(language: str, scheme: Any, new_context: Any, live_server: Any, axe: Any) -> None:
    # axe itself is a script; the page's own policy forbids it to come with the page.
    page = new_context(color_scheme=scheme).new_page()
    page.goto(f"{live_server.url}/plain?lang={language}")
    assert axe(page, f"plain, {scheme}, notice", language) == []
    page.locator("form[action='/plain/begin'] input[type=submit]").click()
    say(page, {"de": "Wohnung in Stendal", "en": "flat in Stendal", "ar": "أبحث عن شقة في شتندال"}[language])
    expect(page.locator(".message.visitor")).to_be_visible()
    assert axe(page, f"plain, {scheme}, conversation", language) == []


@pytest.mark.parametrize("language", ("de", "ar"))
def test_narrow_screen_needs_no_sideways_scrolling(language: str, plain: Any, live_server: Any) -> None:
    page = plain(f"/plain?lang={language}", viewport={"width": 320, "height": 560})
    say(page, "Wohnung in Stendal " + "x" * 200)
    # Without a script a page can still be measured from outside.
    page.screenshot(full_page=True)
    assert page.locator("html").bounding_box()["width"] <= 320
