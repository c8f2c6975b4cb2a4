"""A believable past for the first start of the demo: the city's own physics run fast into the historian."""

from __future__ import annotations

import sys
import time

import numpy as np

from simulator.city.past import instants, tell
from supervisor.clock import SECOND, SystemClock
from supervisor.historian.files import META
from supervisor.historian.history import History
from supervisor.historian.writer import Historian
from supervisor.model import Quality, Site
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
    count = 0
    for index, times, values in tell(site, np.concatenate([coarse, instants(fine, now, STEP_S)])):
        count += values.size
        tags = np.tile(index, len(times))
        quality = np.where(np.isnan(values.ravel()), Quality.DEVICE_FAULT, Quality.GOOD).astype(np.uint8)
        historian.put(tags, np.repeat(times, len(index)), values.ravel(), quality)
        print(".", end="", file=sys.stderr, flush=True)
    return count
