"""`lotse coverage`: how many examples and test questions each intent has, and how well it is understood."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from bot.languages import Languages
from bot.training.evaluate import OUT_OF_SCOPE, Reading, share
from bot.training.examples import Example

_HEAD = """# Coverage

Written by `lotse coverage`; do not edit. Every question of `tests/nlu` is put to the trained model as the first message
of a conversation; the model has learned from none of them.
"""
_WORST = 30
_COLUMNS = (
    *("examples", "questions", "first", "among three", "out of scope found", "in scope refused", "crisis found"),
    *("language (4 words +)", "words with a gloss"),
)


def page(languages: Languages, examples: Sequence[Example], readings: Sequence[Reading]) -> str:
    """The page in Markdown: a table over languages, one over intents, and the confusions that remain."""
    return "\n".join(
        [
            _HEAD,
            _by_language(languages, examples, readings),
            _by_intent(languages, examples, readings),
            _confused(readings),
        ]
    )


def _by_language(languages: Languages, examples: Sequence[Example], readings: Sequence[Reading]) -> str:
    counts = Counter(example.language for example in examples)
    lines = [
        "## Languages\n",
        "| | " + " | ".join(_COLUMNS) + " |",
        "|---|" + "---:|" * len(_COLUMNS),
    ]
    for code in languages.written:
        own = [r for r in readings if r.question.language == code]
        inside = [r for r in own if r.question.intent != OUT_OF_SCOPE]
        outside = [r for r in own if r.question.intent == OUT_OF_SCOPE]
        crisis = [r for r in own if r.question.intent == "crisis"]
        long = [r for r in own if len(r.question.text.split()) >= 4]
        figures = [
            share(own, lambda r: r.first), share(own, lambda r: r.three), share(outside, lambda r: r.refused),
            share(inside, lambda r: r.refused), share(crisis, lambda r: r.first), share(long, lambda r: r.language == r.question.language),
        ]  # fmt: skip
        words = sum(r.words for r in own)
        cells = [f"{figure:.1%}" for figure in figures] + [f"{sum(r.glossed for r in own) / words:.1%}" if words else "–"]
        lines.append(f"| {code} | {counts[code]} | {len(own)} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _by_intent(languages: Languages, examples: Sequence[Example], readings: Sequence[Reading]) -> str:
    counts = Counter((example.intent, example.language) for example in examples)
    own: dict[tuple[str, str], list[Reading]] = defaultdict(list)
    for reading in readings:
        own[reading.question.intent, reading.question.language].append(reading)
    codes = languages.written
    lines = [
        "## Intents\n",
        "Examples / questions / understood first.\n",
        "| intent | " + " | ".join(codes) + " |",
        "|---|" + "---:|" * len(codes),
    ]
    for intent in sorted({intent for intent, _ in counts}):
        cells = []
        for code in codes:
            asked = own[intent, code]
            right = f"{share(asked, lambda r: r.first):.0%}" if asked else "–"
            cells.append(f"{counts[intent, code]} / {len(asked)} / {right}")
        lines.append(f"| {intent} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _confused(readings: Sequence[Reading]) -> str:
    wrong = Counter((r.question.intent, r.ranking[0][0]) for r in readings if not r.first)
    lines = [
        "## Confusions\n", f"The {_WORST} most frequent, all languages together.\n", "| meant | taken for | times |", "|---|---|---:|",
    ]  # fmt: skip
    lines += [f"| {meant} | {taken} | {count} |" for (meant, taken), count in wrong.most_common(_WORST)]
    return "\n".join(lines) + "\n"
