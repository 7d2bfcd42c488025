"""What is exported comes back as what it was."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.knowledge import load_offers
from bot.knowledge.feeds import FORMATS
from bot.knowledge.feeds.merge import differing
from bot.knowledge.feeds.shelf import Shelf
from tests.knowledge.feeds.conftest import TODAY, context, refusals, snapshot, take


@pytest.mark.parametrize("name", FORMATS)
def test_our_own_export_changes_nothing(full: Path, name: str) -> None:
    where = context(full)
    exported = [
        offer
        for offer in load_offers(full, where.region)
        if FORMATS[name].carries(offer) and (offer.last_day is None or offer.last_day >= TODAY)
    ]
    content = FORMATS[name].write(exported, where)
    before = snapshot(full)
    report = take(full, name, content)
    assert refusals(report) == []
    assert [(each.id, each.detail) for each in report.outcomes if each.status != "unchanged"] == []
    assert len(report.outcomes) == len(exported) > 10
    assert snapshot(full) == before


@pytest.mark.parametrize("name", FORMATS)
def test_an_empty_content_folder_takes_everything(full: Path, name: str) -> None:
    where = context(full)
    kept = {id: standing.record for id, standing in Shelf(full, where.region).standing.items()}
    carried = [offer for offer in load_offers(full, where.region) if FORMATS[name].carries(offer)]
    content = FORMATS[name].write(carried, where)
    shutil.rmtree(full / "offers")
    (full / "offers").mkdir()
    report = take(full, name, content)
    # What a format does not carry may be missing, and then a record may be refused; what it carries is the same.
    taken = Shelf(full, where.region).standing
    assert len(taken) >= 10
    for id, standing in taken.items():
        paths = {field.ours for field in FORMATS[name].fields_of(standing.kind)} - {"reviewed_on"}
        # A format of one language carries that one.
        texts = {part: {"de": kept[id][part]["de"]} for part in ("title", "text") if len(standing.record[part]) == 1}
        before = {**kept[id], **texts}
        assert [path for path in differing(before, standing.record) if path in paths] == [], id
    before = snapshot(full)
    again = take(full, name, content)
    assert again.count("new") + again.count("changed") == 0
    assert again.count("unchanged") == report.count("new")
    assert snapshot(full) == before
