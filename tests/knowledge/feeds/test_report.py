"""What is printed of an import, and the same as JSON."""

from __future__ import annotations

import io
import json

from rich.console import Console

from bot.knowledge.feeds.report import Outcome, Report

OUTCOMES = [
    Outcome("new", "row 2", "a-1", "Titel", remarks=("column left out",)),
    Outcome("unchanged", "row 3", "a-2", "Titel"),
    Outcome("changed", "row 4", "a-3", "Titel", "place, text"),
    Outcome("refused", "row 5 [bold]x[/bold]", detail="[link=file:///etc]place[/link] 'Berlin' is no place"),
    Outcome("unchanged", "row 6", "a-4", remarks=("text in fr left out",)),
]


def shown(report: Report, width: int = 200) -> list[str]:
    out = io.StringIO()
    report.show(Console(file=out, width=width, force_terminal=False))
    return [line.rstrip() for line in out.getvalue().splitlines()]


def test_what_an_editor_reads() -> None:
    report = Report("hsds", "netz", outcomes=OUTCOMES, files=["/x/import-netz.yml"], notes=["nothing was withdrawn"])
    head, *rows = shown(report)
    assert head == "hsds from netz: 1 new, 1 changed, 2 unchanged, 0 withdrawn, 1 refused"
    assert [" ".join(row.split()) for row in rows] == [
        "new row 2 a-1",
        "changed row 4 a-3: place, text",
        "refused row 5 [bold]x[/bold] [link=file:///etc]place[/link] 'Berlin' is no place",
        "remark row 2: column left out",
        "remark row 6: text in fr left out",
        "note nothing was withdrawn",
        "written /x/import-netz.yml",
    ], "a partner's words are no markup; what did not change is counted, not listed"


def test_what_is_past_is_counted_only_where_there_is_any() -> None:
    report = Report("icalendar", "vereine", dry_run=True, outcomes=[Outcome("past", "VEVENT 1", "a")])
    assert shown(report) == [
        "icalendar from vereine: 0 new, 0 changed, 0 unchanged, 0 withdrawn, 0 refused, 1 past (dry run: nothing was written)"
    ]


def test_a_narrow_window_loses_no_reason() -> None:
    report = Report("hsds", "netz", outcomes=OUTCOMES)
    assert "is no place" in " ".join(" ".join(shown(report, width=60)).split()).replace("  ", " ")


def test_the_same_as_json() -> None:
    told = json.loads(json.dumps(Report("hsds", "netz", outcomes=OUTCOMES).as_json()))
    assert told["counts"] == {"new": 1, "changed": 1, "unchanged": 2, "withdrawn": 0, "refused": 1, "past": 0}
    assert told["outcomes"][0] == {
        "status": "new", "where": "row 2", "id": "a-1", "title": "Titel", "detail": "", "remarks": ["column left out"],
    }  # fmt: skip
    assert (len(told["outcomes"]), told["dry_run"], told["files"]) == (5, False, [])
