"""ModbusServer: one controller of the city on Modbus, TCP or the frames of a serial line behind a serial server, served
by pymodbus.

Its memory is made of the very addresses of the site's packs. Beyond the last of them, and from an address that none
names, it answers exception 2; holes inside a block read as zero, as most devices do.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pymodbus.constants import ExcCodes
from pymodbus.exceptions import NoSuchIdException
from pymodbus.framer import FramerType
from pymodbus.pdu import ModbusPDU
from pymodbus.server import ModbusTcpServer
from pymodbus.server.requesthandler import ServerRequestHandler
from pymodbus.simulator import DataType, SimData, SimDevice

from drivers.modbus.address import Address, Table, Type
from drivers.modbus.check import BROADCAST
from drivers.modbus.codec import Layout
from drivers.modbus.endpoint import Framing, parse_endpoint
from drivers.modbus.plan import Place, places_of
from simulator.world import Rejected, World
from supervisor.model import LinkSpec, Tag

_TABLES = {1: Table.COIL, 5: Table.COIL, 15: Table.COIL, 2: Table.DISCRETE, 4: Table.INPUT}
"""Function code -> table; every other code is about holding registers."""
_FRAMERS = {Framing.RTU: FramerType.RTU, Framing.ASCII: FramerType.ASCII}
"""Every other framing is that of Modbus TCP."""
_ROOM = 1 << 18
"""Bytes that asyncio hands over at once."""


class ModbusServer:
    """The server side of one Modbus link; see `simulator.world.Server`."""

    def __init__(self, link: LinkSpec, tags: Sequence[Tag], world: World) -> None:
        self._endpoint = parse_endpoint(link.url)
        places = places_of(tags)
        self._memory = _Memory(places, world)
        self._broadcast = any(place.unit == BROADCAST and place.device.broadcast for place in places)
        self._server: _Server | None = None
        self._mischief: Mapping[str, float] = {}

    async def start(self) -> None:
        self._memory.stopping.clear()
        self._memory.fill()
        # the library wants a device to be made with; its memory is replaced by ours, which serves all units
        spare = SimDevice(id=0, simdata=[SimData(0, count=1, datatype=DataType.REGISTERS)])
        server = _Server(
            [spare],
            framer=_FRAMERS.get(self._endpoint.framing, FramerType.SOCKET),
            address=(self._endpoint.host, self._endpoint.port),
            trace_packet=self._on_packet,
            broadcast_enable=self._broadcast,
        )
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


class _Server(ModbusTcpServer):
    """The library's server, on connections that answer everything."""

    def callback_new_connection(self) -> ServerRequestHandler:
        return _Handler(self, self.trace_packet, self.trace_pdu, self.trace_connect)


class _Handler(ServerRequestHandler):
    """One connection that answers every request, in order.

    WORKAROUND: the library's own keeps the last request only. Of several in one segment it answers one, and a request
    that comes while another is being answered takes its place. More than one frame's worth it throws away unread.
    """

    def __init__(self, *words: Any) -> None:
        super().__init__(*words)  # type: ignore[no-untyped-call]
        self.max_buffer_size = _ROOM
        self._asked: deque[tuple[ModbusPDU, Any]] = deque()
        self._answering: asyncio.Task[None] | None = None

    def callback_data(self, data: bytes, addr: Any = None) -> int:
        present, used = (self.last_pdu, self.last_addr), 0
        while used < len(data) and (taken := super().callback_data(data[used:], addr)):
            used += taken
            if self.last_pdu:
                self._asked.append((self.last_pdu, addr))
        self.last_pdu, self.last_addr = present
        return used

    def handle_later(self) -> None:
        """Called soon after each request."""
        if self._asked and (self._answering is None or self._answering.done()):
            self._answering = self.loop.create_task(self._answer())

    async def _answer(self) -> None:
        while self._asked:
            self.last_pdu, self.last_addr = self._asked.popleft()
            await self.handle_request()  # type: ignore[no-untyped-call]


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
        self._texts = {slot: place.tag.index for slot, place in enumerate(places) if _is_text(place)}
        self._index = np.array([place.tag.index for place in places], np.intp)
        sources = [place.tag.source for place in places]
        self._scale = np.array([source.scale if source else 1.0 for source in sources])
        self._offset = np.array([source.offset if source else 0.0 for source in sources])

    def fill(self) -> None:
        """Take over the world's values."""
        raw = (self._world.value[self._index] - self._offset) / self._scale
        if self._layout is not None:
            self._layout.encode(raw, self._bytes)
            texts = {slot: self._world.text.get(tag, "") for slot, tag in self._texts.items()}
            self._layout.encode_texts(texts, self._bytes)
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
                if slot not in self._texts and _overlap(place.address, touched):
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
    return address.number < touched.stop and touched.start < address.end


def _is_text(place: Place) -> bool:
    return place.address.type is Type.STRING
