"""Station: one running Vigie. Starts the links, fans out what they bring, watches for silence, says it is alive.

    driver ─ Batch ─> absorb ─> table.apply ─ Change ─> alarms · historian · desk

`absorb` is the only road up and the only fan-out. No task of it ends by a bug: a station that beats, and no longer sees
what went silent, would show old values as live ones.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from supervisor.clock import SECOND, Clock
from supervisor.faults import endure
from supervisor.flow import Batch, Change
from supervisor.link import Link
from supervisor.model import Quality, Site, Tag
from supervisor.table import TagTable
from supervisor.vitals import Vitals

BEAT_S = 0.2
"""The window calls a station dead that has not beaten for a second."""
STEP = SECOND
"""Going back by more than this is a clock that was set, not one that is being slewed."""
COMPLAINT_S = 10.0
"""A consumer that fails at every change fills no log: it is told so often."""

log = logging.getLogger(__name__)

Consumer = Callable[[Change], None]


class Station:
    """See the module. `consumers` are called in order for every change."""

    def __init__(self, site: Site, table: TagTable, clock: Clock, consumers: Sequence[Consumer] = ()) -> None:
        self.site = site
        self.table = table
        self.clock = clock
        self.links: dict[str, Link] = {}
        self.consumers = list(consumers)
        self.history: Callable[[], Sequence[float]] = lambda: (0.0, 0.0, float("nan"))
        """The historian's own figures: seconds between a change and its being safe on disk, damaged pieces known of,
        room on its disk in GB (NaN: unknown)."""
        self.journal: Callable[[], Sequence[float]] = lambda: (0.0, float("nan"))
        """Rows that wait to be written, and percent of the room that the journal may take (NaN: unknown)."""
        self.notices: Callable[[], float] = lambda: 0.0
        """Those that were tried in vain and wait."""
        self.faults: Callable[[], float] = lambda: 0.0
        """Bugs of our own in the last minute; see `supervisor.faults`."""
        self.alarms: Callable[[], Sequence[float]] = lambda: (0.0, 0.0)
        """Alarms told in the last ten minutes, and 1 while that is a flood."""
        self.changes = 0
        self._newest = 0
        self._complained: dict[Consumer, float] = {}
        """Consumer -> when its failure was last told, monotonic seconds."""
        self._limit = np.array([round(tag.stale_s * SECOND) for tag in site.tags], np.int64)
        self._tasks: list[asyncio.Task[None]] = []
        self._vitals = Vitals(site)
        self.running = self._vitals.running
        """Availability of the links in the running day and month."""

    def absorb(self, batch: Batch) -> None:
        """The one road up."""
        now = self._checked(self.clock.now())
        for part in batch.rounds():
            self._spread(self.table.apply(part, now))

    def substitute(self, tag: Tag, value: float | None) -> None:
        """Put a value (engineering units) in the place of what the controller says, or with None let that stand again.

        Who may do that, and the record of it, are the desk's; see `supervisor.desk.substitution`.
        """
        now = self._checked(self.clock.now())
        table = self.table
        self._spread(table.release(tag.index, now) if value is None else table.substitute(tag.index, value, now))

    def _spread(self, change: Change) -> None:
        """Fan out."""
        self.changes += len(change)
        for consume in self.consumers:
            try:
                consume(change)
            except Exception:  # noqa: BLE001 - a bug in one consumer must not cost the others the change
                self._complain(consume)

    def _complain(self, consume: Consumer) -> None:
        """Only in an except clause."""
        now = self.clock.monotonic()
        if now - self._complained.get(consume, -COMPLAINT_S) >= COMPLAINT_S:
            self._complained[consume] = now
            log.exception("%s failed on a change", getattr(consume, "__qualname__", consume))

    def _checked(self, now: int) -> int:
        """`now`, once it is sure that the machine's clock has not been set back since the last batch."""
        if now < self._newest - STEP:
            log.warning("The machine's clock was set back by %.1f s", (self._newest - now) / SECOND)
            self.table.forget_times(now)
            self._newest = now
        self._newest = max(self._newest, now)
        return now

    def start(self, links: Mapping[str, Link]) -> None:
        """Run the links; needs a running loop."""
        self.links.update(links)
        self.absorb(self._vitals.down(self.clock.now()))
        works = [(link.run, f"link {link.spec.id}") for link in links.values()]
        works += [(self._watch, "watch"), (self._beat, "beat")]
        self._tasks = [asyncio.create_task(endure(work, name, self.clock), name=name) for work, name in works]

    async def stop(self) -> None:
        """Cancel everything it started and wait until it is gone."""
        while pending := [task for task in self._tasks if not task.done()]:
            for task in pending:
                task.cancel()
            # Python 3.11's wait_for can swallow a cancellation inside a library: cancel again until all are gone
            await asyncio.wait(pending, timeout=0.5)
        for task in self._tasks:
            if not task.cancelled() and task.exception():
                log.error("%s ended with an error", task.get_name(), exc_info=task.exception())
        self._tasks = []

    def _others(self) -> tuple[float, ...]:
        """The figures of those who keep their own."""
        return (*self.history(), *self.journal(), self.notices(), *self.alarms())

    async def _beat(self) -> None:
        while True:
            self.table.columns.beat = self.clock.now()
            await self.clock.sleep(BEAT_S)

    async def _watch(self) -> None:
        """Once a second: what went silent, and how the links and the station are."""
        while True:
            await self.clock.sleep(1.0)
            now = self.clock.now()
            stale = self.table.stale(self._limit, now)
            if len(stale):
                self.absorb(Batch.lost(stale, Quality.STALE, now))
            own = self._vitals.own(self.table.columns, self.changes, self.faults(), self._others())
            self.absorb(self._vitals.read(self.links, own, now, self.clock.monotonic()))
