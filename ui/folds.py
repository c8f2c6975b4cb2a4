"""Folds: whether there is a flood, and the alarms of any list as the few causes they come of. No Qt.

Whether there is one the station says, as a tag of its own, so that every window says the same, and a window in the past
what was so then. How rows fold is `alarms.floods`: pure, and nothing is dropped.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from alarms.floods import Group, Tree, fold
from supervisor import health
from supervisor.model import BAD, Site
from ui.board import Board
from ui.live import Live

MANY = 2_000
"""Alarms from which on what is folded follows once a second: five thousand groups take some 10 ms to make."""
AGAIN_S = 1.0


class Folds:
    """See the module."""

    def __init__(self, site: Site, board: Board, live: Live) -> None:
        self._site, self._board, self._live = site, board, live
        by_id = {tag.spec.id: tag.index for tag in site.tags_by_equipment.get(health.STATION_ID, ())}
        self._flood = by_id.get(health.FLOOD, -1)
        self._rate = by_id.get(health.ALARM_RATE, -1)

    @cached_property
    def _tree(self) -> Tree:
        """Made when something is folded first: a city without floods never pays for it."""
        return Tree(self._site)

    @property
    def flood(self) -> bool:
        """Whether the station says that more alarms come than a person can read."""
        return self._value(self._flood) == 1

    @property
    def rate(self) -> int:
        """Alarms told in the last ten minutes, as far as the station has said."""
        value = self._value(self._rate)
        return int(value) if value == value else 0

    def _value(self, row: int) -> float:
        if row < 0 or self._live.quality[row] >= BAD:
            return float("nan")
        return float(self._live.value[row])

    def fold(self, rows: Sequence[int] | NDArray[np.intp]) -> list[Group]:
        """Rows of the board as groups, in the order of their first ones."""
        return fold(self._tree, rows, self._board["state"], self._board["first_up"])
