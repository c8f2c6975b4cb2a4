"""Child: `vigie …` run beside the window. The window itself holds no driver, ever: what may hang, hangs elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, Signal

GRACE_MS = 1500
"""A child that was asked to end has so long to hang up politely."""


class Child(QObject):
    """One run at a time."""

    said = Signal(str)
    """One line of its standard output."""
    ended = Signal(int, str)
    """Exit code, and the last line of its standard error."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._process: QProcess | None = None
        self._rest = b""

    @property
    def running(self) -> bool:
        return self._process is not None

    def start(self, words: Sequence[str], password: str = "") -> None:
        """Run `vigie` with these words; the password goes by the environment, which others can't read."""
        self.stop()
        process = QProcess(self)
        environment = QProcessEnvironment.systemEnvironment()
        environment.insert("PYTHONUNBUFFERED", "1")
        if password:
            environment.insert("VIGIE_PASSWORD", password)
        process.setProcessEnvironment(environment)
        process.readyReadStandardOutput.connect(self._read)
        process.finished.connect(self._finish)
        process.errorOccurred.connect(self._fail)
        self._process, self._rest = process, b""
        process.start(sys.executable, ["-m", "ui.cli", *words])

    def stop(self) -> None:
        """End it; `ended` is not told of a run that was stopped."""
        process, self._process = self._process, None
        if process is None:
            return
        process.disconnect(self)
        process.terminate()
        if not process.waitForFinished(GRACE_MS):
            process.kill()
            process.waitForFinished(GRACE_MS)
        process.deleteLater()

    def _read(self) -> None:
        if self._process is None:
            return
        *lines, self._rest = (self._rest + bytes(self._process.readAllStandardOutput().data())).split(b"\n")
        for line in lines:
            self.said.emit(line.decode("utf-8", "replace"))

    def _finish(self, code: int) -> None:
        process = self._process
        if process is None:
            return
        self._read()
        errors = bytes(process.readAllStandardError().data()).decode("utf-8", "replace").strip()
        self._process = None
        process.deleteLater()
        self.ended.emit(code, errors.removeprefix("vigie: "))

    def _fail(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart and self._process is not None:
            said, process = self._process.errorString(), self._process
            self._process = None
            process.deleteLater()
            self.ended.emit(-1, said)
