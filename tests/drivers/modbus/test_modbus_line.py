"""A serial line that does what it likes: late, torn, garbled, lost, out of step. Time is the test's own."""

from __future__ import annotations

import asyncio
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from drivers.modbus.client import GarbledAnswer, ModbusException, NotSent
from drivers.modbus.endpoint import SerialLine
from drivers.modbus.framing import Ascii, Rtu
from drivers.modbus.line import LineClient, Timing
from tests.drivers.modbus.hourglass import ENDS, Wire, how, hung_up, read, turned

TIMEOUT_S = 1.0
FRAMINGS = {"rtu": Rtu(), "ascii": Ascii()}
kinds = some.sampled_from(sorted(FRAMINGS))


def line(kind="rtu", timing=None):
    client = LineClient(FRAMINGS[kind], timing or Timing())
    return client, Wire(client)


turns = some.fixed_dictionaries(
    {
        "unit": some.integers(1, 3),
        "function": some.sampled_from((3, 4)),
        "mode": some.sampled_from((*["good"] * 6, "silent", "torn", "noise first", "flipped", "refused", "short")),
        "after_s": some.sampled_from((0.0, 0.001, 0.3, 0.9, 1.1, 1.5, 1.8)),
        "cuts": some.lists(some.integers(1, 6), max_size=4),
        "between_s": some.sampled_from((0.0, 0.0, 0.004, 0.03)),
        "patience_s": some.sampled_from((9.0, 9.0, 9.0, 0.05)),
    }
)


class Field:
    """The devices of one line: the n-th request they hear is treated as the n-th script says. Each answer carries the
    address that was asked for, and each request of the test asks for another."""

    def __init__(self, kind, scripts):
        self.framing, self.scripts, self.asked = FRAMINGS[kind], iter(scripts), {}
        self.client = LineClient(self.framing, Timing())
        self.wire = Wire(self.client, self.heard)

    def heard(self, frame):
        script = next(self.scripts)
        unit, function, start = struct.unpack_from(
            ">BBH", bytes.fromhex(frame[1:-2].decode()) if frame[:1] == b":" else frame
        )
        self.asked[start] = mode = script["mode"]
        pdus = {"refused": bytes((function | 0x80, 2)), "short": bytes((function, 1, 9))}
        answer = self.framing.wrap(unit, pdus.get(mode, struct.pack(">BBH", function, 2, start)))
        if mode == "flipped":
            answer = answer[:-4] + bytes((answer[-4] ^ 0x10,)) + answer[-3:]
        answer = {"silent": b"", "torn": answer[:-2], "noise first": b"\x00\xff" + answer}.get(mode, answer)
        at_s = script["after_s"]
        for cut in (*script["cuts"], len(answer)):
            at_s += script["between_s"] + 1e-6
            self.wire.say(answer[:cut], at_s)
            answer = answer[cut:]


@settings(deadline=None)
@given(kinds, some.lists(turns, min_size=1, max_size=12), some.booleans())
def test_that_no_answer_is_ever_taken_for_another_requests(kind, scripts, together):
    """Whatever is late by less than its timeout again, torn, garbled or lost, with callers in turn or all at once, some
    of whom go away."""

    async def scenario():
        field = Field(kind, scripts)

        async def ask(start, script):
            call = field.client.call(script["unit"], read(script["function"], start=start), TIMEOUT_S)
            return await how(asyncio.wait_for(call, script["patience_s"]))

        asks = [ask(start, script) for start, script in enumerate(scripts)]
        ends = await asyncio.gather(*asks) if together else [await one for one in asks]
        for start, end in enumerate(ends):
            mode = field.asked.get(start)
            if isinstance(end, bytes):
                assert end == struct.pack(">BH", 2, start)
                assert mode == "good" or (mode == "noise first" and kind == "ascii")
            assert not isinstance(end, ModbusException) or mode == "refused"
        first = scripts[0]
        if not together and first["mode"] == "good" and first["after_s"] < min(first["patience_s"] - 0.2, 0.8):
            assert isinstance(ends[0], bytes)
        assert field.client._filled <= 30
        await hung_up(field.client)

    turned(scenario())


@given(kinds, some.lists(some.binary(min_size=1, max_size=700), max_size=10), some.booleans())
def test_that_no_bytes_at_all_upset_a_client_on_a_line(kind, pieces, asking):
    async def scenario():
        client, wire = line(kind)
        call = asyncio.ensure_future(how(client.call(1, read(), TIMEOUT_S))) if asking else None
        await asyncio.sleep(0)
        for piece in pieces:
            wire.say(piece)
            assert client._filled <= 513
        if call:
            assert isinstance(await call, ENDS)
        await hung_up(client)

    turned(scenario())


def test_that_a_late_answer_is_waited_for_before_its_like_is_asked_again():
    async def scenario():
        loop = asyncio.get_running_loop()
        client, wire = line()
        with pytest.raises(TimeoutError):
            await client.call(7, read(), TIMEOUT_S)
        again = asyncio.ensure_future(client.call(7, read(), TIMEOUT_S))
        other = asyncio.ensure_future(client.call(8, read(), TIMEOUT_S))
        await asyncio.sleep(0.1)
        assert [frame[0] for frame in wire.sent] == [7, 8]  # the neighbour does not wait
        wire.say(Rtu().wrap(8, b"\x03\x02\x00\x08"))
        assert await other == b"\x02\x00\x08"
        wire.say(Rtu().wrap(7, b"\x03\x02\x00\x01"))  # the late one
        await asyncio.sleep(0.1)
        assert [frame[0] for frame in wire.sent] == [7, 8, 7]
        assert loop.time() < 1.5  # it came, so nothing else was waited for
        wire.say(Rtu().wrap(7, b"\x03\x02\x00\x02"))
        assert await again == b"\x02\x00\x02"
        assert client.garbage == 0
        await hung_up(client)

    turned(scenario())


def test_that_a_request_that_cannot_leave_in_time_says_that_nothing_was_sent():
    async def scenario():
        client, wire = line()
        slow = asyncio.ensure_future(how(client.call(1, read(), 9.0)))
        await asyncio.sleep(0)
        with pytest.raises(NotSent, match="nothing was sent"):
            await client.call(2, struct.pack(">BHH", 6, 1, 1), TIMEOUT_S)
        assert len(wire.sent) == 1
        assert asyncio.get_running_loop().time() == pytest.approx(2.0)
        assert isinstance(await slow, TimeoutError)
        await hung_up(client)

    turned(scenario())


def test_that_one_lost_frame_costs_one_request_and_not_two():
    async def scenario():
        client, wire = line()
        with pytest.raises(TimeoutError):
            await client.call(1, read(), TIMEOUT_S)
        again = asyncio.ensure_future(client.call(1, read(), TIMEOUT_S))
        await asyncio.sleep(1.01)
        assert len(wire.sent) == 2
        wire.say(Rtu().wrap(1, b"\x03\x02\x00\x09"))
        assert await again == b"\x02\x00\x09"
        await hung_up(client)

    turned(scenario())


def test_that_an_answer_that_nobody_asked_for_closes_the_line():
    async def scenario():
        client, wire = line()
        call = asyncio.ensure_future(client.call(1, read(), TIMEOUT_S))
        await asyncio.sleep(0)
        wire.say(Rtu().wrap(2, b"\x03\x02\x00\x01"))
        with pytest.raises(GarbledAnswer, match="unit 2 function 3 answered 1/3"):
            await call
        await client.closed()
        assert "out of step" in client.end
        assert client.garbage == 1

    turned(scenario())


def test_that_after_a_broken_frame_the_line_is_left_alone_until_it_is_quiet():
    async def scenario():
        loop = asyncio.get_running_loop()
        client, wire = line()
        call = asyncio.ensure_future(client.call(1, read(count=2), TIMEOUT_S))
        await asyncio.sleep(0)
        wire.say(b"\x01\x03\x04\x00\x01\x00\x02\x55\x55")  # as long as the answer: that was it
        with pytest.raises(GarbledAnswer, match="checksum"):
            await call
        for number in range(1, 6):
            wire.say(b"\xaa", 0.03 * number)
        call = asyncio.ensure_future(client.call(1, read(), TIMEOUT_S))
        await asyncio.sleep(0.19)
        assert len(wire.sent) == 1
        await asyncio.sleep(0.02)
        assert len(wire.sent) == 2
        wire.say(Rtu().wrap(1, b"\x03\x02\x00\x09"))
        assert await call == b"\x02\x00\x09"
        assert loop.time() < 0.25
        await hung_up(client)

    turned(scenario())


def test_that_frames_are_parted_by_the_silence_of_the_standard():
    assert Timing.of(SerialLine(9600), 8).gap_s == pytest.approx(3.5 * 11 / 9600)
    assert Timing.of(SerialLine(115_200, "none"), 8) == Timing(10 / 115_200, 0.00175)
    assert Timing.of(SerialLine(9600), 7).character_s == pytest.approx(10 / 9600)

    async def scenario():
        loop = asyncio.get_running_loop()
        times, spoken = [], 0.0
        client = LineClient(Rtu(), Timing.of(SerialLine(1200), 8))
        wire = Wire(client, lambda frame: times.append(loop.time()))
        for number in range(3):
            call = asyncio.ensure_future(client.call(1, read(), TIMEOUT_S))
            await asyncio.sleep(0.04)
            wire.say(Rtu().wrap(1, b"\x03\x02\x00\x09"))
            heard = loop.time()
            await call
            if number:
                assert times[number] - spoken >= 3.5 * 11 / 1200 - 1e-6
            spoken = heard
        await hung_up(client)

    turned(scenario())


def test_that_the_time_an_answer_takes_on_a_slow_line_is_not_held_against_the_device():
    async def scenario():
        client = LineClient(Rtu(), Timing.of(SerialLine(1200), 8))
        wire = Wire(client)
        call = asyncio.ensure_future(client.call(1, read(count=125), TIMEOUT_S))
        await asyncio.sleep(2.4)  # 255 characters at 1200 baud take 2.3 s
        wire.say(Rtu().wrap(1, b"\x03\xfa" + bytes(250)))
        assert len(await call) == 251
        await hung_up(client)

    turned(scenario())


def test_that_a_write_whose_echo_differs_is_garbled():
    async def scenario():
        client, wire = line()
        call = asyncio.ensure_future(client.call(1, struct.pack(">BHH", 6, 5, 7), TIMEOUT_S))
        await asyncio.sleep(0)
        wire.say(Rtu().wrap(1, struct.pack(">BHH", 6, 5, 8)))
        with pytest.raises(GarbledAnswer, match="do not fit"):
            await call
        await hung_up(client)

    turned(scenario())


@pytest.mark.parametrize("asked", [False, True])
def test_that_an_answer_later_than_all_patience_costs_the_connection(asked):
    """Where its like is just being asked it can't be told from that one's; then the true answer is one too many."""

    async def scenario():
        client, wire = line()
        with pytest.raises(TimeoutError):
            await client.call(1, read(), TIMEOUT_S)
        await asyncio.sleep(1.5)
        call = asyncio.ensure_future(how(client.call(1 if asked else 2, read(), TIMEOUT_S)))
        await asyncio.sleep(0)
        wire.say(Rtu().wrap(1, b"\x03\x02\x00\x01"))
        wire.say(Rtu().wrap(1, b"\x03\x02\x00\x02"))
        await client.closed()
        assert "out of step" in client.end
        await call

    turned(scenario())


def test_that_an_answer_to_a_broadcast_confuses_nobody():
    async def scenario():
        client, wire = line()
        call = asyncio.ensure_future(client.call(1, read(), TIMEOUT_S))
        await asyncio.sleep(0)
        wire.say(Rtu().wrap(0, b"\x86\x04"))
        wire.say(Rtu().wrap(1, b"\x03\x02\x00\x01"))
        assert await call == b"\x02\x00\x01"
        assert client.garbage == 1
        await hung_up(client)

    turned(scenario())
