"""Remembers beside the database what was erased, so that an old back-up cannot bring it back.

Each line is a time and the hash of a conversation's id, which is 128 random bits: nothing can be learnt from it.
`lotse purge` and the nightly run erase again what stands here (`bot/privacy/retention.py`).
"""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

FILE = "erased.log"

_path: Path | None = None


def use(var: Path) -> None:
    """Where this process keeps its journal."""
    global _path
    _path = var / FILE


def hash_of(conversation_id: str) -> str:
    """What is written down of a conversation."""
    return hashlib.sha256(f"erased:{conversation_id}".encode()).hexdigest()


def note(conversation_id: str) -> None:
    """Writes an erasure down, durably; before the erasure itself, so that none is forgotten.

    If that should fail then, the next run erases what its visitor wanted erased.
    """
    if _path is None:
        return
    line = f"{int(time.time())} {hash_of(conversation_id)}\n".encode()
    # Appending a short line is one write: several processes may share the file.
    handle = os.open(_path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(handle, line)
        os.fsync(handle)
    finally:
        os.close(handle)


def erased(var: Path) -> set[str]:
    """Hashes of everything that was erased; lines that are broken are passed over."""
    file = var / FILE
    if not file.exists():
        return set()
    lines = (line.split() for line in file.read_text(encoding="ascii", errors="replace").splitlines())
    return {parts[1] for parts in lines if len(parts) == 2 and len(parts[1]) == 64}


def forget(var: Path, before: float) -> None:
    """Takes out what is older than any back-up that is kept."""
    file = var / FILE
    if not file.exists():
        return
    lines = file.read_text(encoding="ascii", errors="replace").splitlines(keepends=True)
    kept = [line for line in lines if line.split()[:1] and line.split()[0].isdigit() and int(line.split()[0]) >= before]
    if len(kept) < len(lines):
        fresh = file.with_suffix(".new")
        fresh.write_text("".join(kept), encoding="ascii")
        fresh.chmod(0o600)
        fresh.replace(file)
