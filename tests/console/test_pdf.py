"""A PDF that can be read: scripts, direction, signs without a glyph."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from bot.console.pdf import Paragraph, Said, Sheet, render

ARABIC = "السلام عليكم، نبحث عن قابلة في Stendal منذ 3 أشهر."


def _sheet(*texts: Paragraph) -> Sheet:
    said = [Said("Ratsuchende Person · 10:03", text, [Paragraph("Erkannt: قابلة")]) for text in texts]
    return Sheet("Vorgang HL-7K3M-92", "Landkreis", [("Anliegen", texts[0])], said, "Heimatlotse", "de")


def _text(tmp_path: Path, content: bytes) -> str:
    if not shutil.which("pdftotext"):
        pytest.skip("needs pdftotext: apt-get install poppler-utils")
    (tmp_path / "t.pdf").write_bytes(content)
    return subprocess.run(["pdftotext", tmp_path / "t.pdf", "-"], capture_output=True, text=True, check=True).stdout


def test_scripts(tmp_path: Path) -> None:
    content = render(_sheet(Paragraph(ARABIC, "rtl"), Paragraph("Ґрунт і їжак, żółć, ёлка, Straße – „so“")))
    assert content.startswith(b"%PDF") and b"NotoSansArabic" in content
    text = _text(tmp_path, content)
    assert "Ґрунт і їжак, żółć, ёлка, Straße – „so“" in text
    assert "قابلة" in text and "Stendal" in text and "HL-7K3M-92" in text


def test_a_telephone_number_keeps_its_order_inside_arabic(tmp_path: Path) -> None:
    text = _text(tmp_path, render(_sheet(Paragraph("اتصل على الرقم \u2066+49 30 23125 100\u2069 الآن", "rtl"))))
    assert "49 30 23125 100" in text


def test_signs_without_a_glyph_are_named(tmp_path: Path) -> None:
    text = _text(tmp_path, render(_sheet(Paragraph("gut 😀\u202e\u0007 中"))))
    assert "gut [grinning face]" in text and "[cjk unified ideograph-4e2d]" in text


def test_many_pages() -> None:
    assert b"/Count 1" not in render(_sheet(*[Paragraph("Zeile\n" * 30)] * 4))


def test_nothing_in_a_text_is_a_command(tmp_path: Path) -> None:
    evil = "**fett** <script>alert(1)</script> (\\) {nb} --unter-- [x](javascript:alert(1))"
    content = render(_sheet(Paragraph(evil)))
    assert b"/JavaScript" not in content and b"/URI" not in content and b"/JS" not in content
    assert "<script>alert(1)</script>" in _text(tmp_path, content)
