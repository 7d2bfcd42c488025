"""Puts the ES modules of `static/src` together into the one file that sites embed, without a JavaScript toolchain."""

from __future__ import annotations

import gzip
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).parent / "static" / "src"
ENTRY = "lotse.js"

_IMPORT = re.compile(r'^import\s+\{[^}]*\}\s+from\s+"\./([\w-]+\.js)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export\s+(?=(?:const|let|class|function|async)\b)", re.MULTILINE)
_DECLARED = re.compile(r"^(?:const|let|class|function|async function)\s+(\w+)", re.MULTILINE)
_COMMENT = re.compile(r"^\s*(?://.*|/\*\*(?:[^*]|\*(?!/))*\*/)\n", re.MULTILINE)


class BundleError(ValueError):
    """The modules cannot share one file; the message says which line of which module must change."""


@dataclass(frozen=True)
class Bundle:
    """A file ready to be served. `etag` is quoted, as the header wants it."""

    plain: bytes
    gzipped: bytes
    etag: str

    @classmethod
    def of(cls, content: bytes) -> Bundle:
        # mtime=0: the same content gives the same bytes on every worker and after every restart.
        return cls(content, gzip.compress(content, 9, mtime=0), f'"{hashlib.sha256(content).hexdigest()[:20]}"')


def build(source: Path = SOURCE, entry: str = ENTRY) -> Bundle:
    """Reads the modules that `entry` imports, each once and before its importer.

    The modules become one scope, so imports are `import { a } from "./b.js";` alone (no renaming, no default),
    and no two modules may declare the same name at top level.

    Raises:
        BundleError: a module breaks one of these rules or does not exist.
    """
    done: dict[str, str] = {}
    owner: dict[str, str] = {}

    def add(name: str, importer: str) -> None:
        if name in done:
            return
        path = source / name
        if not path.is_file():
            raise BundleError(f"{importer} imports ./{name}, but there is no {path}.")
        text = path.read_text(encoding="utf-8")
        done[name] = ""
        for match in _IMPORT.finditer(text):
            if " as " in match.group(0):
                raise BundleError(f"{name}: import without `as`: {match.group(0).strip()}")
            add(match.group(1), name)
        text = _EXPORT.sub("", _IMPORT.sub("", text))
        if left := re.search(r"^(?:import|export)\b.*$", text, re.MULTILINE):
            raise BundleError(
                f'{name}: write `import {{ a }} from "./b.js";` or `export const|function|class`: {left[0]}'
            )
        for declared in _DECLARED.findall(text):
            if declared in owner:
                raise BundleError(f"{name} and {owner[declared]} both declare `{declared}`; rename one of them.")
            owner[declared] = name
        del done[name]  # so that the order of the dictionary is the order of completion
        done[name] = _COMMENT.sub("", text).strip()

    add(entry, "the bundle")
    head = "// Heimatlotse, the visitor's chat. Sources with comments: bot/widget/static/src. Style tokens: KERN-UX 2.7.2, EUPL-1.2.\n"
    return Bundle.of((head + "\n".join(done.values()) + "\n").encode())
