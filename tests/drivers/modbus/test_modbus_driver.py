"""The driver against a real Modbus TCP server, well and badly behaved."""

from __future__ import annotations

import asyncio
import struct
from contextlib import asynccontextmanager, suppress

import numpy as np
import pytest

from drivers.modbus.address import Address, Settings, Table, Type
from drivers.modbus.client import GarbledAnswer, ModbusException
from drivers.modbus.dial import dial
from drivers.modbus.endpoint import Endpoint, Framing
from drivers.modbus.plan import places_of, plan
from simulator.modbus import ModbusServer
from simulator.world import Rejected, World
from supervisor.clock import SystemClock
from supervisor.driver import Traffic
from supervisor.errors import LinkLost, WriteFailed, WriteUnknown
from supervisor.link import Link
from supervisor.model import Quality
from supervisor.table import TagTable
from tests import patience
from tests.drivers.modbus.plant import driver_of, link, site
from tests.ports import free_port


class Bench:
    """A device, a link to it and the table its values land in."""

    def __init__(self, units=(1,), **settings):
        self.port = free_port()
        self.site = site(link(self.port, **settings), units)
        self.world = World(self.site)
        self.server = ModbusServer(self.site.links["L"], self.site.tags, self.world)
        self.table = TagTable(self.site.tags)
        self.traffic = Traffic()
        self.clock = SystemClock()
        spec = self.site.links["L"]
        driver = driver_of(self.site, self.clock, self.traffic)
        self.link = Link(spec, self.site.tags, driver, self.traffic, self.absorb, self.clock)

    def absorb(self, batch):
        for part in batch.rounds():
            self.table.apply(part, self.clock.now())

    def tag(self, name, unit=1):
        return self.site.tag_by_id[f"E{unit}.{name}"]

    def value(self, name, unit=1):
        return float(self.table.columns["value"][self.tag(name, unit).index])

    def quality(self, name, unit=1):
        return int(self.table.columns["quality"][self.tag(name, unit).index])

    async def until(self, condition, timeout=5.0):
        await patience.until(condition, timeout)

    async def misbehave(self, **mischief):
        self.server.misbehave(mischief)
        await self.server.push()

    @asynccontextmanager
    async def running(self):
        await self.server.start()
        task = asyncio.create_task(self.link.run())
        try:
            yield self
        finally:
            while not task.done():
                task.cancel()
                await asyncio.wait([task], timeout=0.5)
            await self.server.stop()
            await asyncio.sleep(0.05)
            others = asyncio.all_tasks() - {asyncio.current_task()}
            assert not others, f"left behind: {others}"


def scenario(coroutine):
    asyncio.run(coroutine)


def test_that_every_table_type_and_scale_arrives():
    async def run():
        bench = Bench()
        wanted = {"power": 12.5, "mode": 2, "door": 1, "supply": 0, "order": 1, "on": 1, "energy": 1234567.891}
        for name, value in wanted.items():
            bench.world.value[bench.tag(name).index] = value
        async with bench.running():
            await bench.until(
                lambda: bench.quality("energy") == 0 and bench.quality("on") == 0 and bench.quality("power") == 0
            )
            for name, value in wanted.items():
                assert bench.value(name) == pytest.approx(value), name
            assert bench.link.connected
            assert bench.traffic.requests >= 4

    scenario(run())


def test_that_a_device_that_goes_turns_bad_at_once_and_comes_back_by_itself():
    async def run():
        bench = Bench()
        async with bench.running():
            await bench.until(lambda: bench.quality("power") == Quality.GOOD)
            await bench.misbehave(drop=1.0)
            await bench.until(lambda: bench.quality("power") == Quality.NOT_CONNECTED, 0.5)
            assert np.isnan(bench.value("power"))
            assert all(bench.quality(name) >= 0x80 for name in ("mode", "order", "on", "energy"))
            await bench.misbehave()
            await bench.until(lambda: bench.quality("power") == Quality.GOOD)
            assert bench.link.reconnects == 1

    scenario(run())


def test_that_a_device_that_accepts_and_says_nothing_is_lost_after_two_timeouts():
    async def run():
        bench = Bench()
        async with bench.running():
            await bench.until(lambda: bench.quality("power") == Quality.GOOD)
            await bench.misbehave(silence=1.0)
            await bench.until(lambda: not bench.link.connected, 3.0)
            assert bench.quality("power") == Quality.TIMEOUT
            assert bench.traffic.errors["timeout"] >= 2

    scenario(run())


def test_that_garbage_costs_quality_and_a_count_and_nothing_else():
    async def run():
        bench = Bench()
        async with bench.running():
            await bench.until(lambda: bench.quality("power") == Quality.GOOD)
            await bench.misbehave(garbage=1.0)
            await bench.until(lambda: bench.quality("power") >= 0x80)
            assert sum(bench.traffic.errors.values()) >= 1
            await bench.misbehave()
            await bench.until(lambda: bench.quality("power") == Quality.GOOD, 10.0)

    scenario(run())


def test_that_answers_that_come_after_their_timeout_are_never_taken_for_the_next():
    async def run():
        bench = Bench()
        async with bench.running():
            await bench.until(lambda: bench.quality("mode") == Quality.GOOD)
            bench.world.value[bench.tag("mode").index] = 7
            await bench.misbehave(late=0.4)
            await asyncio.sleep(1.0)
            await bench.misbehave()
            await bench.until(lambda: bench.quality("mode") == Quality.GOOD and bench.value("mode") == 7, 10.0)
            assert bench.value("power") == 0.0

    scenario(run())


def test_that_a_write_reaches_the_device_and_is_read_back():
    async def run():
        bench = Bench()
        async with bench.running():
            await bench.until(lambda: bench.link.connected)
            for name, raw in (("power", 3.25), ("mode", 2.0), ("order", 1.0), ("door", 1.0), ("energy", 5000.0)):
                await bench.link.write(bench.tag(name), raw, 1.0) if name != "energy" else None
            assert bench.world.value[bench.tag("power").index] == 3.25
            assert bench.world.value[bench.tag("door").index] == 1.0
            assert bench.world.value[bench.tag("supply").index] == 0.0
            await bench.until(lambda: bench.value("order") == 1.0 and bench.value("mode") == 2.0, 1.0)

    scenario(run())


def test_that_a_refused_write_is_failed_and_changes_nothing():
    async def run():
        bench = Bench()

        def decline(value):
            raise Rejected

        async with bench.running():
            await bench.until(lambda: bench.link.connected)
            bench.world.on_write(bench.tag("mode"), decline)
            with pytest.raises(WriteFailed, match="device failure"):
                await bench.link.write(bench.tag("mode"), 2.0, 1.0)
            with pytest.raises(WriteFailed, match="cannot take"):
                await bench.link.write(bench.tag("mode"), 2.5, 1.0)
            with pytest.raises(WriteFailed, match="only be read"):
                await bench.link.write(bench.tag("energy"), 2.0, 1.0)
            assert bench.world.value[bench.tag("mode").index] == 0.0

    scenario(run())


def test_that_a_write_without_an_answer_is_unknown():
    async def run():
        bench = Bench()
        async with bench.running():
            await bench.until(lambda: bench.link.connected)
            await bench.misbehave(silence=1.0)
            with pytest.raises(WriteUnknown):  # longer than a read that is under way may hold the line
                await bench.link.write(bench.tag("mode"), 2.0, 0.9)
            await bench.misbehave(drop=1.0)
            await bench.until(lambda: not bench.link.connected)
            with pytest.raises(WriteFailed, match="not connected"):
                await bench.link.write(bench.tag("mode"), 2.0, 0.2)

    scenario(run())


def test_that_an_exception_two_splits_the_block_and_the_rest_is_read():
    async def run():
        port = free_port()
        addresses = {
            "a": Address(Table.HOLDING, 10),
            "b": Address(Table.HOLDING, 20),
            "far": Address(Table.HOLDING, 40),
        }
        device = site(link(port), (1,), {"a": addresses["a"], "b": addresses["b"]})
        server = ModbusServer(device.links["L"], device.tags, World(device))
        await server.start()
        asking = site(link(port), (1,), addresses)
        table, traffic, clock = TagTable(asking.tags), Traffic(), SystemClock()
        driver = driver_of(asking, clock, traffic)
        task = asyncio.create_task(driver.run(lambda batch: table.apply(batch, clock.now()), lambda: None))
        try:
            async with asyncio.timeout(3):
                while table.columns["quality"].tolist() != [0, 0, Quality.CONFIGURATION]:
                    await asyncio.sleep(0.01)
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            await server.stop()

    scenario(run())


def test_that_a_dead_unit_behind_a_gateway_does_not_slow_its_neighbours():
    async def run():
        port = free_port()
        device = site(link(port), (1,))
        server = ModbusServer(device.links["L"], device.tags, World(device))
        await server.start()
        server._server.ignore_missing_devices = True  # the gateway stays silent for unit 2
        asking = site(link(port, timeout_s=0.2), (1, 2))
        table, traffic, clock = TagTable(asking.tags), Traffic(), SystemClock()
        driver = driver_of(asking, clock, traffic)
        times = []

        def publish(batch):
            table.apply(batch, clock.now())
            if asking.tag_by_id["E1.power"].index in batch.index:
                times.append(clock.monotonic())

        task = asyncio.create_task(driver.run(publish, lambda: None))
        await asyncio.sleep(3.0)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await server.stop()
        assert table.columns["quality"][asking.tag_by_id["E2.power"].index] == Quality.TIMEOUT
        assert np.median(np.diff(times)) < 0.2

    scenario(run())


def test_that_a_stream_that_breaks_the_protocol_is_closed_at_once():
    async def run():
        async def serve(reader, writer):
            request = await reader.read(260)
            for answer in self_answers:
                writer.write(answer(request))
            with suppress(ConnectionError):
                await writer.drain()
                await reader.read()
            writer.close()

        cases = {
            "foreign protocol": (lambda q: q[:2] + b"\x12\x34\x00\x05\x01\x03\x02\x00\x01", ConnectionError),
            "huge length": (lambda q: q[:2] + b"\x00\x00\xff\xff\x01\x03\x02\x00\x01", ConnectionError),
            "wrong unit": (lambda q: q[:4] + b"\x00\x05\x09\x03\x02\x00\x01", GarbledAnswer),
            "wrong function": (lambda q: q[:4] + b"\x00\x05\x01\x04\x02\x00\x01", GarbledAnswer),
            "refusal": (lambda q: q[:4] + b"\x00\x03\x01\x83\x02", ModbusException),
            "foreign transaction": (lambda q: b"\x55\x55" + q[2:4] + b"\x00\x05\x01\x03\x02\x00\x01", TimeoutError),
        }
        for name, (answer, error) in cases.items():
            self_answers = [answer]
            server = await asyncio.start_server(serve, "127.0.0.1", 0)
            port = server.sockets[0].getsockname()[1]
            client = await dial(Endpoint(Framing.MBAP, "127.0.0.1", port), Settings())
            with pytest.raises(error):
                await client.call(1, struct.pack(">BHH", 3, 0, 1), 0.3)
            client.close()
            await client.closed()
            server.close()
            await server.wait_closed()
            assert name

    scenario(run())


def test_that_a_refused_connection_is_a_lost_link():
    async def run():
        plant = site(link(free_port()))
        with pytest.raises(LinkLost, match="does not accept"):
            await driver_of(plant, SystemClock(), Traffic()).run(lambda batch: None, lambda: None)

    scenario(run())


def test_that_neighbours_join_into_one_request_and_far_ones_do_not():
    addresses = {f"t{n}": Address(Table.HOLDING, n) for n in (0, 5, 30, 200, 324, 325)}
    plant = site(link(502), (1, 2), addresses)
    blocks = plan(places_of(plant.tags), plant.links["L"].settings)
    assert [(block.unit, block.start, block.count) for block in blocks] == [
        (1, 0, 31), (1, 200, 1), (1, 324, 2), (2, 0, 31), (2, 200, 1), (2, 324, 2),
    ]  # fmt: skip


@asynccontextmanager
async def talking_to(answer):
    """A driver on a device that answers each request's unit, function and data with what `answer` returns."""

    async def serve(reader, writer):
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await reader.readexactly(6)
                body = await reader.readexactly(int.from_bytes(head[4:], "big"))
                reply = await answer(body[0], body[1], body[2:])
                writer.write(head[:4] + len(reply).to_bytes(2, "big") + reply)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    plant = site(link(server.sockets[0].getsockname()[1]), (1,), {"power": Address(Table.HOLDING, 0, Type.FLOAT32)})
    table, clock, up = TagTable(plant.tags), SystemClock(), asyncio.Event()
    driver = driver_of(plant, clock, Traffic())
    task = asyncio.create_task(driver.run(lambda batch: table.apply(batch, clock.now()), up.set))
    try:
        await up.wait()
        yield driver, plant.tags[0], table
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        server.close()
        await server.wait_closed()
        await asyncio.sleep(0.05)


def test_that_a_float_that_is_no_number_is_a_fault_of_the_device_and_no_good_value():
    async def run():
        numbers = iter([1.5, float("nan"), float("inf"), *[2.5] * 1000])

        async def answer(unit, function, data):
            return struct.pack(">BBBf", unit, function, 4, next(numbers))

        async with talking_to(answer) as (_, tag, table):
            seen = []
            while not seen or seen[-1][1] != 2.5:
                now = int(table.columns["quality"][tag.index]), float(table.columns["value"][tag.index])
                if not seen or str(seen[-1]) != str(now):
                    seen.append(now)
                await asyncio.sleep(0.005)
            assert str(seen) == str([(0, 1.5), (int(Quality.DEVICE_FAULT), float("nan")), (0, 2.5)])

    scenario(run())


def test_that_a_write_whose_answer_the_gateway_did_not_get_is_unknown():
    """The device behind it may well have acted."""

    async def run():
        async def answer(unit, function, data):
            if function in (6, 16):
                return bytes([unit, function | 0x80, 11])
            return struct.pack(">BBBf", unit, function, 4, 1.0)

        async with talking_to(answer) as (driver, tag, _):
            with pytest.raises(WriteUnknown, match="gateway target"):
                await driver.write(tag, 2.0, 1.0)

    scenario(run())


def test_that_a_write_that_had_not_left_when_the_connection_went_is_failed():
    async def run():
        asked = []

        async def answer(unit, function, data):
            asked.append(function)
            if len(asked) > 1:
                await asyncio.sleep(0.1)
                raise ConnectionError
            return struct.pack(">BBBf", unit, function, 4, 1.0)

        async with talking_to(answer) as (driver, tag, _):
            while len(asked) < 2:
                await asyncio.sleep(0.005)
            with pytest.raises(WriteFailed, match="nothing was sent"):
                await driver.write(tag, 2.0, 1.0)
            assert set(asked) == {3}

    scenario(run())
