"""A driver on a server that is not the simulator's: node-opcua in a process of its own, or asyncua with odd values."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from asyncua import Server, ua

from drivers.opcua import PROTOCOL
from drivers.opcua.address import Address, Settings
from simulator.opcua import _Core
from supervisor.clock import SystemClock
from supervisor.driver import Traffic
from supervisor.flow import Batch
from supervisor.link import Link
from supervisor.model import Equipment, EquipmentType, Kind, LinkSpec, Site, Source, Tag, TagSpec, Text
from supervisor.vault import Vault

HERE = Text("ici", "here")
URI = "urn:vigie:peer"


def tags_of(addresses: Mapping[str, Address], texts: set[str], writable: set[str]) -> tuple[Site, list[Tag]]:
    """One equipment `P` with a tag per address; a tag with a method only is not read."""
    specs = {name: TagSpec(name, HERE, Kind.TEXT if name in texts else Kind.NUMBER) for name in addresses}
    kind = EquipmentType("plant", HERE, "water", specs)
    thing = Equipment(0, "P", HERE, kind, "", "water", "L", args={"root": "Plant"})
    tags = []
    for name, address in addresses.items():
        source = Source(name, bool(address.path or address.node), name in writable, 1.0, 0.0, address)
        tags.append(Tag(len(tags), thing, specs[name], "L", source))
    site = Site(
        "test", HERE, Path(), "Europe/Paris", 47.47, -0.55, "fr", {}, {}, {"plant": kind}, {}, {},
        (thing,), tuple(tags), (), {}, "",
    )  # fmt: skip
    return site, tags


class Line:
    """A link with its driver, and what it published."""

    def __init__(
        self,
        port: int,
        addresses: Mapping[str, Address],
        texts: set[str] | None = None,
        writable: set[str] | None = None,
        settings: Settings | None = None,
    ) -> None:
        logging.getLogger("asyncua").setLevel(logging.CRITICAL)
        _, self.tags = tags_of(addresses, texts or set(), writable or set())
        self.spec = LinkSpec("L", HERE, "opcua", f"opc.tcp://127.0.0.1:{port}", "", settings or Settings(50.0, 5.0))
        self.traffic = Traffic()
        self.driver = PROTOCOL.driver(self.spec, self.tags, SystemClock(), self.traffic, Vault(Path()))
        self.batches: list[Batch] = []
        self.link = Link(self.spec, self.tags, self.driver, self.traffic, self.batches.append, SystemClock())

    def tag(self, name: str) -> Tag:
        return next(tag for tag in self.tags if tag.spec.id == name)

    def rows(self, name: str, historical: bool = False) -> list[tuple[float | str, int, int]]:
        """Value or text, quality and source time of all that was published for a tag, losses left out."""
        index = self.tag(name).index
        return [
            (batch.texts.get(at, float(batch.value[at])), int(batch.quality[at]), int(batch.source_time[at]))
            for batch in self.batches
            if batch.historical is historical and not batch.loss
            for at in range(len(batch))
            if batch.index[at] == index
        ]

    def value(self, name: str) -> float | str | None:
        rows = self.rows(name)
        return rows[-1][0] if rows else None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Line]:
        task = asyncio.create_task(self.link.run())
        try:
            yield self
        finally:
            task.cancel()
            await asyncio.wait([task])


@asynccontextmanager
async def asyncua_server(port: int) -> AsyncIterator[tuple[Server, int]]:
    """An empty server without its clock task; yields it and the index of `URI`."""
    logging.getLogger("asyncua").setLevel(logging.CRITICAL)
    server = Server(iserver=_Core())
    await server.init()
    server.disable_clock()
    server.set_endpoint(f"opc.tcp://127.0.0.1:{port}")
    server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
    index = await server.register_namespace(URI)
    await server.start()
    try:
        yield server, index
    finally:
        async with asyncio.timeout(5.0):
            while server.bserver.clients:
                await asyncio.sleep(0.01)
        await server.stop()
