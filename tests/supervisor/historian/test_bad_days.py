"""Bad days of a machine: what each does to the history is defined, and seen. The table is in docs/historian.md."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import pytest

from supervisor import health
from supervisor.clock import SECOND
from supervisor.errors import StoreError
from supervisor.historian.writer import Pace
from supervisor.model import BAD, Condition
from tests.patience import hold_until
from tests.supervisor.historian.conftest import HOUR, START, Plant
from tests.supervisor.historian.test_crash import FAR, check_files
from tests.supervisor.historian.test_history import fill, settle
from tests.supervisor.historian.test_writer import change, values


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """A disk of its own; skips where nobody may mount one."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("only root may mount a small disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def ballast(folder: Path) -> Path:
    """Fills the disk to the last byte, as another program would; again where something gave room back."""
    path = folder / "ballast"
    with path.open("ab", buffering=0) as file:
        for size in (1 << 16, 1 << 12, 1):
            while True:
                try:
                    file.write(bytes(size))
                except OSError:
                    break
    return path


@pytest.mark.slow
@pytest.mark.logs("History is not written")
def test_that_a_full_disk_costs_nothing_and_is_over_when_there_is_room(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 8) as disk:
        plant = Plant(disk, Pace(flush_s=0.05, compact_s=0.2))
        fill(plant, 2, list(range(1, 2001)), np.random.default_rng(1).normal(0, 1, 2000).tolist())
        plant.historian.flush()
        plant.historian.start()
        last = 3000

        def refused() -> bool:  # for ten seconds: the log of a file has room in itself for a while
            nonlocal last
            fill(plant, 2, list(range(last, last + 100)), np.random.default_rng(last).normal(0, 1, 100).tolist())
            last += 100
            plant.clock._step(last / 100)  # a second on
            ballast(disk)
            try:
                plant.historian.flush()
            except StoreError:
                return plant.historian.lag() >= 10  # the alarm history_behind
            return False

        hold_until(refused, 10)
        with suppress(StoreError):  # it may find its room in what it takes away
            plant.historian.compact()
        hold_until(lambda: plant.historian.vitals()[2] < 0.001, 10)
        assert len(plant.history.samples("P.t2", 0, FAR)) >= 2000, "what is there can be read"
        (disk / "ballast").unlink()
        hold_until(lambda: plant.historian.lag() == 0, 10)
        plant.historian.compact()
        assert len(plant.history.samples("P.t2", 0, FAR)) == 2000 + last - 3000
        plant.close()
        check_files(plant.folder)


@pytest.mark.slow
def test_that_a_station_on_a_full_disk_says_why_it_does_not_start(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 4) as disk:
        ballast(disk)
        with pytest.raises(StoreError, match=r"disk is full|No space|disk failed"):
            Plant(disk)


def test_that_a_disk_nearly_full_is_an_alarm_before_it_is_full(plant: Plant) -> None:
    plant.historian._turn()
    free = shutil.disk_usage(plant.folder).free / 1e9
    assert plant.historian.vitals()[2] == pytest.approx(free, rel=0.2)
    (rule,) = [rule for rule in health.STATION_TYPE.alarms if rule.tag == health.DISK_ROOM]
    assert (rule.condition, rule.limit) == (Condition.LOW, health.ROOM_GB)
    assert rule.action.fr
    assert rule.action.en


SLOW = """
import sys, time
import numpy as np
from pathlib import Path
from supervisor.clock import SystemClock
from supervisor.flow import Change
from supervisor.historian.history import History
from supervisor.historian.writer import Historian, Pace
from supervisor.texts import Texts
from tests.supervisor.historian.conftest import make_tags
clock, taken, lag = SystemClock(), [], 0.0
historian = Historian(Path(sys.argv[1]), make_tags(8), Texts.create(), clock, Pace(flush_s=0.05))
historian.start()
index, good, n = np.arange(2, 8, dtype=np.int32), np.zeros(6, np.uint8), 0
until = time.monotonic() + 2
while time.monotonic() < until:
    now, begun = clock.now(), time.perf_counter()
    historian.absorb(Change(index, np.full(6, float(n)), good, np.full(6, now), now))
    taken.append(time.perf_counter() - begun)
    lag, n = max(lag, historian.lag()), n + 1
    time.sleep(0.005)
historian.close()
history = History(Path(sys.argv[1]))
print(n, len(history.samples("P.t2", 0, clock.now())), np.median(taken), lag)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux" or not shutil.which("cc"), reason="needs a compiler for the slow disk")
def test_that_a_slow_disk_makes_history_late_and_nothing_else(tmp_path: Path) -> None:
    shim = tmp_path / "slow.so"
    source = Path(__file__).with_name("slow.c")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", str(shim), str(source), "-ldl"], check=True)
    environment = {**os.environ, "LD_PRELOAD": str(shim), "DISK_MS": "200"}
    root = Path(__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-c", SLOW, str(tmp_path / "history")],
        capture_output=True,
        text=True,
        env=environment,
        cwd=root,
    )
    absorbed, kept, usual, lag = done.stdout.split()
    assert absorbed == kept, done.stderr
    assert float(lag) > 0.2, "a flush took so long, and the lag said so"
    assert float(usual) < 0.05, "what is absorbed does not wait for the disk"


READONLY = """
import logging, os, sys, time
import numpy as np
from pathlib import Path
from supervisor.clock import SystemClock
from supervisor.flow import Change
from supervisor.historian.history import History
from supervisor.historian.writer import Historian, Pace
from supervisor.texts import Texts
from tests.supervisor.historian.conftest import make_tags
logging.basicConfig()
folder, when = Path(os.environ["READONLY"]), Path(os.environ["READONLY_WHEN"])
clock, n, lag = SystemClock(), 0, 0.0
historian = Historian(folder, make_tags(8), Texts.create(), clock, Pace(flush_s=0.05, compact_s=0.3))
history = History(folder)
historian.start()
index, good = np.arange(2, 8, dtype=np.int32), np.zeros(6, np.uint8)

def live(done, most=20.0):
    global n, lag
    until = time.monotonic() + most
    while not done() and time.monotonic() < until:
        now = clock.now()
        historian.absorb(Change(index, np.full(6, float(n)), good, np.full(6, now), now))
        lag, n = max(lag, historian.lag()), n + 1
        time.sleep(0.005)

kept = lambda: len(history.samples("P.t2", 0, clock.now()))
live(lambda: kept() > 50)
when.touch()
live(lambda: historian.lag() > 1.0)
before = kept()
live(lambda: lag > 1.5)
meanwhile, behind = kept(), historian.lag()
when.unlink()
live(lambda: historian.lag() < 0.5)
historian.close()
print(n, kept(), before, meanwhile, behind)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux" or not shutil.which("cc"), reason="needs a compiler for the disk")
def test_that_a_disk_that_becomes_read_only_makes_samples_wait_and_history_stays_readable(tmp_path: Path) -> None:
    shim = tmp_path / "readonly.so"
    source = Path(__file__).with_name("readonly.c")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", str(shim), str(source), "-ldl"], check=True)
    words = {"LD_PRELOAD": str(shim), "READONLY": str(tmp_path / "history"), "READONLY_WHEN": str(tmp_path / "now")}
    done = subprocess.run(
        [sys.executable, "-c", READONLY],
        capture_output=True,
        text=True,
        env={**os.environ, **words},
        cwd=Path(__file__).parents[3],
    )
    assert done.returncode == 0, done.stderr
    absorbed, kept, before, meanwhile, behind = done.stdout.split()
    assert int(meanwhile) == int(before) > 50, "nothing is written, and what is there can be read"
    assert float(behind) > 1.0, "the lag says so; from ten seconds on it is an alarm"
    assert absorbed == kept, "what waited is written once it can be"
    assert "History is not written" in done.stderr
    assert "History is written again" in done.stderr


def test_that_a_clock_set_back_hides_no_sample_and_silences_no_tag(plant: Plant) -> None:
    plant.historian.absorb(change(0, 10.0, 7200))
    plant.historian.absorb(change(0, 20.0, 3600))  # set back by an hour
    plant.historian._pending.beat(START + 3700 * SECOND, 0.0)
    for now in range(3700, 5600, 10):
        plant.historian._pending.beat(START + now * SECOND, 0.0)
    found = values(plant, 0)
    assert found == [20.0, 20.0, 20.0, 20.0, 10.0], (
        "in the order of their source times, and a heartbeat every ten minutes"
    )
    settle(plant)
    assert plant.history.at(["P.t0"], START + 3600 * SECOND).value.tolist() == [20.0]


def test_that_a_tag_that_stands_still_beats_on_when_the_clock_was_set_back_a_day(plant: Plant) -> None:
    plant.historian.absorb(change(2, 5.0, 86_400))
    for now in range(0, 1900, 10):
        plant.historian._pending.beat(START + now * SECOND, 0.0)
    assert len(values(plant, 2)) == 4


def test_that_what_comes_twice_is_kept_twice_and_weighs_once(plant: Plant) -> None:
    fill(plant, 2, list(range(10, 3600, 10)), [float(i % 60) for i in range(10, 3600, 10)])
    settle(plant)
    before = plant.history.trend("P.t2", START, START + HOUR, 6, level=600 * SECOND)
    fill(plant, 2, list(range(10, 3600, 10)), [float(i % 60) for i in range(10, 3600, 10)])
    settle(plant)
    after = plant.history.trend("P.t2", START, START + HOUR, 6, level=600 * SECOND)
    assert len(plant.history.samples("P.t2", START, START + HOUR)) == 2 * 359
    assert np.array_equal(before.low, after.low)
    assert np.allclose(before.mean, after.mean)


def test_that_a_sample_of_tomorrow_is_kept_and_rules_nothing_today(plant: Plant) -> None:
    fill(plant, 2, [10, 5 * 3600], [1.0, 99.0])
    plant.historian.flush()
    assert plant.history.at(["P.t2"], START + HOUR).value.tolist() == [1.0]
    settle(plant, 2)
    assert plant.history.samples("P.t2", START, FAR).value.tolist() == [1.0, 99.0]


@pytest.mark.logs("Memory for unwritten history is used up")
def test_that_memory_for_what_waits_has_an_end_and_the_oldest_goes_first(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise StoreError("the disk is full")

    missed: list[tuple[int, int]] = []
    plant.historian.missed = lambda start, end: missed.append((start, end))
    monkeypatch.setattr("supervisor.historian.writer.WAITING_BYTES", 20_000)
    with monkeypatch.context() as full:
        full.setattr("supervisor.historian.writer._insert", refuse)
        for low in range(0, 6000, 1000):
            fill(plant, 2, list(range(low + 1, low + 1001)), np.random.default_rng(low).normal(0, 1, 1000).tolist())
            with pytest.raises(StoreError):
                plant.historian.flush()
    plant.historian.flush()
    found = plant.history.samples("P.t2", START, FAR)
    assert 1000 <= len(found) < 6000
    assert found.time[-1] == START + 6000 * SECOND, "the newest stay"
    assert missed[0][0] == START + SECOND - 1, "and it is said what is missing"
    assert missed[-1][1] < found.time[0]
    assert not (found.quality >= BAD).any()
