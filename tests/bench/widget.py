"""How large and how fast the visitor's chat is, in Debian's Chromium on a server of its own: `make bench-widget`.

Writes the table under "The chat on the page" in docs/benchmarks.md; `python -m tests.bench.widget long_log` measures one
part and writes nothing. Times are by the clock: on a busy machine run it
again, or quote what does not depend on it (size, layout shift, growth of memory).
"""

from __future__ import annotations

import json
import re
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from bot.conversation import log
from bot.db import Database
from bot.widget.bundle import build
from tests.browser.chat import Chat
from tests.browser.conftest import FLAGS
from tests.conftest import LiveServer, Servers

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "benchmarks.md"
HEADING = "## The chat on the page"

# Chrome's own preset "Slow 3G".
SLOW_3G = {"offline": False, "latency": 2000, "downloadThroughput": 51_200, "uploadThroughput": 51_200}
SLOW_CPU = 4
LONG_LOG = 500
TURNS = 60
QUESTIONS = ("Danke", "Wie melde ich mich an?", "Wohnung in Stendal", "Welche Ärzte gibt es?", "Hallo")


def main() -> None:
    """Measures everything and writes the table."""
    servers = Servers(Path(tempfile.mkdtemp()))
    try:
        server = servers.start(rate_messages=100_000, rate_conversations=100_000)
        with sync_playwright() as playwright:
            chromium = shutil.which("chromium") or "chromium"
            args = [*FLAGS, "--enable-precise-memory-info", "--js-flags=--expose-gc"]
            browser = playwright.chromium.launch(executable_path=chromium, args=args)
            rows = []
            for part in PARTS:
                if sys.argv[1:] and part.__name__.strip("_") not in sys.argv[1:]:
                    continue
                found = part(browser, server)
                # Each as soon as it is known: the whole takes minutes.
                print(*(f"{name}: {value}" for name, value, _ in found), sep="\n", flush=True)
                rows += found
            version = browser.version
            browser.close()
    finally:
        servers.stop_all()
    table = "\n".join(["| what | measured | aim |", "|---|---:|---:|", *(f"| {a} | {b} | {c} |" for a, b, c in rows)])
    text = f"{HEADING}\n\n`make bench-widget`, Chromium {version} and the server on one machine that others used too.\n\n{table}\n"
    print(text)
    if not sys.argv[1:]:
        _write(text)


def _write(section: str) -> None:
    document = DOCUMENT.read_text(encoding="utf-8")
    pattern = re.compile(rf"{re.escape(HEADING)}\n.*?(?=^## |\Z)", re.DOTALL | re.MULTILINE)
    if not pattern.search(document):
        document = f"{document.rstrip()}\n\n{HEADING}\n"
    document = pattern.sub(lambda _: section + "\n", document)
    DOCUMENT.write_text(document.rstrip() + "\n", encoding="utf-8")


def _size(_browser: Browser, _server: LiveServer) -> list[tuple[str, str, str]]:
    bundle = build()
    return [
        (
            "`lotse.js`, gzip (plain)",
            f"{len(bundle.gzipped) / 1000:.1f} kB ({len(bundle.plain) / 1000:.0f} kB)",
            "< 40 kB",
        )
    ]


def _start(browser: Browser, server: LiveServer) -> list[tuple[str, str, str]]:
    """The launcher on a slow line and processor, beside the same page without the chat."""

    def visit(*, chat: bool) -> dict[str, float]:
        page = browser.new_page(viewport={"width": 390, "height": 800})
        if not chat:
            empty = "export {};"
            page.route("**/lotse.js", lambda route: route.fulfill(body=empty, content_type="text/javascript"))
        page.add_init_script("""
            window.shift = 0;
            const shifts = new PerformanceObserver(list => list.getEntries().forEach(e => { shift += e.value }));
            shifts.observe({ type: "layout-shift", buffered: true });
            addEventListener("lotse-ready", () => { window.readyAt = performance.now() });
        """)
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.send("Network.emulateNetworkConditions", SLOW_3G)
        session.send("Emulation.setCPUThrottlingRate", {"rate": SLOW_CPU})
        page.goto(server.url + "/demo/de/start", wait_until="load", timeout=90_000)
        page.wait_for_timeout(1500)
        found = page.evaluate(
            "({ load: performance.getEntriesByType('navigation')[0].loadEventEnd, ready: window.readyAt || 0, shift })"
        )
        page.close()
        return dict(found)

    visit(chat=True)  # the browser's own first start
    bare = statistics.median(visit(chat=False)["load"] for _ in range(3))
    with_chat = [visit(chat=True) for _ in range(3)]
    ready = statistics.median(each["ready"] for each in with_chat)
    shift = max(each["shift"] for each in with_chat)
    return [
        ("slow 3G, CPU ÷ 4: the demonstration page alone has loaded after", f"{bare / 1000:.2f} s", ""),
        ("the launcher is ready after that", f"{(ready - bare) / 1000:+.2f} s", "< 1 s"),
        ("layout shift", f"{shift:.3f}", "0"),
    ]


def _open_long(page: Page, server: LiveServer) -> Chat:
    """A conversation of 500 messages, as a database would hold it, opened in the chat."""
    chat = Chat(page, server.url).begin()
    chat.say("Wohnung in Stendal")
    page.wait_for_timeout(1500)
    conversation = chat.conversation()["id"]
    database = Database(server.database_url)
    answer = "Gern, hier ist, was ich dazu weiß:\n- Bürgerbüro, Markt 1\n- Telefon +49 30 23125 100\nMehr: https://example.org/anmelden"
    with database.engine.begin() as connection:
        offers = connection.exec_driver_sql(
            "SELECT extra FROM messages WHERE conversation_id = ? AND extra LIKE '%\"offers\"%' LIMIT 1",
            (conversation,),
        ).scalar()
        extra = json.loads(offers) if offers else {}
        cards = {"offers": extra.get("offers", [])}
        rows = [
            {"author": "visitor", "text": f"Frage Nummer {n}", "language": "de"}
            if n % 2 == 0
            else {"author": "bot", "text": f"{n}. {answer}", "language": "de", "extra": cards if n % 10 == 1 else {}}
            for n in range(LONG_LOG - 3)
        ]
        log.append(connection, conversation, rows)
    database.close()
    page.reload()
    chat.messages().nth(LONG_LOG - 20).wait_for(state="attached", timeout=60_000)
    page.wait_for_timeout(1500)
    return chat


def _longest_task(browser: Browser, page: Page, work: Callable[[], Any]) -> tuple[float, float]:
    """(processor, clock) milliseconds of the page's longest task during `work`.

    The main thread's processor time does not depend on who else uses the machine; the clock does.
    """
    browser.start_tracing(page=page, categories=["toplevel", "__metadata"])
    work()
    events = json.loads(browser.stop_tracing())["traceEvents"]
    main = {
        (e["pid"], e["tid"]) for e in events if e["name"] == "thread_name" and e["args"]["name"] == "CrRendererMain"
    }
    tasks = [e for e in events if e["name"] == "ThreadControllerImpl::RunTask" and (e["pid"], e["tid"]) in main]
    longest = [max((e.get(key, 0) / 1000 for e in tasks), default=0.0) for key in ("tdur", "dur")]
    return longest[0], longest[1]


def _long_log(browser: Browser, server: LiveServer) -> list[tuple[str, str, str]]:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    chat = _open_long(page, server)

    def scroll() -> None:
        page.evaluate("""async () => {
            const scroller = document.querySelector("lotse-chat").shadowRoot.querySelector(".scroller");
            for (const direction of [-1, 1]) {
                for (let i = 0; i < 150; i += 1) {
                    scroller.scrollTop += direction * scroller.scrollHeight / 150;
                    await new Promise(requestAnimationFrame);
                }
            }
        }""")

    def write() -> None:
        for number in range(5):
            chat.say(f"Danke {number}")
            page.wait_for_timeout(700)

    scrolled, written = _longest_task(browser, page, scroll), _longest_task(browser, page, write)
    page.close()
    return [
        (
            f"{LONG_LOG} messages, {what}: longest task, processor (clock)",
            f"{found[0]:.0f} ms ({found[1]:.0f} ms)",
            "< 50 ms",
        )
        for what, found in (("scrolling through all of them", scrolled), ("writing and being answered", written))
    ]


def _replies(browser: Browser, server: LiveServer) -> list[tuple[str, str, str]]:
    """From pressing Enter to the reply in the log."""
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    Chat(page, server.url).begin()
    page.evaluate("""() => {
        const root = document.querySelector("lotse-chat").shadowRoot;
        window.ask = text => new Promise((resolve, reject) => {
            const log = root.querySelector(".log");
            const field = root.querySelector(".write textarea");
            const before = log.querySelectorAll(".message.bot").length;
            const observer = new MutationObserver(() => {
                if (log.querySelectorAll(".message.bot").length > before) {
                    observer.disconnect();
                    // On the screen, not only in the tree.
                    requestAnimationFrame(() => { const at = performance.now(); resolve(at - started) });
                }
            });
            observer.observe(log, { childList: true });
            field.value = text;
            const started = performance.now();
            field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
            setTimeout(() => reject(new Error("no reply to " + text)), 20000);
        });
    }""")
    times = []
    for number in range(TURNS):
        times.append(float(page.evaluate("text => ask(text)", QUESTIONS[number % len(QUESTIONS)])))
        time.sleep(0.15)
    page.close()
    times = sorted(times[5:])
    return [
        (
            "send to reply on the screen, p50 / p95",
            f"{statistics.median(times):.0f} / {times[int(len(times) * 0.95)]:.0f} ms",
            "p50 < 60 ms",
        )
    ]


def _heap(session: CDPSession) -> tuple[float, int]:
    """(megabytes of JavaScript heap, DOM nodes) after collecting garbage."""
    for _ in range(3):
        session.send("HeapProfiler.collectGarbage")
    metrics = {each["name"]: each["value"] for each in session.send("Performance.getMetrics")["metrics"]}
    return metrics["JSHeapUsedSize"] / 1e6, int(metrics["Nodes"])


def _memory(browser: Browser, server: LiveServer) -> list[tuple[str, str, str]]:
    """An hour in fast motion: events, languages, opening and closing, while the messages stay the same."""
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    _open_long(page, server)
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    session.send("HeapProfiler.enable")

    def hour() -> None:
        page.evaluate("""async () => {
            const chat = document.querySelector("lotse-chat");
            for (let i = 0; i < 3600; i += 1) chat.conversation.receive("typing", { typing: i % 2 === 0, author: "staff", name: "A" });
            for (let i = 0; i < 240; i += 1) chat.conversation.receive("state", { state: "bot", language: "de", direction: "ltr" });
            for (let i = 0; i < 6; i += 1) {
                chat.close();
                await new Promise(resolve => setTimeout(resolve, 30));
                await chat.open();
                await new Promise(resolve => setTimeout(resolve, 400));
            }
        }""")

    hour()
    heap, nodes = _heap(session)
    for _ in range(3):
        hour()
    later, nodes_later = _heap(session)
    page.close()
    return [
        (
            f"memory with {LONG_LOG} messages after one hour in fast motion, after four",
            f"{heap:.1f} MB, {later:.1f} MB",
            "flat",
        ),
        ("DOM nodes, the same", f"{nodes:,}, {nodes_later:,}", "flat"),
    ]


PARTS = (_size, _replies, _long_log, _memory, _start)

if __name__ == "__main__":
    main()
