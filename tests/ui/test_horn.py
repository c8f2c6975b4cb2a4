"""The horn: one sound for each priority, until it is silenced or acknowledged."""

from __future__ import annotations

import os
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from supervisor.clock import SECOND
from tests.ui.town import TownStation
from ui.shell.sounds import SOUNDS, Player, samples, write
from ui.shell.window import MainWindow

Until = Callable[[Callable[[], bool]], None]


class Heard(Player):
    """Writes down what it would play."""

    def __init__(self) -> None:
        super().__init__()
        self.played: list[int] = []

    def play(self, priority: int) -> None:
        self.played.append(priority)


@pytest.fixture
def heard(window: MainWindow) -> Heard:
    window.horn.player = Heard()
    assert isinstance(window.horn.player, Heard)
    return window.horn.player


def pass_by(window: MainWindow, station: TownStation, seconds: float) -> None:
    """Time, with the window ticking."""
    for _ in range(round(seconds / 0.5)):
        station.wind(0.5)
        station.beat()
        window.refresh.tick()


def test_that_each_priority_has_its_own_sound(tmp_path: Path) -> None:
    files = write(tmp_path)
    found = set()
    for priority, path in files.items():
        with wave.open(str(path)) as file:
            raw = file.readframes(file.getnframes())
        assert np.abs(np.frombuffer(raw, np.int16)).max() > 5000
        found.add(raw)
        assert raw == samples(SOUNDS[priority]).tobytes()
    assert len(found) == 4
    again = [SOUNDS[priority].again_s for priority in (1, 2, 3, 4)]
    assert again == sorted(again)


def test_that_it_sounds_again_until_it_is_silenced_and_silence_acknowledges_nothing(
    window: MainWindow, station: TownStation, heard: Heard, qtbot: QtBot
) -> None:
    station.publish({"PR02.level": 4.52})
    pass_by(window, station, 9)
    assert heard.played == [2, 2, 2]
    with qtbot.waitActive(window):
        window.activateWindow()
    qtbot.keyClick(window, Qt.Key.Key_F9)
    pass_by(window, station, 9)
    assert heard.played == [2, 2, 2]
    assert len(window.context.board.unacked()) == 1, "silence is not acknowledge"


def test_that_a_new_alarm_sounds_after_a_silence_and_a_more_urgent_one_at_once(
    window: MainWindow, station: TownStation, heard: Heard
) -> None:
    station.publish({"AR02.door": 1.0})
    pass_by(window, station, 1)
    window.horn.silence()
    station.publish({"AR06.door": 1.0})
    pass_by(window, station, 1)
    assert heard.played == [4, 4]
    station.publish({"PR03.P1.temperature": 120.0})
    pass_by(window, station, 1)
    assert heard.played == [4, 4, 1]


def test_that_a_clock_set_back_silences_nothing_that_comes_after_it(
    window: MainWindow, station: TownStation, heard: Heard
) -> None:
    station.publish({"AR02.door": 1.0})
    pass_by(window, station, 1)
    window.horn.silence()
    station.clock._now -= 3600 * SECOND
    station.tags.forget_times(station.clock.now())
    station.publish({"AR06.door": 1.0})
    pass_by(window, station, 1)
    assert heard.played == [4, 4]


def test_that_acknowledging_ends_it(window: MainWindow, station: TownStation, heard: Heard, until: Until) -> None:
    station.publish({"PR03.P1.temperature": 120.0})
    pass_by(window, station, 1)
    window.acknowledge(window.banner.first())
    until(lambda: bool(station.asked))
    pass_by(window, station, 1)
    heard.played.clear()
    assert not window.horn.sounding
    pass_by(window, station, 5)
    assert heard.played == []


def program(path: Path, words: str) -> str:
    path.write_text(f"#!/bin/sh\n{words}\n", "utf-8")
    path.chmod(0o755)
    return str(path)


@pytest.mark.skipif(os.name == "nt", reason="Windows plays by itself")
def test_that_a_program_of_the_system_plays_the_file(window: MainWindow, tmp_path: Path, until: Until) -> None:
    player = Player([program(tmp_path / "play", f'cp "$1" {tmp_path}/heard.wav')])
    player.play(2)
    until(lambda: player._process is None)
    assert (tmp_path / "heard.wav").stat().st_size > 10_000
    assert player.able


@pytest.mark.skipif(os.name == "nt", reason="Windows plays by itself")
def test_that_a_machine_without_a_sound_device_says_so(
    window: MainWindow, station: TownStation, tmp_path: Path, until: Until
) -> None:
    window.hear(Player([program(tmp_path / "play", "exit 1")]))
    assert not window.status.mute
    station.publish({"PR02.level": 4.52})
    pass_by(window, station, 1)
    until(lambda: window.status.mute)
    window.hear(Player([]))
    assert window.status.mute, "no program at all"
