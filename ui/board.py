"""Board: the window's own copy of the alarm columns, and the order in which alarms are told.

One law of order for the banner, the list, the navigation and the overview: unacknowledged before acknowledged,
then priority, then the newest first. What is shelved, suppressed or out of service is on no list but its own.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from alarms.states import State
from supervisor.columns import Columns
from supervisor.model import Site

_FIELDS = (
    "state", "suppression", "raised_at", "cleared_at", "acked_at", "value", "count", "shelved_until",
    "annunciated_at", "first_up", "taken_by", "shelved_by", "unknown_since",
)  # fmt: skip


class Worst(NamedTuple):
    """The alarm that would come first in the list of one place, and how many there are."""

    priority: int
    acked: bool
    number: int


class Board:
    """Copies of the columns; `rows` are the alarms that stand, in order. No Qt."""

    def __init__(self, site: Site, columns: Columns) -> None:
        self.priority = np.array([alarm.rule.priority for alarm in site.alarms], np.uint8)
        self.rows: NDArray[np.intp] = np.empty(0, np.intp)
        self.bright = True
        """The phase of blinking, the same for the whole window."""
        self.attach(columns)

    def attach(self, columns: Columns) -> None:
        """Look at these columns from now on; the same site, perhaps another station process."""
        self._columns = columns
        self._seen = self._turn = -1
        self._fields = {name: np.zeros(len(columns), columns[name].dtype) for name in _FIELDS}
        self.acked = np.zeros(len(columns), bool)

    def __getitem__(self, field: str) -> NDArray[Any]:
        """A column by name, such as "raised_at"."""
        return self._fields[field]

    def pull(self) -> bool:
        """Take over what moved since the last pull; whether anything did."""
        if self._columns.turn == self._turn:
            return False
        self._turn = self._columns.turn

        def copy(columns: Columns) -> tuple[NDArray[np.intp], int, list[NDArray[Any]]]:
            generation = columns["generation"]
            moved = np.flatnonzero(generation.astype(np.int64) > self._seen)
            return moved, int(generation.max(initial=0)), [columns[name][moved] for name in _FIELDS]

        moved, self._seen, fresh = self._columns.read(copy)
        for name, values in zip(_FIELDS, fresh, strict=True):
            self._fields[name][moved] = values
        self._order()
        return len(moved) > 0

    def sort(self, rows: NDArray[np.intp]) -> NDArray[np.intp]:
        """Any alarms in the order of the law."""
        keys = (rows, -self._fields["raised_at"][rows], self.priority[rows], self.acked[rows])
        return rows[np.lexsort(keys)]

    def unacked(self) -> NDArray[np.intp]:
        """Those of `rows` that somebody still has to acknowledge, in order."""
        return self.rows[~self.acked[self.rows]]

    def counts(self, priority: int) -> tuple[int, int]:
        """How many alarms of a priority stand, and how many of them are unacknowledged."""
        mine = self.rows[self.priority[self.rows] == priority]
        return len(mine), int(np.count_nonzero(~self.acked[mine]))

    def worst(self, rows: NDArray[np.intp]) -> Worst | None:
        """What to show for a place whose standing alarms are `rows`, given in order; None where there are none."""
        if not len(rows):
            return None
        return Worst(int(self.priority[rows[0]]), bool(self.acked[rows[0]]), len(rows))

    def _order(self) -> None:
        state = self._fields["state"]
        self.acked = (state == State.ACKED) | (state == State.LATCHED_ACKED)
        self.rows = self.sort(np.flatnonzero((state != State.NORMAL) & (self._fields["suppression"] == 0)))
