"""Keeper: the station as a child that is started, watched and started again. No Qt.

A station whose process is gone is started at once, then after ever longer waits should it die at every start. One whose
process is there but that stopped beating is left alone for a while, for a machine may have been asleep, then killed.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

FROZEN_S = 15.0
"""Without a beat for this long a station that still has a process is taken for hung."""
LONGEST_WAIT_S = 30.0
QUIET_S = 60.0
"""A station that lived this long is started again at once when it dies."""

log = logging.getLogger(__name__)


class Child:
    """One child process, started again when it dies. Its output goes to a log file."""

    def __init__(self, name: str, command: Sequence[str | Path], output: Path) -> None:
        self.name = name
        self._command = [str(word) for word in command]
        self._output = output
        self._process: subprocess.Popen[bytes] | None = None
        self._started = -QUIET_S
        self._wait_s = 0.0

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def code(self) -> int | None:
        """How it ended, negative for a signal; None while it runs or was never started."""
        return self._process.poll() if self._process is not None else None

    def start(self) -> None:
        """Start it, unless it runs or died too often just now."""
        now = time.monotonic()
        if self.running or now - self._started < self._wait_s:
            return
        quick = now - self._started < QUIET_S and self._process is not None
        self._wait_s = min(max(2 * self._wait_s, 1.0), LONGEST_WAIT_S) if quick else 0.0
        log.info("Starting the %s", self.name)
        with self._output.open("ab") as output:
            # a session of its own: Ctrl+C in the terminal and a kill of the window are none of its business
            self._process = subprocess.Popen(
                self._command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
            )
        self._started = now

    def stop(self, patience_s: float = 10.0) -> None:
        """Ask it to end, and make it end if it does not."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(patience_s)
        except subprocess.TimeoutExpired:
            log.warning("The %s did not end by itself and was killed", self.name)
            self._process.kill()
            self._process.wait()
        self._process = None


class Keeper:
    """Keeps a station alive. Call `tend` several times a second."""

    def __init__(self, station: Child, pid: Callable[[], int], beat_age: Callable[[], float]) -> None:
        self._station = station
        self._pid = pid
        """The process of the station that runs on the data folder, whoever started it; 0 for none."""
        self._beat_age = beat_age
        """Seconds since that station last beat."""
        self._frozen_since: float | None = None

    def tend(self) -> None:
        """One look; starts or kills where it must."""
        if self._beat_age() < 1.0:
            self._frozen_since = None
            return
        pid = self._pid()
        if not (self._station.running or alive(pid)):
            self._frozen_since = None
            self._station.start()
            return
        now = time.monotonic()
        self._frozen_since = self._frozen_since or now
        if now - self._frozen_since > FROZEN_S and alive(pid):
            log.error("The station (process %d) has not beaten for %.0f s: killing it", pid, FROZEN_S)
            os.kill(pid, signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)
            self._frozen_since = None


def alive(pid: int) -> bool:
    """Whether a process of this number exists. A zombie of ours counts as dead."""
    if pid <= 0:
        return False
    if sys.platform == "win32":
        return _alive_on_windows(pid)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"


def _alive_on_windows(pid: int) -> bool:
    """os.kill(pid, 0) would end the process there."""
    import ctypes

    still_active, query = 259, 0x1000  # STILL_ACTIVE, PROCESS_QUERY_LIMITED_INFORMATION
    kernel = ctypes.windll.kernel32  # type: ignore[attr-defined]
    handle = kernel.OpenProcess(query, False, pid)
    if not handle:
        return False
    code = ctypes.c_ulong()
    kernel.GetExitCodeProcess(handle, ctypes.byref(code))
    kernel.CloseHandle(handle)
    return code.value == still_active
