"""Every way a wire can lie, all at once: one server, one line per damage."""

from __future__ import annotations

import asyncio

import pytest

from supervisor.model import Quality
from tests.drivers.contract import chaos
from tests.drivers.contract.conftest import Figure
from tests.drivers.contract.kits import KITS, Kit
from tests.drivers.contract.plant import Line, Plant, sockets, threads, until, working

BACK_S = 20.0
"""Two long waits of `Link`, and a broker's silence that only the keep-alive ends."""
COMMON: dict[str, chaos.Way] = {
    "held": chaos.held,
    "swallowed": chaos.swallowed,
    "reset": chaos.reset,
    "ended": chaos.ended,
    "truncated": chaos.truncated,
    "unfinished": chaos.unfinished,
    "twice": chaos.twice,
    "garbage": chaos.garbage,
    "late": chaos.late(0.05),
    "dribbled": chaos.dribbled(0.002),
}


async def suffer(line: Line, way: chaos.Way, upwards: bool) -> None:
    """Good, damaged for a while, good again with what was set meanwhile."""
    async with line.running():
        await until(lambda: line.all_good, 15, "good at first")
        chunks = line.chaos.chunks
        line.chaos.disturb(*((None, way) if upwards else (way,)))
        await until(lambda: line.chaos.chunks > chunks or upwards, 6, "something passed")
        await asyncio.sleep(line.plant.kit.silent_s)
        line.plant.set("level", 17.0)
        line.chaos.calm()
        await until(lambda: line.link.connected and line.good("level", 17.0), BACK_S, "the value afterwards")


@pytest.mark.slow
@pytest.mark.parametrize("upwards", [False, True], ids=["answers", "requests"])
def test_that_no_damage_hangs_leaks_or_lies(kit: Kit, upwards: bool, figure: Figure) -> None:
    garbles = {name: garble for name, garble in kit.garbles.items() if not upwards or garble[0] < kit.frame}
    ways = (
        COMMON
        | {"later than any timeout": chaos.late(kit.silent_s)}
        | {name: chaos.damaged(*garble) for name, garble in garbles.items()}
    )

    async def scenario() -> None:
        async with Plant(kit).running() as plant:
            before, open_sockets = threads(), sockets()
            lines = {name: Line(plant) for name in ways}
            ends = await asyncio.gather(
                *(suffer(line, ways[name], upwards) for name, line in lines.items()), return_exceptions=True
            )
            failed = {name: repr(end) for name, end in zip(ways, ends, strict=True) if end is not None}
            assert not failed, failed
            figure("errors", {name: line.traffic.errors for name, line in lines.items()})
            if not upwards:
                noticed = COMMON.keys() - {"late", "twice", "dribbled"} | {"later than any timeout"}
                assert not [name for name in noticed if not lines[name].traffic.errors], "a loss that nobody counted"
            await until(lambda: threads() <= before, 2, "no thread is left")
            await until(lambda: sockets() <= open_sockets, 3, "no socket is left")

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
