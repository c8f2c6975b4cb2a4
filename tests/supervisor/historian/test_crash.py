"""Killed, cut off, without room: nothing acknowledged is lost, nothing is there twice."""

from __future__ import annotations

import logging
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from supervisor.clock import SECOND
from supervisor.database import reading
from supervisor.errors import StoreError
from supervisor.historian import merge
from supervisor.historian.files import HOT, META, OWNER, STAGE, part_files
from supervisor.historian.history import History
from supervisor.historian.writer import Pace
from tests.patience import hold_until
from tests.supervisor.historian.child import PACE, TAGS
from tests.supervisor.historian.conftest import START, Plant
from tests.supervisor.historian.test_history import fill, settle

resource = pytest.importorskip("resource", reason="limits the size of files, which Windows can't")
KILLS = 22
FAR = START + 10_000_000 * SECOND


@contextmanager
def recording(folder: Path, first: int, seed: int) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.supervisor.historian.child", str(folder), str(first), str(seed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[3]) as child:
        try:
            yield child
        finally:
            child.kill()


def safe(child: subprocess.Popen[str], seconds: float) -> int:
    """Let it record for a while, kill it, and return the number up to which it called everything safe."""
    assert child.stdout is not None
    assert child.stdout.readline().startswith("open")
    time.sleep(seconds)
    child.send_signal(signal.SIGKILL)
    lines = [line.split() for line in child.stdout.read().splitlines() if line.endswith(tuple("0123456789"))]
    return max((int(number) for _, number in lines), default=0)


def check_whole(folder: Path, acknowledged: int) -> int:
    """Every tag has exactly the samples 0, 1, 2… and at least those acknowledged; how many."""
    history = History(folder / "history")
    counts = set()
    for tag in range(2, TAGS):
        found = history.samples(f"P.t{tag}", 0, FAR)
        assert np.array_equal(found.value, np.arange(len(found))), f"P.t{tag} has a hole or a sample twice"
        assert np.array_equal(found.time, START + np.arange(1, len(found) + 1) * SECOND)
        counts.add(len(found))
    history.close()
    assert len(counts) == 1, "a flush is there whole or not at all"
    (count,) = counts
    assert count >= acknowledged
    return count


@pytest.mark.slow
def test_that_no_kill_loses_or_doubles_anything(tmp_path: Path) -> None:
    chance = random.Random(20260101)
    number, interrupted = 0, 0
    for kill in range(4 * KILLS):  # more than `KILLS` only where a busy machine lets each of them come less far
        if kill >= KILLS and number > 1000 and part_files(tmp_path / "history"):
            break
        with recording(tmp_path, number, kill) as child:
            acknowledged = max(number, safe(child, chance.uniform(0.0, 0.25)))
        number = check_whole(tmp_path, acknowledged)  # as the window sees it before any repair
        plant = Plant(tmp_path, PACE, TAGS)
        recovery = plant.historian.recovery
        interrupted += recovery.removed + recovery.adopted
        plant.close()
        assert check_whole(tmp_path, number) == number
        check_files(tmp_path / "history")
    assert number > 1000
    assert part_files(tmp_path / "history"), "it came as far as merging"


def check_files(folder: Path) -> None:
    for path in [*(folder / name for name in (HOT, STAGE, META)), *part_files(folder)]:
        with reading(path) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",), path
    with reading(folder / STAGE) as connection:
        assert connection.execute(
            "SELECT count(*) FROM blob WHERE id NOT IN (SELECT blob_id FROM chunk)"
        ).fetchone() == (0,), "no blob without a row"


@pytest.mark.slow
def test_that_a_window_reads_one_whole_past_while_the_station_writes(tmp_path: Path) -> None:
    with recording(tmp_path, 0, 5) as child:
        assert child.stdout is not None
        child.stdout.readline()
        child.stdout.readline()
        history = History(tmp_path / "history")
        until, before, looks = time.monotonic() + 2.5, 0, 0
        while time.monotonic() < until:
            found = history.samples("P.t7", 0, FAR)
            assert np.array_equal(found.value, np.arange(len(found))), "a hole or a sample twice"
            assert len(found) >= before
            before, looks = len(found), looks + 1
        history.close()
    assert looks > 10
    assert before > 100


class Killed(BaseException):
    """Stands for a kill at a chosen line."""


@pytest.mark.parametrize("step", ["carry", "stage", "forget", "rename", "register", "clear"])
def test_that_a_kill_between_any_two_steps_leaves_every_sample_once(
    tmp_path: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant = Plant(tmp_path)
    fill(plant, 2, list(range(1, 5001)), [float(i) for i in range(5000)])
    fill(plant, 3, [7], [1.0])
    fill(plant, 4, [3 * 3600], [1.0])
    plant.historian.flush()
    cut_after(plant, step, monkeypatch)
    with pytest.raises(Killed):
        settle(plant, 2)
    found = plant.history.samples("P.t2", 0, FAR)
    assert found.value.tolist() == list(range(5000)), "as the window sees it"
    assert [len(plant.history.samples(f"P.t{tag}", 0, FAR)) for tag in (3, 4)] == [1, 1], "carried on, and once"
    plant.historian._shut()
    monkeypatch.undo()
    again = Plant(tmp_path)
    settle(again, 3)
    assert again.history.samples("P.t2", 0, FAR).value.tolist() == list(range(5000))
    assert len(again.history.samples("P.t3", 0, FAR)) == 1
    assert len(again.history.samples("P.t4", 0, FAR)) == 1
    assert not list((tmp_path / "history").glob("*.new*"))
    again.close()
    plant.history.close()


def cut_after(plant: Plant, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Raise where a kill would fall: after the named step, before the next."""
    historian = plant.historian

    def killed(*_: object, **__: object) -> None:
        raise Killed

    if step in ("carry", "stage"):  # the next step is a submit to stage.db, or the second one to hot.db
        writer = historian._stage if step == "carry" else historian._hot
        real, calls = writer.submit, iter(range(9))
        monkeypatch.setattr(writer, "submit", lambda work: killed() if next(calls) == (step == "stage") else real(work))
    elif step == "forget":
        monkeypatch.setattr(historian._merger, "run", killed)
    elif step == "rename":
        monkeypatch.setattr(historian._catalogue, "register", killed)
    elif step == "register":
        monkeypatch.setattr(historian._merger, "_clear", killed)
        monkeypatch.setattr(historian._merger, "_next_differs", killed)
    else:
        monkeypatch.setattr(merge.log, "info", killed)


@contextmanager
def little_room(size: int) -> Iterator[None]:
    """No file may grow beyond `size` bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_that_without_room_samples_wait_and_the_lag_says_so(plant: Plant) -> None:
    noise = np.random.default_rng(1)
    fill(plant, 2, list(range(1, 1001)), [1.0] * 1000)
    plant.historian.flush()
    with little_room(20_000):
        for _ in range(3):
            plant.clock._step(plant.clock.monotonic() + 10)
            start = 2000 + 10 * int(plant.clock.monotonic()) * 100
            fill(plant, 3, list(range(start, start + 5000)), noise.normal(0, 1, 5000).tolist())
            with pytest.raises(StoreError, match="disk"):
                plant.historian.flush()
        plant.clock._step(plant.clock.monotonic() + 5)
        assert plant.historian.lag() == 25
        assert len(plant.history.samples("P.t2", 0, FAR)) == 1000, "what is there can be read"
    assert plant.historian.flush() == 15_000
    assert plant.historian.lag() == 0
    assert len(plant.history.samples("P.t3", 0, FAR)) == 15_000
    check_files(plant.folder)


def test_that_compaction_and_merging_without_room_lose_nothing(plant: Plant) -> None:
    noise = np.random.default_rng(1)
    value = noise.normal(0, 1, 20_000)
    fill(plant, 2, list(range(1, 20_001)), value.tolist())
    plant.historian.flush()
    with little_room(40_000), pytest.raises(StoreError):
        plant.historian.compact()
    assert np.array_equal(plant.history.samples("P.t2", 0, FAR).value, value)
    plant.historian.compact()
    plant.clock._step(8 * 3600)
    with little_room(20_000), pytest.raises(StoreError):
        plant.historian.merge(everything=True)
    assert np.array_equal(plant.history.samples("P.t2", 0, FAR).value, value)
    assert len(plant.historian.merge(everything=True)) == 6
    assert np.array_equal(plant.history.samples("P.t2", 0, FAR).value, value)
    check_files(plant.folder)


@pytest.mark.slow
@pytest.mark.logs("History is not written")
def test_that_the_running_historian_outlives_a_full_disk(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    plant = Plant(tmp_path, Pace(flush_s=0.05, compact_s=0.1))
    with caplog.at_level(logging.WARNING):
        plant.historian.start()
        with little_room(20_000):
            fill(plant, 3, list(range(1, 5001)), np.random.default_rng(1).normal(0, 1, 5000).tolist())
            hold_until(lambda: "History is not written" in caplog.text, 10)
            plant.clock._step(60)
            assert plant.historian.lag() > 30
        hold_until(lambda: plant.historian.lag() == 0, 10)
        hold_until(lambda: "written again" in caplog.text, 10)
    assert len(plant.history.samples("P.t3", 0, FAR)) == 5000
    plant.close()


@contextmanager
def powerless() -> Iterator[None]:
    """Not root: root may write into any folder."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_that_a_folder_that_cannot_be_written_is_said_in_a_sentence() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        plant = Plant(folder)
        plant.close()
        os.chmod(folder / "history", 0o555)
        with powerless(), pytest.raises(StoreError, match=r"read only|can't be (opened|written)"):
            Plant(folder)
        os.chmod(folder / "history", 0o755)


def test_that_two_stations_do_not_share_a_folder(plant: Plant, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="another Vigie"):
        Plant(tmp_path)
    assert (plant.folder / OWNER).exists()


def test_that_files_of_two_histories_are_not_mixed(tmp_path: Path) -> None:
    for name in ("a", "b"):
        Plant(tmp_path / name).close()
    (tmp_path / "a" / "history" / META).write_bytes((tmp_path / "b" / "history" / META).read_bytes())
    with pytest.raises(StoreError, match="another history"):
        Plant(tmp_path / "a")


def test_that_a_lost_registration_is_made_up_for(tmp_path: Path) -> None:
    plant = Plant(tmp_path)
    fill(plant, 2, list(range(1, 7201)), [1.0] * 7200)
    settle(plant)
    plant.historian._catalogue._writer.submit(lambda c: c.execute("DELETE FROM part").fetchall()).result()
    plant.close()
    again = Plant(tmp_path)
    assert again.historian.recovery.adopted == 2
    assert len(again.history.samples("P.t2", 0, FAR)) == 7200
    again.close()


@pytest.mark.logs("left out of the history")
def test_that_an_unreadable_partition_does_not_keep_the_station_from_starting(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    plant = Plant(tmp_path)
    fill(plant, 2, list(range(1, 3601)), [1.0] * 3600)
    settle(plant)
    plant.close()
    (tmp_path / "history" / "part-20250101T0000-20250101T0100.db").write_bytes(b"nonsense" * 1000)
    with caplog.at_level(logging.ERROR):
        again = Plant(tmp_path)
    assert "left out of the history" in caplog.text
    assert len(again.history.samples("P.t2", 0, FAR)) == 3600
    again.close()
