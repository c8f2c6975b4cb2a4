"""The simulated device: what the library's server does not do by itself."""

from __future__ import annotations

import asyncio
import struct

from drivers.modbus.address import Address, Table, Type
from drivers.modbus.device import PLAIN, Device
from simulator.modbus import ModbusServer
from simulator.world import World
from tests.drivers.modbus.plant import link, site
from tests.ports import free_port

ADDRESSES = {
    "level": Address(Table.HOLDING, 0),
    "name": Address(Table.HOLDING, 10, Type.STRING, length=8),
    "order": Address(Table.COIL, 5, Type.BOOL),
}


def frame(transaction: int, unit: int, function: int, first: int, count: int) -> bytes:
    return struct.pack(">HHHBBHH", transaction, 0, 6, unit, function, first, count)


async def answers(requests: list[bytes], expected: int, units: tuple[int, ...] = (1,), device: Device = PLAIN):
    """What a device answers to requests that come at one go: transaction -> data; and its world."""
    plant = site(link(free_port()), units, ADDRESSES, device)
    world = World(plant)
    for tag in plant.tags:
        world.value[tag.index] = 7.0
        world.text[tag.index] = "PR-07"
    server = ModbusServer(plant.links["L"], plant.tags, world)
    await server.start()
    port = int(plant.links["L"].url.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"".join(requests))
    said: dict[int, bytes] = {}
    async with asyncio.timeout(10):
        while len(said) < expected:
            head = await reader.readexactly(6)
            body = await reader.readexactly(int.from_bytes(head[4:], "big"))
            said[int.from_bytes(head[:2], "big")] = body[1:]
    writer.close()
    await writer.wait_closed()
    await server.stop()
    await asyncio.sleep(0.05)
    return said, {tag.id: float(world.value[tag.index]) for tag in plant.tags}


def test_that_every_request_of_a_segment_is_answered_in_order():
    requests = [frame(number, 1, 3, 0, 1) for number in range(1, 30)]
    said, _ = asyncio.run(answers(requests, 29))
    assert list(said) == list(range(1, 30))
    assert set(said.values()) == {b"\x03\x02\x00\x07"}


def test_that_texts_lie_in_registers():
    said, _ = asyncio.run(answers([frame(1, 1, 3, 10, 4)], 1))
    assert said[1] == b"\x03\x08PR-07\0\0\0"


def test_that_a_broadcast_reaches_every_unit_and_is_not_answered():
    requests = [frame(1, 0, 6, 0, 9), frame(2, 1, 3, 0, 1), frame(3, 2, 3, 0, 1)]
    said, values = asyncio.run(answers(requests, 2, (0, 1, 2), Device(broadcast=True)))
    assert said == {2: b"\x03\x02\x00\x09", 3: b"\x03\x02\x00\x09"}
    assert values["E1.level"] == values["E2.level"] == 9.0
