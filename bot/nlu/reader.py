"""What the classifier sees of a message: how it is written, what it says in English, where that lies."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bot.nlu.addition import Addition, may_learn
from bot.nlu.encoder import Encoder, VectorCache
from bot.nlu.encoder_build import WEIGHTS_SHA256
from bot.nlu.features import ngrams, word_ngrams
from bot.nlu.gloss import Glosser
from bot.nlu.joint import Sample

_GLOSS, _ADDITION = "gloss.npz", "addition.npz"


class SampleReader:
    """Makes samples of texts, in training as in serving.

    Args:
        glosser: None with an encoder that knows the visitors' languages itself.
        encoder: None to do without vectors.
        addition: File with what the encoder has learned of our own examples.
    """

    def __init__(self, glosser: Glosser | None, encoder: Encoder | None, addition: Path | None = None) -> None:
        self.glosser = glosser
        self.encoder = encoder
        self._addition = addition

    @classmethod
    def for_training(cls, config: dict[str, Any]) -> SampleReader:
        """Reads the lists of words below the folder `data`; see `JointIntentClassifier` for the other keys."""
        glossed = config["reads"] == "gloss"
        glosser = Glosser.from_data(Path(config["data"]), Path(config["cache"])) if glossed else None
        addition = Path(config["addition"]) if config.get("addition") and not config["model"] else None
        return cls(glosser, _encoder(config, addition), addition)

    @classmethod
    def read(cls, folder: Path, config: dict[str, Any]) -> SampleReader:
        """What `save` wrote."""
        addition = folder / _ADDITION if (folder / _ADDITION).exists() else None
        return cls(Glosser.read(folder / _GLOSS) if (folder / _GLOSS).exists() else None, _encoder(config, addition))

    def save(self, folder: Path) -> None:
        """Keeps the lists of words and the encoder's addition with the model: another one may be made meanwhile."""
        if self.glosser:
            self.glosser.save(folder / _GLOSS)
        if self.encoder and self._addition:
            shutil.copyfile(self._addition, folder / _ADDITION)

    def sample(self, text: str, language: str) -> Sample:
        """One text, in the language it is read in."""
        gloss, sentence = self._read(text, language)
        return Sample(_blocks(text, gloss), self.encoder.vector(sentence) if self.encoder else None)

    def samples(self, texts: Sequence[str], languages: Sequence[str], cache: VectorCache) -> list[Sample]:
        """Many texts; vectors known from an earlier training come from `cache`."""
        read = [self._read(text, language) for text, language in zip(texts, languages, strict=True)]
        vectors = cache.vectors([sentence for _, sentence in read], self.encoder) if self.encoder else [None] * len(read)
        return [Sample(_blocks(t, gloss), v) for t, (gloss, _), v in zip(texts, read, vectors, strict=True)]

    def unseen(self, texts: Sequence[str]) -> np.ndarray:
        """Which texts the encoder has certainly not learned from, booleans, shape (texts,)."""
        if not self.encoder or not self._addition:
            return np.ones(len(texts), dtype=bool)
        share = Addition.read(self._addition, WEIGHTS_SHA256).made_of.share
        return np.array([not may_learn(text, share) for text in texts])

    def _read(self, text: str, language: str) -> tuple[str, str]:
        """The text's gloss, and what the encoder reads."""
        if self.glosser is None:
            return text, text
        gloss = self.glosser.gloss(text, language)
        return gloss, self.glosser.sentence(text, language, gloss)


def _blocks(text: str, gloss: str) -> tuple[Iterable[str], Iterable[str]]:
    return ngrams(text), word_ngrams(gloss)


def _encoder(config: dict[str, Any], addition: Path | None) -> Encoder | None:
    if not config["vector"]:
        return None
    if config["model"]:
        return Encoder(Path(config["model"]), Path(config["tokenizer"]))
    return Encoder.default(Path(config["cache"]), addition)
