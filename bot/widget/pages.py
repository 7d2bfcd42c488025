"""The pages a visitor can open, and `/lotse.js`, the file that other sites embed."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from sanic import Blueprint, Request
from sanic.exceptions import NotFound
from sanic.response import HTTPResponse, redirect

from bot.conversation.beginning import TAGS, read_tags
from bot.languages import Languages, load_languages
from bot.region import Region
from bot.widget.accessibility import statement
from bot.widget.bundle import Bundle, build
from bot.widget.responses import HERE, language_of, render, serve, wanted

STATIC = HERE / "static"
DEMO_PAGES = ("start", "work", "living", "family")

TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}


def blueprint(data: Path) -> Blueprint:
    """The blueprint `widget`.

    Args:
        data: the content folder; `interface/<lang>.yml`, `languages.yml` and `region.yml` are read from it.

    Raises:
        BundleError: the modules of the widget do not fit together.
    """
    widget = Blueprint("widget")
    lotse = build()
    files = {path.name: Bundle.of(path.read_bytes()) for path in sorted(STATIC.iterdir()) if path.suffix in TYPES}

    @widget.get("/lotse.js")
    async def script(request: Request) -> HTTPResponse:
        # A module script of another site is fetched with CORS. The file holds nothing secret.
        return serve(
            request,
            lotse,
            TYPES[".js"],
            {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"},
        )

    @widget.get("/widget/<name:str>")
    async def static(request: Request, name: str) -> HTTPResponse:
        if name not in files:
            raise NotFound
        return serve(request, files[name], TYPES[Path(name).suffix])

    @widget.route("/", methods=["GET", "HEAD"])
    async def visitor(request: Request) -> HTTPResponse:
        languages = load_languages(data)
        language = languages[language_of(request, languages)]
        region = Region.load(data)
        return render(
            "visitor.html", language=language.code, direction=language.direction, region=region.name(language.code),
            office=region.office, texts=_texts(data, languages, language.code),
            tags=read_tags({name: request.args.get(name) for name in TAGS}),
        )  # fmt: skip

    @widget.get("/accessibility")
    async def accessibility(request: Request) -> HTTPResponse:
        languages = load_languages(data)
        language = languages[language_of(request, languages)]
        region = Region.load(data)
        return render(
            "accessibility.html", language=language.code, direction=language.direction, region=region.name(language.code),
            office=region.office, texts=_texts(data, languages, language.code),
            **statement(language.code, _yaml(HERE / "templates" / "accessibility.yml"), region),
        )  # fmt: skip

    @widget.get("/demo")
    async def demo_start(request: Request) -> HTTPResponse:
        codes = (code.partition("-")[0] for code in wanted(request))
        language = next((code for code in codes if code in _demo()), "de")
        return redirect(f"/demo/{language}/start")

    @widget.get("/demo/<language:str>/<page:str>")
    async def demo(request: Request, language: str, page: str) -> HTTPResponse:
        sites = _demo()
        if language not in sites or page not in DEMO_PAGES:
            raise NotFound
        # A campaign link of a poster or a letter: /demo/de/work?campaign=rueckkehrtag
        campaign = re.fullmatch(r"[\w-]{1,40}", request.args.get("campaign", ""))
        return render(
            "demo.html", language=language, site=sites[language], sites=sites, page=page, pages=DEMO_PAGES,
            content=sites[language]["pages"][page], region=Region.load(data).name(language),
            campaign=campaign.group() if campaign else "",
        )  # fmt: skip

    return widget


@lru_cache(maxsize=32)
def _read(path: Path, _changed: int) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def _yaml(path: Path) -> Any:
    return _read(path, path.stat().st_mtime_ns)


def _texts(data: Path, languages: Languages, language: str) -> dict[str, str]:
    """The `widget:` texts of a language; what is missing comes from the languages that stand in for it."""
    texts: dict[str, str] = {}
    for code in reversed(languages.chain(language)):
        path = data / "interface" / f"{code}.yml"
        if path.is_file():
            texts.update(_yaml(path).get("widget") or {})
    return texts


def _demo() -> dict[str, Any]:
    """Texts of the demonstration site, by language."""
    return _yaml(HERE / "templates" / "demo.yml")
