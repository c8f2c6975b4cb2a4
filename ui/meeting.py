"""Meeting: keeps the names of those whom the site folder does not list, who come while the window lives."""

from __future__ import annotations

import asyncio
import logging

from supervisor.clock import Clock
from supervisor.errors import StoreError
from ui.look import Look
from ui.tasks import Spawn

AGAIN_S = 60.0
"""Between two looks where nobody is unknown: somebody may have been given another name."""
SOON_S = 2.0
"""The same where an id was shown whose name is not known: whoever it is has just been here."""

log = logging.getLogger(__name__)


class Meeting:
    """See the module. `look_out` is called once a second."""

    def __init__(self, look: Look, spawn: Spawn, clock: Clock) -> None:
        self._look, self._spawn, self._clock = look, spawn, clock
        self._at = -AGAIN_S
        self._busy = False

    def look_out(self) -> None:
        """Read the names again, where it is time to."""
        wait = SOON_S if self._look.met.missed else AGAIN_S
        if not self._busy and self._clock.monotonic() - self._at >= wait:
            self._busy, self._at = True, self._clock.monotonic()
            self._spawn(self._pull())

    async def _pull(self) -> None:
        try:
            fresh = await asyncio.to_thread(self._look.met.pull)
        except StoreError as error:  # ids are shown meanwhile; the file itself is the business of the journal's page
            log.warning("The names of people cannot be read for now: %s", error)
            return
        finally:
            self._busy = False
        if fresh:
            self._look.introduced.emit()
            self._look.changed.emit()
