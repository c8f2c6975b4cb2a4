"""Document: one TOML file and the line of everything in it.

tomllib says nothing of lines, so they are found by walking the text a second time, and only once a problem asks:
a site without mistakes never pays for it. The walk trusts that tomllib took the text before.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from supervisor.site.findings import Findings, Place

Path_ = tuple[str | int, ...]
"""Keys and positions from the top of a file, such as ("alarm", 2, "limit")."""

_AT_LINE = re.compile(r" \(at line (\d+), column \d+\)$")
_AT_END = " (at end of document)"


class Document:
    """The values of a TOML file; `line` says where each was written."""

    def __init__(self, file: Path, text: str, values: dict[str, Any]) -> None:
        self.file = file
        self.values = values
        self._text = text

    def place(self, path: Path_) -> Place:
        """Where `path` is said; of what is not there, where the table is that lacks it."""
        while path and path not in self._lines:
            path = path[:-1]
        return Place(self.file, self._lines.get(path, 1))

    @cached_property
    def _lines(self) -> dict[Path_, int]:
        return _Walk(self._text).lines()


def read_text(folder: Path, file: Path, findings: Findings) -> str | None:
    """The UTF-8 text of a file; None after adding why there is none."""
    try:
        raw = (folder / file).read_bytes()
    except FileNotFoundError:
        findings.add(Place(file, 0), "This file is missing", "Copy the one of sites/angers and adapt it.")
        return None
    except OSError as error:
        findings.add(Place(file, 0), f"This file can't be read: {error.strerror}")
        return None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        remedy = 'Save the file as UTF-8 ("CSV UTF-8" in a spreadsheet).'
        findings.add(Place(file, line), f"Byte {raw[error.start]:#04x} is not UTF-8", remedy)
        return None


def read_toml(folder: Path, file: Path, findings: Findings) -> Document | None:
    """The document of a file; None after adding why there is none."""
    text = read_text(folder, file, findings)
    if text is None:
        return None
    try:
        return Document(file, text, tomllib.loads(text))
    except (ValueError, RecursionError) as error:
        message, line = _syntax(str(error), text)
        remedy = "Look at this line and the one above for a quote, a bracket, a comma or an = that is missing."
        findings.add(Place(file, line), f"TOML can't be read here: {message}", remedy)
        return None


def _syntax(message: str, text: str) -> tuple[str, int]:
    """tomllib's own words and the line they are about."""
    at = _AT_LINE.search(message)
    if at:
        return message[: at.start()], int(at[1])
    return message.removesuffix(_AT_END), max(1, len(text.splitlines()))


@dataclass(frozen=True, slots=True)
class Span:
    """Where a value stands in a text, and the key before it."""

    key: int
    start: int
    end: int
    inline: bool
    """Inside braces: what is taken away takes a comma along."""


def spans(text: str) -> dict[Path_, Span]:
    """Every value that stands behind a key, of a text that tomllib took before."""
    walk = _Walk(text)
    walk.lines()
    return walk.spans


_SPACE = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_KEY = re.compile(r"""\s*("(?:[^"\\]|\\.)*"|'[^']*'|[A-Za-z0-9_-]+)\s*""")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"""+|' + r"'''.*?'''+|" + r'"(?:[^"\\\n]|\\.)*"|' + r"'[^'\n]*'",
    re.DOTALL,
)
_BARE = re.compile(r"[^,\]}\n#]*")


class _Walk:
    """One pass over TOML text that is known to be correct."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._starts = [0] + [match.end() for match in re.finditer("\n", text)]
        self._lines: dict[Path_, int] = {}
        self._counts: dict[Path_, int] = {}
        self._braces = 0
        self.spans: dict[Path_, Span] = {}

    def lines(self) -> dict[Path_, int]:
        prefix: Path_ = ()
        self._skip()
        while self._at < len(self._text):
            before = self._at
            if self._text[self._at] == "[":
                prefix = self._header()
            else:
                self._entry(prefix)
            self._skip()
            if self._at == before:
                break
        return self._lines

    def _header(self) -> Path_:
        start, many = self._at, self._text.startswith("[[", self._at)
        self._at += 2 if many else 1
        keys = self._keys()
        self._at += 2 if many else 1
        path: Path_ = ()
        for number, key in enumerate(keys, 1):
            path += (key,)
            if many and number == len(keys):
                self._counts[path] = self._counts.get(path, -1) + 1
                self._mark(path, start)
            if path in self._counts:
                path += (self._counts[path],)
        self._mark(path, start)
        return path

    def _entry(self, prefix: Path_) -> None:
        start = self._at
        path = prefix
        for key in self._keys():
            path += (key,)
            self._mark(path, start)
        self._at += 1
        self._value(path, start)

    def _value(self, path: Path_, key: int = -1) -> None:
        self._at = _SPACE_ON_LINE.match(self._text, self._at).end()  # type: ignore[union-attr]
        self._mark(path, self._at)
        start = self._at
        first = self._text[self._at : self._at + 1]
        match: re.Match[str] | None = None
        if first == "[":
            self._array(path)
        elif first == "{":
            self._inline(path)
        else:
            match = _STRING.match(self._text, self._at) or _BARE.match(self._text, self._at)
            self._at = match.end() if match else len(self._text)
        blanks = len(match[0]) - len(match[0].rstrip()) if match else 0
        self.spans[path] = Span(start if key < 0 else key, start, self._at - blanks, self._braces > 0)

    def _array(self, path: Path_) -> None:
        number = 0
        while self._inside("]"):
            self._value((*path, number))
            number += 1

    def _inline(self, path: Path_) -> None:
        self._braces += 1
        while self._inside("}"):
            self._entry(path)
        self._braces -= 1

    def _inside(self, close: str) -> bool:
        """Step over the opening bracket or a comma to the next element; False once past the closing one."""
        self._skip()
        if self._text[self._at : self._at + 1] in ("[", "{", ","):
            self._at += 1
            self._skip()
        if self._at >= len(self._text) or self._text[self._at] == close:
            self._at += 1
            return False
        return True

    def _keys(self) -> list[str]:
        keys = []
        while match := _KEY.match(self._text, self._at):
            keys.append(match[1].strip("\"'"))
            self._at = match.end()
            if self._text[self._at : self._at + 1] != ".":
                break
            self._at += 1
        return keys

    def _skip(self) -> None:
        self._at = _SPACE.match(self._text, self._at).end()  # type: ignore[union-attr]

    def _mark(self, path: Path_, at: int) -> None:
        self._lines.setdefault(path, bisect_right(self._starts, at))


_SPACE_ON_LINE = re.compile(r"[ \t]*")
