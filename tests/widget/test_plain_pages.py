"""What the pages without JavaScript show, asked of the application itself, without a model."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import pytest_asyncio

from bot.app import create_app
from bot.conversation import log
from bot.conversation.services import Services
from bot.db import ratings
from bot.migrations import migrate
from bot.settings import Settings
from tests.conftest import free_port

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class Served:
    """The application on a port of its own."""

    url: str
    services: Services

    async def begin(self, language: str = "de") -> Browser:
        """A browser that has accepted the notice."""
        http = httpx.AsyncClient(base_url=self.url, follow_redirects=True, timeout=20)
        answer = await http.post("/plain/begin", data={"language": language})
        assert answer.status_code == 200, answer.text
        return Browser(http, self.services, http.cookies["lotse_plain"].partition(".")[0])


@dataclass
class Browser:
    """Somebody without JavaScript."""

    http: httpx.AsyncClient
    services: Services
    id: str

    async def page(self, query: str = "") -> str:
        """The conversation."""
        answer = await self.http.get(f"/plain{query}")
        assert answer.status_code == 200, answer.text
        return answer.text

    async def send(self, path: str, **form: str) -> httpx.Response:
        """A form of the page, with the page's own key."""
        found = re.search(r'name="key" value="(\w+)"', await self.page())
        assert found
        return await self.http.post(f"/plain{path}", data={"key": found.group(1), **form})

    async def store(self, **row: Any) -> int:
        """A message as it would be stored; its number."""
        message = {"language": "de", **row}
        return (await self.services.database.write(lambda c: log.append(c, self.id, [message])))[-1]


def alert(answer: httpx.Response) -> str:
    """What is said at the top of a page."""
    found = re.search(r'role="alert">([^<]*)<', answer.text)
    return found.group(1) if found else ""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    """Without a model nothing is understood, and every page is as it is."""
    settings = Settings(var=tmp_path_factory.mktemp("var"), secret="test-secret", rate_conversations=1000)
    migrate(settings.sqlalchemy_url)
    app = create_app(settings, None)
    port = free_port()
    server = await app.create_server(host="127.0.0.1", port=port, return_asyncio_server=True)
    assert server is not None
    await server.startup()
    await server.before_start()
    await server.after_start()
    yield Served(f"http://127.0.0.1:{port}", app.ctx.services)
    await server.before_stop()
    await server.close()
    await server.after_stop()


@pytest.fixture
def notice(served: Served) -> Callable[..., Any]:
    """`await notice(case="…")` is the page that a browser without a conversation gets."""

    async def ask(**query: str) -> httpx.Response:
        async with httpx.AsyncClient(base_url=served.url, timeout=20) as http:
            return await http.get("/plain", params=query)

    return ask


@pytest.mark.parametrize(
    ("given", "shown"),
    [("HL-7K3M-92", "HL-7K3M-92"), ("hl-7k3m-92", "HL-7K3M-92"), ("HL-7K3M", ""), ('"><b>', ""), ("xHL-7K3M-92", "")],
)
async def test_only_a_case_number_is_filled_in(notice: Any, given: str, shown: str) -> None:
    answer = await notice(case=given)
    assert f'name="number" value="{shown}"' in answer.text and "<b>" not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


async def test_the_notice_carries_the_pages_words_on(notice: Any, served: Served) -> None:
    text = (await notice(lang="uk", campaign="weihnachten", persona="two words")).text
    assert '<input type="hidden" name="campaign" value="weihnachten">' in text and "two words" not in text
    assert "lang=ar&amp;campaign=weihnachten" in text, "another language loses nothing"
    assert '<html lang="uk" dir="ltr">' in text and f"{served.services.settings.chat_days}" in text


async def test_a_page_loads_itself_again_only_where_that_was_asked_for(served: Served) -> None:
    browser = await served.begin()
    assert 'http-equiv="refresh"' not in await browser.page()
    assert '<meta http-equiv="refresh" content="20;url=/plain?auto=1#end">' in await browser.page("?auto=1")


async def test_a_reply_is_on_its_way_only_as_long_as_the_visitor_spoke_last(served: Served) -> None:
    browser = await served.begin()
    waiting = served.services.interface.text("de", "widget", "plain_pending")
    assert waiting not in await browser.page("?pending=1"), "nobody has asked anything"
    await browser.store(author="visitor", text="Guten Tag")
    assert waiting in await browser.page("?pending=1") and waiting not in await browser.page()
    await browser.store(author="bot", text="Guten Tag")
    assert waiting not in await browser.page("?pending=1")


async def test_buttons_of_an_older_message_cannot_be_pressed_any_more(served: Served) -> None:
    browser = await served.begin()
    assert 'name="button:' in await browser.page(), "the greeting's"
    await browser.store(author="visitor", text="Guten Tag")
    assert 'name="button:' not in await browser.page()


async def test_what_was_rated_is_not_asked_about_again(served: Served) -> None:
    browser = await served.begin()
    source = {"title": "Gesetz", "url": "https://example.org", "checked_on": "2026-01-01"}
    seq = await browser.store(author="bot", text="So geht es.", extra={"sources": [source]})
    assert 'name="up"' in await browser.page()
    rated = {"conversation_id": browser.id, "seq": seq, "value": -1, "at": 0}
    await browser.services.database.write(lambda c: c.execute(ratings.insert().values(**rated)))
    assert 'name="up"' not in await browser.page() and 'id="comment"' not in await browser.page()
    assert 'id="comment"' in await browser.page(f"?comment={seq}")


@pytest.mark.parametrize("number", ["", "x", "-1", "99999999999999999999", "²", "٣"])
async def test_an_odd_number_in_the_address_is_none(served: Served, number: str) -> None:
    browser = await served.begin()
    assert 'id="comment"' not in await browser.page(f"?comment={number}")


@pytest.mark.parametrize("number", ["", "x", "99999999999999999999", "²"])
async def test_a_rating_of_no_message_is_refused_on_the_page(served: Served, number: str) -> None:
    browser = await served.begin()
    answer = await browser.send("/rate", seq=number, up="1")
    assert answer.status_code == 422 and alert(answer) == served.services.interface.text("de", "errors", "rating_invalid")


async def test_what_belongs_to_no_field_is_said_at_the_top(served: Served) -> None:
    browser = await served.begin()
    texts = served.services.interface.section("de", "errors")
    gone = await browser.send("/send", client_id="a" * 32, **{"button:0123": "Ja"})
    assert gone.status_code == 422 and alert(gone) == texts["button_unknown"]
    form = await browser.send("/send", client_id="b" * 32, form="0123", **{"f:concern": "Hebamme"})
    assert form.status_code == 422 and alert(form) == texts["button_unknown"]
    language = await browser.send("/language", language="xx")
    assert language.status_code == 422 and alert(language) == texts["language_unknown"]


async def test_what_belongs_to_a_field_is_said_there_and_what_was_entered_stays(served: Served) -> None:
    browser = await served.begin()
    fields = [{"name": "mail", "type": "text", "label": "E-Mail", "required": True, "value": "vorher"}]
    form = {"id": "0", "fields": fields}
    await browser.store(author="bot", text="Bitte", extra={"form": form})
    answer = await browser.send("/send", client_id="a" * 32, form="0", **{"f:mail": " "})
    assert answer.status_code == 422 and alert(answer) == "", "not twice"
    assert re.search(r'id="e-mail">[^<]+</strong>', answer.text)
    # An answer has come in between: the form is no longer on the page, and what is wrong has to be said all the same.
    await browser.store(author="visitor", text="Moment")
    answer = await browser.send("/send", client_id="b" * 32, form="0", **{"f:mail": " "})
    assert answer.status_code == 422 and 'id="e-mail"' not in answer.text and alert(answer)


async def test_each_message_says_its_language_and_direction(served: Served) -> None:
    browser = await served.begin("uk")
    seq = await browser.store(author="staff", text="مرحبا", language="ar", name="Frau Muster")
    text = await browser.page()
    assert re.search(rf'id="m{seq}" lang="ar"\s+dir="rtl"', text) and "<bdi>Frau Muster</bdi>" in text
