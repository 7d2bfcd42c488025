"""The chat as a visitor handles it, so that tests read as what they do."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page, expect


class Chat:
    """One `<lotse-chat>` on a page. Locators pierce the shadow root."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.element = page.locator("lotse-chat")
        self.launcher = self.element.locator(".launcher")
        self.panel = self.element.locator(".panel")
        self.log = self.element.get_by_role("log")
        self.field = self.element.locator(".write textarea")
        self.send_button = self.element.locator(".send")
        self.notice = self.element.locator(".points")
        self.accept_button = self.element.locator(".primary")
        self.banner = self.element.locator(".banner")

    def visit(self, path: str = "/demo/de/start") -> Chat:
        self.page.goto(self.url + path)
        expect(self.element).to_be_attached()
        return self

    def leave(self) -> Chat:
        """Go to a page of the same site without the chat, which would write over what a test puts into its storage."""
        self.page.goto(self.url + "/accessibility")
        return self

    def open(self) -> Chat:
        self.launcher.click()
        expect(self.panel).to_be_visible()
        return self

    def begin(self, path: str = "/demo/de/start") -> Chat:
        """Visit a page, open, accept, and wait for the greeting."""
        self.visit(path)
        if self.launcher.is_visible():
            self.open()
        expect(self.notice).to_be_visible()
        self.accept_button.click()
        expect(self.messages("bot").first).to_be_visible()
        return self

    def say(self, text: str) -> None:
        self.field.fill(text)
        self.field.press("Enter")

    def messages(self, author: str = "") -> Locator:
        return self.log.locator(f".message.{author}" if author else ".message")

    def bubble(self, text: str) -> Locator:
        return self.log.locator(".bubble", has_text=text)

    def menu(self, row: int | str) -> None:
        """Open the menu and choose the row with this icon."""
        self.element.locator(".head .round:has(.icon-more)").click()
        self.element.locator(f".rows .row:has(.icon-{row})").first.click()

    def stored(self) -> dict[str, Any]:
        """What this site keeps in the browser."""
        text = self.page.evaluate("JSON.stringify({...localStorage, ...sessionStorage})")
        return dict(json.loads(text))

    def conversation(self) -> dict[str, Any]:
        """Id and token of the conversation this browser keeps."""
        (value,) = (value for key, value in self.stored().items() if key.endswith(":conversation"))
        return dict(json.loads(value))

    def focused(self) -> str:
        """Tag and class of what has the focus inside the chat, empty where nothing has."""
        name = "a => a ? a.tagName.toLowerCase() + '.' + a.className : ''"
        return str(self.element.evaluate(f"e => ({name})(e.shadowRoot.activeElement)"))


def wait_until(chat: Chat, condition: Callable[[], object]) -> None:
    """Lets the page go on until `condition` holds."""
    for _ in range(150):
        if condition():
            return
        chat.page.wait_for_timeout(100)
    raise AssertionError("waited 15 s in vain")
