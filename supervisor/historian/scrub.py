"""Scrub: partitions and rollups are read again in the background, so that damage is known before it is needed.

A slice every few seconds, in a thread of the lowest priority, oldest partition first; what is known survives a restart,
and so does how far it has come. A round begins a week after the last one ended. What a round does not find again, as
after a file was put back from a backup, is forgotten at its end.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import astuple, dataclass, replace
from pathlib import Path

from supervisor.clock import SECOND, Clock
from supervisor.errors import StoreError
from supervisor.historian import check
from supervisor.historian.catalogue import Catalogue
from supervisor.historian.check import END, Damage
from supervisor.historian.files import ROLLUP, PartRow
from supervisor.historian.samples import Span

SLICE = 2 << 20
"""Bytes read at once: about two million samples, decoded in some 30 ms."""
PAUSE_S = 2.0
"""Between two slices: a megabyte a second reads the 17 GB of a city's year in five hours."""
AGAIN = 7 * 86_400 * SECOND
"""A round begins this long after the last one ended, ns."""
_KEEP = 32
"""Slices between two notes of how far it has come."""
_ROLLUPS = 1 << 62
"""Stands for rollup.db where a partition's start would stand: it comes last."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a round has come."""

    begun: int = 0
    """ns UTC."""
    ended: int = 0
    """ns UTC; 0 while it runs."""
    start: int = -(1 << 62)
    """Of the partition that is being read."""
    generation: int = 0
    position: int = 0
    """The last blob read."""


class Scrubber:
    """Not for several threads at once. `report` hears of each damage once, however often it is found again."""

    def __init__(self, folder: Path, catalogue: Catalogue, clock: Clock, report: Callable[[Damage], None]) -> None:
        self._folder = folder
        self._catalogue = catalogue
        self._clock = clock
        self._report = report
        kept = catalogue.note("scrub")
        self._mark = Mark(*json.loads(kept)) if kept else Mark()
        self._slices = 0
        self.damages = len(catalogue.damages())
        """How many are known."""

    def turn(self) -> bool:
        """Read a slice; False where there is nothing to read before the next round."""
        if self._mark.ended:
            if 0 <= self._clock.now() - self._mark.ended < AGAIN:
                return False
            self._mark = Mark()
        if not self._mark.begun:
            self._mark = Mark(begun=self._clock.now())
        part = next((part for part in self._catalogue.parts() if part.t0 >= self._mark.start), None)
        self._read(part)
        self._slices += 1
        if self._slices % _KEEP == 0 or self._mark.position == 0:
            self._catalogue.keep_note("scrub", json.dumps(astuple(self._mark)))
        return True

    def _read(self, part: PartRow | None) -> None:
        """A slice of a partition, or of the rollups where there are none left."""
        start, generation = (part.t0, part.generation) if part else (_ROLLUPS, 0)
        same = (start, generation) == (self._mark.start, self._mark.generation)
        mark = replace(self._mark, start=start, generation=generation, position=self._mark.position if same else 0)
        span: Span = (part.t0, part.t1) if part else (0, 0)
        try:
            found = check.look(self._folder / (part.name if part else ROLLUP), mark.position, SLICE, span)
        except StoreError as error:
            if part in self._catalogue.parts():  # not merged or dropped meanwhile: it is really gone
                self._learn((Damage(part.name if part else ROLLUP, "file", 0, span, str(error)),))
            found = check.Look(END, 0, ())
        self._learn(found.damages)
        if found.position != END:
            self._mark = replace(mark, position=found.position)
        elif part:
            self._mark = replace(mark, start=start + 1, position=0)
        else:
            self._end()

    def _learn(self, damages: tuple[Damage, ...]) -> None:
        if not damages:
            return
        for damage in self._catalogue.damaged(damages, self._clock.now()):
            log.error(
                "%s: a %s of %s is damaged. %s", damage.file, damage.part, damage.tag or "all tags", damage.reason
            )
            self._report(damage)
        self.damages = len(self._catalogue.damages())

    def _end(self) -> None:
        self._catalogue.forget_damages(self._mark.begun)
        self._mark = replace(self._mark, ended=max(1, self._clock.now()), position=0)
        self.damages = len(self._catalogue.damages())
