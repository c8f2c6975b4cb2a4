"""What every driver owes the table: the right value, its quality, and both times."""

from __future__ import annotations

import asyncio
import time
from functools import partial

import numpy as np
import pytest

from supervisor.clock import SECOND
from supervisor.model import Quality
from tests.drivers.contract.kits import FAULTY, KITS, Kit
from tests.drivers.contract.plant import Line, Plant, working
from tests.patience import until

VALUES = {"level": 12.3, "energy": 123456.0, "door": 1.0, "mode": 2.0, "order": 1.0, "goal": 3.5}


def test_that_a_value_of_every_kind_arrives_scaled_good_and_dated(kit: Kit) -> None:
    async def scenario() -> None:
        async with Plant(kit).running() as plant, Line(plant).running() as line:
            began = time.time_ns()
            for name, value in VALUES.items():
                plant.set(name, value)
            if kit.texts:
                plant.world.text[plant.tag("message").index] = "Travaux à la Croix-Verte"
            await until(lambda: all(line.good(name, value) for name, value in VALUES.items()), 10)
            if kit.texts:
                await until(lambda: line.text("message") == "Travaux à la Croix-Verte", 5)
                assert line.quality("message") == Quality.GOOD
            columns, now = line.table.columns, time.time_ns()
            assert (columns["arrival_time"] >= began).all()
            assert (columns["arrival_time"] <= now).all()
            assert (np.abs(columns["source_time"] - now) < 5 * SECOND).all()

    asyncio.run(scenario())


def test_that_up_is_said_once_and_only_after_the_controller_answered(deep_kit: Kit) -> None:
    async def scenario() -> None:
        async with working(deep_kit) as line:
            for round_ in range(3):
                await until(lambda: line.link.connected, 5)
                await until(partial(_moved, line, 50.0 + round_), 5)
            assert line.ups == 0  # counted when a run ends: the first one still runs
            line.chaos.cut()
            await until(lambda: line.ups == 1, 3)
            await until(lambda: line.link.connected, 5)
        assert (line.runs, line.ups) == (2, 2)

    asyncio.run(scenario())


def _moved(line: Line, value: float) -> bool:
    line.plant.set("level", value)
    return line.good("level", value)


@pytest.mark.parametrize("name", ["opcua", "mqtt"])
def test_that_a_value_older_than_the_one_held_is_history_and_not_the_present(name: str) -> None:
    async def scenario() -> None:
        async with working(KITS[name]) as line:
            plant = line.plant
            plant.set("level", 7.0)
            await until(lambda: line.good("level", 7.0), 5)
            late = line.late
            await plant.rest()
            await asyncio.sleep(0.2)
            plant.world.time -= 60 * SECOND
            plant.set("level", 8.0)
            for speaker in getattr(plant.server, "_speakers", []):
                speaker.hurry()
            await plant.server.push()
            await until(lambda: line.late > late, 3)
            assert line.good("level", 7.0)
            plant.still = False
            await until(lambda: _moved(line, 9.0), 5)

    asyncio.run(scenario())


@pytest.mark.parametrize("name", FAULTY)
def test_that_a_sensor_fault_is_bad_and_not_the_last_value(name: str) -> None:
    async def scenario() -> None:
        async with working(KITS[name]) as line:
            line.plant.world.value[line.plant.tag("level").index] = np.nan
            await until(lambda: line.quality("level") == Quality.DEVICE_FAULT, 3)
            assert np.isnan(line.value("level"))
            assert line.quality("mode") == Quality.GOOD
            await until(lambda: _moved(line, 4.0), 3)

    asyncio.run(scenario())


def test_that_requests_and_round_trips_are_counted_and_nothing_else(deep_kit: Kit) -> None:
    async def scenario() -> None:
        async with working(deep_kit) as line:
            requests = line.traffic.requests
            assert requests > 0
            await until(lambda: line.traffic.requests > requests + 3, 10)
            await line.write("order", 1.0)
            await until(lambda: line.traffic.round_trips, 3)
            assert all(0 < seconds < 3 for seconds in line.traffic.round_trips)
            assert line.traffic.errors == {}

    asyncio.run(scenario())
