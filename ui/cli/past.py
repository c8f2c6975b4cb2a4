"""A believable past for the first start of the demo: the city's own physics run fast into the historian, and what the
station's formulas and groups make of it."""

from __future__ import annotations

import sys
import time

import numpy as np
from numpy.typing import NDArray

from simulator.city.past import instants, tell
from supervisor.calculated.calculator import Fan
from supervisor.clock import SECOND, SystemClock
from supervisor.flow import Indices, Qualities, Times, Values
from supervisor.historian.files import META
from supervisor.historian.history import History
from supervisor.historian.writer import Historian
from supervisor.model import Quality, Site
from supervisor.table import TagTable
from supervisor.texts import Texts
from ui.cli import run_said
from ui.folder import DataFolder

STEP_S = 60.0
"""Between two told instants of the last day."""
COARSE_STEP_S = 300.0
"""Of what is older."""
DAY_S = 86_400.0


def fill(site: Site, folder: DataFolder, hours: float, language: str = "en") -> None:
    """Write the last `hours` unless there is a history already; says what it does, for it takes some seconds."""
    if _told(folder):
        return
    clock = SystemClock()
    historian = Historian(folder.history, site.tags, Texts.create(), clock)
    try:
        told = run_said.TELLING.say(language).format(f"{hours:g}")
        print(f"vigie: {told}", end="", file=sys.stderr, flush=True)
        began = time.monotonic()
        count = _tell(historian, site, clock.now(), hours * 3600.0)
        told = run_said.TOLD.say(language).format(count, f"{time.monotonic() - began:.0f}")
        print(told, file=sys.stderr, flush=True)
    finally:
        historian.close()


def _told(folder: DataFolder) -> bool:
    if not (folder.history / META).exists():
        return False
    history = History(folder.history)
    try:
        return history.info().samples > 0
    finally:
        history.close()


def _tell(historian: Historian, site: Site, now: int, seconds: float) -> int:
    """One life of the city, told coarsely at first and finely for the last day."""
    fine = now - round(min(seconds, DAY_S) * SECOND)
    coarse = instants(now - round(seconds * SECOND), fine, COARSE_STEP_S) if seconds > DAY_S else np.empty(0, np.int64)
    count, outcome = 0, _Outcome(site)
    for index, times, values in tell(site, np.concatenate([coarse, instants(fine, now, STEP_S)])):
        tags, values, quality = outcome.beside(index, times, values)
        count += values.size
        historian.put(np.tile(tags, len(times)), np.repeat(times, len(tags)), values.ravel(), quality.ravel())
        print(".", end="", file=sys.stderr, flush=True)
    return count


class _Outcome:
    """What the calculated tags come to, as the station would have worked them out at each instant."""

    def __init__(self, site: Site) -> None:
        self._works = Fan(site).works
        self._columns = TagTable(site.tags).columns
        self._tags = np.concatenate([np.empty(0, np.int32), *(work.out for work in self._works)])

    def beside(
        self, index: Indices, times: Times, values: NDArray[np.float64]
    ) -> tuple[Indices, NDArray[np.float64], NDArray[np.uint8]]:
        """Tags, and their values and qualities (instants, tags): those told, then the calculated ones."""
        quality = np.where(np.isnan(values), Quality.DEVICE_FAULT, Quality.GOOD).astype(np.uint8)
        found = [self._at(index, *row) for row in zip(times.tolist(), values, quality, strict=True)]
        more, marks = np.array([one[0] for one in found]), np.array([one[1] for one in found])
        return np.concatenate([index, self._tags]), np.hstack([values, more]), np.hstack([quality, marks])

    def _at(self, index: Indices, time: int, values: Values, quality: Qualities) -> tuple[Values, Qualities]:
        columns = self._columns
        columns["value"][index], columns["quality"][index], columns["source_time"][index] = values, quality, time
        for work in self._works:  # in the order of what needs what
            tags, part, newest = work.run(columns, np.arange(work.size))
            columns["value"][tags], columns["quality"][tags], columns["source_time"][tags] = *part, newest
        return columns["value"][self._tags], columns["quality"][self._tags]
