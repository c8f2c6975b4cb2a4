"""ModbusServer: one controller of the city on Modbus TCP, served by pymodbus.

Its memory is made of the very addresses of the site's packs. Beyond the last of them, and from an address that none
names, it answers exception 2; holes inside a block read as zero, as most devices do.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from pymodbus.constants import ExcCodes
from pymodbus.exceptions import NoSuchIdException
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from drivers.modbus.address import Address, Table, parse_url
from drivers.modbus.codec import Layout
from drivers.modbus.plan import Place, places_of
from simulator.world import Rejected, World
from supervisor.model import LinkSpec, Tag

_TABLES = {1: Table.COIL, 5: Table.COIL, 15: Table.COIL, 2: Table.DISCRETE, 4: Table.INPUT}
"""Function code -> table; every other code is about holding registers."""


class ModbusServer:
    """The server side of one Modbus link; see `simulator.world.Server`."""

    def __init__(self, link: LinkSpec, tags: Sequence[Tag], world: World) -> None:
        self._host, self._port = parse_url(link.url)
        self._memory = _Memory(places_of(tags), world)
        self._server: ModbusTcpServer | None = None
        self._mischief: Mapping[str, float] = {}

    async def start(self) -> None:
        self._memory.stopping.clear()
        self._memory.fill()
        # the library wants a device to be made with; its memory is replaced by ours, which serves all units
        spare = SimDevice(id=0, simdata=[SimData(0, count=1, datatype=DataType.REGISTERS)])
        server = ModbusTcpServer([spare], address=(self._host, self._port), trace_packet=self._on_packet)
        server.context = self._memory  # type: ignore[assignment]
        await server.serve_forever(background=True)
        self._server = server

    async def push(self) -> None:
        self._memory.fill()
        dropped = "drop" in self._mischief
        if dropped and self._server is not None:
            await self.stop()
        elif not dropped and self._server is None:
            await self.start()

    async def stop(self) -> None:
        if self._server is not None:
            self._memory.stopping.set()
            await asyncio.sleep(0)
            await self._server.shutdown()  # type: ignore[no-untyped-call]
            self._server = None

    def misbehave(self, mischief: Mapping[str, float]) -> None:
        self._mischief = mischief
        self._memory.late_s = mischief.get("late", 0.0)
        self._memory.refusing = "refuse" in mischief

    def _on_packet(self, sending: bool, data: bytes) -> bytes:
        if sending and "silence" in self._mischief:
            return b""
        if sending and "garbage" in self._mischief:
            return random.randbytes(len(data))
        return data


class _Memory:
    """All units behind one address, in the shape pymodbus asks for values."""

    def __init__(self, places: Sequence[Place], world: World) -> None:
        self.late_s = 0.0
        self.refusing = False
        self.stopping = asyncio.Event()
        """Ends the wait of late answers, so that nothing of a stopped server lives on."""
        self._images: dict[tuple[int, Table], _Image] = {}
        self._units = {place.unit for place in places}
        for unit, table in sorted({(place.unit, place.address.table) for place in places}):
            mine = [place for place in places if place.unit == unit and place.address.table is table]
            self._images[unit, table] = _Image(mine, table, world)

    def fill(self) -> None:
        for image in self._images.values():
            image.fill()

    def device_ids(self) -> list[int]:
        return sorted(self._units)

    async def async_getValues(self, unit: int, function: int, address: int, count: int = 1) -> list[int] | ExcCodes:
        if self.late_s:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self.late_s):
                    await self.stopping.wait()
        image = self._find(unit, function)
        return image.read(address, count) if image else ExcCodes.ILLEGAL_ADDRESS

    async def async_setValues(self, unit: int, function: int, address: int, values: list[int]) -> ExcCodes | None:
        if self.refusing:
            return ExcCodes.DEVICE_FAILURE
        image = self._find(unit, function)
        return image.write(address, values) if image else ExcCodes.ILLEGAL_ADDRESS

    def _find(self, unit: int, function: int) -> _Image | None:
        if unit not in self._units:
            raise NoSuchIdException
        return self._images.get((unit, _TABLES.get(function, Table.HOLDING)))


class _Image:
    """One table of one unit: big-endian bytes of registers, or one byte per bit."""

    def __init__(self, places: Sequence[Place], table: Table, world: World) -> None:
        self._places = places
        self._world = world
        self._width = 1 if table.bits else 2
        addresses = [place.address for place in places]
        end = max(address.number + address.size for address in addresses)
        self._bytes = np.zeros(end * self._width, np.uint8)
        self._defined = np.zeros(end, np.bool_)
        for address in addresses:
            self._defined[address.number : address.number + address.size] = True
        self._layout = None if table.bits else Layout(addresses, 0)
        self._index = np.array([place.tag.index for place in places], np.intp)
        sources = [place.tag.source for place in places]
        self._scale = np.array([source.scale if source else 1.0 for source in sources])
        self._offset = np.array([source.offset if source else 0.0 for source in sources])

    def fill(self) -> None:
        """Take over the world's values."""
        raw = (self._world.value[self._index] - self._offset) / self._scale
        if self._layout is not None:
            self._layout.encode(raw, self._bytes)
        else:
            self._bytes[[place.address.number for place in self._places]] = np.nan_to_num(raw) != 0

    def read(self, address: int, count: int) -> list[int] | ExcCodes:
        if not self._has(address, count):
            return ExcCodes.ILLEGAL_ADDRESS
        part = self._bytes[address * self._width : (address + count) * self._width]
        registers: NDArray[np.generic] = part if self._width == 1 else part.view(">u2")
        return [int(register) for register in registers]

    def write(self, address: int, values: Sequence[int]) -> ExcCodes | None:
        if not self._has(address, len(values)):
            return ExcCodes.ILLEGAL_ADDRESS
        before = self._bytes.copy()
        data = np.asarray(values, np.uint8) if self._width == 1 else np.asarray(values, ">u2").view(np.uint8)
        self._bytes[address * self._width : (address + len(values)) * self._width] = data
        touched = range(address, address + len(values))
        raw = self._raw()
        try:
            for slot, place in enumerate(self._places):
                if _overlap(place.address, touched):
                    self._world.write(place.tag, float(raw[slot] * self._scale[slot] + self._offset[slot]))
        except Rejected:
            self._bytes[:] = before
            return ExcCodes.DEVICE_FAILURE
        return None

    def _raw(self) -> NDArray[np.float64]:
        if self._layout is not None:
            return self._layout.decode(self._bytes.tobytes())
        return self._bytes[[place.address.number for place in self._places]].astype(np.float64)

    def _has(self, address: int, count: int) -> bool:
        return address + count <= len(self._defined) and bool(self._defined[address]) and count > 0


def _overlap(address: Address, touched: range) -> bool:
    return address.number < touched.stop and touched.start < address.number + address.size
