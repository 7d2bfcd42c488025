"""The classifier on CLINC150 "full" (Larson et al. 2019): 150 intents of other people's making, and out of scope.

    python -m tests.bench.clinc [--data ../shared/data/clinc150/data_full.json]

The same features, encoder and learner as the assistant's; English, so the gloss is the text itself. The threshold below
which a question counts as out of scope is chosen on the validation part: the highest one that costs at most two
percent of the questions in scope there.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np

from bot.nlu.encoder import Encoder, VectorCache
from bot.nlu.gloss import Glosser
from bot.nlu.joint import JointModel, Plan, Sample
from bot.nlu.reader import SampleReader
from tests.bench.assistant import REPORT, ROOT, write_section

SECTION = "## CLINC150"
OUT = "oos"
_COST = 2.0
"""Percent of in-scope questions that may be refused for the sake of the others."""
PUBLISHED = [("Rasa (Larson et al. 2019)", 91.5, 45.3), ("MLP on USE", 93.5, 47.4), ("BERT", 96.2, 52.3)]


def read(reader: SampleReader, rows: list[list[str]], cache: VectorCache) -> tuple[list[Sample], list[str]]:
    """Samples and intents of `[text, intent]` rows."""
    return reader.samples([text for text, _ in rows], ["en"] * len(rows), cache), [intent for _, intent in rows]


def figures(found: np.ndarray, labels: list[str], names: list[str], threshold: float) -> tuple[float, float]:
    """Accuracy in scope (a refusal is an error) and recall out of scope, in percent."""
    best, sure = found.argmax(1), found.max(1)
    said = [OUT if s < threshold else labels[b] for b, s in zip(best, sure, strict=True)]
    inside = [s == n for s, n in zip(said, names, strict=True) if n != OUT]
    outside = [s == OUT for s, n in zip(said, names, strict=True) if n == OUT]
    return 100 * float(np.mean(inside)), 100 * float(np.mean(outside))


def main() -> None:
    """Trains, chooses the threshold, tests, writes the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data" / "clinc150" / "data_full.json")
    options = parser.parse_args()
    data = json.loads(options.data.read_text())
    cache = ROOT / "models" / "cache"
    reader = SampleReader(Glosser({}), Encoder.default(cache))
    vectors = VectorCache(cache / "clinc.npz")
    every = [row for part in ("train", "oos_train", "val", "oos_val", "test", "oos_test") for row in data[part]]
    read(reader, every, vectors)

    started = time.process_time()
    samples, names = read(reader, data["train"] + data["oos_train"], vectors)
    model = JointModel.fit(samples, names, Plan(block_weights=(1.0, 1.0)))
    seconds = time.process_time() - started

    def judged(*parts: str) -> tuple[np.ndarray, list[str]]:
        samples, names = read(reader, [row for part in parts for row in data[part]], vectors)
        return np.stack([model.probabilities(sample) for sample in samples]), names

    found, names = judged("val", "oos_val")
    unhindered = figures(found, model.labels, names, 0.0)[0]
    threshold = max(
        t for t in np.arange(0.0, 1.0, 0.01) if figures(found, model.labels, names, t)[0] >= unhindered - _COST
    )
    found, names = judged("test", "oos_test")
    inside, outside = figures(found, model.labels, names, threshold)
    plain, plain_out = figures(found, model.labels, names, 0.0)
    rows = [
        f"| Heimatlotse, threshold {threshold:.2f} chosen on the validation part | **{inside:.1f}** | **{outside:.1f}** |",
        f"| Heimatlotse, no threshold | {plain:.1f} | {plain_out:.1f} |",
        *(f"| {name}, published | {a} | {b} |" for name, a, b in PUBLISHED),
    ]
    body = (
        f"`make bench-clinc`: 15,100 training questions in 151 classes, trained in {seconds:.0f} s of CPU "
        "(vectors cached).\n\n| | in scope, % right | out of scope, % recall |\n|---|---:|---:|\n" + "\n".join(rows)
    )
    write_section(REPORT, SECTION, body)
    print(body)


if __name__ == "__main__":
    main()
