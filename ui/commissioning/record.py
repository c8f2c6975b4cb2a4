"""A look at a controller, kept: one JSON object a line, so that a window reads it while it is still being made.

    {"news": "look", "url": "modbus://10.20.1.14:502", "protocol": "modbus", "time": 1795…}
    {"news": "fact", "kind": "unit", "name": "1", "text": "answers"}
    {"news": "progress", "done": 125, "total": 400, "place": "unit 1 holding 125"}
    {"news": "finding", "place": "unit 1 holding 12", "raw": "41C8", …}
    {"news": "end", "error": ""}

What is empty is left out. `vigie import` reads such a file.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from supervisor.errors import Unavailable
from supervisor.probe import Fact, Finding, News, Progress

_KINDS: dict[str, type[Fact] | type[Finding] | type[Progress]] = {
    "fact": Fact,
    "finding": Finding,
    "progress": Progress,
}


@dataclass(frozen=True, slots=True)
class Look:
    """Which look it is."""

    url: str
    protocol: str
    time: int
    """When it began, ns UTC."""


@dataclass(frozen=True, slots=True)
class End:
    """It is over."""

    error: str = ""
    """One sentence where it failed."""


Line = News | Look | End


@dataclass(slots=True)
class Record:
    """All of one look."""

    look: Look
    facts: list[Fact] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def add(self, news: News) -> None:
        if isinstance(news, Fact):
            self.facts.append(news)
        elif isinstance(news, Finding):
            self.findings.append(news)


def written(line: Line) -> str:
    """One line, without its end."""
    words = {name: value for name, value in asdict(line).items() if not _empty(value)}
    return msgspec.json.encode({"news": type(line).__name__.lower(), **words}).decode()


def parsed(text: str) -> Line:
    """What one line says; ValueError for anything else."""
    words: dict[str, Any] = msgspec.json.decode(text, type=dict[str, Any])
    kind = words.pop("news", "")
    classes: dict[str, Any] = {**_KINDS, "look": Look, "end": End}
    if kind not in classes:
        raise ValueError(f"no news called {kind!r}")
    line: Line = msgspec.convert(_filled(kind, words), classes[kind])  # its ValidationError is a ValueError
    return line


def read(path: Path) -> Record:
    """A file that `vigie probe --json` wrote. Raises Unavailable with its line."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise Unavailable(f"{path} cannot be read: {error}") from None
    record: Record | None = None
    for number, line in enumerate(lines, 1):
        try:
            news = parsed(line)
        except ValueError as error:
            raise Unavailable(f"{path}:{number} is no line of `vigie probe --json`: {error}") from None
        if isinstance(news, Look):
            record = Record(news)
        elif record and not isinstance(news, End):
            record.add(news)
    if record is None:
        raise Unavailable(f"{path} holds no look at a controller: make one with `vigie probe URL --json > {path}`")
    return record


def lines(record: Record) -> Iterable[str]:
    """A whole record as its lines."""
    yield written(record.look)
    yield from map(written, record.facts)
    yield from map(written, record.findings)
    yield written(End())


def _empty(value: object) -> bool:
    return value in ("", 0, {}) or (isinstance(value, float) and math.isnan(value))


def _filled(kind: str, words: dict[str, Any]) -> dict[str, Any]:
    """Progress has two numbers without a default, and a nought was left out."""
    return {"done": 0, "total": 0, **words} if kind == "progress" else words
