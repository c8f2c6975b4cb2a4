"""Link: keeps one controller alive. The only retry loop of the program (law 4).

It runs a driver, and when the driver gives up it marks every tag of the controller bad, waits a little longer each
time, and runs it again. A thousand dead links cost a thousand sleeping tasks.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Sequence

import numpy as np

from supervisor.clock import Clock
from supervisor.driver import Driver, Examined, Examiner, Traffic
from supervisor.errors import LinkLost, ReadFailed, WriteFailed
from supervisor.flow import Batch
from supervisor.model import LinkSpec, Quality, Tag

FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 10.0
"""Kept short: an electrician who closes a breaker stands before a screen that should come back while he watches."""

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
        self._driver = driver
        self._absorb = absorb
        self._clock = clock
        self._index = np.array([tag.index for tag in tags], np.int32)
        self._wait_s = FIRST_WAIT_S

    async def run(self) -> None:
        """Connect, read, lose, wait, connect again; for ever."""
        while True:
            quality = Quality.NOT_CONNECTED
            try:
                await self._driver.run(self._absorb, self._up)
                self.reason = "the driver ended"
            except LinkLost as lost:
                self.reason, quality = str(lost), lost.quality or quality
            except Exception as error:
                log.exception("Driver of link %s failed", self.spec.id)
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

    async def examine(self, tag: Tag, timeout_s: float) -> Examined:
        """One value as the controller gives it now, for commissioning. Raises ReadFailed."""
        if not self.connected:
            raise ReadFailed(f"link {self.spec.id} is not connected ({self.reason or 'connecting'})")
        if not isinstance(self._driver, Examiner):
            raise ReadFailed(f"the driver of link {self.spec.id} shows no value as it is on the wire")
        return await self._driver.examine(tag, timeout_s)

    def _up(self) -> None:
        log.info("Link %s connected", self.spec.id)
        self.connected, self.reason, self._wait_s = True, "", FIRST_WAIT_S

    def _down(self, quality: Quality) -> None:
        if self.connected:
            self.reconnects += 1
            log.warning("Link %s lost: %s", self.spec.id, self.reason)
        self.connected = False
        self._absorb(Batch.lost(self._index, quality, self._clock.now()))
