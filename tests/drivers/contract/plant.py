"""One small plant, carried by each protocol: what is the same for all drivers is tested on it.

    World ── real server ── Chaos ── driver ── Link ── TagTable
             └── Plant ──┘  └────────── Line ─────────────┘

A `Line` watches what passes: a value that nobody ever set, a source time that runs backwards, `up` before the
controller answered or twice, a good value before `up`: each is written down, and none may be there at the end.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial

import numpy as np

import drivers
from simulator.broker import Kind as BrokerKind
from simulator.broker import kinds
from simulator.modbus import ModbusServer
from simulator.mqtt import MqttDevices
from simulator.opcua import OpcuaServer
from simulator.world import Rejected, Server, World
from supervisor.clock import SystemClock
from supervisor.driver import Publish, Traffic
from supervisor.flow import Batch
from supervisor.link import Link
from supervisor.model import Kind, Quality, Tag
from supervisor.table import TagTable
from tests.drivers.contract.chaos import Chaos
from tests.drivers.contract.foreign import SERVERS, Foreign
from tests.drivers.contract.kits import SCALES, WRITABLE, Kit, site_of
from tests.drivers.contract.wires import WIRES
from tests.patience import until
from tests.ports import free_port


class Plant:
    """The field's side: a world and the real server that shows it."""

    def __init__(self, kit: Kit) -> None:
        logging.getLogger("asyncua").setLevel(logging.CRITICAL)
        logging.getLogger("pymodbus").setLevel(logging.CRITICAL)
        self.kit = kit
        self.port = free_port()
        self.wire = WIRES[kit.wire](self.port)
        """What stands between the server and whoever comes to it."""
        self.site = site_of(kit, self.port)
        self.world = World(self.site)
        self.world.time = time.time_ns()
        self.world.text = {tag.index: "" for tag in self.site.tags if tag.spec.kind is Kind.TEXT}
        self.ever = {tag.spec.id: {0.0, SCALES.get(tag.spec.id, (1.0, 0.0))[1]} for tag in self.site.tags}
        """Every value each tag ever had; a foreign device that has just started has nought in all registers."""
        self.taken: list[tuple[str, float]] = []
        """Writes that reached the field."""
        self.refusing = False
        self.still = False
        """The world's time stands, and nothing new is said."""
        for name in WRITABLE:
            self.world.on_write(self.tag(name), partial(self._take, name))
        self.server = self._server()
        self._life: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()
        """A step of the world is under way."""

    def _server(self) -> Server | Foreign:
        link, tags = self.site.links["L"], self.site.tags
        if self.kit.server in SERVERS:
            return SERVERS[self.kit.server](self.port, tags, self.world, self._took)
        if self.kit.protocol == "modbus":
            return ModbusServer(link, tags, self.world)
        if self.kit.protocol == "opcua":
            return OpcuaServer(link, tags, self.world)
        devices = MqttDevices(link, tags, self.world, kinds()[0])
        self.wire.dress(devices)
        for speaker in devices._speakers:
            speaker.period_s = 0.2
        return devices

    def tag(self, name: str) -> Tag:
        return self.site.tag_by_id[f"T.{name}"]

    def set(self, name: str, value: float) -> None:
        self.ever[name].add(round(value, 4))
        self.world.value[self.tag(name).index] = value

    def _take(self, name: str, value: float) -> None:
        if self.refusing:
            raise Rejected
        self.taken.append((name, round(value, 4)))
        self.set(name, value)

    def _took(self, name: str, value: float) -> None:
        """A foreign server has accepted a write."""
        self.taken.append((name, value))
        self.set(name, value)

    async def refuse(self) -> bool:
        """Decline every write; False where the protocol has no word for that."""
        self.refusing = True
        if isinstance(self.server, Foreign):
            await self.server.refuse()
        if isinstance(self.server, MqttDevices):
            await self.rest()
            # the device is not there to hear it, and the broker says so
            await self.server._centre.close()
            for node in self.server._nodes:
                await node._peer.close()
            return kinds()[0] is BrokerKind.MOSQUITTO
        return True

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Plant]:
        await self.start()
        self._life = asyncio.create_task(self._live())
        try:
            yield self
        finally:
            self._life.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._life
            await self._stop()

    async def rest(self) -> None:
        """Nothing new is said from now on."""
        self.still = True
        async with self._turn:
            return

    async def stop(self) -> None:
        """The server dies."""
        await self.rest()
        await self._stop()

    async def start(self) -> None:
        await self.server.start()
        await self.wire.open()
        self.still = False

    async def _stop(self) -> None:
        await self.wire.close()
        await self.server.stop()

    async def _live(self) -> None:
        while True:
            await asyncio.sleep(0.05)
            async with self._turn:
                if not self.still:
                    self.world.time = time.time_ns()
                    await self.server.push()


class Witness:
    """A driver, and what its station heard of it."""

    def __init__(self, line: Line) -> None:
        self._line = line
        protocol = drivers.TABLE[line.spec.protocol]
        self.driver = protocol.driver(
            line.spec, line.plant.site.tags, SystemClock(), line.traffic, line.plant.wire.vault
        )

    async def run(self, publish: Publish, up: Callable[[], None]) -> None:
        line, ups, chunks = self._line, 0, self._line.chaos.chunks

        def rise() -> None:
            nonlocal ups
            ups += 1
            if line.chaos.chunks == chunks:
                line.wrong.append("up before the controller said anything")
            up()

        def hear(batch: Batch) -> None:
            if not ups and (batch.quality < Quality.BAD).any():
                line.wrong.append("a good value before up")
            publish(batch)

        line.runs += 1
        try:
            await self.driver.run(hear, rise)
        finally:
            line.ups += ups
            if ups > 1:
                line.wrong.append(f"up {ups} times in one run")

    async def write(self, tag: Tag, raw: float, timeout_s: float) -> None:
        await self.driver.write(tag, raw, timeout_s)


class Line:
    """The station's side of one link, through a proxy of its own."""

    def __init__(self, plant: Plant, port: int = 0) -> None:
        self.plant = plant
        self.chaos = Chaos(plant.wire.door)
        self.spec = replace(plant.site.links["L"], url=plant.kit.url.format(port or self.chaos.port))
        self.table = TagTable(plant.site.tags)
        self.traffic = Traffic()
        self.runs = self.ups = 0
        self.late = 0
        """Samples that came older than what the table held."""
        self.wrong: list[str] = []
        self.trusting = True
        """Whether a value that nobody ever set is a fault: not where the wire invents some and nothing could tell."""
        self.falls = np.zeros(len(plant.site.tags), np.int64)
        """How often each tag turned from good to bad."""
        self.losses = 0
        """How often a test saw the link lost while its wire was damaged."""
        self.driver = Witness(self)
        self.link = Link(self.spec, plant.site.tags, self.driver, self.traffic, self.absorb, SystemClock())
        self._times = np.zeros(len(plant.site.tags), np.int64)
        self._began = time.time_ns()

    def absorb(self, batch: Batch) -> None:
        for part in batch.rounds():
            good = self.table.columns["quality"] < Quality.BAD
            change = self.table.apply(part, time.time_ns())
            self.falls += good & (self.table.columns["quality"] >= Quality.BAD)
            self.late += len(change.late) if change.late else 0
            if not part.loss:
                self._check()

    def _check(self) -> None:
        columns = self.table.columns
        for tag in self.plant.site.tags:
            if columns["quality"][tag.index] >= Quality.BAD:
                continue
            value, moment = float(columns["value"][tag.index]), int(columns["source_time"][tag.index])
            if self.trusting and tag.spec.kind is not Kind.TEXT and round(value, 4) not in self.plant.ever[tag.spec.id]:
                self.wrong.append(f"{tag.spec.id} reads {value}, which nobody ever set")
            if moment < self._times[tag.index]:
                self.wrong.append(f"the source time of {tag.spec.id} ran backwards")
            if columns["arrival_time"][tag.index] < self._began:
                self.wrong.append(f"{tag.spec.id} has no arrival time")
            self._times[tag.index] = moment

    def value(self, name: str) -> float:
        return float(self.table.columns["value"][self.plant.tag(name).index])

    def quality(self, name: str) -> int:
        return int(self.table.columns["quality"][self.plant.tag(name).index])

    def text(self, name: str) -> str:
        return self.table.texts.text(self.value(name))

    def good(self, name: str, value: float) -> bool:
        return self.quality(name) == Quality.GOOD and abs(self.value(name) - value) < 1e-4

    @property
    def all_good(self) -> bool:
        return bool((self.table.columns["quality"] == Quality.GOOD).all())

    @property
    def all_bad(self) -> bool:
        return bool((self.table.columns["quality"] >= Quality.BAD).all())

    async def write(self, name: str, value: float, timeout_s: float = 1.0) -> None:
        """A write through the link, in engineering units."""
        scale, offset = SCALES.get(name, (1.0, 0.0))
        self.plant.ever[name].add(round(value, 4))
        await self.link.write(self.plant.tag(name), round((value - offset) / scale, 6), timeout_s)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Line]:
        """The link at work; at the end it goes at once, and nothing wrong was seen."""
        await self.chaos.open()
        task = asyncio.create_task(self.link.run())
        try:
            yield self
        finally:
            await gone(task)
            await self.chaos.close()
        assert not self.wrong, sorted(set(self.wrong))
        assert "bug" not in self.traffic.errors, self.traffic.errors


@asynccontextmanager
async def working(kit: Kit) -> AsyncIterator[Line]:
    """A plant and one line to it, every value good."""
    async with Plant(kit).running() as plant, Line(plant).running() as line:
        await until(lambda: line.all_good, 10)
        yield line


async def gone(task: asyncio.Task[None], within_s: float = 2.0) -> None:
    """One cancellation must do."""
    task.cancel()
    await until(task.done, within_s, f"it is gone after it was cancelled: {task}")
    assert task.cancelled(), f"it was cancelled and ended otherwise: {task}"


def sockets() -> int:
    """Open sockets of this process."""
    count = 0
    for name in os.listdir("/proc/self/fd"):
        with contextlib.suppress(FileNotFoundError):
            count += os.readlink(f"/proc/self/fd/{name}").startswith("socket:")
    return count


def threads() -> set[threading.Thread]:
    """Threads that work for a driver; those of an executor stay for the next."""
    return {thread for thread in threading.enumerate() if "asyncio_" not in thread.name}
