"""What every test owes the next one: no task, thread or socket left behind, no surprise in the log, loopback only."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import sys
import threading
import time
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

ROOMS = ("supervisor", "drivers", "alarms", "simulator", "ui", "asyncio")
"""Loggers that may not report an error unannounced; a peer's library may say what it likes of a test's mischief."""
LOOPBACK = ("127.", "localhost", "::1", "0.0.0.0", "")


def _only_loopback(event: str, arguments: tuple[object, ...]) -> None:
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        host = str(arguments[1][0])
        if not host.startswith(LOOPBACK):
            raise PermissionError(f"a test tried to reach {host}: tests talk to this machine only")


sys.addaudithook(_only_loopback)


class _Record(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


def pytest_collection_finish() -> None:
    """What is imported by now stays: no collection need look at it again."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """What is left of windows is collected here, in their own thread: in one that reads history it would crash Qt.

    Not in a fixture: at its end pytest still holds what the test was given.
    """
    if "qapp" not in getattr(item, "fixturenames", ()):
        return (yield)
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()  # or the next collection would look at every module once more, which takes longer than most tests
        gc.enable()


@pytest.fixture(autouse=True)
def nothing_left_behind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail a test that leaves a task, a thread or a socket, or logs an error it did not announce.

    `@pytest.mark.logs("part of the message")` announces what a test logs on purpose.
    """
    tasks: list[str] = []
    cancel = asyncio.runners._cancel_all_tasks

    def look(loop: asyncio.AbstractEventLoop) -> None:
        tasks.extend(str(task) for task in asyncio.all_tasks(loop))
        cancel(loop)

    monkeypatch.setattr(asyncio.runners, "_cancel_all_tasks", look)
    record = _Record()
    logging.getLogger().addHandler(record)
    threads, sockets = set(threading.enumerate()), _sockets()
    yield
    logging.getLogger().removeHandler(record)
    assert not tasks, f"tasks left behind: {tasks}"
    assert not (late := _lingering(threads)), f"threads left behind: {late}"
    if "qapp" not in request.fixturenames:
        assert (now := _settled_sockets(sockets)) <= sockets, f"{now - sockets} socket(s) left behind"
    announced = [words for mark in request.node.iter_markers("logs") for words in mark.args]
    ours = [entry for entry in record.records if entry.name.split(".")[0] in ROOMS]
    errors = [entry.getMessage() for entry in ours if entry.levelno >= logging.ERROR]
    surprises = [message for message in errors if not any(words in message for words in announced)]
    assert not surprises, f"unexpected in the log: {surprises}"


def _lingering(before: set[threading.Thread]) -> list[threading.Thread]:
    deadline = time.monotonic() + 2.0
    while (late := [t for t in threading.enumerate() if t not in before]) and time.monotonic() < deadline:
        time.sleep(0.02)
    return late


def _settled_sockets(before: int) -> int:
    deadline = time.monotonic() + 1.0
    while (now := _sockets()) > before and time.monotonic() < deadline:
        gc.collect()
        time.sleep(0.02)
    return now


def _sockets() -> int:
    folder = Path("/proc/self/fd")
    if not folder.exists():
        return 0
    count = 0
    for name in os.listdir(folder):
        try:
            count += os.readlink(folder / name).startswith("socket:")
        except FileNotFoundError:
            continue
    return count
