"""Keyboard, screen readers, zoom, contrast."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.chat import Chat
from tests.browser.stub import FORM, OFFER, Stub

LANGUAGES = ("de", "en", "ar")
STATES = (
    "closed", "notice", "conversation", "cards", "form", "form_errors", "failed", "offline", "live", "over",
    "menu", "languages", "saved", "delete", "theme", "voice", "receipt",
)  # fmt: skip
SHEETS = {"theme": "contrast", "voice": "mic"}
LAW = "https://www.gesetze-im-internet.de/bmg/__17.html"
SOURCES = [{"title": "Bundesmeldegesetz § 17", "url": LAW, "checked_on": "2025-11-01"}]


def bring_to(state: str, chat: Chat, stub: Stub, path: str) -> None:
    """Show the chat in one of its states."""
    chat.visit(path)
    if state == "closed":
        return
    if chat.launcher.is_visible():
        chat.open()
    expect(chat.notice).to_be_visible()
    if state == "notice":
        return
    chat.accept_button.click()
    expect(chat.messages("bot").first).to_be_visible()
    stub.replies = [{"text": "Gern:\n- eins\n- zwei", "sources": SOURCES}]
    if state in ("cards", "saved"):
        stub.replies = [{"text": "Gefunden", "offers": [OFFER]}]
    elif state.startswith("form"):
        stub.replies = [{"text": "Bitte", "form": FORM}]
    elif state == "failed":
        stub.fail = ["offline"] * 99
    elif state == "offline":
        chat.page.context.set_offline(True)
        stub.offline = True
    chat.say("Frage")
    if state == "failed":
        expect(chat.log.locator("button.retry")).to_be_visible()
    elif state == "offline":
        expect(chat.banner).to_be_visible()
    else:
        expect(chat.messages("bot")).to_have_count(2)
    if state == "cards":
        chat.log.locator(".offer-more").click()
    elif state == "saved":
        chat.log.locator(".offer-keep").click()
        chat.menu("bookmark")
    elif state == "form_errors":
        chat.log.locator("form.form button").click()
    elif state == "live":
        stub.state = {"state": "live", "staff": {"name": "Frau Muster"}}
        stub.add("staff", "Guten Tag", name="Frau Muster")
        expect(chat.messages("staff")).to_be_visible()
    elif state == "over":
        stub.state = {"state": "closed"}
        expect(chat.element.locator(".over")).to_be_visible()
    elif state == "menu":
        chat.element.locator(".head .round:has(.icon-more)").click()
    elif state == "languages":
        chat.menu("globe")
    elif state == "delete":
        chat.menu("trash")
    elif state in SHEETS:
        chat.menu(SHEETS[state])
    elif state == "receipt":
        stub.state = {"state": "waiting_for_staff", "case_number": "HL-7K3M-92", "queue": {"place": 2, "minutes": 5}}
        expect(chat.element.locator(".names p")).to_contain_text("HL-7K3M-92")
        chat.menu("lock")
        expect(chat.element.locator(".qr")).to_be_visible()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing(state: str, language: str, chat: Chat, stub: Stub, axe: Any) -> None:
    bring_to(state, chat, stub, f"/demo/{language}/start")
    assert axe(chat.page, state, language) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", ("notice", "cards"))
def test_axe_finds_nothing_on_the_full_page(state: str, language: str, chat: Chat, stub: Stub, axe: Any) -> None:
    bring_to(state, chat, stub, f"/?lang={language}")
    assert axe(chat.page, f"page, {state}", language) == []


@pytest.mark.parametrize("theme", ("dark", "high-contrast"))
@pytest.mark.parametrize("state", ("notice", "cards", "form_errors", "failed", "live", "menu"))
def test_axe_finds_nothing_in_other_themes(state: str, theme: str, chat: Chat, stub: Stub, axe: Any) -> None:
    bring_to(state, chat, stub, "/demo/de/start")
    chat.element.evaluate("(element, theme) => element.setAttribute('theme', theme)", theme)
    assert axe(chat.page, f"{theme}, {state}", "de") == []


def test_everything_can_be_done_with_the_keyboard(chat: Chat, stub: Stub) -> None:
    keyboard = chat.page.keyboard
    chat.visit()
    chat.page.locator("footer").click()
    for _ in range(40):
        if "launcher" in chat.focused():
            break
        keyboard.press("Tab")
    keyboard.press("Enter")
    expect(chat.notice).to_be_visible()
    assert chat.focused().startswith("h3"), "the notice is read from its heading"
    while "primary" not in chat.focused():
        keyboard.press("Tab")
    keyboard.press("Enter")
    expect(chat.messages("bot")).to_have_count(1)
    expect(chat.field).to_be_focused()
    keyboard.type("Frage")
    keyboard.press("Enter")
    expect(chat.messages("visitor")).to_have_count(1)
    expect(chat.field).to_be_focused()

    chat.element.locator(".head .round:has(.icon-more)").focus()
    keyboard.press("Enter")
    assert chat.focused().startswith("h2")
    keyboard.press("Escape")
    assert "round" in chat.focused(), "the focus returns to the button that opened the menu"
    keyboard.press("Escape")
    expect(chat.panel).to_have_count(0)
    assert "launcher" in chat.focused(), "the focus returns to the launcher"


def test_log_announces_only_what_is_new(chat: Chat, stub: Stub) -> None:
    chat.begin()
    expect(chat.log).to_have_attribute("aria-live", "polite")
    first = chat.messages().first.element_handle()
    stub.add("bot", "Neu")
    expect(chat.messages("bot")).to_have_count(2)
    assert first and first.is_visible(), "a message is never made anew: it would be read again"
    chat.page.reload()
    expect(chat.messages("bot")).to_have_count(2)


@pytest.mark.parametrize("path", ("/demo/de/start", "/demo/ar/start", "/?lang=uk"))
@pytest.mark.parametrize("state", ("notice", "cards", "form_errors", "menu"))
def test_narrow_screen_needs_no_sideways_scrolling(state: str, path: str, chat: Chat, stub: Stub) -> None:
    chat.page.set_viewport_size({"width": 320, "height": 568})
    bring_to(state, chat, stub, path)
    wide = chat.element.evaluate(
        "e => [...e.shadowRoot.querySelectorAll('.panel, .panel *')].filter(n => !n.closest('.sr') && n.scrollWidth > n.clientWidth + 1"
        " && getComputedStyle(n).overflowX !== 'visible' && !n.matches('textarea, input, h2')).map(n => n.className)"
    )
    assert wide == []
    outside = chat.element.evaluate("""e => [...e.shadowRoot.querySelectorAll('.panel *')]
        .filter(n => n.offsetParent && !n.closest('.sr'))
        .map(n => [n.className, n.getBoundingClientRect()])
        .filter(([, b]) => b.width > 1 && (b.left < -1 || b.right > innerWidth + 1)).map(([name]) => name)""")
    assert outside == []


def test_zoomed_to_400_percent_the_field_and_the_log_are_reachable(chat: Chat, stub: Stub) -> None:
    chat.page.set_viewport_size({"width": 320, "height": 256})
    bring_to("cards", chat, stub, "/demo/de/start")
    expect(chat.field).to_be_in_viewport()
    assert chat.element.evaluate("e => e.shadowRoot.querySelector('.scroller').clientHeight") >= 100


@pytest.mark.parametrize("state", ("notice", "cards", "form", "menu", "failed"))
def test_targets_are_large_enough(state: str, chat: Chat, stub: Stub) -> None:
    bring_to(state, chat, stub, "/demo/de/start")
    small = chat.element.evaluate(
        """e => [...e.shadowRoot.querySelectorAll('button, select, input, textarea, a')]
            .filter(n => n.offsetParent && !n.closest('p, [inert]'))
            .map(n => [n.className || n.tagName, n.getBoundingClientRect()])
            .filter(([, b]) => b.width < 24 || b.height < 24).map(([name, b]) => `${name} ${b.width}×${b.height}`)"""
    )
    assert small == []


def test_focus_is_visible_and_stays_in_the_full_screen_chat(chat: Chat, stub: Stub) -> None:
    chat.page.set_viewport_size({"width": 360, "height": 640})
    chat.begin()
    for _ in range(25):
        chat.page.keyboard.press("Tab")
        assert chat.focused(), "the focus left a chat that covers the page"
        if "textarea" not in chat.focused():
            width = chat.element.evaluate("e => getComputedStyle(e.shadowRoot.activeElement).outlineStyle")
            assert width == "solid"


def test_forced_colours_keep_borders(new_context: Any, live_server: Any) -> None:
    context = new_context(forced_colors="active")
    stub = Stub()
    stub.serve(context)
    chat = Chat(context.new_page(), live_server.url).begin()
    assert (
        chat.element.evaluate("e => getComputedStyle(e.shadowRoot.querySelector('.bubble')).borderTopStyle") == "solid"
    )


def test_motion_stops_where_it_is_not_wanted(chat: Chat, stub: Stub) -> None:
    chat.begin()
    assert chat.element.evaluate("e => getComputedStyle(e.shadowRoot.querySelector('.panel')).animationName") == "none"
