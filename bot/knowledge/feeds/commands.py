"""`lotse import` and `lotse export`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import track

from bot.knowledge.feeds import FORMATS, Format, Refused, Unreadable, open_context, run_import, spreadsheet
from bot.knowledge.feeds.fields import Entry
from bot.knowledge.index import OfferIndex
from bot.knowledge.offers import load_offers
from bot.settings import Settings

SOME_REFUSED = 3
_MAX_BYTES = 200_000_000


def import_file(
    settings: Settings,
    out: Console,
    name: str,
    file: str,
    *,
    source: str | None,
    language: str | None,
    complete: bool,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Import a file, print the report, renew the index; returns the exit code: 0, or 3 if entries were refused."""
    format_ = _format(name)
    content = _content(file)

    def progress(entries: Iterable[Entry]) -> Iterable[Entry]:
        # A bar is for people; in a log it would be noise.
        return track(list(entries), "Importing", console=out, transient=True, disable=not out.is_terminal)

    try:
        context = open_context(settings.data, source=source or name, language=language)
        report = run_import(format_, content, context, complete=complete, dry_run=dry_run, progress=progress)
    except (Unreadable, Refused) as error:
        raise typer.BadParameter(f"{file}: {error}") from None
    if as_json:
        print(json.dumps(report.as_json(), ensure_ascii=False, indent=2))
    else:
        report.show(Console(highlight=False, width=None if sys.stdout.isatty() else 150))
    if report.files and not dry_run:
        settings.var.mkdir(parents=True, exist_ok=True)
        # A running server finds the new index by itself.
        OfferIndex(settings.data, settings.var / "offers.db").refresh()
    return SOME_REFUSED if report.count("refused") else 0


def export_file(settings: Settings, out: Console, name: str, output: str, *, kind: str | None, expired: bool) -> None:
    """Write offers, or with the format `template` none, to a file or to standard output."""
    context = open_context(settings.data, source="export")
    template = name == "template"
    format_ = _format("spreadsheet" if template else name)
    if kind is not None and kind not in format_.kinds:
        raise typer.BadParameter(f"{format_.name} holds {', '.join(format_.kinds)}", param_hint="--kind")
    wanted = {kind} if kind else set(format_.kinds)
    offers = [
        offer
        for offer in ([] if template else load_offers(settings.data, context.region))
        if offer.kind in wanted and format_.carries(offer) and (expired or offer.last_day is None or offer.last_day >= date.today())
    ]
    as_csv = format_.name == spreadsheet.NAME and output.endswith(".csv")
    content = (spreadsheet.write_csv if as_csv else format_.write)(offers, context)
    if output != "-":
        Path(output).write_bytes(content)
        out.print(f"{len(offers)} offers written to {output}", markup=False)
    elif sys.stdout.isatty() and b"\0" in content:
        raise typer.BadParameter("this format is no text: name a file with --output", param_hint="--output")
    else:
        sys.stdout.buffer.write(content)


def _format(name: str) -> Format:
    if name not in FORMATS:
        raise typer.BadParameter(f"there is no format {name!r}; known: {', '.join(FORMATS)}", param_hint="FORMAT")
    return FORMATS[name]


def _content(file: str) -> bytes:
    try:
        with sys.stdin.buffer if file == "-" else open(file, "rb") as opened:
            content = opened.read(_MAX_BYTES + 1)
    except OSError as error:
        raise typer.BadParameter(f"{file} cannot be read: {error.strerror}", param_hint="FILE") from None
    if len(content) > _MAX_BYTES:
        raise typer.BadParameter(f"{file} is larger than {_MAX_BYTES // 1_000_000} MB", param_hint="FILE")
    return content


