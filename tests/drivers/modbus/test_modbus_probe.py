"""The look at an unknown Modbus device: it finds what is there, splits at holes, and never writes."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Iterator
from contextlib import asynccontextmanager, suppress

import pytest
from hypothesis import given
from hypothesis import strategies as some

from drivers.modbus.address import WORD_ORDERS, Table, parse_address
from drivers.modbus.probe import ModbusProbe, address_of, place_of, row_of
from drivers.modbus.readings import Registers, arranged, notations
from supervisor.errors import Unavailable
from supervisor.probe import Fact, Finding, Peer, Progress
from tests import peers
from tests.ports import free_port


class Device:
    """A device with holes: exception 2 wherever a request touches an address it does not have."""

    def __init__(self, registers: dict[int, int], units: tuple[int, ...] = (1,), identity: bool = False) -> None:
        self.registers, self.units, self.identity = registers, units, identity
        self.asked: list[tuple[int, bytes]] = []

    @asynccontextmanager
    async def served(self):
        port = free_port()
        server = await asyncio.start_server(self._serve, "127.0.0.1", port)
        try:
            yield f"modbus://127.0.0.1:{port}"
        finally:
            server.close()
            await server.wait_closed()

    async def _serve(self, reader, writer):
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await reader.readexactly(7)
                pdu = await reader.readexactly(struct.unpack(">H", head[4:6])[0] - 1)
                self.asked.append((head[6], pdu))
                if head[6] in self.units:
                    answer = self._answer(pdu)
                    writer.write(head[:4] + struct.pack(">HB", len(answer) + 1, head[6]) + answer)
        writer.close()

    def _answer(self, pdu: bytes) -> bytes:
        code = pdu[0]
        if code == 0x2B and self.identity:
            return bytes((0x2B, 0x0E, 1, 1, 0, 0, 2, 0, 4)) + b"Acme" + bytes((1, 3)) + b"X-1"
        if code == 6:
            at, value = struct.unpack(">HH", pdu[1:])
            self.registers[at] = value
            return pdu
        if code != 3:
            return bytes((code | 0x80, 1))
        start, count = struct.unpack(">HH", pdu[1:])
        if any(at not in self.registers for at in range(start, start + count)):
            return bytes((0x83, 2))
        return bytes((3, 2 * count)) + b"".join(struct.pack(">H", self.registers[start + at]) for at in range(count))


def look(device: Device, **words: str) -> list[Fact | Finding | Progress]:
    news: list[Fact | Finding | Progress] = []

    async def scenario() -> None:
        async with device.served() as url:
            await ModbusProbe().look(Peer(url, {"pause": "0", "timeout": "10", **words}), news.append)

    asyncio.run(scenario())
    return news


def found(news) -> dict[int, Finding]:
    return {int(one.address["0-based"]): one for one in news if isinstance(one, Finding)}


def facts(news, kind: str) -> list[tuple[str, str]]:
    return [(one.name, one.text) for one in news if isinstance(one, Fact) and one.kind == kind]


def test_that_a_look_finds_every_range_of_a_device_with_holes_and_nothing_else():
    device = Device({at: 1000 + at for at in [*range(3, 9), *range(40, 41), *range(100, 180)]})
    news = look(device, count="200")
    assert sorted(found(news)) == sorted(device.registers)
    assert facts(news, "range") == [
        ("unit 1 holding", "3 … 8"),
        ("unit 1 holding", "40"),
        ("unit 1 holding", "100 … 179"),
    ]
    assert found(news)[40].raw == "0410"
    assert found(news)[40].readings["uint16"] == "1040"
    assert found(news)[40].address == {"0-based": "40", "1-based": "41", "Modicon": "40041"}


def test_that_a_look_never_writes():
    device = Device(dict.fromkeys(range(50), 0), identity=True)
    look(device, table="all", unit="1-2", timeout="0.3")
    assert {pdu[0] for _, pdu in device.asked} <= {1, 2, 3, 4, 0x2B}


def test_that_a_table_the_device_does_not_have_costs_one_request():
    device = Device({0: 1})
    news = look(device, table="input,holding", count="1000")
    assert [pdu[0] for _, pdu in device.asked].count(4) <= 2
    assert any("illegal function" in text for _, text in facts(news, "note"))


def test_that_units_that_are_silent_are_passed_over_and_the_others_found():
    device = Device({0: 7, 1: 8}, units=(2, 4))
    news = look(device, unit="1-4", table="holding", count="2", timeout="0.3")
    assert facts(news, "unit") == [("2", ""), ("4", "")]
    assert [one.args["unit"] for one in news if isinstance(one, Finding)] == ["2", "2", "4", "4"]


def test_that_a_device_says_who_made_it():
    news = look(Device({0: 1}, identity=True))
    assert facts(news, "device") == [("unit 1 vendor", "Acme"), ("unit 1 product", "X-1")]


def test_that_progress_never_goes_back_and_ends_at_the_whole():
    news = look(Device({at: at for at in (3, 77, 150)}), unit="1-2", timeout="0.3")
    done = [(one.done, one.total) for one in news if isinstance(one, Progress)]
    assert [part for part, _ in done] == sorted(part for part, _ in done)
    assert done[-1][0] == done[-1][1]


def test_that_a_look_that_finds_nothing_says_what_to_try():
    news = look(Device({}), count="10")
    assert any("try other ones" in text for _, text in facts(news, "note"))


@pytest.mark.parametrize("order", WORD_ORDERS)
def test_that_the_word_order_of_a_meter_is_seen_by_its_50_hertz(order):
    registers = dict.fromkeys(range(20), 0)
    for at, value in ((2, 231.7), (4, 230.2), (10, 49.98)):
        data = arranged(struct.pack(">f", value), order)
        registers[at], registers[at + 1] = struct.unpack(">HH", data)
    rows = found(look(Device(registers), count="20", table="holding"))
    assert rows[10].likely == f"float32 {order}"
    assert rows[10].value == "49.98"
    assert rows[11].likely == ""
    assert rows[10].row == {"table": "holding", "address": "10", "type": "float32", "word_order": order}
    assert float(rows[2].readings[f"float32 {order}"]) == pytest.approx(231.7)


def test_that_a_measured_float_is_not_hidden_by_what_a_nought_beside_it_seems_to_be():
    registers = Registers(1, Table.INPUT)
    registers.take(0, 10, struct.pack(">10H", 1366, 0, 0x3EC8, 0x41B4, 0, 0, 0, 0xD07B, 0x41B6, 0), 1)
    likely = [one.likely for one in registers.findings()]
    assert (likely[2], likely[7]) == ("float32 CDAB", "float32 CDAB")


def test_that_counters_side_by_side_are_not_taken_for_floats():
    registers = Registers(1, Table.INPUT)
    registers.take(900, 120, b"".join(struct.pack(">H", 7 * at) for at in range(900, 1020)), 1)
    assert {one.likely for one in registers.findings()} <= {"uint16", "int16"}


def test_that_a_small_negative_number_is_read_with_its_sign():
    registers = Registers(1, Table.HOLDING)
    registers.take(0, 2, struct.pack(">hH", -5, 60000), 1)
    assert [one.likely for one in registers.findings()] == ["int16", "uint16"]


def test_that_addresses_are_written_three_ways():
    assert notations(Table.HOLDING, 12) == {"0-based": "12", "1-based": "13", "Modicon": "40013"}
    assert notations(Table.COIL, 0)["Modicon"] == "00001"
    assert notations(Table.INPUT, 9998)["Modicon"] == "39999"
    assert notations(Table.INPUT, 9999)["Modicon"] == "310000"


@pytest.mark.parametrize(
    ("place", "row"),
    [
        ("holding 12 float32 CDAB", {"table": "holding", "address": "12", "type": "float32", "word_order": "CDAB"}),
        ("40013", {"table": "holding", "address": "12", "type": "uint16"}),
        ("30001 int16", {"table": "input", "address": "0", "type": "int16"}),
        ("holding 7 bit 3", {"table": "holding", "address": "7", "type": "bool", "bit": "3"}),
        (
            "holding 50 string 16",
            {"table": "holding", "address": "50", "type": "string", "length": "16", "word_order": "ABCD"},
        ),
        ("coil 9", {"table": "coil", "address": "9", "type": "bool"}),
    ],
)
def test_that_a_person_names_an_address_as_the_manual_does(place, row):
    assert row_of(address_of(place)) == row


def test_that_an_address_that_makes_no_sense_is_one_sentence():
    with pytest.raises(Unavailable, match="did you mean float32"):
        address_of("holding 12 float3")


@given(some.integers(0, 65534), some.sampled_from(["uint16", "int32", "float32"]), some.sampled_from(WORD_ORDERS))
def test_that_a_place_that_is_written_down_is_read_back_as_the_same(number, kind, order):
    row = {
        "table": "holding",
        "address": str(number),
        "type": kind,
        "word_order": order if kind != "uint16" else "ABCD",
    }
    address = parse_address(row)
    assert address_of(place_of(address)) == address


def test_that_one_value_is_read_and_written_and_read_back():
    device = Device(dict.fromkeys(range(20), 0))
    device.registers |= {12: 0x0000, 13: 0x41C8}

    async def scenario() -> tuple[Finding, str]:
        async with device.served() as url:
            peer = Peer(url, {"timeout": "10"})
            one = await ModbusProbe().read(peer, "holding 12 float32 CDAB")
            return one, await ModbusProbe().write(peer, "holding 3", "77")

    one, said = asyncio.run(scenario())
    assert (one.value, one.raw.replace(" ", "")) == ("25", "000041c8")
    assert said == "77"
    assert device.registers[3] == 77


def test_that_a_text_in_registers_is_read_as_one():
    words = {50 + at: int.from_bytes(b"SOCO"[2 * at : 2 * at + 2], "big") for at in range(2)}

    async def scenario() -> Finding:
        async with Device(words).served() as url:
            return await ModbusProbe().read(Peer(url, {"timeout": "10"}), "holding 50 string 4")

    one = asyncio.run(scenario())
    assert (one.value, one.kind) == ("SOCO", "text")


def test_that_a_refusal_is_told_with_the_devices_own_reason():
    async def scenario() -> None:
        async with Device({}).served() as url:
            await ModbusProbe().read(Peer(url, {"timeout": "10"}), "holding 12")

    with pytest.raises(Unavailable, match="illegal address"):
        asyncio.run(scenario())


def test_that_a_device_that_is_not_there_is_one_sentence():
    with pytest.raises(Unavailable, match="does not accept a connection"):
        asyncio.run(ModbusProbe().look(Peer(f"modbus://127.0.0.1:{free_port()}"), lambda news: None))


@pytest.mark.parametrize(
    "words", [{"unit": "9-3"}, {"unit": "x"}, {"count": "0"}, {"from": "65530"}, {"table": "coils"}]
)
def test_that_options_out_of_bounds_are_refused_before_anything_is_asked(words):
    with pytest.raises(Unavailable):
        asyncio.run(ModbusProbe().look(Peer("modbus://127.0.0.1:9", words), lambda news: None))


@pytest.fixture
def libmodbus() -> Iterator[str]:
    with peers.modbus_device() as port:
        yield f"modbus://127.0.0.1:{port}"


def test_that_a_device_on_libmodbus_is_read_as_it_is(libmodbus):
    news: list[Fact | Finding | Progress] = []
    words = {"from": "990", "count": "150", "table": "all", "pause": "0", "timeout": "10"}
    asyncio.run(ModbusProbe().look(Peer(libmodbus, words), news.append))
    rows = {one.place: one for one in news if isinstance(one, Finding)}
    assert rows["unit 1 holding 1004"].value == "3"
    assert rows["unit 1 holding 1004"].likely == "float32 ABCD"
    assert rows["unit 1 input 991"].value == str(7 * 991)
    assert rows["unit 1 coil 991"].value == "1"
    assert rows["unit 1 discrete 994"].value == "1"
