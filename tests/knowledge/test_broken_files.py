"""Case 28 of the reliability list: broken records are refused with file and line, and the old index keeps serving."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

from bot.errors import ContentErrors
from bot.knowledge import OfferIndex, Query
from tests.knowledge.conftest import FACTS, RECORD, TODAY, Write

GOOD = "offers:\n" + RECORD.format(
    id="gut", place="stendal", title="Ein Angebot", text="Ein Text von einiger Länge steht hier", facts=FACTS["service"],
    reviewed_on="2026-11-01", more="",
)  # fmt: skip
BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [*{before},*{before},*{before},*{before},*{before},*{before}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)

BROKEN = {
    "broken YAML": (GOOD.replace("title: {de: Ein Angebot}", "title: {de: Ein Angebot"), 6, "not valid YAML"),
    "alias bomb": (BOMB + GOOD, 1, "anchor"),
    "an alias": (GOOD.replace("id: gut", "id: &x gut"), 2, "anchor"),
    "a tag": (GOOD.replace("id: gut", "id: !!python/name:os.system gut"), 2, "tag"),
    "duplicate id": (GOOD + GOOD.removeprefix("offers:\n"), 11, "already used"),
    "duplicate field": (GOOD.replace("  provider: Muster", "  provider: Muster\n  provider: Anders"), 5, "twice"),
    "bad URL": (GOOD.replace("email: a@example.org", "url: 'javascript:alert(1)'"), 8, "not written as expected"),
    "dead value": (GOOD.replace("advice", "magic"), 7, "'magic' is not possible here"),
    "unknown place": (GOOD.replace("stendal", "atlantis"), 3, "no place of this region"),
    "half-written file": (GOOD[: len(GOOD) // 2], 8, "not valid YAML"),
    "nothing": ("", 1, "no list of offers"),
    "not UTF-8": (GOOD.replace("Länge", "L\udcffnge"), 6, "not UTF-8"),
    "a NUL": (GOOD.replace("Muster", "Mus\0ter"), 4, "not valid YAML"),
    "nested deeply": ("offers: " + "[" * 5000, 1, ""),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_refused_and_the_old_index_serves(data: Path, write: Write, tmp_path: Path, name: str) -> None:
    write("service", {"id": "gut"})
    index = OfferIndex.open(data, tmp_path / "cache")
    before = index.file.read_bytes()
    content, line, message = BROKEN[name]
    file = data / "offers" / "service" / "x.yml"
    file.write_bytes(content.encode("utf-8", "surrogateescape"))
    began = time.monotonic()
    with pytest.raises(ContentErrors) as raised:
        index.refresh()
    assert time.monotonic() - began < 5, "a bomb must not even smoulder"
    error = raised.value.errors[0]
    assert error.file == file and message in error.message
    assert error.line is not None and abs(error.line - line) <= 1, str(error)
    assert error.hint or error.message
    assert index.file.read_bytes() == before
    assert [hit.offer.id for hit in index.search(Query(kind="service", today=TODAY)).hits] == ["gut"]
    assert OfferIndex(data, index.file).get("gut") is not None, "and a process that starts now finds it, too"
    assert os.listdir(tmp_path / "cache") == ["offers.db"], "nothing is left lying about"


def test_searches_see_the_old_index_or_the_new_one_and_nothing_between(data: Path, write: Write, tmp_path: Path) -> None:
    write("service", *({"id": f"a-{n}"} for n in range(20)))
    index = OfferIndex.open(data, tmp_path / "cache")
    seen: set[tuple[str, ...]] = set()
    stop = threading.Event()
    failed: list[BaseException] = []

    def look() -> None:
        try:
            while not stop.is_set():
                hits = index.search(Query(kind="service", limit=50, today=TODAY)).hits
                seen.add(tuple(sorted({hit.offer.id[0] for hit in hits})))
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=look) for _ in range(3)]
    for thread in threads:
        thread.start()
    for letter in "bcab":
        write("service", *({"id": f"{letter}-{n}"} for n in range(20)))
        index.refresh()
        time.sleep(0.05)
    stop.set()
    for thread in threads:
        thread.join()
    assert not failed
    assert seen <= {("a",), ("b",), ("c",)} and len(seen) >= 2
