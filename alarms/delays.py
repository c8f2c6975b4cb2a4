"""On and off delays as deadlines: a condition that goes before its deadline never was an alarm.

    standing  ────┐      ┌────────────┐  ┌──────       what the condition says
                  └──────┘            └──┘
    active    ──────┐        ┌──────────────────       what the alarm says: follows after the delay
                    └────────┘         (too short)

A deadline exists exactly where the two differ. Seconds of the monotonic clock, so that a step of the machine's
clock neither fires nor holds an alarm; a restart begins a delay anew.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from supervisor.model import Alarm

Rows = NDArray[np.intp]
Marks = NDArray[np.bool_]


class Delays:
    """Deadlines by row of `site.alarms`; infinite where nothing is pending."""

    def __init__(self, alarms: Sequence[Alarm]) -> None:
        self._on = np.array([alarm.rule.on_delay_s for alarm in alarms], np.float64)
        self._off = np.array([alarm.rule.off_delay_s for alarm in alarms], np.float64)
        self.due = np.full(len(alarms), np.inf)

    def turn(self, rule: Rows, standing: Marks, active: Marks, now: float) -> Rows:
        """Begin, keep or cancel the deadlines of `rule`; returns those whose time has come, which it lets go.

        `standing` and `active` are as long as `rule`. A deadline already running is kept, not begun again.
        """
        begun = now + np.where(standing, self._on[rule], self._off[rule])
        due = np.where(standing == active, np.inf, np.minimum(self.due[rule], begun))
        ripe = due <= now
        self.due[rule] = np.where(ripe, np.inf, due)
        return rule[ripe]

    def expired(self, now: float) -> Rows:
        """Rules whose deadline has passed, which it lets go."""
        rule = np.flatnonzero(self.due <= now)
        self.due[rule] = np.inf
        return rule


class Reminders:
    """When what was acknowledged is told again, by row of `site.alarms`; infinite where it never is."""

    def __init__(self, alarms: Sequence[Alarm]) -> None:
        after = np.array([alarm.rule.realarm_s for alarm in alarms], np.float64)
        self._after = np.where(after > 0, after, np.inf)
        self._any = bool((after > 0).any())
        self.due = np.full(len(alarms), np.inf)

    def begin(self, rule: Rows, acked: Marks, now: float) -> None:
        """Of alarms that have just moved: those acknowledged now wait, the others no longer do."""
        if self._any:
            self.due[rule] = np.where(acked, now + self._after[rule], np.inf)

    def resume(self, rule: Rows, left: NDArray[np.float64], now: float) -> None:
        """After a restart: acknowledged `left` seconds ago by the machine's clock, which is not believed beyond the
        time of the rule itself."""
        self.due[rule] = np.clip(now + self._after[rule] - left, now, now + self._after[rule])

    def expired(self, now: float) -> Rows:
        """Rules whose time has come, which it lets go."""
        rule = np.flatnonzero(self.due <= now)
        self.due[rule] = np.inf
        return rule
