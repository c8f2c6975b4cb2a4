"""Fieldbus: a gateway on a real socket with units behind it that have holes, small limits, moods, and a memory of what
they were asked."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from drivers.modbus.address import Address
from drivers.modbus.device import PLAIN, Device
from supervisor.clock import SystemClock
from supervisor.driver import Traffic
from supervisor.flow import Batch
from supervisor.model import Site
from supervisor.table import TagTable
from tests import patience
from tests.drivers.modbus.plant import driver_of, link, site


@dataclass
class Unit:
    """One device on the line: its registers are all holding registers, and coils."""

    registers: dict[int, int] = field(default_factory=dict)
    holes: set[int] = field(default_factory=set)
    """Addresses it refuses with exception 2."""
    most: int = 125
    """Registers it gives at once; what is more it answers as `beyond` says."""
    beyond: int = 3
    """The exception for too many registers; 0: it cuts the answer off."""
    silent: bool = False
    says: int = 0
    """An exception it answers everything with."""
    late_s: float = 0.0

    def answer(self, pdu: bytes) -> bytes:
        function, first, count = struct.unpack(">BHH", pdu[:5])
        if self.says:
            return bytes([function | 0x80, self.says])
        if function in (1, 2, 3, 4):
            return self._read(function, first, count)
        if function == 6:
            self.registers[first] = count
            return pdu
        if function == 16:
            self._store(first, pdu[6:])
            return pdu[:5]
        if function == 22:
            mask, or_ = struct.unpack(">HH", pdu[3:7])
            self.registers[first] = (self.registers.get(first, 0) & mask) | (or_ & ~mask)
            return pdu
        if function == 23:
            self._store(struct.unpack(">H", pdu[5:7])[0], pdu[10:])
            return self._read(function, first, count)
        return bytes([function | 0x80, 1])

    def _read(self, function: int, first: int, count: int) -> bytes:
        if self.holes.intersection(range(first, first + count)):
            return bytes([function | 0x80, 2])
        if count > self.most and self.beyond:
            return bytes([function | 0x80, self.beyond])
        data = b"".join(struct.pack(">H", self.registers.get(first + at, 0)) for at in range(min(count, self.most)))
        return bytes([function, len(data)]) + data

    def _store(self, first: int, data: bytes) -> None:
        for at in range(len(data) // 2):
            self.registers[first + at] = int.from_bytes(data[2 * at : 2 * at + 2])


class Fieldbus:
    """A gateway that asks its units one at a time, in the order in which it was asked."""

    def __init__(self, units: Sequence[int] = (1,)) -> None:
        self.units = {unit: Unit() for unit in units}
        self.asked: list[tuple[int, int, int, int]] = []
        """Unit, function, first address and count (or what stands there) of every request."""
        self.port = 0
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    def reads(self, unit: int = 1) -> list[tuple[int, int]]:
        return [(first, count) for asked, function, first, count in self.asked if asked == unit and function <= 4]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Fieldbus]:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            self.cut()
            self._server.close()
            await self._server.wait_closed()
            while self._writers:
                await asyncio.sleep(0.01)

    def cut(self) -> None:
        for writer in self._writers:
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await reader.readexactly(6)
                body = await reader.readexactly(int.from_bytes(head[4:], "big"))
                await self._reply(writer, head, body)
        self._writers.discard(writer)
        writer.close()

    async def _reply(self, writer: asyncio.StreamWriter, head: bytes, body: bytes) -> None:
        self.asked.append((body[0], *struct.unpack(">BHH", body[1:6])))
        for unit in self.units.values() if body[0] == 0 else [self.units[body[0]]]:
            await asyncio.sleep(unit.late_s)
            if body[0] == 0:
                unit.answer(body[1:])
            elif not unit.silent:
                reply = body[:1] + unit.answer(body[1:])
                writer.write(head[:4] + len(reply).to_bytes(2, "big") + reply)


class Reader:
    """A driver on a fieldbus, and the table its values land in."""

    def __init__(
        self,
        bus: Fieldbus,
        addresses: dict[str, Address],
        units: Sequence[int] = (1,),
        device: Device = PLAIN,
        **settings: float,
    ) -> None:
        self.plant: Site = site(link(bus.port, **settings), tuple(units), addresses, device)
        self.table = TagTable(self.plant.tags)
        self.clock = SystemClock()
        self.traffic = Traffic()
        self.heard: dict[int, list[float]] = {unit: [] for unit in units}
        """Unit -> when good values of it came."""
        self.ups = 0
        self.driver = driver_of(self.plant, self.clock, self.traffic)

    def tag(self, name: str, unit: int = 1):
        return self.plant.tag_by_id[f"E{unit}.{name}"]

    def value(self, name: str, unit: int = 1) -> float:
        return float(self.table.columns["value"][self.tag(name, unit).index])

    def quality(self, name: str, unit: int = 1) -> int:
        return int(self.table.columns["quality"][self.tag(name, unit).index])

    def text(self, name: str, unit: int = 1) -> str:
        return self.table.texts.text(self.value(name, unit))

    @property
    def qualities(self) -> set[int]:
        return set(self.table.columns["quality"].tolist())

    def publish(self, batch: Batch) -> None:
        self.table.apply(batch, self.clock.now())
        if batch.quality[0] == 0:
            unit = int(self.plant.tags[batch.index[0]].equipment.args["unit"])
            self.heard[unit].append(self.clock.monotonic())

    def up(self) -> None:
        self.ups += 1

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Reader]:
        task = asyncio.create_task(self.driver.run(self.publish, self.up))
        try:
            yield self
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await asyncio.sleep(0.02)


async def until(condition, within_s: float = 15.0) -> None:
    await patience.until(condition, within_s)
