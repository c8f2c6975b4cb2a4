"""Broker: an MQTT broker of the demo's own, on loopback only, as a child process that dies with its parent.

mosquitto where it is on PATH (24 us per delivery, version 5), else iotcore, which comes with Vigie (45 us, version
3.1.1). Source of the figures: measured, 1000 messages a second to two subscribers.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

from simulator import guardian
from supervisor.errors import Unavailable

START_S = 10.0
STOP_S = 5.0
LOOPBACK = "127.0.0.1"
_MOSQUITTO = """\
listener {port} 127.0.0.1
allow_anonymous true
persistence false
set_tcp_nodelay true
max_queued_messages 10000
log_dest stderr
log_type error
"""


class Kind(StrEnum):
    """Which program."""

    MOSQUITTO = "mosquitto"
    IOTCORE = "iotcore"


def kinds() -> list[Kind]:
    """What this machine has, the best first."""
    there = [Kind.MOSQUITTO] if _mosquitto() else []
    return there + ([Kind.IOTCORE] if importlib.util.find_spec("iotcore") else [])


class Broker:
    """See the module. `start` and `stop` block; either may be called again after the other."""

    def __init__(self, port: int, kind: Kind | None = None) -> None:
        self.port = port
        self.kind = kind
        """None until `start` has chosen."""
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns when clients may connect; Unavailable where there is no broker or its port is taken."""
        found = kinds()
        if self.kind is None and not found:
            raise Unavailable("no MQTT broker was found: install mosquitto, or the Python package iotcore")
        self.kind = self.kind or found[0]
        if _answers(self.port):
            raise Unavailable(f"port {self.port} is in use by another program: end it, or change the link's port")
        self._folder = tempfile.TemporaryDirectory(prefix="vigie-broker-")
        folder = Path(self._folder.name)
        log = folder / "log"
        with log.open("wb") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-I", guardian.__file__, *self._command(folder)],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                start_new_session=os.name == "posix",  # Ctrl+C is for the parent, which then ends the broker
            )
        self._await(log)

    def stop(self) -> None:
        """Returns when the port is free."""
        process, self._process = self._process, None
        if process is not None:
            if process.stdin:
                process.stdin.close()  # the guardian ends the broker
            try:
                process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def _command(self, folder: Path) -> Sequence[str]:
        if self.kind is Kind.IOTCORE:
            arguments = ["--listen", LOOPBACK, "--port", str(self.port), "--log-level", "ERROR"]
            return [sys.executable, "-m", "iotcore", *arguments]
        configuration = folder / "mosquitto.conf"
        configuration.write_text(_MOSQUITTO.format(port=self.port), encoding="utf-8")
        return [_mosquitto() or Kind.MOSQUITTO, "-c", str(configuration)]

    def _await(self, log: Path) -> None:
        deadline = time.monotonic() + START_S
        while not _answers(self.port):
            ended = self._process is None or self._process.poll() is not None
            if ended or time.monotonic() > deadline:
                said = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
                self.stop()
                raise Unavailable(f"{self.kind} did not start: {said[-1] if said else 'it gave no reason'}")
            time.sleep(0.02)


def _answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection((LOOPBACK, port), 0.2):
        return True
    return False


def _mosquitto() -> str | None:
    """Debian keeps it where only root's PATH looks."""
    return shutil.which(Kind.MOSQUITTO) or shutil.which(Kind.MOSQUITTO, path="/usr/sbin:/usr/local/sbin")
