"""Findings as a table: the same columns on the terminal, in a spreadsheet, on paper and in the window."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, tzinfo
from typing import NamedTuple

from supervisor.clock import SECOND
from supervisor.model import Text
from supervisor.probe import Finding

WORDS = {
    "place": Text("Adresse", "Address"),
    "name": Text("Nom", "Name"),
    "raw": Text("Hexa", "Hex"),
    "likely": Text("Plausible", "Likely"),
    "unit": Text("Unité", "Unit"),
    "quality": Text("Qualité", "Quality"),
    "time": Text("Heure", "Time"),
    "node": Text("Nœud", "Node"),
    "0-based": Text("Base 0", "0-based"),
    "1-based": Text("Base 1", "1-based"),
    "value": Text("Valeur", "Value"),
    "type": Text("Type", "Type"),
    "payload": Text("Dernier message", "Last payload"),
    "rate": Text("Messages/min", "Messages/min"),
    "retained": Text("Retenu", "Retained"),
    "format": Text("Format", "Format"),
}
"""Headings that are words; a heading that is none of these is one in both languages, such as "float32 CDAB"."""
TEXTUAL = ("type", "format", "payload", "retained")
"""Readings that are words: to the left, figures to the right."""
LIKELY = "›"
"""Before the reading that looks right, where there are no colours."""


class Heading(NamedTuple):
    """One column."""

    part: str
    """Of the finding: "place", "address", "name", "raw", "readings", "unit", "quality", "time"."""
    key: str

    def say(self, language: str) -> str:
        words = WORDS.get(self.key)
        return words.say(language) if words else self.key


def figure(heading: Heading) -> bool:
    """Whether its cells are figures."""
    return (
        heading.part == "raw"
        or (heading.part == "address" and heading.key != "node")
        or (heading.part == "readings" and heading.key not in TEXTUAL)
    )


def headings(findings: Sequence[Finding]) -> list[Heading]:
    """The columns that any of them fills, in a fixed order."""
    notations = _keys(finding.address for finding in findings)
    readings = _keys(finding.readings for finding in findings)
    found = [Heading("place", "place")]
    found += [Heading("address", key) for key in notations]
    found += [Heading(part, part) for part in ("name", "raw") if any(getattr(finding, part) for finding in findings)]
    found += [Heading("readings", key) for key in readings]
    if any(finding.unit for finding in findings):
        found.append(Heading("unit", "unit"))
    if any(finding.quality != "good" for finding in findings):
        found.append(Heading("quality", "quality"))
    return [*found, Heading("time", "time")]


def cell(finding: Finding, heading: Heading, zone: tzinfo = UTC) -> str:
    """What one cell says."""
    if heading.part == "address":
        return finding.address.get(heading.key, "")
    if heading.part == "readings":
        return finding.readings.get(heading.key, "")
    if heading.part == "time":
        return instant(finding.time, zone)
    return str(getattr(finding, heading.part))


def instant(time: int, zone: tzinfo = UTC) -> str:
    """Date and time to the second; empty for 0."""
    return datetime.fromtimestamp(time / SECOND, zone).strftime("%Y-%m-%d %H:%M:%S") if time else ""


def _keys(mappings: Iterable[Iterable[str]]) -> list[str]:
    return list(dict.fromkeys(key for mapping in mappings for key in mapping))
