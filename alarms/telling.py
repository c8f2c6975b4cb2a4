"""Telling: what happens to alarms as rows of the journal, and the wait until they are safe there."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from typing import Any

import numpy as np
from numpy.typing import NDArray

from supervisor.errors import StoreError
from supervisor.flow import Values
from supervisor.journal import Entry, safe
from supervisor.model import Alarm

BOOK = "alarm"
"""Category of the journal."""

Rows = NDArray[np.intp]

log = logging.getLogger(__name__)


class Teller:
    """Makes entries in the thread that writes them: a flood must not hold the loop up."""

    def __init__(self, alarms: Sequence[Alarm], values: Callable[[Rows], Values]) -> None:
        """`values`: what alarms, by row, are told with."""
        self._alarms = alarms
        self._values = values

    def entries(
        self, rows: Rows, kind: str, who: str = "", detail: Sequence[Mapping[str, Any]] = ({},), at: int = 0
    ) -> Iterator[Entry]:
        """One for each row; `detail` is one for all of them, or as many as they are."""
        values, numbers = self._values(rows).tolist(), rows.tolist()
        details = list(detail) * len(numbers) if len(detail) == 1 else detail

        def make() -> Iterator[Entry]:
            for row, value, more in zip(numbers, values, details, strict=True):
                alarm = self._alarms[row]
                words = {"value": value, "priority": int(alarm.rule.priority), **more}
                yield Entry(BOOK, kind, who, alarm.id, alarm.equipment.area, detail=words, time=at)

        return make()


async def kept(future: Future[int]) -> None:
    """Wait until it is on disk. A full disk must not keep an operator from acknowledging: it is said elsewhere."""
    try:
        await safe(future)
    except StoreError as error:
        log.error("Alarms go on, though not written: %s", error)
