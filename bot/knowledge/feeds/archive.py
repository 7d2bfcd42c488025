"""Zip files from outside: only what is asked for is unpacked, and no more than a cap."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

from bot.knowledge.feeds.fields import Unreadable

MAX_BYTES = 100_000_000
MAX_FILES = 10_000
# XML shrinks to a tenth or a twentieth; a bomb to a thousandth.
MAX_RATIO = 200


def is_zip(content: bytes) -> bool:
    return content[:4] in (b"PK\x03\x04", b"PK\x05\x06")


def check_zip(content: bytes) -> zipfile.ZipFile:
    """Open an archive. Raises Unreadable for one that is broken, encrypted, or would grow beyond all measure."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise Unreadable(f"a broken zip file: {error}") from None
    entries = archive.infolist()
    if len(entries) > MAX_FILES:
        raise Unreadable(f"a zip file with {len(entries)} files; at most {MAX_FILES} are read")
    for entry in entries:
        if entry.flag_bits & 1:
            raise Unreadable("an encrypted zip file; send it without a password")
        if entry.file_size > 1_000_000 and entry.file_size > MAX_RATIO * max(1, entry.compress_size):
            raise Unreadable(f"{entry.filename} would grow to {entry.file_size / 1e6:.0f} MB: this is no ordinary zip file")
    return archive


def files(content: bytes, ending: str) -> Iterator[tuple[str, bytes]]:
    """(name, content) of the files with this ending, images and all else left packed. Raises Unreadable."""
    left = MAX_BYTES
    archive = check_zip(content)
    for entry in archive.infolist():
        if entry.is_dir() or not entry.filename.lower().endswith(ending) or "__MACOSX" in entry.filename:
            continue
        try:
            # Sizes in the directory may lie; what is read is what counts.
            with archive.open(entry) as packed:
                found = packed.read(left + 1)
        except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError) as error:
            raise Unreadable(f"{entry.filename} in the zip file is broken: {error}") from None
        left -= len(found)
        if left < 0:
            raise Unreadable(f"unpacked it is larger than {MAX_BYTES // 1_000_000} MB")
        yield entry.filename, found
