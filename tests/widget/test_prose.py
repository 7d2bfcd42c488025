"""A reply's text as HTML never becomes markup of its own."""

from __future__ import annotations

import pytest

from bot.widget.prose import prose


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a\n\nb", "<p>a</p>\n<p>b</p>"),
        ("Gern:\n- eins\n- zwei\nEnde", "<p>Gern:</p>\n<ul><li>eins</li><li>zwei</li></ul>\n<p>Ende</p>"),
        ("2. zwei\n3) drei", '<ol start="2"><li>zwei</li><li>drei</li></ol>'),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        ("javascript:alert(1) http://x.example", "<p>javascript:alert(1) http://x.example</p>"),
        (
            "Mehr: https://a.example/x?y=1&z=2.",
            '<p>Mehr: <a href="https://a.example/x?y=1&amp;z=2" dir="ltr" rel="noopener noreferrer">https://a.example/x?y=1&amp;z=2</a>.</p>',
        ),
        ("a@b.example", '<p><a href="mailto:a@b.example" dir="ltr">a@b.example</a></p>'),
        ("tel:+49 30 23125 100", '<p><a href="tel:+493023125100" dir="ltr">+49 30 23125 100</a></p>'),
        ("Vorgang HL-7K3M-92", '<p>Vorgang <span dir="ltr">HL-7K3M-92</span></p>'),
        ('https://a.example/"onmouseover="x', '<p><a href="https://a.example/" dir="ltr" rel="noopener noreferrer">https://a.example/</a>&#34;onmouseover=&#34;x</p>'),
    ],
)  # fmt: skip
def test_prose(text: str, html: str) -> None:
    assert prose(text) == html
