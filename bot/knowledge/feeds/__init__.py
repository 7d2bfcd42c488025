"""Getting offers in and out: one module a format, and what they share.

fields.py   what a format is made of              mapping.py  data/feeds.yml: partners' words to ours
values.py   numbers, dates, texts                 places.py   which place of the region it is
merge.py    what an entry changes in a record     shelf.py    the YAML files, edited line by line
run.py      an import                             report.py   what it did
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from bot.knowledge.feeds import hsds, icalendar, jobposting, openimmo, spreadsheet
from bot.knowledge.feeds.fields import Context, Format, Refused, Unreadable
from bot.knowledge.feeds.mapping import Mappings
from bot.knowledge.feeds.report import Report
from bot.knowledge.feeds.run import run_import, slugify
from bot.knowledge.names import Names
from bot.languages import load_languages
from bot.region import Region

FORMATS: Mapping[str, Format] = {
    module.FORMAT.name: module.FORMAT for module in (jobposting, openimmo, hsds, icalendar, spreadsheet)
}

__all__ = ["FORMATS", "Context", "Format", "Refused", "Report", "Unreadable", "check_mappings", "open_context", "run_import"]


def check_mappings(data: Path) -> Mappings:
    """Read data/feeds.yml. Raises ContentErrors for values that no fact can have."""
    return Mappings.load(data, {name: format_.tables for name, format_ in FORMATS.items()})


def open_context(data: Path, *, source: str, language: str | None = None, today: date | None = None) -> Context:
    """What an import or export of the content in `data` looks at.

    Raises:
        ContentErrors: region, languages, lexicon or data/feeds.yml are broken.
        Refused: `source` or `language` cannot be used.
    """
    languages, region = load_languages(data), Region.load(data)
    name = slugify(source)
    if not name or len(name) > 30:
        raise Refused(f"{source!r} cannot name a source: give 1 to 30 letters and digits, such as wohnbau")
    language = language or languages.default
    if language not in languages.written:
        raise Refused(f"{language!r} is no language texts are written in: {', '.join(languages.written)}")
    return Context(
        data=data, region=region, languages=languages, names=Names.load(data, region),
        mappings=check_mappings(data), source=name, language=language,
        today=today or date.today(),
    )  # fmt: skip
