"""Export: the pens of the visible span as CSV, as the spreadsheet of the window's language opens it. No Qt.

A hole has a row of its own where it begins, without numbers: until when, why, and whether its values came later.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from supervisor.errors import StoreError
from supervisor.model import Tag
from ui.hole_words import cause_words, state_words
from ui.look import Look
from ui.trend import words
from ui.trend.curve import Segments
from ui.trend.missed import Missed
from ui.trend.pen import Pen


@dataclass(frozen=True)
class Sheet:
    """What is written, gathered on the loop so that a thread may write it."""

    tags: tuple[tuple[Tag, Segments, list[Missed]], ...]
    start: float
    """Seconds UTC."""
    end: float
    look: Look

    @classmethod
    def of(cls, pens: Iterable[Pen], span: tuple[float, float], now: float, look: Look) -> Sheet:
        end = min(span[1], now)
        tags = ((pen.tag, pen.curve.segments(now), pen.curve.past.missing.within(span[0], end)) for pen in pens)
        return cls(tuple(tags), span[0], end, look)

    def rows(self) -> Iterator[list[str]]:
        """One row for each value: local time, UTC, lowest, mean and highest; empty numbers where it was bad."""
        say = self.look.say
        yield [say(text) for text in words.COLUMNS]
        for tag, known, missing in self.tags:
            head = [tag.id, f"{say(tag.equipment.name)} – {say(tag.spec.name)}", tag.spec.unit]
            told = [*self._values(known), *self._holes(missing)]
            for instant, cells in sorted(told, key=lambda one: one[0]):
                yield [*head, *self._times(instant), *cells]

    def _values(self, known: Segments) -> Iterator[tuple[float, list[str]]]:
        for row in range(len(known.start)):
            if known.end[row] > self.start and known.start[row] < self.end:
                numbers = (float(column[row]) for column in (known.mean, known.low, known.high))
                yield max(float(known.start[row]), self.start), [*map(self._number, numbers), ""]

    def _holes(self, missing: Iterable[Missed]) -> Iterator[tuple[float, list[str]]]:
        say = self.look.say
        for hole in missing:
            causes = say(cause_words(hole.cause)), say(state_words(hole.state))
            until = self._times(hole.end)[0] if hole.end <= self.end else ""
            told = say(words.HOLE_UNTIL).format(until, *causes) if until else say(words.HOLE_OPEN).format(*causes)
            yield max(hole.start, self.start), ["", "", "", told]

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
