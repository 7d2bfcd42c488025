"""Turns a row of English words into a vector: sentences that mean the same lie close together."""

from __future__ import annotations

import contextlib
import os
import time
import zipfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from bot.nlu.encoder_build import ensure_encoder, package_folder

_LONGEST = 96
"""Tokens read of a text: three long sentences; what comes after changes little and costs time."""


class Encoder:
    """An ONNX sentence encoder with its tokenizer; safe to use from several threads.

    Args:
        model: ONNX file with input `ids`, and `mask` if it needs one, int64 (1, tokens), and output `vectors`; its name is
            the encoder's.
        tokenizer: tokenizer.json of the same model.
    """

    def __init__(self, model: Path, tokenizer: Path) -> None:
        import onnxruntime

        self.name = model.stem
        options = onnxruntime.SessionOptions()
        # One thread a message: a small machine serves several visitors rather than one of them faster.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        self._masked = any(given.name == "mask" for given in self._session.get_inputs())
        self._tokenizer = read_tokenizer(tokenizer)

    @classmethod
    def default(cls, cache: Path, addition: Path | None = None) -> Encoder:
        """all-MiniLM-L6-v2, built into `cache` on first use.

        Args:
            addition: File with what it has learned of our own examples.

        Raises:
            EncoderError: its package is missing or changed, or the addition cannot be used.
        """
        return cls(ensure_encoder(cache, addition), package_folder() / "tokenizer.json")

    def vector(self, text: str) -> np.ndarray:
        """The vector of one text, float32 (width,), length 1."""
        ids = np.array([self._tokenizer.encode(text).ids], dtype=np.int64)
        inputs = {"ids": ids, "mask": np.ones_like(ids)} if self._masked else {"ids": ids}
        found: np.ndarray = self._session.run(["vectors"], inputs)[0][0]
        return found

    def vectors(self, texts: Sequence[str], *, workers: int = 2) -> np.ndarray:
        """The vectors of many texts, float32 (texts, width).

        One by one, not in batches: 8-bit rounding depends on what else is in a batch, and a training example is
        to get the very vector that it would get as a question.
        """
        with ThreadPoolExecutor(workers) as pool:
            return np.stack(list(pool.map(self.vector, texts)))


def read_tokenizer(file: Path) -> Any:
    """Makes token numbers of a text (`encode(text).ids`), as many as are read of it."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(file))
    tokenizer.no_padding()
    tokenizer.enable_truncation(_LONGEST)
    return tokenizer


class VectorCache:
    """Vectors of texts seen in earlier trainings, in one file; a broken one is only work to do again.

    Args:
        keep: Keeps vectors that are not asked for, too.
    """

    def __init__(self, file: Path, *, keep: bool = False) -> None:
        self._file = file
        self._keep = keep
        self._known: dict[str, np.ndarray] = {}
        with contextlib.suppress(OSError, ValueError, KeyError, zipfile.BadZipFile):
            stored = np.load(file, allow_pickle=False)
            self._known = dict(zip(stored["texts"].tolist(), stored["vectors"], strict=True))

    @classmethod
    def of(cls, folder: Path, kind: str, encoder: Encoder | None, *, keep: bool = False) -> VectorCache:
        """The file of an encoder, `<kind>-<encoder>.npz`: no two encoders' vectors are ever mixed.

        Those of other encoders are removed, a day after they were last written: another worker may still use one.
        """
        file = folder / f"{kind}-{encoder.name if encoder else 'none'}.npz"
        for old in folder.glob(f"{kind}-minilm*.npz"):
            if old != file and old.stat().st_mtime < time.time() - 86400:
                old.unlink(missing_ok=True)
        return cls(file, keep=keep)

    def vectors(self, texts: Sequence[str], encoder: Encoder) -> list[np.ndarray]:
        """One a text; new ones are encoded and kept, those no longer needed are dropped (unless all are kept)."""
        missing = sorted(set(texts) - set(self._known))
        if missing:
            self._known.update(zip(missing, encoder.vectors(missing), strict=True))
        used = {text: self._known[text] for text in texts}
        if self._keep:
            used |= self._known
        if missing or len(used) < len(self._known):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            aside = self._file.with_suffix(f".{os.getpid()}.npz")
            np.savez(aside, texts=np.array(list(used)), vectors=np.stack(list(used.values())).astype(np.float16))
            os.replace(aside, self._file)
        return [used[text].astype(np.float32) for text in texts]

