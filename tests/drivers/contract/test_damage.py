"""Every way a wire can lie, all at once: one server, one line per damage."""

from __future__ import annotations

import asyncio

import pytest

from supervisor.model import Quality
from tests.drivers.contract import chaos
from tests.drivers.contract.conftest import Figure
from tests.drivers.contract.kits import ASKED, BROKEN, KITS, Kit
from tests.drivers.contract.plant import Line, Plant, sockets, threads, working
from tests.patience import until

BACK_S = 60.0
"""Two long waits of `Link`, a broker's silence that only the keep-alive ends, and a machine that does other things."""
DEAF: dict[str, chaos.Way] = {
    "held": chaos.held,
    "swallowed": chaos.swallowed,
    "reset": chaos.reset,
    "ended": chaos.ended,
    "half closed": chaos.half_closed,
    "truncated": chaos.truncated,
    "unfinished": chaos.unfinished,
    "garbage": chaos.garbage,
}
"""Nothing whole comes through: noticed, counted, and one hole for each tag."""
ODD: dict[str, chaos.Way] = {
    "twice": chaos.twice,
    "late": chaos.late(0.05),
    "dribbled": chaos.dribbled(0.0005),
    "reordered": chaos.reordered,
    "unasked": chaos.unasked,
    "straggling": chaos.straggling(0.9),
    "swapped": chaos.swapped,
}
"""Something gets through."""
FLICKERING = {"straggling", "swapped", "reordered", "contradicted"}
"""One answer is whole and the next is not: each block of values comes and goes with its own."""
FEW = {"held", "garbage", "twice", "swapped"}
"""What is tried where each connection costs much arithmetic."""


async def suffer(line: Line, way: chaos.Way, upwards: bool, turn: asyncio.Semaphore) -> None:
    """Good, damaged for a while, good again with what was set meanwhile."""
    await turn.acquire()
    async with line.running():
        try:
            await until(lambda: line.all_good, BACK_S, "good at first")
        finally:
            turn.release()
        chunks, falls, losses = line.chaos.chunks, line.falls.copy(), line.link.reconnects
        line.chaos.disturb(*((None, way) if upwards else (way,)))
        await until(lambda: line.chaos.chunks > chunks or upwards, 6, "something passed")
        await asyncio.sleep(line.plant.kit.silent_s)
        line.plant.set("level", 17.0)
        line.chaos.calm()
        if upwards and way is chaos.swapped:  # a broker may have taken it for the wish for another topic
            line.chaos.cut()
        await until(lambda: line.link.connected and line.good("level", 17.0), BACK_S, "the value afterwards")
        line.falls -= falls
        line.losses = line.link.reconnects - losses


def ways_of(kit: Kit, upwards: bool) -> dict[str, chaos.Way]:
    garbles = {name: garble for name, garble in kit.garbles.items() if not upwards or garble[0] < kit.frame}
    named = {name: chaos.damaged(*garble) for name, garble in garbles.items()}
    more = {"later than any timeout": chaos.late(kit.silent_s), "contradicted": chaos.contradicted(kit.other)}
    common = {**DEAF, **ODD, **more}
    return {name: way for name, way in common.items() if name in FEW or not kit.dear} | named


async def suffer_all(kit: Kit, upwards: bool) -> dict[str, Line]:
    """Every way at once, each on a line of its own; returns those lines."""
    async with Plant(kit).running() as plant:
        before, open_sockets = threads(), sockets()
        ways = ways_of(kit, upwards)
        lines = {name: Line(plant) for name in ways}
        for name in {"swapped", "contradicted"} & lines.keys():
            lines[name].trusting = kit.sealed or upwards
        turn = asyncio.Semaphore(3 if kit.dear else 8)
        work = (suffer(line, ways[name], upwards, turn) for name, line in lines.items())
        ends = await asyncio.gather(*work, return_exceptions=True)
        failed = {name: repr(end) for name, end in zip(ways, ends, strict=True) if end is not None}
        assert not failed, failed
        await until(lambda: threads() <= before, 2, "no thread is left")
        await until(lambda: sockets() <= open_sockets, 3, "no socket is left")
    return lines


@pytest.mark.slow
@pytest.mark.parametrize("name", BROKEN)
def test_that_no_damage_to_answers_hangs_leaks_or_lies_and_each_is_counted(name: str, figure: Figure) -> None:
    lines = asyncio.run(suffer_all(KITS[name], upwards=False))
    figure("errors", {way: line.traffic.errors for way, line in lines.items()})
    figure("falls", {way: (int(line.falls.max()), line.losses) for way, line in lines.items()})
    noticed = {*DEAF, "later than any timeout"} & lines.keys()
    assert not [way for way in noticed if not lines[way].traffic.errors], "a loss that nobody counted"
    steady, whole = lines.keys() - FLICKERING, set[str]()
    if KITS[name].url.startswith("modbus+ascii:"):  # two characters a byte: dribbled, they are in time or just not
        steady -= {"dribbled"}
    if "pipeline" in KITS[name].settings:  # several answers in one chunk, and one of them is damaged
        steady -= KITS[name].garbles.keys()
        whole |= {"truncated", "unfinished"}
    assert not {way: lines[way].falls.tolist() for way in steady if lines[way].falls.max() > max(lines[way].losses, 1)}
    assert not [way for way, line in lines.items() if line.falls.any() and not line.traffic.errors], "not counted"
    assert not {way: lines[way].falls.tolist() for way in noticed - whole if set(lines[way].falls.tolist()) != {1}}


@pytest.mark.slow
@pytest.mark.parametrize("name", ASKED)
def test_that_no_damage_to_questions_hangs_leaks_or_lies(name: str) -> None:
    asyncio.run(suffer_all(KITS[name], upwards=True))


@pytest.mark.slow
def test_that_a_server_that_hangs_up_on_everybody_costs_one_hole_and_is_asked_ever_less_often(
    deep_kit: Kit, figure: Figure
) -> None:
    async def scenario() -> None:
        async with working(deep_kit) as line:
            falls, came, runs = line.falls.copy(), line.chaos.connections, line.runs
            line.chaos.slamming = True
            line.chaos.cut()
            await asyncio.sleep(2.5)
            figure("connections", line.chaos.connections - came)
            assert 1 <= line.chaos.connections - came <= 6
            assert line.all_bad
            assert set((line.falls - falls).tolist()) == {1}
            assert sum(line.traffic.errors.values()) >= line.runs - runs
            line.plant.set("level", 17.0)
            line.chaos.calm()
            await until(lambda: line.link.connected and line.good("level", 17.0), BACK_S, "the value afterwards")
            assert set((line.falls - falls).tolist()) == {1}

    asyncio.run(scenario())


async def missing(flow: chaos.Flow, data: bytes) -> None:
    """A Modbus device that knows none of its addresses yet: exception 2."""
    await flow.say(data[:4] + b"\x00\x03" + data[6:7] + bytes([data[7] | 0x80, 2]))


@pytest.mark.parametrize("name", ["modbus", "modbus pipelined"])
def test_that_what_a_starting_device_refused_is_asked_again_at_the_next_connection(name: str) -> None:
    async def scenario() -> None:
        async with working(KITS[name]) as line:
            line.chaos.disturb(missing)
            await until(lambda: line.quality("goal") == Quality.CONFIGURATION, 5)
            line.chaos.calm()
            line.chaos.cut()
            await until(lambda: line.all_good, 5, "long before an address that is not there would be asked again")

    asyncio.run(scenario())
