"""What is kept of alarms while nothing can be written."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from alarms.states import State
from tests.alarms.hall import DOOR, OPEN, hall, site


def test_that_a_change_costs_no_more_the_longer_nothing_can_be_written(tmp_path: Path) -> None:
    """What is not on disk of other alarms waits for the next try, however many they are."""
    with hall(tmp_path, site(equipment=200)) as one:
        keep = one.alarms._keep
        keep._unsaved[:] = True
        asked: list[int] = []
        words = keep.words

        def counted(rows: np.ndarray, fields: Sequence[str]) -> dict[str, list[Any]]:
            asked.append(len(rows))
            return words(rows, fields)

        keep.words = counted  # type: ignore[method-assign]
        one.read(DOOR, 1)
        assert asked == [1]
        assert not keep._unsaved[OPEN]
        assert keep.behind
        keep.retry(most=500)
        assert asked == [1, 500]
        keep.retry()
        assert not keep.behind
    with hall(tmp_path, site(equipment=200)) as one:
        assert one.state(OPEN) == State.UNACKED
