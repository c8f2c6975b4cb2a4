"""How soon a loss is known, what the tags read then, and that they come back by themselves."""

from __future__ import annotations

import asyncio
import random
import resource
import time
from functools import partial

import numpy as np
import pytest

from supervisor.errors import LinkLost
from supervisor.model import Quality
from tests.drivers.contract import chaos
from tests.drivers.contract.conftest import Figure
from tests.drivers.contract.kits import DEEP, KITS, SHAKING, Kit
from tests.drivers.contract.plant import Line, Plant, gone, sockets, threads, working
from tests.patience import timed, until
from tests.ports import free_port

AT_ONCE_S = 1.0
"""Bound for a loss that the machine's own network tells: milliseconds, and a busy machine."""
BACK_S = 8.0


async def back(line: Line, value: float) -> float:
    """Wait until the line carries this value."""
    line.plant.set("level", value)
    return await until(lambda: line.link.connected and line.good("level", value), BACK_S, "the value is back")


def test_that_a_server_that_dies_is_known_at_once_and_comes_back_by_itself(kit: Kit, figure: Figure) -> None:
    async def scenario() -> None:
        async with working(kit) as line:
            stopping = asyncio.create_task(line.plant.stop())
            figure("known_s", await until(lambda: line.all_bad, AT_ONCE_S, "every tag is bad"))
            assert set(line.table.columns["quality"].tolist()) == {Quality.NOT_CONNECTED}
            assert np.isnan(line.table.columns["value"]).all()
            await stopping  # a Sparkplug node takes its leave first, over a link that still stands
            await until(lambda: not line.link.connected, AT_ONCE_S, "the link is lost")
            assert line.link.reason
            await line.plant.start()
            figure("back_s", await back(line, 7.0))
            assert line.link.reconnects == 1
            assert sum(line.traffic.errors.values()) >= 1

    asyncio.run(scenario())


def test_that_a_connection_that_is_cut_is_known_at_once_and_made_again(deep_kit: Kit, figure: Figure) -> None:
    async def scenario() -> None:
        async with working(deep_kit) as line:
            line.chaos.cut()
            figure("known_s", await until(lambda: line.all_bad, AT_ONCE_S, "every tag is bad"))
            figure("back_s", await back(line, 7.0))

    asyncio.run(scenario())


def test_that_a_refused_connection_is_a_loss_at_once(kit: Kit) -> None:
    async def scenario() -> None:
        line = Line(Plant(kit))
        async with timed() as took:
            with pytest.raises(LinkLost) as lost:
                await line.driver.run(line.absorb, lambda: None)
        assert took.spent_s < AT_ONCE_S
        assert lost.value.quality in (None, Quality.NOT_CONNECTED)
        assert str(lost.value)

    asyncio.run(scenario())


@pytest.mark.slow
def test_that_a_controller_that_falls_silent_is_known_in_time(deep_kit: Kit, figure: Figure) -> None:
    async def scenario() -> None:
        async with working(deep_kit) as line:
            line.chaos.disturb(chaos.held, chaos.held)
            figure("known_s", await until(lambda: not line.link.connected, deep_kit.silent_s, "the link is lost"))
            assert line.all_bad
            line.chaos.calm()
            figure("back_s", await back(line, 7.0))

    asyncio.run(scenario())


@pytest.mark.slow
def test_that_one_that_accepts_and_says_nothing_is_a_loss_in_time(shaking_kit: Kit, figure: Figure) -> None:
    async def scenario() -> None:
        async with Plant(shaking_kit).running() as plant:
            line = Line(plant)
            await line.chaos.open()
            line.chaos.disturb(chaos.held)
            async with timed() as took:
                with pytest.raises(LinkLost) as lost:
                    await line.driver.run(line.absorb, lambda: None)
            figure("known_s", took.spent_s)
            assert took.spent_s < shaking_kit.mute_s
            assert lost.value.quality in (None, Quality.NOT_CONNECTED, Quality.TIMEOUT)
            assert line.ups == 0
            assert "up before the controller said anything" not in line.wrong
            await line.chaos.close()

    asyncio.run(scenario())


def test_that_the_same_driver_runs_again_after_a_loss(deep_kit: Kit) -> None:
    async def scenario() -> None:
        async with Plant(deep_kit).running() as plant:
            line = Line(plant)
            for number in range(4):
                await line.chaos.open()
                task = asyncio.create_task(line.driver.run(line.absorb, lambda: None))
                plant.set("level", 20.0 + number)
                await until(partial(line.good, "level", 20.0 + number), 15)
                await line.chaos.refuse()
                await asyncio.wait([task], timeout=2)
                with pytest.raises(LinkLost):
                    await task
                with pytest.raises(LinkLost):  # and nobody listens now
                    await line.driver.run(line.absorb, lambda: None)
            assert not line.wrong

    asyncio.run(scenario())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "slow_wire"), [*((name, True) for name in SHAKING), *((name, False) for name in DEEP)]
)
def test_that_a_run_cancelled_at_any_moment_leaves_nothing_behind(name: str, slow_wire: bool) -> None:
    dice = random.Random(7)

    async def scenario() -> None:
        async with Plant(KITS[name]).running() as plant:
            line = Line(plant)
            await line.chaos.open()
            line.chaos.disturb(chaos.late(0.004) if slow_wire else chaos.passing)
            before, tasks, open_sockets = threads(), len(asyncio.all_tasks()), sockets()
            for _ in range(20):
                task = asyncio.create_task(line.driver.run(line.absorb, lambda: None))
                await asyncio.sleep(dice.uniform(0, 0.12))
                await gone(task)
                await until(lambda: threads() <= before, 1, "no thread is left")
            await until(lambda: sockets() <= open_sockets, 3, "no socket is left")
            await until(lambda: len(asyncio.all_tasks()) <= tasks, 3, "no task is left")
            assert not line.wrong
            await line.chaos.close()

    asyncio.run(scenario())


@pytest.mark.slow
def test_that_a_link_cancelled_in_the_very_moment_of_a_loss_ends(deep_kit: Kit) -> None:
    dice = random.Random(5)

    async def scenario() -> None:
        async with Plant(deep_kit).running() as plant:
            line = Line(plant)
            await line.chaos.open()
            for _ in range(25):
                task = asyncio.create_task(line.link.run())
                await until(lambda: line.link.connected, 5)
                line.chaos.cut()
                await asyncio.sleep(dice.uniform(0, 0.004))
                await gone(task)
                line.link.connected = False
            await line.chaos.close()

    asyncio.run(scenario())


@pytest.mark.slow
@pytest.mark.parametrize("address", ["refused", "black hole"])
def test_that_a_hundred_links_to_a_dead_address_cost_nothing_and_end_at_once(
    lone_kit: Kit, address: str, figure: Figure
) -> None:
    async def scenario(port: int) -> None:
        plant, before, open_sockets = Plant(lone_kit), threads(), sockets()
        lines = [Line(plant, port) for _ in range(100)]
        tasks = [asyncio.create_task(line.link.run()) for line in lines]
        await asyncio.sleep(0.6)
        used, began = _processor(), time.monotonic()
        await asyncio.sleep(2.0)
        figure("cpu", (_processor() - used) / (time.monotonic() - began))
        ending = time.monotonic()
        await asyncio.gather(*(gone(task) for task in tasks))
        figure("end_s", time.monotonic() - ending)
        assert (_processor() - used) / (time.monotonic() - began) < 0.6
        assert all(line.all_bad and not line.link.connected for line in lines)
        await until(lambda: threads() <= before, 1, "no thread is left")
        await until(lambda: sockets() <= open_sockets, 1, "no socket is left")

    if address == "refused":
        asyncio.run(scenario(free_port()))
    else:
        with chaos.black_hole() as port:
            asyncio.run(scenario(port))


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
