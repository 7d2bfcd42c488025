"""The accessibility statement, made out of the results that `make accessibility` writes to `accessibility.json`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.region import Region, name_in
from bot.widget.formats import Formats

RESULTS = Path(__file__).with_name("accessibility.json")


def statement(
    language: str, texts: Mapping[str, Mapping[str, Any]], region: Region, results: Path = RESULTS
) -> dict[str, Any]:
    """What the page shows, with keys `statement`, `results` and `office_name`.

    Args:
        texts: language -> the statement's texts; a language without them gets the German ones.
        results: `{"checked_on", "axe", "browser", "states": [{"state", "language", "violations": [text]}]}`.
    """
    found = json.loads(results.read_text(encoding="utf-8"))
    own = texts.get(language) or texts["de"]
    failing = sum(bool(each["violations"]) for each in found["states"])
    values = {
        "region": region.name(language), "date": Formats(language, region.time_zone).date(found["checked_on"]),
        "count": len(found["states"]), "problems": failing, "axe": found["axe"], "browser": found["browser"],
        "days": region.office.answer_within_working_days,
    }  # fmt: skip
    filled = {key: _fill(text, values) if isinstance(text, str) else text for key, text in own.items()}
    filled["state"] = filled["state_problems" if failing else "state_ok"]
    return {
        "statement": filled,
        "results": _rows(found["states"]),
        "office_name": name_in(region.office.names, language),
    }


def _fill(text: str, values: Mapping[str, Any]) -> str:
    for name, value in values.items():
        text = text.replace("{" + name + "}", str(value))
    return text


def _rows(states: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One row a state, with its languages together."""
    rows: dict[str, dict[str, Any]] = {}
    for each in states:
        row = rows.setdefault(each["state"], {"state": each["state"], "languages": [], "violations": []})
        row["languages"] += [each["language"]] if each["language"] not in row["languages"] else []
        row["violations"] += [text for text in each["violations"] if text not in row["violations"]]
    return [{**row, "languages": ", ".join(row["languages"])} for row in rows.values()]
