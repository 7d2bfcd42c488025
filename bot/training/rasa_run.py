"""One training with Rasa, in a process of its own: `python -m bot.training.rasa_run DATA FOLDER`.

Its own, because it needs packages that a server does without (see `bot.lean`), and gives its memory back.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import os
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

NAME = "model"


def run(data: Path, folder: Path) -> bool:
    """Trains on the content in `data`; leaves `model.tar.gz` in `folder`. Says whether Rasa made one."""
    from rasa.model_training import train

    root = data.resolve().parent
    # Hundreds of thousands of objects live until the end, and were looked through again and again for what to forget.
    gc.disable()
    # Components name their data relative to the project's root.
    os.chdir(root)
    with _stored():
        result = train(
            str(root / "domain.yml"), str(root / "config.yml"), [str(data.resolve())],
            output=str(folder), fixed_model_name=NAME, force_training=True,
        )  # fmt: skip
    return result.code == 0 and result.model is not None


@contextlib.contextmanager
def _stored() -> Iterator[None]:
    """Archives are written without compression: Rasa compresses as strongly as gzip can, which took a quarter of a
    training's time, and a second of every start to undo.
    """
    # As the class holds it, not bound to it: classes made of `TarFile` go on opening as themselves.
    packed = vars(tarfile.TarFile)["gzopen"]
    tarfile.TarFile.gzopen = functools.partial(tarfile.TarFile.gzopen, compresslevel=0)  # type: ignore[method-assign]
    try:
        yield
    finally:
        tarfile.TarFile.gzopen = packed  # type: ignore[method-assign]


if __name__ == "__main__":
    sys.exit(0 if run(Path(sys.argv[1]), Path(sys.argv[2])) else 1)
