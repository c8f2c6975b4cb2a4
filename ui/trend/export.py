"""Export: the pens of the visible span as CSV, as the spreadsheet of the window's language opens it. No Qt."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from supervisor.errors import StoreError
from supervisor.model import Tag
from ui.look import Look
from ui.trend import words
from ui.trend.curve import Segments
from ui.trend.pen import Pen


@dataclass(frozen=True)
class Sheet:
    """What is written, gathered on the loop so that a thread may write it."""

    tags: tuple[tuple[Tag, Segments], ...]
    start: float
    """Seconds UTC."""
    end: float
    look: Look

    @classmethod
    def of(cls, pens: Iterable[Pen], span: tuple[float, float], now: float, look: Look) -> Sheet:
        return cls(tuple((pen.tag, pen.curve.segments(now)) for pen in pens), span[0], min(span[1], now), look)

    def rows(self) -> Iterator[list[str]]:
        """One row for each value: local time, UTC, lowest, mean and highest; empty numbers where it was bad."""
        say = self.look.say
        yield [say(text) for text in words.COLUMNS]
        for tag, known in self.tags:
            name = f"{say(tag.equipment.name)} – {say(tag.spec.name)}"
            for row in range(len(known.start)):
                if known.end[row] <= self.start or known.start[row] >= self.end:
                    continue
                instant = max(float(known.start[row]), self.start)
                numbers = [float(column[row]) for column in (known.mean, known.low, known.high)]
                yield [tag.id, name, tag.spec.unit, *self._times(instant), *map(self._number, numbers)]

    def write(self, path: Path) -> None:
        """Raises StoreError where the file can't be written."""
        separator = ";" if self.look.language == "fr" else ","
        try:
            with path.open("w", encoding="utf-8-sig", newline="") as file:
                csv.writer(file, delimiter=separator).writerows(self.rows())
        except OSError as error:
            raise StoreError(f"{path}: {error.strerror or error}") from error

    def _times(self, instant: float) -> list[str]:
        local = datetime.fromtimestamp(instant, self.look.zone)
        utc = datetime.fromtimestamp(instant, UTC)
        return [local.strftime("%Y-%m-%d %H:%M:%S"), utc.isoformat(timespec="milliseconds")]

    def _number(self, value: float) -> str:
        if value != value:
            return ""
        return repr(value).replace(".", ",") if self.look.language == "fr" else repr(value)
