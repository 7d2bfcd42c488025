"""What an import did with each entry: the table an editor reads, and the same as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

STATUSES = ("new", "changed", "unchanged", "withdrawn", "refused", "past")


@dataclass(frozen=True)
class Outcome:
    """What became of one entry. `detail` is why it was refused, or the fields that changed."""

    status: str
    where: str
    id: str = ""
    title: str = ""
    detail: str = ""
    remarks: tuple[str, ...] = ()


@dataclass
class Report:
    """An import, entry by entry. `dry_run`: nothing was written."""

    format: str
    source: str
    dry_run: bool = False
    outcomes: list[Outcome] = field(default_factory=list)
    files: Sequence[str] = ()
    notes: list[str] = field(default_factory=list)

    def count(self, status: str) -> int:
        return sum(outcome.status == status for outcome in self.outcomes)

    def as_json(self) -> dict[str, Any]:
        """Counts and every outcome, JSON-ready."""
        return {
            "format": self.format, "source": self.source, "dry_run": self.dry_run,
            "counts": {status: self.count(status) for status in STATUSES},
            "outcomes": [asdict(outcome) for outcome in self.outcomes],
            "files": list(self.files), "notes": self.notes,
        }  # fmt: skip

    def show(self, out: Console) -> None:
        """Print it. Unchanged and past entries are counted, not listed."""
        out.print(Group(*self._parts()), soft_wrap=False)

    def _parts(self) -> list[RenderableType]:
        counts = Counter(outcome.status for outcome in self.outcomes)
        # A format without anything past need not speak of it.
        shown = [status for status in STATUSES if status != "past" or counts["past"]]
        line = ", ".join(f"{counts[status]} {status}" for status in shown)
        head = f"{self.format} from {self.source}: {line}" + (" (dry run: nothing was written)" if self.dry_run else "")
        parts: list[RenderableType] = [Text(head, style="bold")]
        listed = [each for each in self.outcomes if each.status in ("new", "changed", "withdrawn", "refused")]
        if listed:
            table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
            for _ in range(3):
                table.add_column(overflow="fold")
            for outcome in listed:
                said = [part for part in (outcome.id or outcome.title, outcome.detail) if part]
                style = {"refused": "red", "withdrawn": "yellow"}.get(outcome.status, "")
                table.add_row(Text(outcome.status, style=style), Text(outcome.where), Text(": ".join(said)))
            parts.append(table)
        for outcome in self.outcomes:
            parts += [Text(f"remark  {outcome.where}: {remark}") for remark in outcome.remarks]
        parts += [Text(f"note  {note}") for note in self.notes]
        parts += [Text(f"written  {file}") for file in self.files]
        return parts
