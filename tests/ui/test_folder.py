"""The data folder: one station at a time, told by a lock and never by a number; nobody else may look."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from supervisor import notice
from supervisor.columns import Columns
from supervisor.errors import Unavailable
from ui.folder import DataFolder

HOLD = """
import sys, time
from pathlib import Path
from ui.folder import DataFolder
with DataFolder(Path(sys.argv[1])).held():
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    folder = DataFolder(tmp_path / "data")
    folder.make()
    return folder


def test_that_the_holder_is_the_process_that_runs_and_nobody_once_it_was_killed(folder: DataFolder):
    assert folder.holder() == 0
    with subprocess.Popen([sys.executable, "-c", HOLD, folder.root], stdout=subprocess.PIPE) as station:
        assert station.stdout is not None
        station.stdout.readline()
        assert folder.holder() == station.pid
        with pytest.raises(Unavailable, match="already runs"), folder.held():
            pass
        station.kill()
    assert folder.holder() == 0


def test_that_a_process_number_left_by_a_power_cut_is_nobody(folder: DataFolder):
    """The number is somebody else's by now: here our own."""
    notice.post(folder.station, notice.Notice(1, "t", os.getpid(), "f"))
    (folder.run / "lock").write_text(str(os.getpid()))
    assert folder.holder() == 0


def test_that_a_look_at_the_lock_keeps_no_station_from_starting(folder: DataFolder):
    looking = "import sys\nfrom pathlib import Path\nfrom ui.folder import DataFolder\nprint(flush=True)\n"
    looking += "while True: DataFolder(Path(sys.argv[1])).holder()"
    with folder.held():
        pass
    with subprocess.Popen([sys.executable, "-c", looking, folder.root], stdout=subprocess.PIPE) as probe:
        assert probe.stdout is not None
        probe.stdout.readline()
        for _ in range(100):
            with folder.held():
                pass
        probe.kill()


def test_that_every_start_has_columns_of_its_own_and_the_old_ones_go(folder: DataFolder):
    old = folder.fresh_columns()
    Columns.create(1, {"value": "<f8"}, old.tags)["value"][0] = 1.0
    mapped = Columns.attach(old.tags)
    new = folder.fresh_columns()
    assert new.folder != old.folder
    assert not old.folder.exists()
    assert mapped["value"][0] == 1.0
    assert folder.columns(new.folder.name) == new


@pytest.mark.skipif(sys.platform == "win32", reason="rights are the folder's own there")
def test_that_nobody_else_may_look_into_the_folder(folder: DataFolder):
    for path in (folder.root, folder.run, folder.history, folder.fresh_columns().folder):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700


def test_that_a_lock_that_cannot_be_made_is_one_sentence(folder: DataFolder):
    (folder.run / "lock").mkdir()
    with pytest.raises(Unavailable, match="cannot be written"), folder.held():
        pass
