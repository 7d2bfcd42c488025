"""The pages a visitor can open, and `/lotse.js`, the file that other sites embed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sanic import Blueprint, Request
from sanic.exceptions import NotFound
from sanic.response import HTTPResponse, redirect, text

from bot.languages import Languages, load_languages
from bot.region import Region
from bot.widget.bundle import Bundle, build

HERE = Path(__file__).parent
STATIC = HERE / "static"
DEMO_PAGES = ("start", "work", "living", "family")

# Nothing inline, nothing from elsewhere; `frame-ancestors` lets no other site dress this page up as its own.
SECURITY = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}

_templates = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


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
        return _serve(
            request,
            lotse,
            TYPES[".js"],
            {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"},
        )

    @widget.get("/widget/<name:str>")
    async def static(request: Request, name: str) -> HTTPResponse:
        if name not in files:
            raise NotFound
        return _serve(request, files[name], TYPES[Path(name).suffix])

    @widget.get("/")
    async def visitor(request: Request) -> HTTPResponse:
        languages = load_languages(data)
        language = languages[_choose(_wanted(request), languages)]
        region = Region.load(data)
        return _page(
            "visitor.html", language=language.code, direction=language.direction, region=region.name(language.code),
            office=region.office, texts=_texts(data, languages, language.code),
        )  # fmt: skip

    @widget.get("/demo")
    async def demo_start(request: Request) -> HTTPResponse:
        codes = (code.partition("-")[0] for code in _wanted(request))
        language = next((code for code in codes if code in _demo()), "de")
        return redirect(f"/demo/{language}/start")

    @widget.get("/demo/<language:str>/<page:str>")
    async def demo(request: Request, language: str, page: str) -> HTTPResponse:
        sites = _demo()
        if language not in sites or page not in DEMO_PAGES:
            raise NotFound
        # A campaign link of a poster or a letter: /demo/de/work?campaign=rueckkehrtag
        campaign = re.fullmatch(r"[\w-]{1,40}", request.args.get("campaign", ""))
        return _page(
            "demo.html", language=language, site=sites[language], sites=sites, page=page, pages=DEMO_PAGES,
            content=sites[language]["pages"][page], region=Region.load(data).name(language),
            campaign=campaign.group() if campaign else "",
        )  # fmt: skip

    return widget


def _serve(request: Request, file: Bundle, content_type: str, headers: Mapping[str, str] | None = None) -> HTTPResponse:
    """A file with its ETag: browsers ask every time and get 304 until it changes, so an update reaches every site at once."""
    answer = {
        "ETag": file.etag,
        "Cache-Control": "public, max-age=300, stale-while-revalidate=86400",
        "Vary": "Accept-Encoding",
        "X-Content-Type-Options": "nosniff",
        **(headers or {}),
    }
    known = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
    if file.etag in known or "*" in known:
        return HTTPResponse(status=304, headers=answer)
    if re.search(r"\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))", request.headers.get("accept-encoding", "")):
        return HTTPResponse(file.gzipped, headers={**answer, "Content-Encoding": "gzip"}, content_type=content_type)
    return HTTPResponse(file.plain, headers=answer, content_type=content_type)


def _page(template: str, **values: Any) -> HTTPResponse:
    headers = {**SECURITY, "Cache-Control": "no-cache"}
    return text(
        _templates.get_template(template).render(**values), headers=headers, content_type="text/html; charset=utf-8"
    )


def _wanted(request: Request) -> list[str]:
    """The language asked for in the address, then the browser's, best first."""
    accepted = request.headers.get("accept-language", "").split(",")
    return [
        code for code in (request.args.get("lang", ""), *(part.partition(";")[0].strip() for part in accepted)) if code
    ]


def _choose(wanted: list[str], languages: Languages) -> str:
    """The first language of `wanted` that is known, else the region's own."""
    for code in wanted:
        found = languages.match(code)
        if found != languages.default or code.lower().startswith(languages.default):
            return found
    return languages.default


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
