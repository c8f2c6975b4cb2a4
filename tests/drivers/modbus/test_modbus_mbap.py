"""Modbus TCP on a wire that does what it likes: torn, doubled, shuffled, garbled; and what both clients promise."""

from __future__ import annotations

import asyncio
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as some

from drivers.modbus.framing import Rtu
from drivers.modbus.line import LineClient, Timing
from drivers.modbus.mbap import MbapClient
from tests.drivers.modbus.hourglass import ENDS, Wire, how, hung_up, read, turned

TIMEOUT_S = 1.0


@given(some.permutations(range(6)), some.lists(some.integers(1, 40), min_size=1, max_size=60), some.booleans())
def test_that_each_answer_goes_to_its_own_request_however_the_stream_is_cut(order, cuts, doubled):
    async def scenario():
        client = MbapClient()
        wire = Wire(client)
        calls = [asyncio.ensure_future(how(client.call(n + 1, read(start=n), TIMEOUT_S))) for n in range(6)]
        await asyncio.sleep(0)
        frames = [wire.sent[n][:4] + struct.pack(">HBBBH", 5, n + 1, 3, 2, 100 + n) for n in order]
        stream = b"".join(frame * (2 if doubled else 1) for frame in frames)
        for cut in cuts:
            piece, stream = stream[:cut], stream[cut:]
            wire.say(piece)
        wire.say(stream)
        assert await asyncio.gather(*calls) == [struct.pack(">BH", 2, 100 + n) for n in range(6)]
        assert client.garbage == (6 if doubled else 0)
        assert client._filled == 0
        await hung_up(client)

    turned(scenario())


@given(some.lists(some.binary(min_size=1, max_size=400), max_size=12), some.booleans())
def test_that_no_bytes_at_all_upset_a_client_on_tcp(pieces, whole):
    async def scenario():
        client = MbapClient()
        wire = Wire(client)
        call = asyncio.ensure_future(how(client.call(1, read(), TIMEOUT_S)))
        await asyncio.sleep(0)
        if whole:  # past the first look: the frame's own header is right
            wire.say(wire.sent[0][:4])
        for piece in pieces:
            wire.say(piece)
            assert client._filled < 260
        end = await call
        assert isinstance(end, ENDS) or (len(end) == 3 and end[0] == 2)
        assert not client._pending
        await hung_up(client)

    turned(scenario())


def test_that_one_timer_serves_all_deadlines_of_a_client():
    async def scenario():
        loop = asyncio.get_running_loop()
        client = MbapClient()
        wire = Wire(client)

        async def ends_after(timeout_s):
            with pytest.raises(TimeoutError):
                await client.call(1, read(), timeout_s)
            return loop.time()

        assert await asyncio.gather(*map(ends_after, (3.0, 0.5, 1.0))) == pytest.approx([3.0, 0.5, 1.0], abs=1e-6)
        began = loop.time()
        for _ in range(50):  # answered in time: one timer set, none left behind
            call = asyncio.ensure_future(client.call(1, read(), 2.0))
            await asyncio.sleep(0)
            wire.say(wire.sent[-1][:4] + struct.pack(">HBBBH", 5, 1, 3, 2, 7))
            assert await call == b"\x02\x00\x07"
        assert loop.time() == began
        assert len([handle for handle in loop._scheduled if not handle.cancelled()]) <= 1
        await hung_up(client)

    turned(scenario())


def test_that_a_cancelled_call_leaves_nothing_and_its_late_answer_is_counted():
    async def scenario():
        client = MbapClient()
        wire = Wire(client)
        call = asyncio.ensure_future(client.call(1, read(), TIMEOUT_S))
        await asyncio.sleep(0)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        assert not client._pending
        wire.say(wire.sent[0][:4] + struct.pack(">HBBBH", 5, 1, 3, 2, 7))
        assert client.garbage == 1
        await hung_up(client)

    turned(scenario())


@pytest.mark.parametrize("make", [MbapClient, lambda: LineClient(Rtu(), Timing())])
def test_that_whatever_waits_ends_at_the_instant_the_peer_goes(make):
    async def scenario():
        client = make()
        wire = Wire(client)
        calls = [asyncio.ensure_future(how(client.call(1, read(), 60.0))) for _ in range(3)]
        await asyncio.sleep(0)
        client.end = "somebody pulled the plug"
        wire.abort()
        for end in await asyncio.gather(*calls):
            assert isinstance(end, ConnectionError)
            assert "plug" in str(end)
        assert asyncio.get_running_loop().time() == 0.0
        with pytest.raises(ConnectionError):
            await client.call(1, read(), 1.0)
        with pytest.raises(ConnectionError):
            await client.broadcast(read(6))
        await client.closed()

    turned(scenario())


@pytest.mark.parametrize("make", [MbapClient, lambda: LineClient(Rtu(), Timing())])
def test_that_a_broadcast_expects_no_answer_and_leaves_the_devices_their_time(make):
    async def scenario():
        client = make()
        wire = Wire(client)
        await client.broadcast(struct.pack(">BHH", 6, 5, 7), 0.15)
        assert asyncio.get_running_loop().time() == pytest.approx(0.15, abs=1e-6)
        unit = 0 if isinstance(client, LineClient) else 6
        assert wire.sent[0][unit] == 0
        assert not client.gone
        await hung_up(client)

    turned(scenario())
