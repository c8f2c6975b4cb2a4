"""Sounds: one for each priority, made here of a few tones, and played by what the machine has for that.

The more urgent, the higher, the quicker and the more often. Qt's own player is in a package five times the size of the
rest, so a program of the system plays the file: `winsound` on Windows, `afplay`, `pw-play`, `paplay` or `aplay`
elsewhere. Where there is none, or it says that it can't, the machine beeps, and the status bar says so.
"""

from __future__ import annotations

import shutil
import sys
import wave
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QObject, QProcess, QTemporaryDir, Signal
from PySide6.QtWidgets import QApplication

RATE = 22_050
"""Samples a second."""
PROGRAMS = ("pw-play", "paplay", "aplay", "afplay")


class Sound(NamedTuple):
    """The sound of one priority."""

    tones: tuple[float, ...]
    """Hz, one after the other; 0 for silence."""
    each_s: float
    again_s: float
    """How long until it is heard again."""
    loud: float


SOUNDS = {
    1: Sound((988, 0, 988, 0, 1319, 0, 1319), 0.09, 2.0, 0.85),
    2: Sound((784, 0, 784, 0, 784), 0.14, 4.0, 0.7),
    3: Sound((587, 494), 0.22, 8.0, 0.55),
    4: Sound((392,), 0.3, 15.0, 0.4),
}
"""By priority. Tones of 300 to 1 400 Hz are heard over the noise of a room; none is the sound of another."""


def samples(sound: Sound) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    """The wave, with soft edges so that it does not click."""
    count = round(sound.each_s * RATE)
    time = np.arange(count) / RATE
    edge = np.minimum(1.0, np.minimum(time, time[::-1]) / 0.008)
    # the third overtone makes it heard on the small loudspeaker of a screen
    parts = [
        edge * (np.sin(2 * np.pi * tone * time) + 0.25 * np.sin(6 * np.pi * tone * time)) / 1.25 for tone in sound.tones
    ]
    return np.asarray(np.concatenate(parts) * sound.loud * 32_000, np.int16)


def write(folder: Path) -> dict[int, Path]:
    """Priority -> its file."""
    made = {}
    for priority, sound in SOUNDS.items():
        made[priority] = folder / f"priority-{priority}.wav"
        with wave.open(str(made[priority]), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(samples(sound).tobytes())
    return made


class Player(QObject):
    """Plays them. `able` is whether the machine could, as far as anybody knows."""

    changed = Signal()
    """`able` is another."""

    def __init__(self, programs: Sequence[str] = PROGRAMS) -> None:
        super().__init__()
        self._folder = QTemporaryDir()
        self._files = write(Path(self._folder.path())) if self._folder.isValid() else {}
        self._program = next((found for name in programs if (found := shutil.which(name))), "")
        self._process: QProcess | None = None
        self.able = bool(self._files) and bool(self._program or sys.platform == "win32")

    def play(self, priority: int) -> None:
        """Once; a sound that still plays is not begun anew."""
        if not self.able:
            QApplication.beep()
        elif sys.platform == "win32":
            self._play_windows(priority)
        elif self._process is None:
            self._process = QProcess(self)
            self._process.finished.connect(self._done)
            self._process.errorOccurred.connect(lambda _: self._done(1))
            self._process.start(self._program, [str(self._files[priority])])

    def _play_windows(self, priority: int) -> None:
        if sys.platform == "win32":
            import winsound

            try:
                winsound.PlaySound(str(self._files[priority]), winsound.SND_FILENAME | winsound.SND_ASYNC)
            except RuntimeError:  # no device, or none that takes it
                self._lose()

    def _done(self, code: int) -> None:
        if self._process is not None:
            self._process.deleteLater()
            self._process = None
            if code:
                self._lose()

    def _lose(self) -> None:
        self.able = False
        QApplication.beep()
        self.changed.emit()

    def stop(self) -> None:
        """Wait for what plays, a second at most: a process must not outlive its parent."""
        if self._process is not None:
            self._process.finished.disconnect()
            self._process.kill()
            self._process.waitForFinished(1000)
            self._process = None
