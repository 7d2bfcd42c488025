"""A small adaptation lays examples of one intent closer together than they were, also such as it has not seen."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from bot.nlu.addition import FILE, Addition, may_learn
from bot.nlu.encoder import Encoder
from bot.nlu.encoder_build import WEIGHTS_SHA256, ensure_encoder, package_folder
from bot.training import adapt as adapting
from bot.training.adapt import Course, adapt, learn
from tests.conftest import ROOT

COURSE = Course(share=1.0, rank=4, epochs=16, batch=8)
WORDS = {
    "waste": ["bin", "garbage", "recycling", "rubbish", "trash"],
    "animals": ["dog", "tax for dog", "puppy", "cat", "pet"],
    "water": ["well", "tap water", "drain", "sewage", "meter"],
}
ASKED = ["where", "i have question", "how much cost", "who come", "please help", "form for", "new", "when"]


def _examples(words: slice) -> tuple[list[str], list[str]]:
    rows = [(f"{asked} {word}", name) for name, own in WORDS.items() for word in own[words] for asked in ASKED]
    return [text for text, _ in rows], [name for _, name in rows]


def _closer(encoder: Encoder, texts: list[str], names: list[str]) -> float:
    """How much nearer texts of one intent lie than those of two."""
    vectors, own = encoder.vectors(texts), np.array(names)
    alike, same = vectors @ vectors.T, own[:, None] == own
    return float(alike[same].mean() - alike[~same].mean())


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """A content folder after `adapt`, and what was said meanwhile."""
    data = tmp_path_factory.mktemp("adapt") / "data"
    (data / "nlu" / "en").mkdir(parents=True)
    (data / "languages.yml").write_text("default: en\nlanguages:\n  en: {name: English, direction: ltr}\n")
    shutil.copy(ROOT / "data" / "region.yml", data)
    texts, names = _examples(slice(0, 3))
    blocks = [
        f"- intent: {name}\n  examples: |\n" + "".join(f"    - {t}\n" for t, n in zip(texts, names, strict=True) if n == name)
        for name in WORDS
    ]
    (data / "nlu" / "en" / "all.yml").write_text("nlu:\n" + "".join(blocks))
    said: list[str] = []
    assert adapt(data, data.parent / "cache", course=COURSE, say=said.append) == data / FILE
    return data, said


def test_unseen_words_of_an_intent_lie_closer_together(learned: tuple[Path, list[str]], tmp_path: Path) -> None:
    before = Encoder.default(Path("models/cache"))
    after = Encoder(ensure_encoder(tmp_path, learned[0] / FILE), package_folder() / "tokenizer.json")
    for words, gain in ((slice(0, 3), 0.1), (slice(3, 5), 0.03)):
        texts, names = _examples(words)
        closer = _closer(before, texts, names), _closer(after, texts, names)
        assert closer[1] > closer[0] + gain, closer


def test_the_file_says_what_it_was_made_of(learned: tuple[Path, list[str]]) -> None:
    data, said = learned
    made_of = Addition.read(data / FILE, WEIGHTS_SHA256).made_of
    assert (made_of.examples, made_of.rank, made_of.epochs, made_of.share) == (72, 4, 16, 1.0)
    assert said[0].startswith("Learning from 72 examples")
    assert (data / FILE).stat().st_size < 500_000


def test_only_the_share_is_learned_from(learned: tuple[Path, list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    monkeypatch.setattr(adapting, "learn", lambda texts, names, course, say: seen.extend(texts) or {})
    monkeypatch.setattr(adapting.Addition, "save", lambda *_: None)
    adapt(learned[0], learned[0].parent / "cache", course=Course(share=0.5), say=lambda _: None)
    texts, _ = _examples(slice(0, 3))
    assert len(seen) == sum(may_learn(text, 0.5) for text in texts) and 20 < len(seen) < 52


def test_the_same_examples_make_the_same_addition() -> None:
    texts, names = _examples(slice(0, 1))
    course = Course(rank=2, epochs=1, batch=8)
    first, again = (learn(texts, names, course, lambda _: None) for _ in range(2))
    for name, (down, up) in first.items():
        assert np.allclose(down, again[name][0], atol=2e-3) and np.allclose(up, again[name][1], atol=2e-3)
