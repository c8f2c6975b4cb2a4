"""kill -9 at random moments: what was acknowledged and lost, what was not flushed yet, what was there twice.

    python -m benchmarks.kills [--kills 200]

A recorder is killed within a second of its start; the history is then read as a window would, before any repair; the
next recorder goes on from there. Nothing acknowledged may be missing, nothing there twice, no file damaged.
What a kill takes otherwise is what was on its way: counted here in samples of a recorder that flushes without a pause,
and in seconds of one that flushes once a second, as a station does.
"""

from __future__ import annotations

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from supervisor.clock import SECOND
from supervisor.historian.history import History
from tests.supervisor.historian.child import PACE, TAGS
from tests.supervisor.historian.conftest import Plant
from tests.supervisor.historian.test_crash import check_files, check_whole, recording, safe

LIVE = """
import sys, time
from pathlib import Path
import numpy as np
from supervisor.clock import SystemClock
from supervisor.flow import Change
from supervisor.historian.writer import Historian
from supervisor.texts import Texts
from tests.supervisor.historian.conftest import make_tags
clock = SystemClock()
historian = Historian(Path(sys.argv[1]) / "history", make_tags(40), Texts.create(), clock)
historian.start()
index, good = np.arange(2, 40, dtype=np.int32), np.zeros(38, np.uint8)
while True:
    now = clock.now()
    historian.absorb(Change(index, np.full(38, float(now // 10**6 % 10**9)), good, np.full(38, now), now))
    print(now, flush=True)
    time.sleep(0.01)
"""
"""A station's end of the historian, with its own threads: it says the time of what it has absorbed."""


def flushing(folder: Path, kills: int) -> list[int]:
    """Samples a kill took that were never acknowledged, of a recorder that flushes all the time."""
    chance, number, lost = random.Random(1), 0, []
    for kill in range(kills):
        with recording(folder, number, kill) as child:
            acknowledged = max(number, safe(child, chance.uniform(0.0, 0.5)))
        number = check_whole(folder, acknowledged)
        lost.append(number - acknowledged)
        plant = Plant(folder, PACE, TAGS)
        plant.close()
        check_whole(folder, number)
        check_files(folder / "history")
    return lost


def living(folder: Path, kills: int) -> list[float]:
    """Seconds between the last change absorbed and the last one found on disk."""
    chance, lost = random.Random(2), []
    for _ in range(kills):
        with subprocess.Popen([sys.executable, "-c", LIVE, str(folder)], stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            child.stdout.readline()
            time.sleep(chance.uniform(1.0, 3.0))
            child.send_signal(signal.SIGKILL)
            absorbed = max(int(line) for line in child.stdout.read().splitlines() if len(line) == 19)
        history = History(folder / "history")
        span = history.span("P.t2")
        found = history.samples("P.t2", 0, 1 << 62)
        history.close()
        good = found.time[found.quality == 0]
        assert span is not None
        assert len(np.unique(good)) == len(good), "a sample twice"
        lost.append((absorbed - int(good[-1])) / SECOND)
        check_files(folder / "history")
    return lost


def describe(name: str, lost: list[float], unit: str) -> None:
    columns = np.percentile(lost, (0, 50, 90, 99, 100)).round(3).tolist()
    print(f"{name}: {len(lost)} kills; min, median, 90 %, 99 %, max: {', '.join(map(str, columns))} {unit}")
    for low, high in zip((0.0, 0.2, 0.4, 0.6, 0.8, 1.0), (0.2, 0.4, 0.6, 0.8, 1.0, 60.0), strict=True):
        count = sum(low <= value < high for value in lost)
        if unit == "s" and count:
            print(f"    {low:.1f} to {high:.1f} s  {count:4d}  {'█' * (60 * count // len(lost))}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    kills = parser.parse_args().kills
    with tempfile.TemporaryDirectory() as name:
        lost = flushing(Path(name) / "a", kills // 2)
        print(f"{len(lost)} kills between flush, compaction and merge: nothing acknowledged lost, nothing twice")
        describe("  beyond what was acknowledged", [float(n) for n in lost], "samples a tag more than promised")
        describe("of a station that flushes once a second", living(Path(name) / "b", kills - kills // 2), "s")


if __name__ == "__main__":
    main()
