"""The keeper: a dead station is started again, a hung one killed first, one that dies at each start not hammered."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from ui import keeper
from ui.keeper import Child, Keeper, alive

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
    guard = Keeper(child, lambda: hung.pid, lambda: 20.0)
    guard.tend()
    assert hung.poll() is None
    time.sleep(0.2)
    guard.tend()
    assert hung.wait(5) != 0
    guard.tend()
    assert child.running
    assert "has not beaten" in caplog.text


def test_that_the_dead_are_told_from_the_living():
    process = subprocess.Popen([sys.executable, "-c", ""])
    assert alive(os.getpid())
    assert not alive(0)
    time.sleep(0.5)  # it has ended, and nobody has waited for it yet
    assert not alive(process.pid)
    process.wait()
