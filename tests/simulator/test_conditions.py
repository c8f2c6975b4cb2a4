"""The alarms of a simulated controller, met by Vigie's own driver."""

from __future__ import annotations

import asyncio

import pytest

from drivers.opcua.address import Address
from supervisor.driver import RunsAlarms
from supervisor.model import Native
from tests.drivers.opcua.plant import URI, Plant, until

ADDRESSES = {
    "state": Address("{root}/P1/State", namespace=URI, sampling_ms=50),
    "trip": Address(condition="{root}/P1", condition_name="Trip", namespace=URI),
    "leak": Address(condition="{root}/P1", condition_name="Leak", namespace=URI),
}


def test_that_a_controller_says_what_came_who_knows_of_it_and_what_went() -> None:
    async def scenario() -> None:
        plant = Plant(ADDRESSES)
        plant.set("leak", Native.UNACKED)  # before anybody listens
        async with plant.running() as task:
            await plant.server.push()
            wanted = {"leak": Native.UNACKED, "trip": Native.NORMAL, "state": 0}
            await until(lambda: all(plant.value(name) == value for name, value in wanted.items()), task)

            async def now(value: Native, shown: Native) -> None:
                plant.world.time += 10**9
                plant.set("trip", value)
                await plant.server.push()
                await until(lambda: plant.value("trip") == shown, task)

            assert isinstance(plant.driver, RunsAlarms)
            await now(Native.UNACKED, Native.UNACKED)
            await plant.driver.acknowledge(plant.tag("trip"), "Ann", 5.0)
            await until(lambda: plant.value("trip") == Native.ACKED, task)
            assert plant.value("leak") == Native.UNACKED
            await now(Native.NORMAL, Native.NORMAL)
            await now(Native.UNACKED, Native.UNACKED)
            await now(Native.NORMAL, Native.RETURNED)
            await plant.driver.acknowledge(plant.tag("trip"), "Ann", 5.0)
            await until(lambda: plant.value("trip") == Native.NORMAL, task)
            assert plant.traffic.errors == {}

    asyncio.run(scenario())


@pytest.mark.slow
def test_that_a_frozen_line_brings_the_alarm_that_came_meanwhile() -> None:
    async def scenario() -> None:
        plant = Plant(ADDRESSES)
        async with plant.running() as task:
            await until(lambda: plant.value("trip") == Native.NORMAL, task)
            plant.server.misbehave({"drop": 1.0})
            await asyncio.wait([task], timeout=10.0)
            plant.set("trip", Native.UNACKED)
            await plant.server.push()
            plant.server.misbehave({})
            await plant.server.push()
            again = plant.run()
            await until(lambda: plant.value("trip") == Native.UNACKED, again)
            again.cancel()
            await asyncio.wait([again])

    asyncio.run(scenario())
