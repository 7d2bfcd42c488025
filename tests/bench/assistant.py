"""This assistant against Rasa's stock configuration: same examples, same questions, same machine, one run.

    python -m tests.bench.assistant [--examples 2] [--epochs 100]

Both learn from the same sample of the examples, because the stock pipeline would need hours for all of them. The
questions are those of `tests/nlu`. Each system runs in a process of its own; figures are medians where they repeat.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

import yaml

from bot.languages import load_languages
from bot.training.examples import Example, read_examples
from bot.training.responses import read_responses

ROOT = Path(__file__).parents[2]
REPORT = ROOT / "docs" / "benchmarks.md"
SECTION = "## Against Rasa's stock configuration"

STOCK_PIPELINE = [
    {"name": "WhitespaceTokenizer"},
    {"name": "RegexFeaturizer"},
    {"name": "LexicalSyntacticFeaturizer"},
    {"name": "CountVectorsFeaturizer"},
    {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
    {"name": "DIETClassifier", "epochs": 100, "constrain_similarities": True},
    {"name": "EntitySynonymMapper"},
    {"name": "ResponseSelector", "epochs": 100, "constrain_similarities": True},
    {"name": "FallbackClassifier", "threshold": 0.3, "ambiguity_threshold": 0.1},
]
STOCK_POLICIES = [
    {"name": "MemoizationPolicy"},
    {"name": "RulePolicy"},
    {"name": "UnexpecTEDIntentPolicy", "max_history": 5, "epochs": 100},
    {"name": "TEDPolicy", "max_history": 5, "epochs": 100, "constrain_similarities": True},
]


def sample(examples: list[Example], count: int, seed: int = 11) -> list[Example]:
    """At most `count` examples an intent and language, the same ones in every run."""
    groups: dict[tuple[str, str], list[Example]] = defaultdict(list)
    for example in examples:
        groups[example.language, example.intent].append(example)
    chosen = []
    for key in sorted(groups):
        pool = groups[key]
        chosen += random.Random(f"{seed}{key}").sample(pool, min(count, len(pool)))
    return chosen


def write_nlu(examples: list[Example], file: Path) -> None:
    """In Rasa's training data format."""
    blocks: dict[str, list[str]] = defaultdict(list)
    for example in examples:
        text, shift = example.text, 0
        for entity in sorted(example.entities, key=lambda e: int(str(e["start"]))):
            start, end = int(str(entity["start"])) + shift, int(str(entity["end"])) + shift
            marked = f"[{text[start:end]}]({entity['entity']}:{entity['value']})"
            text, shift = text[:start] + marked + text[end:], shift + len(marked) - (end - start)
        blocks[example.intent].append(f"- {text}")
    content = {"version": "3.1", "nlu": [{"intent": i, "examples": "\n".join(t) + "\n"} for i, t in blocks.items()]}
    file.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=10_000), encoding="utf-8")


def prepare_stock(folder: Path, examples: list[Example], epochs: int) -> None:
    """A project as `rasa init` would have it, with our examples, German replies and rules."""
    (folder / "data").mkdir(parents=True)
    write_nlu(examples, folder / "data" / "nlu.yml")
    domain = yaml.safe_load((ROOT / "domain.yml").read_text())
    replies = read_responses(ROOT / "data", load_languages(ROOT / "data"))["de"]
    domain["responses"] = {name: [{"text": v["text"]} for v in variations if "condition" not in v] for name, variations in replies.items()}
    (folder / "domain.yml").write_text(yaml.safe_dump(domain, allow_unicode=True))
    shutil.copytree(ROOT / "data" / "rules", folder / "data" / "rules")
    shutil.copytree(ROOT / "data" / "stories", folder / "data" / "stories")
    pipeline = [{**c, "epochs": epochs} if "epochs" in c else c for c in STOCK_PIPELINE]
    policies = [{**c, "epochs": epochs} if "epochs" in c else c for c in STOCK_POLICIES]
    config = {"recipe": "default.v1", "language": "de", "assistant_id": "stock", "pipeline": pipeline, "policies": policies}
    (folder / "config.yml").write_text(yaml.safe_dump(config, sort_keys=False))


def prepare_ours(folder: Path, examples: list[Example]) -> None:
    """This project with the sampled examples, and the encoder as it came: it has learned further from all of them."""
    shutil.copytree(ROOT / "data", folder / "data", ignore=shutil.ignore_patterns("nlu"))
    by_language: dict[str, list[Example]] = defaultdict(list)
    for example in examples:
        by_language[example.language].append(example)
    for language, own in by_language.items():
        (folder / "data" / "nlu" / language).mkdir(parents=True)
        write_nlu(own, folder / "data" / "nlu" / language / "all.yml")
    shutil.copy(ROOT / "domain.yml", folder / "domain.yml")
    config = yaml.safe_load((ROOT / "config.yml").read_text())
    for component in config["pipeline"]:
        component.pop("addition", None)
    (folder / "config.yml").write_text(yaml.safe_dump(config, sort_keys=False))


def measure(system: str, folder: Path) -> dict[str, Any]:
    """Trains and measures one system in a process of its own."""
    environment = {**os.environ, "RASA_TELEMETRY_ENABLED": "false", "PYTHONPATH": str(ROOT)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    results: dict[str, Any] = {}
    for step in ("train", "answer"):
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.measure", system, step, str(folder)],
            cwd=folder, env=environment, capture_output=True, text=True, timeout=3600,
        )  # fmt: skip
        if done.returncode:
            raise SystemExit(f"{system} {step} failed:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
        results |= json.loads(done.stdout.strip().splitlines()[-1])
    return results


ROWS = [
    ("understood, first", "accuracy", "{:.1%}"),
    ("understood, among the first three", "top3", "{:.1%}"),
    ("training, s", "train_seconds", "{:.0f}"),
    ("training, s of processors", "train_cpu_seconds", "{:.0f}"),
    ("process start to first answer, s", "ready_seconds", "{:.1f}"),
    ("memory when ready, MB", "memory_mb", "{:.0f}"),
    ("reply p50, ms", "p50_ms", "{:.1f}"),
    ("reply p95, ms", "p95_ms", "{:.1f}"),
    ("reply p99, ms", "p99_ms", "{:.1f}"),
    ("reply p50 without the sentence encoder, ms", "p50_without_ms", "{:.1f}"),
    ("reply p95 without the sentence encoder, ms", "p95_without_ms", "{:.1f}"),
    ("messages/s, one process, 20 at a time", "per_second", "{:.0f}"),
    ("messages/s without the sentence encoder", "per_second_without", "{:.0f}"),
    ("processor time of each, ms", "cpu_ms", "{:.1f}"),
    ("5th message of a conversation, ms", "fifth_ms", "{:.1f}"),
    ("200th message of a conversation, ms", "two_hundredth_ms", "{:.1f}"),
]


def table(ours: dict[str, Any], stock: dict[str, Any]) -> str:
    """The figures side by side, with their ratio."""
    lines = ["| | Heimatlotse | stock Rasa | stock / ours |", "|---|---:|---:|---:|"]
    for label, key, form in ROWS:
        ratio = f"{stock[key] / ours[key]:.2f}" if ours[key] else ""
        lines.append(f"| {label} | {form.format(ours[key])} | {form.format(stock[key])} | {ratio} |")
    for language in sorted(ours["by_language"]):
        a, b = ours["by_language"][language], stock["by_language"][language]
        lines.append(f"| understood first, {language} | {a:.1%} | {b:.1%} | {b / a:.2f} |")
    return "\n".join(lines)


def write_section(report: Path, heading: str, body: str) -> None:
    """Puts `body` under `heading`, in place of what was there."""
    text = report.read_text(encoding="utf-8") if report.exists() else "# Benchmarks\n"
    before, found, after = text.partition(heading + "\n")
    rest = after.partition("\n## ")
    tail = "\n## " + rest[2] if found and rest[1] else ""
    report.write_text(f"{before.rstrip()}\n\n{heading}\n\n{body.strip()}\n{tail}", encoding="utf-8")


def main() -> None:
    """Runs both and writes the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=2, help="examples an intent and language")
    parser.add_argument("--epochs", type=int, default=100, help="epochs of the stock pipeline (its default: 100)")
    options = parser.parse_args()
    languages = load_languages(ROOT / "data")
    chosen = sample(read_examples(ROOT / "data" / "nlu", languages), options.examples)
    with tempfile.TemporaryDirectory() as name:
        folders = {system: Path(name) / system for system in ("ours", "stock")}
        prepare_ours(folders["ours"], chosen)
        prepare_stock(folders["stock"], chosen, options.epochs)
        results = {system: measure(system, folder) for system, folder in folders.items()}
    body = (
        f"`make bench`: both trained on the same {len(chosen)} examples ({options.examples} an intent and language, "
        f"six languages, {len({e.intent for e in chosen})} intents), asked the {results['ours']['questions']} questions of "
        f"`tests/nlu`; stock pipeline with {options.epochs} epochs. Ours answers through its database, stock in memory.\n\n"
        + table(results["ours"], results["stock"])
    )
    write_section(REPORT, SECTION, body)
    print(body)


if __name__ == "__main__":
    main()
