"""A driver on a line of difficult devices: fair turns, silent units, holes, small limits, and every way to write."""

from __future__ import annotations

import asyncio
import struct

import pytest

from drivers.modbus import plan, polling, schedule
from drivers.modbus.address import Address, Table, Type
from drivers.modbus.device import Device, Span
from supervisor.driver import Examiner
from supervisor.errors import LinkLost, ReadFailed, WriteFailed
from supervisor.model import Quality
from tests.drivers.modbus.fieldbus import Fieldbus, Reader, until

ONE = {"a": Address(Table.HOLDING, 10)}
THREE = {"a": Address(Table.HOLDING, 10), "b": Address(Table.HOLDING, 20), "c": Address(Table.HOLDING, 40)}


def words(number: float) -> dict[int, int]:
    return dict(enumerate(struct.unpack(">2H", struct.pack(">f", number)), 10))


@pytest.mark.slow
def test_that_a_dead_unit_leaves_its_neighbours_their_rhythm(monkeypatch):
    monkeypatch.setattr(schedule, "PROBE_S", 1.0)
    monkeypatch.setattr(schedule, "PROBE_SHARE", 4.0)

    async def scenario() -> None:
        bus = Fieldbus((1, 2, 3))
        async with bus.running():
            reader = Reader(bus, ONE, (1, 2, 3), timeout_s=0.4, normal_s=0.1)
            async with reader.running():
                await until(lambda: all(len(heard) > 20 for heard in reader.heard.values()))
                bus.units[2].silent = True
                await until(lambda: reader.quality("a", 2) == Quality.TIMEOUT)
                await until(lambda: bus.asked[-1][0] != 2)
                began, asked = reader.clock.monotonic(), len(bus.reads(2))
                wanted = {unit: len(reader.heard[unit]) + 15 for unit in (1, 3)}
                await until(lambda: all(len(reader.heard[unit]) > count for unit, count in wanted.items()))
                await until(lambda: len(bus.reads(2)) > asked)
                await until(lambda: bus.asked[-1][0] != 2)
                waited = 0.4 * (len(bus.reads(2)) - asked)
                assert waited < (reader.clock.monotonic() - began) / 3, "the dead one takes the time of the others"
                assert reader.quality("a", 1) == reader.quality("a", 3) == 0
                assert reader.ups == 1
                bus.units[2].silent = False
                await until(lambda: reader.quality("a", 2) == 0, 20)

    asyncio.run(scenario())


@pytest.mark.parametrize(("code", "quality"), [(11, Quality.TIMEOUT), (10, Quality.NOT_CONNECTED)])
def test_that_a_gateway_that_misses_one_unit_marks_only_that_one_and_all_of_it(code, quality):
    async def scenario() -> None:
        bus = Fieldbus((1, 2))
        far = {**ONE, "far": Address(Table.HOLDING, 900, poll="slow")}
        async with bus.running():
            reader = Reader(bus, far, (1, 2), slow_s=600.0)
            async with reader.running():
                await until(lambda: reader.qualities == {0})
                bus.units[2].says = code
                await until(lambda: reader.quality("a", 2) == reader.quality("far", 2) == quality)
                await asyncio.sleep(0.3)
                assert reader.quality("a", 1) == reader.quality("far", 1) == 0
                assert reader.ups == 1
                asked = len(bus.reads(2))
                await asyncio.sleep(0.5)
                assert len(bus.reads(2)) <= asked + 1

    asyncio.run(scenario())


def test_that_a_line_on_which_nobody_answers_any_more_is_lost():
    async def scenario() -> None:
        bus = Fieldbus(range(1, 9))
        async with bus.running():
            reader = Reader(bus, ONE, range(1, 9), timeout_s=0.2)
            async with reader.running():
                await until(lambda: reader.qualities == {0})
                for unit in bus.units.values():
                    unit.silent = True
                bus.asked.clear()
                task = next(task for task in asyncio.all_tasks() if "ModbusDriver.run" in repr(task))
                await asyncio.wait([task], timeout=10)
                with pytest.raises(LinkLost, match="does not answer") as lost:
                    task.result()
                assert lost.value.quality == Quality.TIMEOUT
                assert len(bus.asked) < 8, "a dead connection is told without asking every unit"

    asyncio.run(scenario())


@pytest.mark.parametrize("pipeline", [1, 4])
def test_that_a_hole_is_found_and_remembered_over_a_reconnection(pipeline):
    async def scenario() -> None:
        bus = Fieldbus()
        bus.units[1].holes = {15, 30}
        async with bus.running():
            reader = Reader(bus, THREE, pipeline=pipeline)
            for _ in range(2):
                async with reader.running():
                    reader.table.columns["quality"][:] = Quality.NEVER_READ
                    await until(lambda: reader.qualities == {0})
                    await until(lambda: len(bus.asked) > 12)
                    refused = reader.traffic.errors.get("exception 2", 0)
                    assert set(bus.reads()[-3:]) == {(10, 1), (20, 1), (40, 1)}
                bus.asked.clear()
            assert refused == 2, "the second connection asked for no hole again"

    asyncio.run(scenario())


def test_that_a_split_is_tried_again_now_and_then_and_no_value_turns_bad_for_it(monkeypatch):
    monkeypatch.setattr(polling, "BELIEVED_S", 0.4)
    monkeypatch.setattr(plan, "BELIEVED_S", 0.2)

    async def scenario() -> None:
        bus = Fieldbus()
        bus.units[1].holes = {30}
        async with bus.running():
            reader = Reader(bus, THREE)
            async with reader.running():
                await until(lambda: reader.qualities == {0})
                before = len(reader.heard[1])
                await until(lambda: bus.reads().count((10, 31)) >= 3)
                assert reader.qualities == {0}
                assert len(reader.heard[1]) > before
                bus.units[1].holes = set()
                await until(lambda: bus.reads()[-4:] == [(10, 31)] * 4)
                assert reader.qualities == {0}

    asyncio.run(scenario())


def test_that_an_address_that_is_not_there_is_a_mistake_of_the_pack_until_it_comes(monkeypatch):
    monkeypatch.setattr(polling, "MISSING_S", (0.2,))
    monkeypatch.setattr(polling, "REPLAN_S", 0.1)

    async def scenario() -> None:
        bus = Fieldbus()
        bus.units[1].holes = {20}
        async with bus.running():
            reader = Reader(bus, THREE)
            async with reader.running():
                wanted = [0, Quality.CONFIGURATION, 0]
                await until(lambda: reader.table.columns["quality"].tolist() == wanted)
                bus.units[1].holes = set()
                await until(lambda: reader.qualities == {0})
                await until(lambda: bus.reads()[-1] == (10, 31))
                assert reader.qualities == {0}

    asyncio.run(scenario())


@pytest.mark.parametrize("beyond", [3, 0, 2])
def test_that_a_device_that_gives_less_than_the_standard_is_asked_for_less(beyond):
    async def scenario() -> None:
        bus = Fieldbus()
        bus.units[1].most, bus.units[1].beyond = 40, beyond
        async with bus.running():
            reader = Reader(bus, {f"t{n}": Address(Table.HOLDING, n) for n in range(0, 120, 3)})
            async with reader.running():
                await until(lambda: reader.qualities == {0})
                bus.asked.clear()
                await until(lambda: len(bus.asked) > 10)
                assert max(count for _, count in bus.reads()) <= 40

    asyncio.run(scenario())


def test_that_limits_and_forbidden_ranges_of_a_pack_are_kept_on_the_wire():
    async def scenario() -> None:
        bus = Fieldbus((1, 2))
        device = Device(most_registers=20, forbidden=(Span(Table.HOLDING, 12, 13), Span(Table.HOLDING, 40, 40)))
        async with bus.running():
            reader = Reader(bus, THREE, (1, 2), device)
            async with reader.running():
                await until(lambda: reader.quality("b", 1) == reader.quality("b", 2) == 0)
                assert reader.quality("c") == Quality.CONFIGURATION, "its own pack forbids it"
                await until(lambda: len(bus.asked) > 8)
                assert set(bus.reads(1)) == set(bus.reads(2)) == {(10, 1), (20, 1)}

    asyncio.run(scenario())


def test_that_texts_and_decimal_coded_numbers_arrive_and_bad_digits_are_a_fault():
    async def scenario() -> None:
        bus = Fieldbus()
        name = "Pompe 2".encode("latin-1").ljust(12, b"\0")
        bus.units[1].registers = {
            **dict(enumerate(struct.unpack(">6H", name), 10)),
            **dict(enumerate(struct.unpack("<6H", name), 20)),
            30: 0x1234,
            31: 0x5678,
            32: 0x0091,
            33: 0x00A1,
        }
        addresses = {
            "name": Address(Table.HOLDING, 10, Type.STRING, length=12),
            "swapped": Address(Table.HOLDING, 20, Type.STRING, word_order="BADC", length=11),
            "long": Address(Table.HOLDING, 30, Type.BCD32),
            "short": Address(Table.HOLDING, 32, Type.BCD16),
            "bad": Address(Table.HOLDING, 33, Type.BCD16),
        }
        async with bus.running():
            reader = Reader(bus, addresses)
            async with reader.running():
                await until(lambda: reader.quality("name") == 0)
                assert (reader.text("name"), reader.text("swapped")) == ("Pompe 2", "Pompe 2")
                assert (reader.value("long"), reader.value("short")) == (12345678.0, 91.0)
                assert reader.quality("bad") == Quality.DEVICE_FAULT
                with pytest.raises(WriteFailed, match="can only be read"):
                    await reader.driver.write(reader.tag("name"), 1.0, 1.0)

    asyncio.run(scenario())


def test_that_a_broadcast_is_refused_unless_the_pack_allows_it_and_is_told_by_what_is_read_back():
    async def scenario() -> None:
        bus = Fieldbus((1, 2))
        async with bus.running():
            plain = Reader(bus, ONE, (0, 1, 2))
            bus.units[0] = bus.units[1]
            async with plain.running():
                await until(lambda: plain.quality("a", 1) == 0)
                with pytest.raises(WriteFailed, match="broadcast = true"):
                    await plain.driver.write(plain.tag("a", 0), 5.0, 1.0)
            del bus.units[0]
            bus.asked.clear()
            reader = Reader(bus, ONE, (0, 1, 2), Device(broadcast=True))
            async with reader.running():
                await until(lambda: reader.quality("a", 2) == 0)
                await reader.driver.write(reader.tag("a", 0), 5.0, 1.0)
                await until(lambda: reader.value("a", 1) == reader.value("a", 2) == 5.0)
                assert reader.quality("a", 0) == Quality.CONFIGURATION
            assert [one for one in bus.asked if one[0] == 0] == [(0, 6, 10, 5)]

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("device", "functions"),
    [
        (Device(), {6, 16, 22}),
        (Device(multiple=True), {16, 22}),
        (Device(mask_write=False), {6, 16}),
        (Device(mask_write=False, multiple=True), {16}),
        (Device(read_write=True), {23, 22}),
    ],
)
def test_that_a_device_is_written_to_with_the_functions_it_knows(device, functions):
    addresses = {
        "number": Address(Table.HOLDING, 10, Type.FLOAT32),
        "word": Address(Table.HOLDING, 12),
        "bit": Address(Table.HOLDING, 13, Type.BOOL, 3),
    }

    async def scenario() -> None:
        bus = Fieldbus()
        bus.units[1].registers[13] = 0x8001
        async with bus.running():
            reader = Reader(bus, addresses, device=device, normal_s=600.0)
            async with reader.running():
                await until(lambda: reader.qualities == {0})
                for name, raw in (("number", 2.5), ("word", 7.0), ("bit", 1.0)):
                    await reader.driver.write(reader.tag(name), raw, 1.0)
                    await until(lambda name=name, raw=raw: reader.value(name) == raw)
                await reader.driver.write(reader.tag("bit"), 0.0, 1.0)
                with pytest.raises(WriteFailed, match="0 or 1"):
                    await reader.driver.write(reader.tag("bit"), 2.0, 1.0)
        assert {one[1] for one in bus.asked} - {3} == functions
        assert bus.units[1].registers == {**words(2.5), 12: 7, 13: 0x8001}

    asyncio.run(scenario())


def test_that_one_value_can_be_seen_as_it_lies_on_the_wire():
    async def scenario() -> None:
        bus = Fieldbus()
        bus.units[1].registers = words(25.0)
        async with bus.running():
            reader = Reader(bus, {"x": Address(Table.HOLDING, 10, Type.FLOAT32)})
            assert isinstance(reader.driver, Examiner)
            with pytest.raises(ReadFailed, match="not connected"):
                await reader.driver.examine(reader.tag("x"), 1.0)
            async with reader.running():
                await until(lambda: reader.quality("x") == 0)
                seen = await reader.driver.examine(reader.tag("x"), 1.0)
                assert (seen.raw.hex(), seen.text) == ("41c80000", "25")
                bus.units[1].says = 4
                with pytest.raises(ReadFailed, match="device failure"):
                    await reader.driver.examine(reader.tag("x"), 1.0)
                bus.units[1].says, bus.units[1].silent = 0, True
                with pytest.raises(ReadFailed, match="no answer"):
                    await reader.driver.examine(reader.tag("x"), 0.1)

    asyncio.run(scenario())


@pytest.mark.parametrize("pipeline", [1, 4])
def test_that_several_requests_are_under_way_only_where_the_link_says_so(pipeline):
    async def scenario() -> None:
        bus = Fieldbus()
        bus.units[1].late_s = 0.02
        spread = {f"t{n}": Address(Table.HOLDING, 100 * n) for n in range(8)}
        under_way = most = 0
        async with bus.running():
            reader = Reader(bus, spread, pipeline=pipeline, timeout_s=2.0)
            async with reader.running():
                await until(lambda: reader.driver._polling is not None)
                client = reader.driver._polling.client
                call = client.call

                async def counted(unit: int, pdu: bytes, timeout_s: float) -> bytes:
                    nonlocal under_way, most
                    under_way += 1
                    most = max(most, under_way)
                    try:
                        return await call(unit, pdu, timeout_s)
                    finally:
                        under_way -= 1

                client.call = counted
                await until(lambda: len(reader.heard[1]) > 24)
        assert most == pipeline

    asyncio.run(scenario())


def test_that_a_link_with_nothing_to_read_is_up_once_it_is_connected():
    async def scenario() -> None:
        bus = Fieldbus((1,))
        async with bus.running():
            reader = Reader(bus, ONE, (0,), Device(broadcast=True))
            async with reader.running():
                await until(lambda: reader.ups == 1)
                bus.cut()

    asyncio.run(scenario())
