"""The two lines on somebody else's website, as docs/embedding.md promises."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.browser.chat import Chat, wait_until
from tests.browser.conftest import Watched

# Plain http: browsers offer neither Web Locks nor crypto.randomUUID there, as on many a municipal intranet.
SITE = "http://www.landkreis.example"
# A name for the server: Chromium lets no site reach into this machine's own address.
SERVER = "http://chat.landkreis.example"


def embed(context: BrowserContext, server: str, element: str, head: str = "") -> None:
    """A site with a strict policy and difficult habits: tiny root font, everything centred, capitals, serif."""
    html = f"""<!doctype html><html lang="de"><head><title>Landkreis</title>{head}
        <link rel="stylesheet" href="/site.css"><script type="module" src="{SERVER}/lotse.js"></script></head>
        <body><h1>Landkreis</h1>{element}</body></html>"""
    style = """html { font-size: 62.5% } body { text-align: center; text-transform: uppercase; letter-spacing: .3em;
        line-height: 3; color: red } button { background: lime !important; border: 9px solid !important }"""
    policy = f"default-src 'none'; style-src 'self'; script-src {SERVER}; connect-src {SERVER}; require-trusted-types-for 'script'"

    def answer(route: Route) -> None:
        if route.request.url.endswith(".css"):
            route.fulfill(content_type="text/css", body=style)
        elif route.request.url.endswith("favicon.ico"):
            route.fulfill(status=204)
        else:
            route.fulfill(content_type="text/html", body=html, headers={"Content-Security-Policy": policy})

    def allow(route: Route) -> None:
        """What the server does itself for the sites in LOTSE_ORIGINS."""
        if route.request.url.endswith("/events"):
            return route.abort("connectionreset")
        response = route.fetch(url=route.request.url.replace(SERVER, server))
        return route.fulfill(response=response, headers={**response.headers, "Access-Control-Allow-Origin": "*"})

    context.route(SITE + "/**", answer)
    context.route(SERVER + "/**", allow)


def test_chat_works_on_another_site_under_its_strict_policy(page: Page, live_server: Any, watched: Watched) -> None:
    embed(page.context, live_server.url, '<lotse-chat campaign="plakat" topic="housing" persona="family"></lotse-chat>')
    chat = Chat(page, SITE).begin("/")
    chat.say("Wie melde ich mich an?")
    expect(chat.messages("bot").nth(1)).to_be_visible()
    (request,) = (request for request in watched.requests if request.url.endswith("/conversations"))
    assert request.post_data_json == {
        "language": "de", "page": SITE + "/", "consent": True, "topic": "housing", "persona": "family", "campaign": "plakat",
    }  # fmt: skip
    assert {url for url in watched.urls if not url.startswith((SITE, SERVER))} == set()


def test_site_style_does_not_leak_in(page: Page, live_server: Any) -> None:
    embed(page.context, live_server.url, "<lotse-chat></lotse-chat>")
    chat = Chat(page, SITE).begin("/")
    style = chat.messages("bot").first.evaluate(
        "e => { const s = getComputedStyle(e); return [s.fontSize, s.textTransform, s.letterSpacing, s.textAlign, s.color] }"
    )
    assert style == ["16px", "none", "normal", "start", "rgb(19, 21, 37)"]
    assert chat.send_button.evaluate("e => getComputedStyle(e).borderTopWidth") == "0px"


def test_site_colours_reach_the_chat(page: Page, live_server: Any) -> None:
    embed(page.context, live_server.url, "<lotse-chat></lotse-chat>")
    page.goto(SITE + "/")
    page.locator("lotse-chat").evaluate("e => e.style.setProperty('--lotse-accent', 'rgb(29, 92, 69)')")
    assert page.locator(".launcher").evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(29, 92, 69)"


def test_theme_follows_the_page_and_not_the_device_alone(new_context: Any, live_server: Any) -> None:
    for declared, theme in (("", "light"), ('<meta name="color-scheme" content="light dark">', "dark")):
        context = new_context(color_scheme="dark")
        embed(context, live_server.url, "<lotse-chat></lotse-chat>", declared)
        page = context.new_page()
        page.goto(SITE + "/")
        expect(page.locator("lotse-chat")).to_have_attribute("data-theme", theme)


def test_attributes_may_change_while_the_page_is_open(page: Page, live_server: Any) -> None:
    embed(page.context, live_server.url, '<lotse-chat open corner="bottom-left"></lotse-chat>')
    chat = Chat(page, SITE).visit("/")
    expect(chat.notice).to_be_visible()
    box = chat.panel.bounding_box()
    assert box and box["x"] < 100
    chat.element.evaluate("e => e.setAttribute('language', 'ar')")
    expect(chat.panel).to_have_attribute("dir", "rtl")
    chat.element.evaluate("e => e.removeAttribute('open')")
    expect(chat.panel).to_have_count(0)


def test_text_given_by_the_site_waits_for_consent(page: Page, live_server: Any, watched: Watched) -> None:
    embed(page.context, live_server.url, "<lotse-chat></lotse-chat>")
    chat = Chat(page, SITE).visit("/")
    chat.element.evaluate("e => e.send('Wohnung in Stendal')")
    expect(chat.notice).to_be_visible()
    assert not [request for request in watched.requests if request.method == "POST"]
    chat.accept_button.click()
    expect(chat.field).to_have_value("Wohnung in Stendal")


def test_removed_element_leaves_nothing_running(page: Page, live_server: Any) -> None:
    embed(page.context, live_server.url, "<lotse-chat></lotse-chat>")
    chat = Chat(page, SITE).begin("/")
    page.evaluate("window.gone = document.querySelector('lotse-chat'); gone.remove()")
    page.evaluate("document.body.append(gone)")
    expect(chat.messages("bot").first).to_be_visible()
    chat.say("Noch da?")
    wait_until(chat, lambda: chat.messages("visitor").count() == 1)


def test_server_that_is_down_at_the_start_is_told_and_retried(page: Page, live_server: Any) -> None:
    embed(page.context, live_server.url, "<lotse-chat></lotse-chat>")
    down = True
    page.context.route(
        re.compile("/api/v1/interface"), lambda route: route.abort("connectionrefused") if down else route.fallback()
    )
    chat = Chat(page, SITE).visit("/").open()
    alert = chat.element.locator("[role=alert]")
    expect(alert).to_contain_text("nicht erreichbar")
    down = False
    alert.locator("button").click()
    expect(chat.notice).to_be_visible()
