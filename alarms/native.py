"""Native: what controllers say of the alarms they run themselves. Pure; see decision 0013.

UNACKED after ACKED     a new occurrence, that nobody knows of: while the station ran, or while it was off
NORMAL, ACKED           somebody acknowledged it there
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from alarms.states import State
from alarms.watching import Found
from supervisor.columns import Columns
from supervisor.flow import Values
from supervisor.model import BAD, Alarm, Condition, Native

Rows = NDArray[np.intp]


class NativeRules:
    """Those of a site."""

    def __init__(self, alarms: Sequence[Alarm]) -> None:
        self._rows = np.array([alarm.rule.condition is Condition.NATIVE for alarm in alarms], np.bool_)
        self.any = bool(self._rows.any())

    def words(self, found: Found) -> tuple[Rows, Values]:
        """Those that a controller said something of, and what: `Native` as numbers."""
        known = self._rows[found.rule] & (found.quality < BAD)
        return found.rule[known], found.value[known]

    def again(self, rule: Rows, word: Values, columns: Columns) -> Rows:
        """Those that came anew; `columns` have what was heard before, though it was before a restart or a loss."""
        new = (columns["heard"][rule] == Native.ACKED + 1) & (word == Native.UNACKED)
        rows: Rows = rule[new & (columns["state"][rule] == State.ACKED)]
        return rows

    def answered(self, rule: Rows, word: Values) -> Rows:
        """Those that somebody acknowledged at the controller, or elsewhere through it: they are here too."""
        rows: Rows = rule[(word == Native.NORMAL) | (word == Native.ACKED)]
        return rows
