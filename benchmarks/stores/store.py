"""What every store of the comparison does, and the two ways one runs: inside a process of ours, or as a server."""

from __future__ import annotations

import abc
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import IO

import numpy as np

from benchmarks.stores.data import KILLED, Batch, Data
from supervisor.clock import SECOND

State = dict[int, float]
"""Tag -> the value in force, of those whose last sample is good."""
Peaks = tuple[int, float, float]
"""How many columns, the lowest and the highest of all."""
PATIENCE_S = 60.0


class Store(abc.ABC):
    """One store over one folder."""

    name: str
    keeps: str
    """What it stores of a sample, and when what it acknowledged is safe."""
    grows = "**/*"
    """Its files that grow with the samples; others are as big after a year as after an hour."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @abc.abstractmethod
    def open(self) -> None:
        """Ready to be asked; after a kill this is the recovery."""

    @abc.abstractmethod
    def prepare(self, batch: Batch) -> None:
        """Bring samples into the form it likes best; not timed."""

    @abc.abstractmethod
    def load(self) -> None:
        """Write what was prepared; returns once all is acknowledged."""

    @abc.abstractmethod
    def settle(self) -> None:
        """Flush and compact, as it does by itself in time."""

    @abc.abstractmethod
    def trend(self, data: Data) -> Peaks:
        """Lowest, highest, first and last of every column of the year."""

    @abc.abstractmethod
    def state(self, data: Data) -> State:
        """The 2 000 tags at the instant."""

    @abc.abstractmethod
    def append(self, batch: Batch) -> None:
        """Write a few samples; returns once they are acknowledged."""

    @abc.abstractmethod
    def times(self, start: int) -> list[int]:
        """Times of the samples of the tag KILLED from a start on, oldest first."""

    @abc.abstractmethod
    def close(self) -> None: ...

    def size(self, pattern: str = "**/*") -> int:
        """Bytes its files take on the disk: what is only set aside, as in a sparse file, does not count."""
        found = [path.stat() for path in self.folder.glob(pattern) if path.is_file()]
        return sum(getattr(one, "st_blocks", one.st_size // 512) * 512 for one in found)


def run_of(start: int, first: int, n: int) -> Batch:
    """Samples of the tag KILLED, a millisecond apart, numbered from `first`."""
    number = np.arange(first, first + n)
    at = start + number * (SECOND // 1000)
    return Batch(np.full(n, KILLED, np.int32), at, number.astype(np.float64), np.zeros(n, np.uint8))


class Server(Store):
    """A program on 127.0.0.1, spoken to by HTTP."""

    def __init__(self, folder: Path, program: Path) -> None:
        super().__init__(folder)
        self.program = program
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] | None = None

    @abc.abstractmethod
    def command(self) -> list[str]: ...

    @abc.abstractmethod
    def alive(self) -> None:
        """Raises OSError while it does not answer."""

    def open(self) -> None:
        self.folder.mkdir(exist_ok=True)
        self._log = self.folder.with_suffix(".log").open("ab")
        self._process = subprocess.Popen(self.command(), stdout=self._log, stderr=self._log, cwd=self.folder)
        until = time.monotonic() + PATIENCE_S
        while True:
            try:
                return self.alive()
            except OSError:
                if time.monotonic() > until or self._process.poll() is not None:
                    raise
                time.sleep(0.02)

    def ask(self, path: str, body: bytes | None = None) -> bytes:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", body)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
                said: bytes = answer.read()
                return said
        except urllib.error.HTTPError as error:
            raise OSError(f"{self.name}: {error.read().decode(errors='replace')[:300]}") from error

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def close(self) -> None:
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(PATIENCE_S)
        if self._log is not None:
            self._log.close()
        self._process = self._log = None


def free_port() -> int:
    """Below the range the system hands out; another process may still take it first."""
    for port in range(17_200, 17_900):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError("no port is free between 17200 and 17900")
