"""What the sentence encoder has learned of our own examples: a thin addition to its matrices, in one small file.

`lotse adapt` makes the file, `bot.nlu.encoder_build` adds it to the encoder's own weights. Which examples it may learn
from is decided by their wording alone, so that an editor's new example, too, is known to be learned from or not.
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

FILE = Path("encoder") / "addition.npz"
"""Below the data folder; config.yml names it for training."""

_MADE_OF = "made_of"
_WHAT_TO_DO = "Restore it from version control, or make it anew with `lotse adapt`."


class EncoderError(Exception):
    """The encoder cannot be built or used; the message says why and what to do."""


@dataclass(frozen=True)
class MadeOf:
    """Where an addition comes from.

    Attributes:
        weights: SHA-256 of the weights that it is to be added to.
        examples: How many it was learned from.
        share: Share of all examples that it may learn from; see `may_learn`.
    """

    weights: str
    examples: int
    share: float
    rank: int
    epochs: int
    seed: int


@dataclass(frozen=True)
class Addition:
    """Args:
    pairs: By the matrix' name, what is added to it as a product: shapes (inputs, rank) and (rank, outputs).
    """

    made_of: MadeOf
    pairs: Mapping[str, tuple[np.ndarray, np.ndarray]]

    def added_to(self, weights: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """All weights, by name as in model.safetensors, shape (outputs, inputs) each."""
        sums = {f"{name}.weight": weights[f"{name}.weight"] + (down @ up).T for name, (down, up) in self.pairs.items()}
        return {**weights, **sums}

    def save(self, file: Path) -> None:
        """Writes plain arrays of half precision, in place in one step."""
        arrays = {f"{name}.{kind}": part.astype(np.float16) for name, pair in self.pairs.items()
                  for kind, part in zip(("down", "up"), pair, strict=True)}  # fmt: skip
        file.parent.mkdir(parents=True, exist_ok=True)
        aside = file.with_suffix(f".{os.getpid()}.npz")
        np.savez_compressed(aside, **arrays, **{_MADE_OF: np.array(json.dumps(asdict(self.made_of)))})  # type: ignore[arg-type]
        os.replace(aside, file)

    @classmethod
    def read(cls, file: Path, weights: str) -> Addition:
        """What `save` wrote.

        Args:
            weights: SHA-256 of the weights that it is to be added to.

        Raises:
            EncoderError: the file is missing or broken, or belongs to other weights.
        """
        try:
            with np.load(file, allow_pickle=False) as stored:
                made_of = MadeOf(**json.loads(str(stored[_MADE_OF])))
                names = {name.rpartition(".")[0] for name in stored.files} - {""}
                pairs = {
                    name: (stored[f"{name}.down"].astype(np.float32), stored[f"{name}.up"].astype(np.float32))
                    for name in sorted(names)
                }
        except FileNotFoundError:
            raise EncoderError(f"{file} is missing, which config.yml names as `addition`. {_WHAT_TO_DO}") from None
        except (OSError, ValueError, TypeError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise EncoderError(f"{file} cannot be read ({error}). {_WHAT_TO_DO}") from None
        if made_of.weights != weights:
            raise EncoderError(f"{file} was made for weights with the SHA-256 {made_of.weights}, not {weights}. Run `lotse adapt`.")
        return cls(made_of, pairs)


def checksum(file: Path) -> str:
    """8 hexadecimal digits that name an addition.

    Raises:
        EncoderError: the file is missing.
    """
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()[:8]
    except OSError:
        raise EncoderError(f"{file} is missing, which config.yml names as `addition`. {_WHAT_TO_DO}") from None


def may_learn(text: str, share: float) -> bool:
    """Whether an addition may learn from this example; those it may not show how it does on what it has not seen."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") < share * 2**32
