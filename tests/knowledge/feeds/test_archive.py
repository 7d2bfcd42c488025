"""Zip files from outside: what is unpacked, and when they are sent back."""

from __future__ import annotations

import struct

import pytest

from bot.knowledge.feeds import Unreadable, archive
from tests.knowledge.feeds.conftest import zipped


def test_only_files_with_the_ending_are_unpacked_wherever_they_lie() -> None:
    content = zipped({
        "a.xml": b"1", "ordner/B.XML": b"2", "bild.jpg": b"3", "__MACOSX/._a.xml": b"4", "ordner.xml/": b"", "xml": b"5",
    })  # fmt: skip
    assert archive.is_zip(content) and not archive.is_zip(b"<openimmo/>")
    assert list(archive.files(content, ".xml")) == [("a.xml", b"1"), ("ordner/B.XML", b"2")]
    assert list(archive.files(zipped({}), ".xml")) == []


def test_the_sum_is_capped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_BYTES", 2000)
    just, more = ({f"{n}.xml": b"x" * 500 for n in range(count)} for count in (4, 5))
    assert len(list(archive.files(zipped({**just, "bild.jpg": b"x" * 5000}), ".xml"))) == 4
    with pytest.raises(Unreadable, match="larger than"):
        list(archive.files(zipped(more), ".xml"))


def test_a_directory_that_lies_about_a_size_is_a_broken_file() -> None:
    content = zipped({"a.xml": b"x" * 3000})
    at = content.index(b"PK\x01\x02") + 24
    assert struct.unpack_from("<I", content, at) == (3000,)
    lying = content[:at] + struct.pack("<I", 10) + content[at + 4 :]
    with pytest.raises(Unreadable, match="a.xml in the zip file is broken"):
        list(archive.files(lying, ".xml"))


def test_a_password_too_many_files_and_half_a_file_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    content = zipped({"a.xml": b"x", "b.xml": b"y"})
    at = content.index(b"PK\x01\x02") + 8
    with pytest.raises(Unreadable, match="without a password"):
        archive.check_zip(content[:at] + b"\x01" + content[at + 1 :])
    with pytest.raises(Unreadable, match="broken zip file"):
        archive.check_zip(content[: len(content) // 2])
    monkeypatch.setattr(archive, "MAX_FILES", 1)
    with pytest.raises(Unreadable, match="2 files; at most 1"):
        archive.check_zip(content)
