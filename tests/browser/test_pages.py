"""What the blueprint `widget` serves."""

from __future__ import annotations

import gzip
import re
import urllib.error
import urllib.request
from typing import Any

import pytest

from bot.widget.bundle import build


def get(url: str, **headers: str) -> Any:
    try:
        return urllib.request.urlopen(
            urllib.request.Request(url, headers={k.replace("_", "-"): v for k, v in headers.items()}), timeout=10
        )
    except urllib.error.HTTPError as error:
        return error


def test_script_is_served_compressed_and_revalidated(live_server: Any) -> None:
    answer = get(live_server.url + "/lotse.js", Accept_Encoding="gzip")
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert gzip.decompress(answer.read()) == build().plain
    again = get(live_server.url + "/lotse.js", If_None_Match=answer.headers["ETag"])
    assert again.status == 304
    plain = get(live_server.url + "/lotse.js", Accept_Encoding="gzip;q=0")
    assert "Content-Encoding" not in plain.headers


@pytest.mark.parametrize("path", ["/", "/?lang=ar", "/demo/de/start", "/demo/en/work", "/demo/ar/family"])
def test_pages_have_a_strict_policy_and_nothing_inline(path: str, live_server: Any) -> None:
    answer = get(live_server.url + path)
    text = answer.read().decode()
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy and "default-src 'none'" in policy
    assert "style=" not in text and "<style" not in text and " onclick" not in text
    assert text.count('<script type="module" src="/lotse.js">') == 1
    assert text.count("<script") == len(re.findall(r'<script type="module" src="/[\w./]+"></script>', text))


def test_page_takes_the_language_of_the_browser(live_server: Any) -> None:
    assert (
        '<html lang="uk" dir="ltr">'
        in get(live_server.url + "/", Accept_Language="uk-UA,uk;q=0.9,en;q=0.5").read().decode()
    )
    assert '<html lang="ar" dir="rtl">' in get(live_server.url + "/?lang=ar", Accept_Language="de").read().decode()
    assert '<html lang="de"' in get(live_server.url + "/", Accept_Language="xx").read().decode()


@pytest.mark.parametrize("path", ["/widget/style.js", "/widget/..%2fpages.py", "/demo/xx/start", "/demo/de/secret"])
def test_nothing_else_is_served(path: str, live_server: Any) -> None:
    assert get(live_server.url + path).status == 404


def test_campaign_reaches_the_element_only_as_a_word(live_server: Any) -> None:
    assert 'campaign="rueckkehrtag"' in get(live_server.url + "/demo/de/work?campaign=rueckkehrtag").read().decode()
    assert "campaign=" not in get(live_server.url + "/demo/de/work?campaign=%22%3E%3Cscript%3E").read().decode()
