"""Answers found by free text: for a question that no intent fits, the curated answers and services that come nearest.

What is slow, glosses and vectors of all passages, is computed when the answers or the model change, and kept in a file.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bot.interface import Interface
from bot.knowledge.index import OfferIndex
from bot.knowledge.names import in_language
from bot.knowledge.ranking import AsTyped, Passage, Ranker, Reading, windows_of
from bot.knowledge.readings import Readings
from bot.languages import Languages
from bot.nlu.encoder import Encoder, VectorCache

log = logging.getLogger(__name__)

_FORMAT = 1
_ANSWER, _OFFER = "utter_", "offer/"
_KIND = "service"


@dataclass(frozen=True)
class Found:
    """What may answer a question: an intent with one answer (`faq/x`), or the id of an offer. `likeness`: 0 to 1."""

    intent: str | None
    offer: str | None
    likeness: float


class AnswerIndex:
    """Finds nothing before `use` was called.

    Args:
        replies: By name, with a condition on the language each (`merge_responses`).
    """

    def __init__(
        self, replies: Mapping[str, Sequence[Mapping[str, Any]]], interface: Interface, offers: OfferIndex, languages: Languages
    ) -> None:
        self._replies = replies
        self._interface = interface
        self._offers = offers
        self._languages = languages
        self._rankers: dict[str, Ranker] = {}

    def use(self, readings: Readings, model: str, cache: Path) -> None:
        """Reads with the loaded model from now on.

        Args:
            model: Its name: another model may read the same words differently.
            cache: Folder for what is computed once.
        """
        encoder, reading = readings.encoder, readings.glosser or AsTyped()
        if encoder is None:
            return
        passages = {code: self.passages(code) for code in self._languages.codes}
        stored = _Stored(cache, _key(passages, model))
        if not all(stored.has(code) for code in passages):
            self._read(passages, stored, reading, VectorCache.of(cache, "answers-vectors", encoder), encoder)
        for code, own in passages.items():
            glossed, vectors = stored.get(code)
            self._rankers[code] = Ranker(
                own, reading, lambda texts: np.stack([encoder.vector(text) for text in texts]),
                glossed, vectors,
            )  # fmt: skip

    def _read(
        self, passages: Mapping[str, Sequence[Passage]], stored: _Stored, reading: Reading, known: VectorCache, encoder: Encoder
    ) -> None:
        """Glosses all passages and encodes their windows; vectors known from before are taken over."""
        log.info("reading the answers in %d languages", len(passages))
        glossed, windows = {}, {}
        for code, own in passages.items():
            understood = self._languages[code].understands
            glossed[code] = [reading.gloss(passage.whole, understood) for passage in own]
            windows[code] = [reading.sentence(window, understood) for passage in own for window in windows_of(passage)]
        vectors = iter(known.vectors([window for own_windows in windows.values() for window in own_windows], encoder))
        for code, own_windows in windows.items():
            stored.add(code, glossed[code], np.stack([next(vectors) for _ in own_windows]))
        stored.write()

    def search(self, text: str, language: str, *, limit: int, least: float) -> list[Found]:
        """The best answers and services in a language, best first.

        Args:
            least: How alike question and answer must be, 0 to 1.
        """
        ranker = self._rankers.get(language)
        if ranker is None:
            return []
        ranked = ranker.rank(text, self._languages[language].understands, limit=limit)
        return [
            Found(
                None if each.id.startswith(_OFFER) else each.id,
                each.id.removeprefix(_OFFER) if each.id.startswith(_OFFER) else None,
                each.likeness,
            )
            for each in ranked
            if each.likeness >= least
        ]

    def passages(self, language: str) -> list[Passage]:
        """All answers that an intent gives, and all services, as a visitor of this language reads them."""
        answers = [
            Passage(
                name.removeprefix(_ANSWER), _text(variations, language), self._languages[language].understands,
                self._interface.text(language, "intents", name.removeprefix(_ANSWER)),
            )
            for name, variations in sorted(self._replies.items())
            if name.startswith(_ANSWER) and "/" in name
        ]  # fmt: skip
        services = [
            Passage(
                f"{_OFFER}{offer.id}", in_language(offer.text, language) or "", self._languages[language].understands,
                in_language(offer.title, language) or "",
            )
            for offer in self._offers
            if offer.kind == _KIND
        ]  # fmt: skip
        return answers + services


def _text(variations: Sequence[Mapping[str, Any]], language: str) -> str:
    """A reply as somebody reads it of whom nothing but the language is known."""
    own = [each for each in variations if each["condition"][0]["value"] == language] or list(variations)
    return str(min(own, key=lambda each: len(each["condition"]))["text"])


def _key(passages: Mapping[str, Sequence[Passage]], model: str) -> str:
    digest = hashlib.sha256(f"{_FORMAT}\0{model}\0".encode())
    for code, own in passages.items():
        for passage in own:
            digest.update(f"{code}\0{passage.id}\0{passage.whole}\0".encode())
    return digest.hexdigest()[:12]


class _Stored:
    """Glosses and vectors by language in one file, `answers-<key>.npz`; those of other keys are removed."""

    def __init__(self, folder: Path, key: str) -> None:
        self._file = folder / f"answers-{key}.npz"
        self._held: dict[str, np.ndarray] = {}
        try:
            with np.load(self._file, allow_pickle=False) as stored:
                self._held = {name: stored[name] for name in stored.files}
        except (OSError, ValueError, EOFError, zipfile.BadZipFile):
            # Absent, or half written by a process that died: it is made anew.
            self._held = {}

    def has(self, code: str) -> bool:
        return {f"{code}.glossed", f"{code}.vectors"} <= self._held.keys()

    def get(self, code: str) -> tuple[list[str], np.ndarray]:
        return json.loads(str(self._held[f"{code}.glossed"])), self._held[f"{code}.vectors"].astype(np.float32)

    def add(self, code: str, glossed: Sequence[str], vectors: np.ndarray) -> None:
        self._held[f"{code}.glossed"] = np.array(json.dumps(list(glossed)))
        self._held[f"{code}.vectors"] = vectors.astype(np.float16)

    def write(self) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        aside = self._file.with_suffix(f".{os.getpid()}.npz")
        with aside.open("wb") as stream:
            np.savez(stream, **self._held)  # type: ignore[arg-type]
        os.replace(aside, self._file)
        for old in self._file.parent.glob("answers-????????????.npz"):
            # One for the running model, one for the model before, which another worker may still use.
            if old != self._file and old.stat().st_mtime < self._file.stat().st_mtime - 86400:
                old.unlink(missing_ok=True)
