"""The one file that sites embed: its rules, its order, and that it is the same everywhere."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest

from bot.widget.bundle import SOURCE, Bundle, BundleError, build


def test_bundle_is_under_40_kilobytes_compressed() -> None:
    assert len(build().gzipped) < 40_000


def test_bundle_has_no_way_to_turn_text_into_markup_or_code() -> None:
    text = build().plain.decode()
    for word in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "new Function",
        "DOMParser",
    ):
        assert word not in text, f"{word} in the widget: server text must stay text"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('import x from "./words.js";\n', "write `import"),
        ('import { a } from "./nowhere.js";\n', "there is no"),
        ('import { fill as f } from "./words.js";\n', "without `as`"),
        ('import { fill } from "./words.js";\nconst LANGUAGES = 1;\n', "both declare `LANGUAGES`"),
    ],
)
def test_bundle_says_which_line_is_wrong(text: str, complaint: str, tmp_path: Path) -> None:
    (tmp_path / "words.js").write_text((SOURCE / "words.js").read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "lotse.js").write_text(text, encoding="utf-8")
    with pytest.raises(BundleError, match=complaint):
        build(tmp_path)


def write(folder: Path, **modules: str) -> Path:
    for name, text in modules.items():
        (folder / f"{name}.js").write_text(text, encoding="utf-8")
    return folder


def test_each_module_stands_once_and_before_those_that_import_it(tmp_path: Path) -> None:
    write(
        tmp_path, lotse='import { a } from "./a.js";\nimport { b } from "./b.js";\na(b);\n',
        a='import { b } from "./b.js";\nexport function a(x) { return x + b; }\n',
        b="// Why.\n/** What. */\nexport const b = 1; // stays\n",
    )  # fmt: skip
    head, *lines = build(tmp_path).plain.decode().splitlines()
    assert lines == ["const b = 1; // stays", "function a(x) { return x + b; }", "a(b);"]
    assert head.startswith("//")


def test_modules_that_import_each_other_are_each_taken_once(tmp_path: Path) -> None:
    write(
        tmp_path, lotse='import { a } from "./a.js";\nexport const start = 1;\na();\n',
        a='import { start } from "./lotse.js";\nexport const a = () => start;\n',
    )  # fmt: skip
    text = build(tmp_path).plain.decode()
    assert text.count("const a") == text.count("const start") == 1


def test_what_looks_like_a_comment_inside_a_line_stays(tmp_path: Path) -> None:
    code = 'const a = "https://example.org";\nconst b = `\n`;\n'
    assert code in build(write(tmp_path, lotse=code)).plain.decode()


def test_same_content_has_the_same_bytes_whenever_it_is_built(tmp_path: Path) -> None:
    first = build(write(tmp_path, lotse="const a = 1;\n"))
    os.utime(tmp_path / "lotse.js", (0, 0))
    again, other = build(tmp_path), build(write(tmp_path, lotse="const a = 2;\n"))
    assert first == again and first.etag != other.etag
    assert gzip.decompress(first.gzipped) == first.plain
    assert first.gzipped[4:8] == bytes(4), "no time of day in the archive"
    assert Bundle.of(b"").etag[0] == Bundle.of(b"").etag[-1] == '"'
