"""A case on paper: every script, Arabic shaped and from right to left (fpdf2 with HarfBuzz, fonts of our own)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fpdf import FPDF
from fpdf.enums import WrapMode, XPos, YPos
from fpdf.fonts import TTFFont

_FONTS = Path(__file__).parent / "fonts"
_LATIN, _ARABIC = "noto", "arabic"
_INVISIBLE = re.compile("[\u200b\u202a-\u202e\u2060-\u2065\ufeff\ufe0f]")
# They keep a telephone number inside Arabic in its order; HarfBuzz draws nothing for them.
_ORDERING = "\u200e\u200f\u2066\u2067\u2068\u2069"
_GREY, _BLACK = (95, 95, 95), (20, 20, 20)


@dataclass(frozen=True)
class Paragraph:
    """A text with its direction: `ltr` or `rtl`."""

    text: str
    direction: str = "ltr"


@dataclass(frozen=True)
class Said:
    """A message: `head` (who, when, in which language), what was said, and remarks under it."""

    head: str
    text: Paragraph
    remarks: Sequence[Paragraph] = field(default_factory=tuple)


@dataclass(frozen=True)
class Sheet:
    """What is printed. `facts`: (label, value)."""

    title: str
    subtitle: str
    facts: Sequence[tuple[str, Paragraph]]
    said: Sequence[Said]
    footer: str
    language: str


class _Pdf(FPDF):
    footer_text = ""

    def footer(self) -> None:
        """Each page says what it is of, and its number."""
        self.set_y(-14)
        self.set_font(_LATIN, size=8)
        self.set_text_color(*_GREY)
        self.cell(0, 5, f"{self.footer_text} · {self.page_no()}/{{nb}}", align="C")


def render(sheet: Sheet) -> bytes:
    """The PDF."""
    pdf = _Pdf(format="A4")
    for family, name in ((_LATIN, "NotoSans"), (_ARABIC, "NotoSansArabic")):
        for style, file in (("", "Regular"), ("B", "Bold")):
            pdf.add_font(family, style, _FONTS / f"{name}-{file}.ttf")
    glyphs = {code for font in pdf.fonts.values() if isinstance(font, TTFFont) for code in font.cmap}
    pdf.footer_text = _shown(sheet.footer, glyphs)
    pdf.set_title(sheet.title)
    pdf.set_lang(sheet.language)
    pdf.set_margins(20, 18, 20)
    pdf.set_auto_page_break(True, 20)
    pdf.add_page()
    _write(pdf, glyphs, Paragraph(sheet.title), size=16, style="B")
    _write(pdf, glyphs, Paragraph(sheet.subtitle), size=9, colour=_GREY)
    pdf.ln(3)
    for label, value in sheet.facts:
        if value.text:
            _write(pdf, glyphs, Paragraph(label), size=8.5, colour=_GREY)
            _write(pdf, glyphs, value, size=10.5)
            pdf.ln(0.8)
    pdf.ln(2)
    for each in sheet.said:
        # A message's head alone at the end of a page would say nothing.
        if pdf.will_page_break(20):
            pdf.add_page()
        pdf.set_draw_color(215, 215, 215)
        pdf.line(pdf.l_margin, pdf.get_y(), pdf.w - pdf.r_margin, pdf.get_y())
        pdf.ln(1.5)
        _write(pdf, glyphs, Paragraph(each.head), size=8.5, colour=_GREY)
        _write(pdf, glyphs, each.text, size=10.5)
        for remark in each.remarks:
            _write(pdf, glyphs, remark, size=9, colour=_GREY)
        pdf.ln(2)
    return bytes(pdf.output())


def _write(
    pdf: _Pdf, glyphs: set[int], paragraph: Paragraph, *, size: float, style: str = "", colour: tuple[int, int, int] = _BLACK
) -> None:
    rtl = paragraph.direction == "rtl"
    first, second = (_ARABIC, _LATIN) if rtl else (_LATIN, _ARABIC)
    pdf.set_font(first, style, size)
    pdf.set_fallback_fonts([second], exact_match=False)
    pdf.set_text_shaping(use_shaping_engine=True, direction="rtl" if rtl else "ltr")
    pdf.set_text_color(*colour)
    for line in _shown(paragraph.text, glyphs).split("\n"):
        pdf.multi_cell(
            0, size * 0.52, line or " ", align="R" if rtl else "L", new_x=XPos.LMARGIN, new_y=YPos.NEXT,
            wrapmode=WrapMode.WORD,
        )  # fmt: skip


def _shown(text: str, glyphs: set[int]) -> str:
    """What our fonts can print; a sign that they lack (an emoji) is named, not dropped."""
    shown = []
    for sign in _INVISIBLE.sub("", unicodedata.normalize("NFC", text)):
        if sign == "\n" or sign in _ORDERING or ord(sign) in glyphs:
            shown.append(sign)
        elif sign.isspace():
            shown.append(" ")
        elif unicodedata.category(sign)[0] != "C":
            shown.append(f"[{unicodedata.name(sign, 'U+' + format(ord(sign), 'X')).lower()}]")
    return "".join(shown)
