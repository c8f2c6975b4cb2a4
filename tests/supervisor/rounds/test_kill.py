"""A station killed between any two steps of a target: what the next one says of it; nothing is asked for twice."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.supervisor.rounds.child import Remembered
from tests.supervisor.rounds.estate import estate, hurried

pytestmark = pytest.mark.slow

FOUND = {
    # transactions that were safe -> what the next station says of the target, how often its lamp may have been written
    2: ("waiting", {0}),  # asking, and the ledger knows nothing of it: nothing had left
    3: ("unknown", {0, 1}),  # in the ledger, its number not in the round: found by equipment, command and person
    4: ("unknown", {0, 1}),
    6: ("done", {1}),  # read back, which proves it, and no outcome written
    7: ("done", {1}),  # the outcome in the ledger, not in the round
}


@pytest.mark.parametrize("transactions", FOUND)
def test_that_wherever_it_is_killed_the_ledger_tells_and_nothing_is_asked_twice(
    tmp_path: Path, transactions: int
) -> None:
    command = [sys.executable, "-m", "tests.supervisor.rounds.child", str(tmp_path), str(transactions)]
    assert subprocess.run(command, timeout=60, check=False).returncode == -signal.SIGKILL
    expected, written = FOUND[transactions]

    async def scenario() -> None:
        field = Remembered(tmp_path)
        async with hurried(), estate(tmp_path, 2, field) as one:
            assert (await one.states())["C1"] == expected
            assert len(lines(tmp_path)) in written
            assert await one.state() == "stopped"
            while one.rounds.runner.rounds:
                await one.release(one.round().stage)
            assert await one.state() == "done"
            assert Counter(row.equipment for row in one.given()) == {"C1": 1, "C2": 1}
            assert max(Counter(lines(tmp_path)).values()) == 1, "no lamp is written twice"
            assert [row.result for row in one.thread() if row.kind == "round_target"][-1] == "done"
            assert one.reader.verify().whole

    asyncio.run(scenario())


def lines(folder: Path) -> list[str]:
    """What the lamps were written."""
    return (folder / "field").read_text().split()
