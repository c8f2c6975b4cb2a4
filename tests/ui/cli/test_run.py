"""`vigie run`: what becomes of the children when one of them crashes, or somebody else's station is there."""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path

import pytest

from supervisor import notice
from supervisor.columns import Columns
from supervisor.errors import Unavailable
from tests.supervisor.plant import site
from tests.ui.test_folder import HOLD
from ui.cli import run
from ui.cli.run import _Household
from ui.folder import DataFolder
from ui.keeper import Child

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> _Household:
    monkeypatch.setattr(run, "LOOK_S", 0.02)
    monkeypatch.setattr(run, "ENDS", ())
    folder = DataFolder(tmp_path / "data")
    folder.make()
    given = argparse.Namespace(site=tmp_path, user="", seat="", theme=None, language=None)
    house = _Household(given, site(), folder, [])
    monkeypatch.setattr(house._station, "_command", SLEEP)
    return house


def _window(house: _Household, script: str) -> Child:
    house._window._command = [sys.executable, "-c", script]
    return house._window


def test_that_a_closed_window_ends_the_station_that_was_started_with_it(house: _Household):
    _window(house, "")
    assert house.live() == 0
    assert not house._station.running


def test_that_a_window_that_cannot_start_says_why_and_is_not_tried_again(house: _Household, capsys):
    _window(house, "import sys; sys.exit('no such user')")
    assert house.live() == 1
    assert "no such user" in capsys.readouterr().err


def test_that_a_window_that_crashes_is_started_again(house: _Household, tmp_path: Path):
    counted = f"n = open({str(tmp_path / 'n')!r}, 'a+'); n.write('x'); n.seek(0); crashed = len(n.read()) < 3"
    _window(house, f"import os\n{counted}\nn.close()\nif crashed: os.abort()")
    assert house.live() == 0
    assert (tmp_path / "n").read_text() == "xxx"


def test_that_an_error_of_a_window_that_had_worked_is_a_crash_and_not_its_end(house: _Household, monkeypatch):
    monkeypatch.setattr(run, "HASTY_S", 0.0)
    window = _window(house, "import sys; sys.exit(1)")
    window.start()
    window._process.wait()
    assert not house._over(1)


def test_that_a_window_that_does_nothing_but_crash_is_given_up(house: _Household):
    house._window.deaths = run.CRASHES
    with pytest.raises(Unavailable, match="plante sans cesse"):
        house._over(-11)


def test_that_a_station_somebody_else_started_outlives_our_window(house: _Household):
    with subprocess.Popen([sys.executable, "-c", HOLD, house._folder.root], stdout=subprocess.PIPE) as station:
        assert station.stdout is not None
        station.stdout.readline()
        _window(house, "import time; time.sleep(0.5)")
        assert house.live() == 0
        assert house._station.code is None, "a second one was started"
        assert station.poll() is None, "the station of another was ended"
        station.kill()


def test_that_the_beat_of_a_dead_station_is_old_wherever_the_clock_stands(house: _Household):
    files = house._folder.fresh_columns()
    columns = Columns.create(1, {"value": "<f8"}, files.tags)
    notice.post(house._folder.station, notice.Notice(1, "t", 1, "f", files.folder.name))
    columns.beat = time.time_ns()
    assert house._beat_age() < 1.0
    columns.beat = time.time_ns() + 3600 * 10**9
    assert house._beat_age() > 1.0
