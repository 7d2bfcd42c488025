"""What the blueprint `widget` serves, and the rules of the bundle."""

from __future__ import annotations

import gzip
import re
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from bot.widget.bundle import SOURCE, BundleError, build


def get(url: str, **headers: str) -> Any:
    try:
        return urllib.request.urlopen(
            urllib.request.Request(url, headers={k.replace("_", "-"): v for k, v in headers.items()}), timeout=10
        )
    except urllib.error.HTTPError as error:
        return error


def test_bundle_is_under_40_kilobytes_compressed() -> None:
    assert len(build().gzipped) < 40_000


def test_bundle_has_no_way_to_turn_text_into_markup_or_code() -> None:
    text = build().plain.decode()
    for word in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "new Function",
        "DOMParser",
    ):
        assert word not in text, f"{word} in the widget: server text must stay text"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('import x from "./words.js";\n', "write `import"),
        ('import { a } from "./nowhere.js";\n', "there is no"),
        ('import { fill as f } from "./words.js";\n', "without `as`"),
        ('import { fill } from "./words.js";\nconst LANGUAGES = 1;\n', "both declare `LANGUAGES`"),
    ],
)
def test_bundle_says_which_line_is_wrong(text: str, complaint: str, tmp_path: Path) -> None:
    (tmp_path / "words.js").write_text((SOURCE / "words.js").read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "lotse.js").write_text(text, encoding="utf-8")
    with pytest.raises(BundleError, match=complaint):
        build(tmp_path)


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
