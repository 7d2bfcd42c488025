"""A copy of the content that an import may change, and imports of the example files into it."""

from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.knowledge import Offer, load_offers
from bot.knowledge.feeds import FORMATS, Context, Report, open_context, run_import
from bot.knowledge.feeds.report import Outcome

DATA = Path(__file__).parents[3] / "data"
FILES = Path(__file__).parent / "files"
TODAY = date(2026, 11, 21)

Take = Callable[..., Report]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The content without its offers."""
    folder = tmp_path / "data"
    folder.mkdir()
    for name in ("region.yml", "languages.yml", "feeds.yml"):
        shutil.copy(DATA / name, folder)
    for name in ("lexicon", "interface"):
        shutil.copytree(DATA / name, folder / name, ignore=shutil.ignore_patterns("words"))
    (folder / "offers").mkdir()
    return folder


@pytest.fixture
def full(data: Path) -> Path:
    """The content with all demonstration offers."""
    shutil.rmtree(data / "offers")
    shutil.copytree(DATA / "offers", data / "offers")
    return data


def context(data: Path, source: str = "partner", today: date = TODAY, language: str | None = None) -> Context:
    return open_context(data, source=source, today=today, language=language)


def take(data: Path, format_: str, content: bytes | str, *, today: date = TODAY, source: str = "partner", **options: Any) -> Report:
    """Import what a file of `files/` or the bytes themselves hold."""
    raw = (FILES / content).read_bytes() if isinstance(content, str) else content
    language = options.pop("language", None)
    return run_import(FORMATS[format_], raw, context(data, source, today, language), **options)


def statuses(report: Report) -> list[str]:
    return [outcome.status for outcome in report.outcomes]


def refusals(report: Report) -> list[str]:
    return [outcome.detail for outcome in report.outcomes if outcome.status == "refused"]


def outcome_of(report: Report, part: str) -> Outcome:
    """The outcome of the one entry whose place in the file or id has this in it."""
    (found,) = [each for each in report.outcomes if part in each.where or part in each.id]
    return found


def offers(data: Path) -> dict[str, Offer]:
    return {offer.id: offer for offer in load_offers(data, context(data).region)}


def snapshot(data: Path) -> dict[str, bytes]:
    """Every file of the offers, to see that nothing was touched."""
    return {str(file): file.read_bytes() for file in sorted((data / "offers").rglob("*")) if file.is_file()}


def zipped(files: Mapping[str, bytes]) -> bytes:
    """A zip file of these."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return out.getvalue()
