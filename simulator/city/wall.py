"""The city's own clock on the wall: the real one, moved to another hour or run faster when a demo asks for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from supervisor.clock import SECOND

DAY_NS = 86_400 * SECOND


class WallClock:
    """Instants of the city, ns UTC. Once it lives it only ever jumps forwards, so that its counters never fall."""

    def __init__(self, zone: str, speed: float = 1.0, real: Callable[[], int] = time.time_ns) -> None:
        self.speed = speed
        self._zone = ZoneInfo(zone)
        self._real = real
        self._since = self._shown = real()

    def now(self) -> int:
        """The instant it shows."""
        return self._shown + round((self._real() - self._since) * self.speed)

    def begin(self, day: date, hour: float) -> None:
        """Show this local hour of a day, which may be past: before the city begins."""
        midnight = datetime(day.year, day.month, day.day, tzinfo=self._zone)
        self._since, self._shown = self._real(), round((midnight + timedelta(hours=hour)).timestamp()) * SECOND

    def turn(self, hour: float) -> None:
        """Show the next local `hour` of day, 0 to 24; the day after where that hour is past."""
        now = self.now()
        local = datetime.fromtimestamp(now / SECOND, self._zone)
        today = ((local.hour * 60 + local.minute) * 60 + local.second) * SECOND
        self._since = self._real()
        self._shown = now + (round(hour * 3600) * SECOND - today) % DAY_NS
