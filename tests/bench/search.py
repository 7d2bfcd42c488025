"""How fast offers are found, by how many there are: `python -m tests.bench.search [1000 10000 100000]`.

Offers are generated out of the demonstration offers: sentences of other offers of the same kind are mixed in, facts
and places are drawn anew, and each has a word and a provider of its own. Prints a Markdown table. Times are of whole
searches on one thread, the offers of the page read included: processor time, which does not depend on who else uses
the machine, and beside it the 95th percentile by the clock.
"""

from __future__ import annotations

import dataclasses
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from bot.knowledge import Names, Offer, OfferIndex, Query, load_offers
from bot.knowledge.index import write_index
from bot.region import Region

DATA = Path(__file__).parents[2] / "data"
TODAY = date(2026, 11, 21)
REPEAT = 200
_SYLLABLES = (
    "al",
    "bar",
    "den",
    "el",
    "fen",
    "gor",
    "hal",
    "ing",
    "kam",
    "lin",
    "mor",
    "nau",
    "ost",
    "pel",
    "ris",
    "sen",
    "tal",
)


def generate(offers: list[Offer], region: Region, count: int, seed: int = 7) -> Iterator[Offer]:
    """`count` offers that are alike and yet all different."""
    draw = random.Random(seed)
    by_kind: dict[str, list[Offer]] = {}
    for offer in offers:
        by_kind.setdefault(offer.kind, []).append(offer)
    kinds = sorted(by_kind)
    places = sorted(region.places)
    for number in range(count):
        model, other = draw.choices(by_kind[draw.choice(kinds)], k=2)[0], None
        other = draw.choice(by_kind[model.kind])
        name = "".join(draw.choices(_SYLLABLES, k=4))
        yield dataclasses.replace(
            model,
            id=f"{model.kind}-{number}",
            place=draw.choice(places),
            provider=f"{name.capitalize()} GmbH",
            text={
                code: f"{text} {other.text.get(code, '').partition('.')[0]} {name}."
                for code, text in model.text.items()
            },
            facts=_other_facts(model.facts, draw),
            reviewed_on=TODAY - timedelta(days=draw.randrange(90)),
            valid_until=TODAY + timedelta(days=draw.randrange(-10, 400)),
            valid_from=None,
        )


def _other_facts(facts: Any, draw: random.Random) -> dict[str, Any]:
    changed = dict(facts)
    for name in ("rent_cold", "rent_warm", "price", "area", "plot_area", "pay_min", "pay_max"):
        if name in changed:
            changed[name] = round(changed[name] * draw.uniform(0.6, 1.6))
    if "rooms" in changed:
        changed["rooms"] = draw.choice([1, 1.5, 2, 2, 2.5, 3, 3, 3.5, 4, 5])
    return changed


def queries(region: Region) -> dict[str, Callable[[random.Random], Query]]:
    """A generator of queries for each row of the table."""
    texts = [
        ("housing", "Wohnung mit Balkon"), ("housing", "Garten"), ("housing", "квартира з садом"), (None, "Kita"),
        ("job", "Pflege Frühschicht"), ("job", "warehouse worker"), ("job", "وظيفة ممرض"), ("childcare", "Waldtage"),
        ("housing", "mieszkanie z ogrodem"), ("job", "Führerschein"), ("childcare", "сад с музыкой"), (None, "Elbe"),
        ("housing", "Haus"), ("job", "Schweißer"), ("childcare", "Kitaplatz Frühstück"), (None, "kochen und backen"),
    ]  # fmt: skip
    facts: list[tuple[str, dict[str, Any]]] = [
        ("housing", {"rooms": 3, "price_max": 600, "deal": "rent"}),
        ("housing", {"housing_kind": ["flat", "senior_flat"], "area_min": 60}),
        ("housing", {"deal": "buy", "price_max": 150000}),
        ("job", {"occupation": "nursing_care", "working_time": "part_time"}),
        ("job", {"occupation": "it"}),
        ("job", {"working_time": ["part_time", "mini_job"], "without_working_time": "shift"}),
        ("childcare", {"child_age": 24, "childcare_kind": "creche"}),
        ("childcare", {"child_age": 80}),
    ]
    places = sorted(region.places)

    def text(draw: random.Random) -> Query:
        kind, words = draw.choice(texts)
        return Query(kind=kind, text=words, today=TODAY)

    def typed(draw: random.Random) -> Query:
        kind, filters = draw.choice(facts)
        return Query(kind=kind, filters=filters, today=TODAY)

    def near(draw: random.Random) -> Query:
        kind = draw.choice(["housing", "job", "childcare"])
        return Query(kind=kind, place=draw.choice(places), radius_km=draw.choice([0, 10, 20]), today=TODAY)

    def combined(draw: random.Random) -> Query:
        kind, filters = draw.choice(facts)
        words = draw.choice([words for of, words in texts if of == kind])
        return dataclasses.replace(near(draw), kind=kind, filters=filters, text=words)

    def nothing(draw: random.Random) -> Query:
        return Query(
            kind="housing", place=draw.choice(places), text="Kamin", today=TODAY,
            filters={"rooms": 5, "price_max": 20, "deal": "rent", "area_min": 300},
        )  # fmt: skip

    def page(draw: random.Random) -> Query:
        return dataclasses.replace(text(draw), offset=draw.choice([5, 10, 50]))

    return {
        "text": text, "filters": typed, "place": near, "all combined": combined, "nothing found": nothing,
        "next pages": page,
    }  # fmt: skip


def measure(count: int) -> None:
    """Print the rows for one number of offers."""
    region = Region.load(DATA)
    offers = list(generate(load_offers(DATA, region), region, count))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "offers.db"
        begin = time.process_time()
        write_index(file, offers, Names.load(DATA, region), "bench")
        built = time.process_time() - begin
        size = file.stat().st_size / 1e6
        del offers
        index = OfferIndex(DATA, file)
        every: list[tuple[float, float]] = []
        for name, make in queries(region).items():
            draw = random.Random(3)
            asked = [make(draw) for _ in range(REPEAT)]
            index.search(asked[0])
            times, found = [], 0
            for query in asked:
                clock, worked = time.perf_counter(), time.thread_time()
                found += index.search(query).total
                times.append(((time.thread_time() - worked) * 1000, (time.perf_counter() - clock) * 1000))
            every += times
            print(_row(f"{count:,}", name, times, f"{found / len(asked):,.0f}"), flush=True)
        print(_row(f"{count:,}", f"**all** (built in {built:.0f} s, {size:.0f} MB)", every, ""), flush=True)
        index.close()


def _row(count: str, name: str, times: list[tuple[float, float]], found: str) -> str:
    worked, clock = (statistics.quantiles(each, n=100) for each in zip(*times, strict=True))
    return f"| {count} | {name} | {worked[49]:.2f} | {worked[94]:.2f} | {clock[94]:.2f} | {found} |"


def main(counts: list[int]) -> None:
    print("| offers | query | p50 ms | p95 ms | p95 ms by the clock | found, mean |\n|---|---|---|---|---|---|")
    for count in counts:
        measure(count)


if __name__ == "__main__":
    main([int(argument) for argument in sys.argv[1:]] or [1000, 10_000, 100_000])
