"""Link: what a dead controller costs, what is said of it, and what is known of a live one."""

import asyncio
import math

import numpy as np
import pytest

from supervisor.clock import SECOND
from supervisor.errors import LinkLost
from supervisor.flow import Batch
from supervisor.link import LONGEST_WAIT_S
from supervisor.model import Quality
from tests.supervisor.test_station import Bench


def test_that_a_dead_link_is_told_of_once_and_then_costs_neither_log_nor_table(caplog):
    async def run():
        bench = Bench()
        bench.driver.refuse = True
        async with bench:
            await bench.clock.wind(5)
            runs, turns = bench.driver.runs, len(bench.changes)
            absorbed = []
            bench.link._absorb = absorbed.append
            await bench.clock.wind(600)
            assert bench.driver.runs > runs + 20
            assert absorbed == []
            assert len(bench.changes) - turns <= 601, "only the station's own figures, once a second"
            assert caplog.text.count("Link L cannot connect: no route") == 1
            assert len([row for row in caplog.records if row.name == "supervisor.link"]) == 1

    asyncio.run(run())


def test_that_each_loss_is_one_warning_and_one_change_of_quality(caplog):
    async def run():
        async with Bench() as bench:
            for _ in range(3):
                bench.driver.publish(Batch.of([0, 1], 3.0, bench.clock.now()))
                bench.driver.lose()
                bench.driver.refuse = True
                await bench.clock.wind(120)
                bench.driver.refuse = False
                await bench.clock.wind(2 * LONGEST_WAIT_S)
                assert bench.link.connected
            assert caplog.text.count("Link L lost") == 3
            assert "cannot connect" not in caplog.text
            lost = [one for one in bench.changes if 0 in one.index and (one.quality == Quality.NOT_CONNECTED).all()]
            assert len(lost) == 3
            assert bench.link.reconnects == 3

    asyncio.run(run())


def test_that_another_reason_of_a_dead_link_reaches_its_tags():
    async def run():
        bench = Bench()
        bench.driver.refuse = True
        async with bench:
            await bench.clock.wind(2)
            assert bench.quality("E.t0") == Quality.NOT_CONNECTED
            bench.driver.refuse = False
            bench.driver.run = _silent
            await bench.clock.wind(2 * LONGEST_WAIT_S)
            assert bench.quality("E.t0") == Quality.TIMEOUT

    asyncio.run(run())


async def _silent(publish, up):
    raise LinkLost("accepts, and does not answer", Quality.TIMEOUT)


def test_that_a_controller_that_accepts_and_drops_at_once_is_asked_ever_less_often():
    async def run():
        async with Bench() as bench:
            for _ in range(3000):
                if bench.driver._end and not bench.driver._end.done():
                    bench.driver.lose()
                await bench.clock.wind(0.1)
            assert bench.driver.runs < 300 / (0.8 * LONGEST_WAIT_S) + 10

    asyncio.run(run())


@pytest.mark.logs("Driver of link L failed")
def test_that_a_bug_at_every_try_is_told_of_twice_a_minute(caplog):
    async def run():
        bench = Bench()
        bench.driver.run = _broken
        async with bench:
            await bench.clock.wind(600)
            assert 10 <= caplog.text.count("Driver of link L failed") <= 21
            assert bench.link.traffic.errors["bug"] > 50

    asyncio.run(run())


async def _broken(publish, up):
    raise ZeroDivisionError("bug")


def test_that_the_last_good_instant_is_that_of_good_live_values_only():
    async def run():
        async with Bench() as bench:
            assert bench.link.last_good == 0
            bench.driver.publish(Batch.of([0], 3.0, bench.clock.now()))
            good = bench.link.last_good
            assert good == bench.clock.now()
            await bench.clock.wind(10)
            bench.driver.publish(Batch.of([0], np.nan, bench.clock.now(), Quality.DEVICE_FAULT))
            bench.driver.publish(Batch.of([0], 3.0, bench.clock.now() - 99 * SECOND, historical=True))
            bench.driver.publish(Batch.of([], [], bench.clock.now()))
            bench.driver.lose()
            await bench.clock.wind(0.1)
            assert bench.link.last_good == good
            bench.driver.publish(Batch.of([0, 1], [np.nan, 2.0], 1, np.array([0x82, 0], np.uint8)))
            assert bench.link.last_good > good

    asyncio.run(run())


def test_that_the_figures_of_a_link_are_tags_and_stand_between_two_requests():
    async def run():
        async with Bench() as bench:
            traffic = bench.link.traffic
            traffic.round_trips += [0.010] * 98 + [0.5, 0.7]
            traffic.requests, traffic.skew_s = 100, -7.26
            traffic.count("timeout")
            await bench.clock.wind(1.1)
            assert bench.value("L.round_trip") == pytest.approx(10.0)
            assert bench.value("L.round_trip_p99") == pytest.approx(500.0)
            assert bench.value("L.clock_skew") == -7.3
            assert bench.value("L.errors") == 1.0
            await bench.clock.wind(5.0)
            assert bench.value("L.round_trip") == pytest.approx(10.0), "a slow poll has a round trip all the same"
            assert bench.value("L.requests") == 0.0
            bench.driver.lose()
            bench.driver.refuse = True
            await bench.clock.wind(2.0)
            assert math.isnan(bench.value("L.round_trip"))
            assert math.isnan(bench.value("L.clock_skew"))

    asyncio.run(run())
