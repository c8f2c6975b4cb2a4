"""Keeper: the station as a child that is started, watched and started again. No Qt.

A station whose process is gone is started at once, then after ever longer waits should it die at every start. One whose
process is there but that stopped beating is left alone for a while, for a machine may have been asleep, then killed.
"""

from __future__ import annotations

import logging
import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

FROZEN_S = 15.0
"""Without a beat for this long a station that still has a process is taken for hung."""
START_S = 120.0
"""The same before its first beat: a large history takes its time to be repaired after a power cut."""
LONGEST_WAIT_S = 30.0
QUIET_S = 60.0
"""A child that lived this long is started again at once when it dies."""
LARGEST = 1_000_000
"""Bytes of a child's output kept, twice: it is put aside at the next start."""

log = logging.getLogger(__name__)


class Child:
    """One child process, started again when it dies. Its output goes to a log file."""

    def __init__(self, name: str, command: Sequence[str | Path], output: Path) -> None:
        self.name = name
        self.deaths = 0
        """How often in a row it died soon after its start, counted when it is started again."""
        self._command = [str(word) for word in command]
        self._output = output
        self._process: subprocess.Popen[bytes] | None = None
        self._started = -QUIET_S

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def code(self) -> int | None:
        """How it ended, negative for a signal; None while it runs or was never started."""
        return self._process.poll() if self._process is not None else None

    @property
    def begun(self) -> bool:
        """It was started, whether or not it still runs."""
        return self._process is not None

    @property
    def age_s(self) -> float:
        """Seconds since it was last started."""
        return time.monotonic() - self._started

    def start(self) -> None:
        """Start it, unless it runs or died too often just now."""
        if self.running or self.age_s < self._wait_s:
            return
        self.deaths = self.deaths + 1 if self.age_s < QUIET_S else 0
        self._started = time.monotonic()
        log.info("Starting the %s", self.name)
        try:
            self._process = self._spawn()
        except OSError as error:  # no memory, no process left: tried again, for the others must be kept meanwhile
            log.error("The %s cannot be started: %s", self.name, error)
            self._process = None

    def stop(self, patience_s: float = 10.0) -> None:
        """Ask it to end, and make it end if it does not."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(patience_s)
        except subprocess.TimeoutExpired:
            log.warning("The %s did not end by itself and was killed", self.name)
            self.kill()
        self._process = None

    def kill(self) -> None:
        """End it at once."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    @property
    def _wait_s(self) -> float:
        """How long after a start the next one may come."""
        return min(2.0 ** (self.deaths - 1), LONGEST_WAIT_S) if self.deaths else 0.0

    def _spawn(self) -> subprocess.Popen[bytes]:
        with suppress(OSError):
            if self._output.stat().st_size > LARGEST:
                self._output.replace(self._output.with_name(f"{self._output.name}.1"))
        try:
            output = self._output.open("ab")
        except OSError as error:  # a disk that takes no log is no reason not to supervise
            log.warning("What the %s says is not kept: %s", self.name, error)
            return self._popen(subprocess.DEVNULL)
        with output:
            return self._popen(output)

    def _popen(self, output: IO[bytes] | int) -> subprocess.Popen[bytes]:
        """In a session of its own: Ctrl+C in the terminal and a kill of the window are none of its business."""
        return subprocess.Popen(
            self._command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),  # what Windows has instead
        )


class Keeper:
    """Keeps a station alive. Call `tend` several times a second."""

    def __init__(self, station: Child, pid: Callable[[], int], beat_age: Callable[[], float]) -> None:
        self._station = station
        self._pid = pid
        """The living process of the station that holds the data folder, whoever started it; 0 for none."""
        self._beat_age = beat_age
        """Seconds since that station last beat; infinite where it has not yet."""
        self._silent_since = math.inf

    def tend(self) -> None:
        """One look; starts or kills where it must."""
        age = self._beat_age()
        pid = 0 if age < 1.0 else self._pid()
        if age < 1.0:
            self._silent_since = math.inf
        elif not (pid or self._station.running):
            self._silent_since = math.inf
            self._station.start()
        else:
            self._wait(pid, START_S if math.isinf(age) else FROZEN_S)

    def _wait(self, pid: int, patience_s: float) -> None:
        """There is a process and no beat."""
        now = time.monotonic()
        self._silent_since = min(self._silent_since, now)
        if now - self._silent_since <= patience_s:
            return
        self._silent_since = math.inf
        log.error("The station (process %d) has not beaten for %.0f s: killing it", pid, patience_s)
        if not pid:
            self._station.kill()
            return
        try:
            os.kill(pid, signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)
        except OSError as error:  # it went just now, or is another user's: whoever keeps that one will see to it
            log.warning("The station (process %d) cannot be killed: %s", pid, error)
