"""City: one process with every controller of a site, its physics and its mischief, on one plain asyncio loop.

every 0.5 s:  wall clock -> nature.step -> world -> server.push, one server after the other
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path

import drivers
from simulator.city.incidents import DEMO_RATE
from simulator.city.nature import Nature
from simulator.city.wall import WallClock
from simulator.control import Control
from simulator.mischief import Mischief
from simulator.modbus import ModbusServer
from simulator.mqtt import MqttDevices
from simulator.opcua import OpcuaServer
from simulator.world import Server, World
from supervisor.errors import SiteError, Unavailable
from supervisor.model import LinkSpec, Site, Tag
from supervisor.site import load

STEP_S = 0.5
PARENT_S = 1.0
"""How often the process looks whether its parent still lives."""

SERVERS: Mapping[str, Callable[[LinkSpec, Sequence[Tag], World], Server]] = {
    "modbus": ModbusServer,
    "mqtt": MqttDevices,
    "opcua": OpcuaServer,
}
"""Protocol -> its server side, in the order in which they start: the quick ones first."""

log = logging.getLogger(__name__)


class City:
    """See the module. `rate`: incidents an hour; `speed`: how many times faster than real it lives."""

    def __init__(self, site: Site, seed: int = 1, rate: float = DEMO_RATE, speed: float = 1.0) -> None:
        self.site = site
        self.world = World(site)
        self.nature = Nature(self.world, seed, rate)
        self.wall = WallClock(site.zone, speed)
        self.servers: dict[str, Server] = {
            link.id: SERVERS[protocol](link, site.tags_by_link.get(link.id, ()), self.world)
            for protocol in SERVERS
            for link in site.links.values()
            if link.protocol == protocol
        }
        self.mischief = Mischief(self.nature, self.servers, self.wall)
        self._up: list[Server] = []
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Make the city plausible and put every controller on the wire; `Unavailable` where a port is taken."""
        self.world.time = time.time_ns()
        self.nature.begin(self.wall.now())
        self._task = asyncio.create_task(self._live(), name="city")
        try:
            for link, server in self.servers.items():
                await self._raise(link, server)
        except BaseException:
            await self.stop()
            raise
        # what was made until now stays for good: the collector need not walk 100 000 nodes again and again
        gc.freeze()

    async def stop(self) -> None:
        """Take everything off the wire."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None
        while self._up:
            await self._up.pop().stop()

    async def _raise(self, link: str, server: Server) -> None:
        try:
            await server.start()
        except (OSError, RuntimeError) as reason:  # pymodbus says a taken port with a RuntimeError
            await server.stop()  # it may have been half up
            url = self.site.links[link].url
            raise Unavailable(
                f"link {link} cannot listen at {url} ({reason}): is another city running on this machine?"
            ) from reason
        self._up.append(server)

    async def _live(self) -> None:
        last = time.monotonic()
        due = last
        while True:
            due = max(due + STEP_S, time.monotonic())  # skip steps that were missed, never catch up
            await asyncio.sleep(due - time.monotonic())
            now = time.monotonic()
            self.world.time = time.time_ns()
            try:
                self.nature.step(self.wall.now(), (now - last) * self.wall.speed)
            except Exception:  # a bug of one law must not take every controller off the wire
                log.exception("a step of the city failed")
            last = now
            for server in tuple(self._up):
                await self._push(server)

    async def _push(self, server: Server) -> None:
        try:
            await server.push()
        except Exception:  # one server's trouble (a port taken meanwhile) is not the others'
            log.exception("%s could not put its values on the wire", type(server).__name__)


def main(argv: Sequence[str] | None = None) -> int:
    """`python -m simulator SITE …`; returns the exit code."""
    given = _parser().parse_args(argv)
    logging.basicConfig(level=logging.ERROR if given.quiet else logging.WARNING)
    for noisy in ("asyncua", "pymodbus"):
        logging.getLogger(noisy).setLevel(logging.CRITICAL)
    try:
        site = load(given.site, drivers.TABLE)
        asyncio.run(_run(site, given))
    except SiteError as reason:
        sys.stderr.write("".join(f"{problem}\n" for problem in reason.problems))
        return 1
    except Unavailable as reason:
        sys.stderr.write(f"{reason}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("simulator", description="A city on the wire, from the text of its site.")
    parser.add_argument("site", type=Path, help="the site folder, such as sites/angers")
    parser.add_argument("--seed", type=int, default=1, help="the same seed tells the same story (1)")
    parser.add_argument("--speed", type=float, default=1.0, help="how many times faster than real the city lives (1)")
    parser.add_argument("--hour", type=float, help="local hour the city begins at, such as 21.5; now without it")
    parser.add_argument("--day", type=date.fromisoformat, help="day it begins on, with its weather; today without it")
    parser.add_argument("--incidents", type=float, default=DEMO_RATE, metavar="PER_HOUR", help="what goes wrong (20)")
    parser.add_argument("--control", type=int, metavar="PORT", help="listen for mischief on this port of loopback")
    parser.add_argument("--attached", action="store_true", help="stop when standard input closes: the parent is gone")
    parser.add_argument("--quiet", action="store_true", help="log errors only")
    return parser


async def _run(site: Site, given: argparse.Namespace) -> None:
    city = City(site, given.seed, given.incidents, given.speed)
    if given.day is not None:
        city.wall.begin(given.day, given.hour or 0.0)
    elif given.hour is not None:
        city.wall.turn(given.hour)
    stop = asyncio.Event()
    _on_end(stop, given.attached)
    control = Control(city.mischief, given.control) if given.control is not None else None
    parent = asyncio.create_task(_outlive(os.getppid(), stop), name="parent")
    try:
        await city.start()
        if control:
            await _listen(control)  # last: a city that answers has every controller open
        sys.stdout.write(f"city ready: {len(city.servers)} links, {sum(1 for tag in site.tags if tag.source)} tags\n")
        sys.stdout.flush()
        await stop.wait()
    finally:
        parent.cancel()
        if control:
            await control.stop()
        await city.stop()


async def _listen(control: Control) -> None:
    try:
        await control.start()
    except OSError as reason:
        raise Unavailable(f"the control port {control.port} is taken ({reason})") from reason


def _on_end(stop: asyncio.Event, attached: bool) -> None:
    """Signals, and the end of standard input where the parent holds it, set `stop`."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        try:
            loop.add_signal_handler(number, stop.set)
        except NotImplementedError:  # Windows' loop has no signals of its own
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set))
    if attached:
        threading.Thread(target=_drain, args=(loop, stop), name="parent's pipe", daemon=True).start()


def _drain(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    """Read the parent's pipe to its end, past Python's buffers: their lock would outlive the interpreter."""
    while os.read(0, 4096):
        pass
    with contextlib.suppress(RuntimeError):  # the loop is closed: it is over anyway
        loop.call_soon_threadsafe(stop.set)


async def _outlive(parent: int, stop: asyncio.Event) -> None:
    """Where the system gives orphans a new parent, notice it; elsewhere the pipe does."""
    while os.getppid() == parent:  # noqa: ASYNC110 - the system tells nobody, one has to look
        await asyncio.sleep(PARENT_S)
    stop.set()
