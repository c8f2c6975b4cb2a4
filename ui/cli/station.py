"""`vigie station SITE`: acquisition, alarms, history and commands, without a window."""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from logging.handlers import QueueHandler, QueueListener, RotatingFileHandler
from pathlib import Path
from queue import SimpleQueue

import drivers
from supervisor.errors import Unavailable
from supervisor.model import Site
from supervisor.site import load
from ui.assemble import Assembly
from ui.cli import run_said
from ui.cli.said import Speech
from ui.folder import DataFolder


def station(given: argparse.Namespace) -> int:
    """Run until SIGTERM or Ctrl+C."""
    site = load(given.site, drivers.TABLE)
    folder = DataFolder.of(site, given.data)
    folder.make()
    with folder.held(), logging_to(folder.log):
        asyncio.run(_run(site, folder, None if given.quiet else Speech(given, site)))
    return 0


async def _run(site: Site, folder: DataFolder, say: Speech | None) -> None:
    stop = asyncio.Event()
    on_end(stop)
    async with Assembly.of(site, folder):
        if say is not None:
            print(say(run_said.READY, site.id, len(site.links), len(site.tags), folder.root), flush=True)
        await stop.wait()
        if say is not None:
            print(say(run_said.STOPS), flush=True)


def on_end(stop: asyncio.Event) -> None:
    """SIGTERM and Ctrl+C set `stop`."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        try:
            loop.add_signal_handler(number, stop.set)
        except NotImplementedError:  # Windows' loop has no signals of its own
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set))


@contextmanager
def logging_to(path: Path) -> Iterator[None]:
    """Warnings and worse of everything, and what Vigie itself does, into a file that never outgrows 10 MB.

    Written by a thread of its own: a disk that stalls must not stop the loop, and with it the beat. Raises
    Unavailable where the file can't be written.
    """
    try:
        handler = _LogFile(path, maxBytes=2_000_000, backupCount=4, encoding="utf-8")
    except OSError as error:
        raise Unavailable(f"{path} cannot be written ({error.strerror}): choose another folder with --data") from error
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    lines: SimpleQueue[logging.LogRecord] = SimpleQueue()
    queue = QueueHandler(lines)
    queue.setFormatter(
        logging.Formatter("%(message)s")
    )  # or basicConfig gives it one, and each line names itself twice
    logging.basicConfig(level=logging.WARNING, handlers=[queue])
    for room in ("supervisor", "drivers", "alarms", "ui"):
        logging.getLogger(room).setLevel(logging.INFO)
    for noisy in ("asyncua", "pymodbus"):
        logging.getLogger(noisy).setLevel(logging.CRITICAL)
    writer = QueueListener(lines, handler)
    writer.start()
    try:
        yield
    finally:
        writer.stop()
        handler.close()


class _LogFile(RotatingFileHandler):
    def handleError(self, record: logging.LogRecord) -> None:
        """Nothing: on a full disk each line would become a traceback of thirty. The station's alarms tell of it."""
