"""What is kept of alarms while nothing can be written."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from alarms.states import State
from supervisor.database import sqlite3
from supervisor.errors import StoreError
from tests.alarms.hall import DOOR, HIGH, LEVEL, OPEN, hall, site


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


@pytest.mark.logs("not written", "could not be written until the end")
def test_that_an_alarm_comes_back_from_the_shelf_though_nothing_can_be_written(tmp_path: Path) -> None:
    async def scenario() -> None:
        with hall(tmp_path) as one:
            one.read(LEVEL, 3.5)
            await one.alarms.shelve(["E0.high"], 10, "works", "ann")
            one.journal.close()
            assert await one.alarms.unshelve(["E0.high"], "ann") == 1
            assert one.alarms.columns["suppression"][HIGH] == 0

    asyncio.run(scenario())


@pytest.mark.logs("Alarms go on", "could not be written until the end")
def test_that_alarms_go_on_when_nothing_can_be_written_and_shelving_does_not(tmp_path: Path) -> None:
    async def scenario() -> None:
        with hall(tmp_path) as one:
            one.journal.close()
            one.read(DOOR, 1)
            assert one.state(OPEN) == State.UNACKED
            assert await one.alarms.acknowledge(["E0.open"], "ann") == 1
            with pytest.raises(StoreError):
                await one.alarms.shelve(["E0.open"], 10, "works", "ann")
            assert one.alarms.columns["suppression"][OPEN] == 0

    asyncio.run(scenario())


def test_that_what_could_not_be_written_is_written_when_it_can_be(tmp_path: Path) -> None:
    """The file is taken away by another program for longer than the writer waits."""

    async def scenario() -> None:
        with hall(tmp_path) as one:
            one.journal._writer.submit(lambda c: c.execute("PRAGMA busy_timeout=10").fetchall()).result()
            thief = sqlite3.connect(tmp_path / "journal.db", isolation_level=None)
            thief.execute("BEGIN IMMEDIATE")
            one.read(DOOR, 1)
            for _ in range(200):
                if one.alarms._keep.behind:
                    break
                await asyncio.sleep(0.01)
            assert one.alarms._keep.behind
            thief.execute("ROLLBACK")
            thief.close()
            await one.wind(10)
        with hall(tmp_path) as one:
            assert one.state(OPEN) == State.UNACKED

    asyncio.run(scenario())
