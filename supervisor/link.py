"""Link: keeps one controller alive. The only retry loop of the program (law 4).

It runs a driver, and when the driver gives up it marks every tag of the controller bad, waits a little longer each
time, and runs it again. A thousand dead links cost a thousand sleeping tasks: a try that fails like the one before
tells nobody, neither the table nor the log.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Sequence

import numpy as np

from supervisor.clock import Clock
from supervisor.driver import Driver, Examined, Examiner, RunsAlarms, Traffic
from supervisor.errors import LinkLost, ReadFailed, WriteFailed
from supervisor.flow import Batch
from supervisor.model import BAD, LinkSpec, Quality, Tag
from supervisor.trips import RoundTrips

FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 10.0
"""Kept short: an electrician who closes a breaker stands before a screen that should come back while he watches."""

STEADY_S = 5.0
"""A connection that held for less begins no new count of waits: a controller that accepts and drops at once is asked
ever less often too."""
BUG_S = 30.0
"""A bug of ours that comes with every try is told so often: within the minute that `Faults` looks back, so that its
alarm stands, and no more."""

log = logging.getLogger(__name__)


class Link:
    """One controller. `run` until cancelled; everything it learns goes to `absorb`."""

    def __init__(
        self,
        spec: LinkSpec,
        tags: Sequence[Tag],
        driver: Driver,
        traffic: Traffic,
        absorb: Callable[[Batch], None],
        clock: Clock,
    ) -> None:
        self.spec = spec
        self.connected = False
        self.reconnects = 0
        self.reason = ""
        """Why it is not connected, for the link page; empty while it is."""
        self.traffic = traffic
        self.last_good = 0
        """When it last brought a good value, ns UTC; 0 where it has not since the station began."""
        self._driver = driver
        self._absorb = absorb
        self._clock = clock
        self._index = np.array([tag.index for tag in tags], np.int32)
        self._wait_s = FIRST_WAIT_S
        self._trips = RoundTrips()
        self._since = 0.0
        """When it was connected, monotonic seconds."""
        self._told: Quality | None = None
        """The quality its tags took when it was lost; None while they may be anything else."""
        self._bug_told = -BUG_S

    async def run(self) -> None:
        """Connect, read, lose, wait, connect again; for ever."""
        while True:
            quality = Quality.NOT_CONNECTED
            try:
                await self._driver.run(self._take, self._up)
                self.reason = "the driver ended"
            except LinkLost as lost:
                self.reason, quality = str(lost), lost.quality or quality
            except Exception as error:  # noqa: BLE001 - told with its traceback, though not at every try
                self._complain()
                self.traffic.count("bug")
                self.reason, quality = f"internal error: {error}", Quality.BAD
            self._down(quality)
            await self._clock.sleep(self._wait_s * random.uniform(0.8, 1.2))
            self._wait_s = min(self._wait_s * 2, LONGEST_WAIT_S)

    async def write(self, tag: Tag, raw: float, timeout_s: float) -> None:
        """One write, now or not at all: never queued while the link is down. Raises as `Driver.write`."""
        if not self.connected:
            raise WriteFailed(f"link {self.spec.id} is not connected ({self.reason or 'connecting'})")
        await self._driver.write(tag, raw, timeout_s)

    async def acknowledge(self, tag: Tag, comment: str, timeout_s: float) -> None:
        """Acknowledge an alarm that the controller runs itself. Raises as `Driver.write`."""
        if not self.connected:
            raise WriteFailed(f"link {self.spec.id} is not connected ({self.reason or 'connecting'})")
        if not isinstance(self._driver, RunsAlarms):
            raise WriteFailed(f"the protocol of link {self.spec.id} carries no acknowledgement")
        await self._driver.acknowledge(tag, comment, timeout_s)

    async def examine(self, tag: Tag, timeout_s: float) -> Examined:
        """One value as the controller gives it now, for commissioning. Raises ReadFailed."""
        if not self.connected:
            raise ReadFailed(f"link {self.spec.id} is not connected ({self.reason or 'connecting'})")
        if not isinstance(self._driver, Examiner):
            raise ReadFailed(f"the driver of link {self.spec.id} shows no value as it is on the wire")
        return await self._driver.examine(tag, timeout_s)

    @property
    def cause(self) -> int:
        """The quality its tags took when it was lost; good (0) while it is connected or has not been tried."""
        return int(self._told or Quality.GOOD)

    def round_trip(self) -> tuple[float, float]:
        """The middle one of the last round trips and what 99 in 100 stay within, ms; NaN where nothing is known."""
        if self.traffic.round_trips:
            self._trips.add(self.traffic.round_trips)
            self.traffic.round_trips.clear()
        return self._trips.ms

    def _take(self, batch: Batch) -> None:
        """What the driver brings, on its way up."""
        self._told = None
        if len(batch) and not batch.historical and batch.quality.min() < BAD:
            self.last_good = self._clock.now()
        self._absorb(batch)

    def _up(self) -> None:
        log.info("Link %s connected", self.spec.id)
        self.connected, self.reason, self._since, self._told = True, "", self._clock.monotonic(), None

    def _down(self, quality: Quality) -> None:
        if self.connected:
            self.reconnects += 1
            if self._clock.monotonic() - self._since >= STEADY_S:
                self._wait_s = FIRST_WAIT_S
            log.warning("Link %s lost: %s", self.spec.id, self.reason)
        elif self._told is None:
            log.warning("Link %s cannot connect: %s", self.spec.id, self.reason)
        self.connected = False
        self.traffic.round_trips.clear()
        self._trips.clear()
        if quality is not self._told:
            self._absorb(Batch.lost(self._index, quality, self._clock.now()))
            self._told = quality

    def _complain(self) -> None:
        """Only in an except clause."""
        now = self._clock.monotonic()
        if now - self._bug_told >= BUG_S:
            self._bug_told = now
            log.exception("Driver of link %s failed", self.spec.id)
