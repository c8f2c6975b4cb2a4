"""Every framing against a server that nobody here wrote: libmodbus, and pymodbus's servers."""

from __future__ import annotations

import asyncio
import os
import struct
import sys
from contextlib import asynccontextmanager, suppress

import pytest
from pymodbus.framer import FramerType
from pymodbus.server import ModbusSerialServer, ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from drivers.modbus.address import Address, Settings, Table, parse_settings
from drivers.modbus.client import ModbusException
from drivers.modbus.dial import dial
from drivers.modbus.endpoint import parse_endpoint, parse_serial
from supervisor.clock import SystemClock
from supervisor.driver import Traffic
from supervisor.model import LinkSpec
from tests import peers
from tests.drivers.modbus.plant import HERE, driver_of, site
from tests.ports import free_port

posix = pytest.mark.skipif(sys.platform == "win32", reason="pseudo terminals are of POSIX")
READ = struct.pack(">BHH", 3, 0, 125)
WRITE = struct.pack(">BHHBHH", 16, 10, 2, 4, 0x1234, 0x5678)
REGISTERS = [(3 * n) & 0xFFFF for n in range(200)]


def device(unit=1):
    return SimDevice(unit, simdata=[SimData(0, values=REGISTERS, datatype=DataType.REGISTERS)])


@asynccontextmanager
async def serving(server):
    await server.serve_forever(background=True)
    try:
        yield
    finally:
        await server.shutdown()
        await asyncio.sleep(0)


@asynccontextmanager
async def connected(url, *, pki=None, **words):
    client = await dial(parse_endpoint(url), Settings(timeout_s=2.0, serial=parse_serial(words)), pki, "L")
    try:
        yield client
    finally:
        client.close()
        await client.closed()
        await asyncio.sleep(0.05)


async def talk(client, unit=1, registers=REGISTERS):
    """Reads, writes, reads back, and is refused."""
    assert await client.call(unit, READ, 5.0) == bytes((250,)) + struct.pack(">125H", *registers[:125])
    assert await client.call(unit, WRITE, 5.0) == WRITE[1:5]
    assert await client.call(unit, struct.pack(">BHH", 3, 10, 2), 5.0) == b"\x04\x12\x34\x56\x78"
    assert await client.call(unit, struct.pack(">BHH", 6, 10, registers[10]), 5.0) == struct.pack(
        ">HH", 10, registers[10]
    )
    with pytest.raises(ModbusException, match="illegal address"):
        await client.call(unit, struct.pack(">BHH", 3, 5000, 2), 5.0)
    assert client.garbage == 0


@pytest.mark.parametrize(
    ("scheme", "framer"),
    [("modbus", FramerType.SOCKET), ("modbus+rtu", FramerType.RTU), ("modbus+ascii", FramerType.ASCII)],
)
def test_that_each_framing_on_tcp_talks_to_a_server_of_pymodbus(scheme, framer):
    async def scenario():
        port = free_port()
        server = ModbusTcpServer([device()], address=("127.0.0.1", port), framer=framer)
        async with serving(server), connected(f"{scheme}://127.0.0.1:{port}") as client:
            await talk(client)
            many = [client.call(1, struct.pack(">BHH", 3, n, 1), 5.0) for n in range(5)]
            if scheme == "modbus":  # its server takes one request at a time
                answers = [await one for one in many]
            else:
                answers = await asyncio.gather(*many)
            assert answers == [struct.pack(">BH", 2, REGISTERS[n]) for n in range(5)]

    asyncio.run(scenario())


def test_that_many_requests_are_in_flight_at_once_on_tcp():
    async def scenario():
        with peers.modbus_device() as port:
            async with connected(f"modbus://127.0.0.1:{port}") as client:
                calls = [client.call(1, struct.pack(">BHH", 3, n, 1), 10.0) for n in range(200)]
                assert await asyncio.gather(*calls) == [struct.pack(">BH", 2, n) for n in range(200)]
                await talk(client, registers=range(200))

    asyncio.run(scenario())


@posix
@pytest.mark.parametrize(("scheme", "framer"), [("modbus+rtu", FramerType.RTU), ("modbus+ascii", FramerType.ASCII)])
def test_that_a_serial_port_talks_to_a_serial_server_of_pymodbus(scheme, framer):
    from tests.drivers.modbus.cable import cable

    async def scenario():
        async with cable() as line:
            # two units: the library's server answers a single one whatever its number
            server = ModbusSerialServer(
                [device(3), device(4)], framer=framer, port=line.theirs, baudrate=115_200, broadcast_enable=True
            )
            async with serving(server), connected(f"{scheme}://{line.ours}", baud="115200", parity="none") as client:
                await talk(client, 3)
                await client.broadcast(struct.pack(">BHH", 6, 0, 7), 0.01)
                for unit in (3, 4):
                    assert await client.call(unit, struct.pack(">BHH", 3, 0, 1), 5.0) == b"\x02\x00\x07"

    asyncio.run(scenario())


@posix
def test_that_a_serial_port_talks_to_a_device_of_libmodbus():
    from tests.drivers.modbus.cable import cable

    async def scenario():
        async with cable() as line:
            with peers.running([peers.program("modbus_device"), "rtu", line.theirs, "7"]):
                async with connected(f"modbus+rtu://{line.ours}") as client:
                    await talk(client, 7, range(200))
                    with pytest.raises(TimeoutError):
                        await client.call(8, READ, 0.2)  # silent, and no reason to fall out of step
                    with suppress(TimeoutError):  # libmodbus takes what follows for the answer of unit 8
                        await client.call(7, READ, 0.8)
                    assert await client.call(7, struct.pack(">BHH", 4, 2, 1), 5.0) == struct.pack(">BH", 2, 14)

    asyncio.run(scenario())


@posix
def test_that_a_driver_reads_and_writes_over_a_serial_port():
    """From the words of a link to the batch, over RTU."""
    from tests.drivers.modbus.cable import cable

    async def scenario():
        async with cable() as line:
            words = parse_settings({"baud": "115200", "parity": "none", "timeout_s": "2", "normal_s": "0.05"})
            spec = LinkSpec("L", HERE, "modbus", f"modbus+rtu://{line.ours}", "", words)
            plant = site(spec, (3,), {"level": Address(Table.HOLDING, 12), "flow": Address(Table.HOLDING, 13)})
            server = ModbusSerialServer([device(3), device(4)], port=line.theirs, baudrate=115_200)
            async with serving(server):
                seen, news = {}, asyncio.Event()

                def publish(batch):
                    seen.update(zip(batch.index.tolist(), batch.value.tolist(), strict=True))
                    news.set()

                driver = driver_of(plant, SystemClock(), Traffic())
                task = asyncio.create_task(driver.run(publish, lambda: None))
                async with asyncio.timeout(20):
                    await news.wait()
                    assert seen == {0: 36.0, 1: 39.0}
                    await driver.write(plant.tags[0], 7.0, 5.0)
                    while seen[0] != 7.0:
                        news.clear()
                        await news.wait()
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    asyncio.run(scenario())


@posix
def test_that_a_cable_that_is_pulled_out_ends_the_connection_at_once():
    from tests.drivers.modbus.cable import Cable

    async def scenario():
        line = Cable()
        client = await dial(parse_endpoint(f"modbus+rtu://{line.ours}"), Settings())
        call = asyncio.ensure_future(client.call(1, READ, 30.0))
        await asyncio.sleep(0.05)
        line.cut()
        with pytest.raises(ConnectionError, match="is gone"):
            await call
        await client.closed()
        assert client.gone

    asyncio.run(scenario())


@posix
def test_that_a_port_that_takes_nothing_is_given_up_and_the_loop_never_waits():
    async def scenario():
        loop = asyncio.get_running_loop()
        master, slave = os.openpty()
        client = await dial(parse_endpoint(f"modbus+rtu://{os.ttyname(slave)}"), Settings())
        client._transport._port.out_waiting  # noqa: B018  it can be asked for
        while not client.gone:  # nobody reads the other end
            before = loop.time()
            client._transport.write(bytes(200))
            assert loop.time() - before < 5.0
            await asyncio.sleep(0)
        await client.closed()
        assert "does not take what is sent" in client.end
        os.close(master)
        os.close(slave)

    asyncio.run(scenario())


@posix
def test_that_a_serial_port_is_ours_alone_and_says_so():
    async def scenario():
        master, slave = os.openpty()
        url = f"modbus+rtu://{os.ttyname(slave)}"
        async with connected(url):
            with pytest.raises(ConnectionError, match=r"serial port .* cannot be opened"):
                await dial(parse_endpoint(url), Settings())
        os.close(master)
        os.close(slave)

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("modbus+rtu:///dev/no-such-port", "serial port /dev/no-such-port cannot be opened"),
        ("modbus+rtu:///dev/null", "serial port /dev/null cannot be opened"),
        ("modbus://127.0.0.1:{port}", r"127.0.0.1:\d+ does not accept a connection \(.*refused"),
        ("modbus+tls://127.0.0.1:{port}", r"127.0.0.1:\d+ does not accept a connection \(.*refused"),
    ],
)
def test_that_what_cannot_be_reached_is_told_in_one_sentence(url, said):
    async def scenario():
        with pytest.raises(ConnectionError, match=said):
            await dial(parse_endpoint(url.format(port=free_port())), Settings())

    asyncio.run(scenario())


def test_that_a_host_that_stays_silent_is_given_up_after_the_timeout(tmp_path):
    async def scenario():
        port = free_port()

        async def shrug(reader, writer):
            await reader.read()
            writer.close()

        server = await asyncio.start_server(shrug, "127.0.0.1", port)
        async with connected(f"modbus://127.0.0.1:{port}") as client:
            with pytest.raises(TimeoutError):
                await client.call(1, READ, 0.1)
        server.close()
        await server.wait_closed()

    asyncio.run(scenario())
