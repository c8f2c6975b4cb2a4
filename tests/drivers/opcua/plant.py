"""A small site of one OPC UA link, made of model objects, its simulated server, and a driver that talks to it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from drivers.opcua import PROTOCOL
from drivers.opcua.address import ALIASES, Address, Settings
from simulator.opcua import OpcuaServer
from simulator.world import World
from supervisor.clock import SystemClock
from supervisor.driver import Traffic
from supervisor.flow import Batch
from supervisor.model import Equipment, EquipmentType, Kind, LinkSpec, Site, Source, Tag, TagSpec, Text
from supervisor.vault import Vault
from tests import patience
from tests.ports import free_port

HERE = Text("ici", "here")
URI = "urn:test:station"
PUMPS = ALIASES["pumps"]

SPECS = {
    "level": Kind.NUMBER,
    "current": Kind.NUMBER,
    "state": Kind.ENUM,
    "order": Kind.BOOLEAN,
    "message": Kind.TEXT,
    "hours": Kind.COUNTER,
    "plan": Kind.ENUM,
    "start_level": Kind.NUMBER,
}
ADDRESSES = {
    "level": Address("{root}/Operational/Measurements/pumps:Level", namespace=URI, sampling_ms=50),
    "current": Address("{root}/P1/Measurements/Current", namespace=URI, sampling_ms=50),
    "state": Address("{root}/P1/State", namespace=URI, sampling_ms=50),
    "order": Address("{root}/P1/Order", namespace=URI, sampling_ms=50),
    "message": Address("{root}/Message", namespace=URI, sampling_ms=50),
    "hours": Address(node="s={root}.Hours", namespace=PUMPS, sampling_ms=50),
    "plan": Address(node="i=4711", namespace=URI, sampling_ms=50),
    "start_level": Address("{root}/Operational/Control/StartLevel", namespace=URI, sampling_ms=50),
}
WRITABLE = {"order", "plan", "start_level"}
SCALES = {"current": (0.1, 0.0), "start_level": (0.01, 1.0)}


def link(port: int, publish_ms: float = 50.0, timeout_s: float = 4.0) -> LinkSpec:
    return LinkSpec("L", HERE, "opcua", f"opc.tcp://127.0.0.1:{port}", "", Settings(publish_ms, timeout_s))


def site(spec: LinkSpec, addresses: Mapping[str, Address] | None = None, stations: int = 1) -> Site:
    """Stations `S0`, `S1`…, each with all of `addresses`."""
    addresses = ADDRESSES if addresses is None else addresses
    specs = {name: TagSpec(name, HERE, SPECS.get(name, Kind.NUMBER)) for name in addresses}
    kind = EquipmentType("station", HERE, "water", specs)
    equipment, tags = [], []
    for number in range(stations):
        thing = Equipment(number, f"S{number}", HERE, kind, "", "water", "L", args={"root": f"Station{number}"})
        equipment.append(thing)
        for name, address in addresses.items():
            scale, offset = SCALES.get(name, (1.0, 0.0))
            source = Source(name, True, name in WRITABLE, scale, offset, address)
            tags.append(Tag(len(tags), thing, specs[name], "L", source))
    return Site(
        "test", HERE, Path(), "Europe/Paris", 47.47, -0.55, "fr", {}, {}, {"station": kind}, {}, {"L": spec},
        tuple(equipment), tuple(tags), (), {}, "",
    )  # fmt: skip


class Plant:
    """A site, its world, its simulated server and what a driver of it published."""

    def __init__(self, addresses: Mapping[str, Address] | None = None, stations: int = 1, **settings: float) -> None:
        logging.getLogger("asyncua").setLevel(logging.CRITICAL)
        self.port = free_port()
        self.site = site(link(self.port, **settings), addresses, stations)
        self.world = World(self.site)
        self.world.time = time.time_ns()
        self.server = OpcuaServer(self.site.links["L"], self.site.tags, self.world)
        self.traffic = Traffic()
        self.driver = PROTOCOL.driver(self.site.links["L"], self.site.tags, SystemClock(), self.traffic, Vault(Path()))
        self.batches: list[Batch] = []
        self.ups = 0

    def tag(self, name: str, station: int = 0) -> Tag:
        return self.site.tag_by_id[f"S{station}.{name}"]

    def set(self, name: str, value: float, station: int = 0) -> None:
        self.world.value[self.tag(name, station).index] = value

    def run(self) -> asyncio.Task[None]:
        return asyncio.create_task(self.driver.run(self.batches.append, self.up))

    def up(self) -> None:
        self.ups += 1

    def last(self, name: str, station: int = 0) -> tuple[float | str, int, int, int] | None:
        """Value or text, quality, source time and status last published for a tag."""
        index = self.tag(name, station).index
        for batch in reversed(self.batches):
            for at in range(len(batch) - 1, -1, -1):
                if batch.index[at] == index:
                    status = int(batch.status[at]) if batch.status is not None else 0
                    value = batch.texts.get(at, float(batch.value[at]))
                    return value, int(batch.quality[at]), int(batch.source_time[at]), status
        return None

    def value(self, name: str, station: int = 0) -> float | str | None:
        found = self.last(name, station)
        return None if found is None else found[0]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[asyncio.Task[None]]:
        """Server and driver up, every readable tag heard of once; both gone afterwards."""
        await self.server.start()
        task = self.run()
        try:
            await until(lambda: self.ups > 0 and bool(self.batches), task)
            yield task
        finally:
            task.cancel()
            await asyncio.wait([task])
            await self.server.stop()


async def until(condition: Callable[[], bool], task: asyncio.Task[None] | None = None, timeout_s: float = 10.0) -> None:
    """Wait for what a test expects; fails with the task's own error where it ended instead."""

    def come() -> bool:
        if condition():
            return True
        if task is not None and task.done():
            task.result()
            raise AssertionError("the driver ended")
        return False

    await patience.until(come, timeout_s)
