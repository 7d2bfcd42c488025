"""Real Chromium on a real server. `live_server` (tests/conftest.py) runs it; `stub` answers in its place where a
test needs a state or a failure that a healthy server does not show."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    Request,
    expect,
    sync_playwright,
)

from tests.browser.chat import Chat
from tests.browser.stub import Stub

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE = Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js"

# Five seconds, the default, are not enough where a server, a browser and a training share two cores.
expect.set_options(timeout=15_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    if not chromium:
        pytest.fail("These tests need Debian's Chromium: apt-get install -y chromium")
    browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
    yield browser
    browser.close()


class Watched:
    """What a page asked for and complained about. `expected` lists complaints that a test provokes on purpose."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.complaints: list[str] = []
        self.expected: list[str] = []

    def look(self, page: Page) -> None:
        page.on("request", lambda request: self.requests.append(request))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._console)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    @property
    def urls(self) -> list[str]:
        return [request.url for request in self.requests]

    def unexpected(self) -> list[str]:
        # Chromium itself writes a line for every answer with an error status.
        allowed = (*self.expected, "Failed to load resource")
        return [text for text in self.complaints if not any(part in text for part in allowed)]


@pytest.fixture
def watched() -> Iterator[Watched]:
    """Fails the test where a page had an error or a violation of its Content-Security-Policy."""
    watched = Watched()
    yield watched
    assert watched.unexpected() == []


@pytest.fixture
def new_context(browser: Browser, watched: Watched) -> Iterator[Any]:
    """Makes browser contexts (own storage each); every page of theirs is watched."""
    contexts: list[BrowserContext] = []

    def make(**options: Any) -> BrowserContext:
        defaults: dict[str, Any] = {
            "viewport": {"width": 1280, "height": 800},
            "locale": "de-DE",
            "reduced_motion": "reduce",
        }
        context = browser.new_context(**{**defaults, **options})
        context.set_default_timeout(10_000)
        context.on("page", watched.look)
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.unroute_all(behavior="ignoreErrors")
        context.close()


@pytest.fixture
def context(new_context: Any) -> BrowserContext:
    return new_context()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture
def chat(page: Page, live_server: Any) -> Chat:
    """The chat of a demonstration page, against the real server."""
    return Chat(page, live_server.url)


@pytest.fixture
def stub(context: BrowserContext) -> Stub:
    """Answers the calls on conversations; interface texts and pages still come from the real server."""
    stub = Stub()
    stub.serve(context)
    return stub


class Axe:
    """Checks pages with axe-core at WCAG 2.2 AA; what it found in each named state can be written to a file."""

    RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")

    def __init__(self, browser: str) -> None:
        self._source = AXE.read_text(encoding="utf-8")
        self._browser = browser
        self._states: dict[tuple[str, str], dict[str, Any]] = {}
        self._version = ""

    def __call__(self, page: Page, state: str = "", language: str = "") -> list[str]:
        """What axe-core finds on a page, in words; with a `state` it counts for the statement."""
        page.evaluate(self._source + "; void 0")
        self._version, found = page.evaluate(
            """async (rules) => [axe.version, (await axe.run(document, { runOnly: rules })).violations
                .map(v => v.id + ": " + v.help + " → " + v.nodes.map(n => n.target.flat().join(" ")).join("; "))]""",
            list(self.RULES),
        )
        if state:
            self._states[state, language] = {"state": state, "language": language, "violations": list(found)}
        return list(found)

    def write(self, path: Path) -> None:
        """The results as bot/widget/accessibility.py reads them."""
        content = {
            "checked_on": date.today().isoformat(), "axe": self._version, "browser": f"Chromium {self._browser}",
            "states": [self._states[key] for key in sorted(self._states)],
        }  # fmt: skip
        path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


@pytest.fixture(scope="session")
def axe(browser: Browser) -> Iterator[Axe]:
    """`axe(page)` is what axe-core finds. `make accessibility` names a file in AXE_RESULTS for all of it."""
    axe = Axe(browser.version)
    yield axe
    if os.environ.get("AXE_RESULTS"):
        axe.write(Path(os.environ["AXE_RESULTS"]))
