"""kill -9 while alarms come: what is found afterwards is what the journal tells, alarm by alarm and field by field, and
what was answered is among it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from alarms.keep import Names
from alarms.life import FIELDS
from alarms.replay import Plant, Replay, fill
from alarms.states import State
from supervisor.clock import SECOND, HandClock
from supervisor.columns import Columns
from supervisor.journal import JournalReader
from tests.alarms.hall import OPEN, Hall, hall, site

THINGS = 150
PLANT = site(equipment=THINGS)
CHILD = """
import asyncio, itertools, sys
from pathlib import Path
from supervisor.clock import SystemClock
from tests.alarms.hall import Hall, change
from tests.alarms.test_kill import PLANT, THINGS

async def main():
    one = Hall(Path(sys.argv[1]), PLANT, SystemClock())
    alarms = one.alarms
    for turn in itertools.count():
        some = [(turn * 37 + n) % THINGS for n in range(40)]
        level = (5.0, 2.0, 3.5, 0.5)[turn % 4]
        alarms.absorb(change(one.clock, {2 * n: level for n in some} | {2 * n + 1: float(turn % 3 > 0) for n in some}))
        ids = [f"E{n}.{rule}" for n in some[:8] for rule in ("high", "high_high", "open")]
        await asyncio.gather(
            alarms.acknowledge(ids, "ann"), alarms.reset(ids, "ann"), alarms.take(ids[:5], "ned"),
            alarms.shelve(ids[5:7], 10, "works", "ann"), alarms.unshelve(ids[8:9], "ann"),
            alarms.release(ids[:2], "ned"),
        )
        alarms.tick()
        print(turn, flush=True)

asyncio.run(main())
"""
LIVING = ("raised_at", "cleared_at", "acked_at", "annunciated_at", "count", "first_up", "taken_by")
"""Fields that tell something of an alarm that is not normal."""
HIDDEN = ("shelved_until", "shelved_by")


@pytest.mark.slow
@pytest.mark.parametrize("after", [8, 40])
def test_that_a_kill_at_any_moment_leaves_the_alarms_as_the_journal_tells_them(tmp_path: Path, after: int) -> None:
    with subprocess.Popen([sys.executable, "-c", CHILD, str(tmp_path)], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        for _ in range(after):
            assert child.stdout.readline()
        child.kill()
    path = tmp_path / "journal.db"
    reader = JournalReader(path)
    assert reader.verify().whole
    last = reader.latest(1)[0]
    told = _told(path, last.time + 1)
    one = Hall(tmp_path, PLANT, HandClock(last.time))  # the clock stands: no shelf ends meanwhile
    try:
        found = one.alarms.columns
        standing = told["state"] != State.NORMAL
        assert standing.any()
        np.testing.assert_array_equal(found["state"], told["state"])
        np.testing.assert_array_equal(found["suppression"], told["suppression"])
        for name in LIVING:
            np.testing.assert_array_equal(found[name][standing], told[name][standing], err_msg=name)
        for name in HIDDEN:
            np.testing.assert_array_equal(found[name], told[name], err_msg=name)
    finally:
        one.close()


def _told(path: Path, instant: int) -> Columns:
    """What the rows of the journal say."""
    columns = Columns.create(len(PLANT.alarms), FIELDS)
    rows = {alarm.id: alarm.index for alarm in PLANT.alarms}
    fill(columns, rows, Replay(path, Plant.of(PLANT)).at(instant), Names(PLANT))
    return columns


ANSWERING = """
import asyncio, sys
from pathlib import Path
from supervisor.clock import SECOND, HandClock
from tests.alarms.hall import DOOR, Hall, change, site

async def main():
    one = Hall(Path(sys.argv[1]), site(equipment=200), HandClock())
    for n in range(200):
        one.alarms.absorb(change(one.clock, {2 * n + DOOR: 1.0}))
        await one.alarms.acknowledge([f"E{n}.open"], "ann")
        print(n, flush=True)

asyncio.run(main())
"""


@pytest.mark.slow
@pytest.mark.parametrize("after", [1, 20, 90])
def test_that_an_acknowledgement_that_was_answered_survives_kill_9(tmp_path: Path, after: int) -> None:
    with subprocess.Popen([sys.executable, "-c", ANSWERING, str(tmp_path)], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        answered = [int(child.stdout.readline()) for _ in range(after)]
        child.kill()
        answered += [int(line) for line in child.stdout.read().split()]
    with hall(tmp_path, site(equipment=200)) as one:
        rows = [4 * n + OPEN for n in answered]
        assert len(rows) >= after
        assert (one.alarms.columns["state"][rows] == State.ACKED).all()
        assert (one.alarms.columns["raised_at"][rows] >= SECOND).all()
    assert JournalReader(tmp_path / "journal.db").verify().whole
