"""The keeper: a dead station is started again, a hung one killed first, one that dies at each start not hammered."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from ui import keeper
from ui.keeper import Child, Keeper

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


@pytest.fixture
def child(tmp_path):
    child = Child("station", SLEEP, tmp_path / "out")
    yield child
    child.stop()


def test_that_a_child_starts_once_and_ends_when_it_is_asked(child):
    child.start()
    child.start()
    assert child.running
    assert child.code is None
    child.stop()
    assert not child.running


def test_that_a_child_that_dies_at_every_start_is_started_ever_less_often(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    child = Child("station", [sys.executable, "-c", "open('n', 'a').write('x')"], tmp_path / "out")
    end = time.monotonic() + 2.5
    while time.monotonic() < end:
        child.start()
        time.sleep(0.05)
    child.stop()
    assert 1 < len((tmp_path / "n").read_text()) <= 4


def test_that_what_a_child_says_is_kept(tmp_path):
    child = Child("city", [sys.executable, "-c", "print('ready')"], tmp_path / "out")
    child.start()
    deadline = time.monotonic() + 10
    while child.code is None and time.monotonic() < deadline:
        time.sleep(0.02)
    assert "ready" in (tmp_path / "out").read_text()


def test_that_a_station_without_a_beat_and_without_a_process_is_started(child):
    Keeper(child, lambda: 0, lambda: float("inf")).tend()
    assert child.running


def test_that_a_station_that_beats_is_left_alone(child):
    Keeper(child, lambda: 0, lambda: 0.2).tend()
    assert not child.running


def test_that_a_station_somebody_else_started_is_taken_over_while_it_lives(child):
    Keeper(child, os.getpid, lambda: 5.0).tend()
    assert not child.running


@pytest.mark.logs("has not beaten")
def test_that_a_hung_station_is_killed_and_started_again(child, monkeypatch, caplog):
    monkeypatch.setattr(keeper, "FROZEN_S", 0.1)
    hung = subprocess.Popen(SLEEP)
    guard = Keeper(child, lambda: hung.pid if hung.poll() is None else 0, lambda: 20.0)
    guard.tend()
    assert hung.poll() is None
    time.sleep(0.2)
    guard.tend()
    assert hung.wait(5) != 0
    guard.tend()
    assert child.running
    assert "has not beaten" in caplog.text


def test_that_a_station_that_has_not_beaten_yet_is_given_time_to_start(child, monkeypatch):
    monkeypatch.setattr(keeper, "FROZEN_S", 0.0)
    slow = subprocess.Popen(SLEEP)
    guard = Keeper(child, lambda: slow.pid, lambda: float("inf"))
    for _ in range(3):
        guard.tend()
        time.sleep(0.02)
    assert slow.poll() is None
    slow.kill()
    slow.wait()


@pytest.mark.logs("has not beaten")
def test_that_a_child_that_hangs_before_it_holds_the_folder_is_killed(child, monkeypatch):
    monkeypatch.setattr(keeper, "START_S", 0.0)
    child.start()
    guard = Keeper(child, lambda: 0, lambda: float("inf"))
    guard.tend()
    time.sleep(0.02)
    guard.tend()
    assert not child.running


@pytest.mark.logs("has not beaten")
def test_that_a_station_that_cannot_be_killed_does_not_end_the_keeper(child, monkeypatch, caplog):
    monkeypatch.setattr(keeper, "FROZEN_S", 0.0)
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    guard = Keeper(child, lambda: gone.pid, lambda: 20.0)
    guard.tend()
    time.sleep(0.02)
    guard.tend()
    assert "cannot be killed" in caplog.text


def test_that_a_child_whose_output_cannot_be_kept_runs_all_the_same(tmp_path, caplog):
    child = Child("station", SLEEP, tmp_path / "missing" / "out")
    child.start()
    assert child.running
    assert "is not kept" in caplog.text
    child.stop()


@pytest.mark.logs("cannot be started")
def test_that_a_program_that_cannot_be_started_is_tried_again(tmp_path):
    child = Child("station", [tmp_path / "nothing"], tmp_path / "out")
    for _ in range(3):
        child.start()
    assert not child.running
    assert child.deaths == 1, "and then it is given a pause"


def test_that_the_output_of_a_child_does_not_grow_for_ever(tmp_path, monkeypatch):
    monkeypatch.setattr(keeper, "LARGEST", 10)
    out = tmp_path / "out"
    out.write_text("x" * 11)
    child = Child("city", [sys.executable, "-c", "print('new')"], out)
    child.start()
    child.stop()
    assert (tmp_path / "out.1").read_text() == "x" * 11
    assert "x" not in out.read_text()
