"""Station and links: the road up, loss and return, silence, and an end that leaves nothing."""

import asyncio
import logging

import numpy as np
import pytest

from supervisor.clock import SECOND, HandClock
from supervisor.driver import Traffic
from supervisor.errors import LinkLost, WriteFailed
from supervisor.faults import RECENT_S, Faults
from supervisor.flow import Batch
from supervisor.link import LONGEST_WAIT_S, Link
from supervisor.model import Quality
from supervisor.station import Station
from supervisor.table import TagTable
from tests.supervisor.plant import site


class MemoryDriver:
    """A device in memory that implements the small interface; `lose` cuts it."""

    def __init__(self):
        self.publish = None
        self.runs = 0
        self.refuse = False
        self._end = None

    async def run(self, publish, up):
        self.runs += 1
        if self.refuse:
            raise LinkLost("no route")
        self.publish, self._end = publish, asyncio.get_running_loop().create_future()
        up()
        await self._end

    def lose(self, error=None):
        self._end.set_exception(error or LinkLost("cut"))

    async def write(self, tag, raw, timeout_s):
        self.publish(Batch.of([tag.index], raw, 1))


class Bench:
    def __init__(self, **words):
        self.clock = HandClock()
        self.site = site(**words)
        self.table = TagTable(self.site.tags)
        self.changes = []
        self.station = Station(self.site, self.table, self.clock, [self.changes.append])
        self.driver = MemoryDriver()
        tags = self.site.tags_by_link["L"]
        self.link = Link(self.site.links["L"], tags, self.driver, Traffic(), self.station.absorb, self.clock)

    async def __aenter__(self):
        self.station.start({"L": self.link})
        await self.clock.wind(0.01)
        return self

    async def __aexit__(self, *_):
        await self.station.stop()

    def quality(self, tag):
        return int(self.table.columns["quality"][self.site.tag_by_id[tag].index])

    def value(self, tag):
        return float(self.table.columns["value"][self.site.tag_by_id[tag].index])


def test_that_a_lost_link_turns_its_tags_bad_and_returns_by_itself():
    async def run():
        async with Bench() as bench:
            bench.driver.publish(Batch.of([0, 1], 3.0, bench.clock.now()))
            assert bench.quality("E.t0") == Quality.GOOD
            bench.driver.lose()
            await bench.clock.wind(0.01)
            assert bench.quality("E.t0") == Quality.NOT_CONNECTED
            assert np.isnan(bench.value("E.t0"))
            await bench.clock.wind(1.5)
            assert bench.driver.runs == 2
            assert bench.value("L.connected") == 1.0
            assert bench.value("L.reconnects") == 1.0

    asyncio.run(run())


def test_that_a_dead_controller_is_asked_ever_less_often_but_never_given_up():
    async def run():
        bench = Bench()
        bench.driver.refuse = True
        async with bench:
            await bench.clock.wind(300)
            assert 300 / (1.2 * LONGEST_WAIT_S) <= bench.driver.runs <= 300 / (0.8 * LONGEST_WAIT_S) + 8
            assert bench.value("L.connected") == 0.0
            assert bench.link.reason == "no route"

    asyncio.run(run())


@pytest.mark.logs("Driver of link L failed")
def test_that_a_bug_in_a_driver_costs_its_own_tags_only():
    async def run():
        async with Bench() as bench:
            bench.driver.lose(ZeroDivisionError("bug"))
            await bench.clock.wind(0.01)
            assert bench.quality("E.t0") == Quality.BAD
            await bench.clock.wind(2.0)
            assert bench.driver.runs == 2

    asyncio.run(run())


@pytest.mark.logs("failed on a change")
def test_that_a_bug_in_one_consumer_does_not_cost_the_next_the_change():
    async def run():
        bench = Bench()

        def broken(change):
            raise ZeroDivisionError

        bench.station.consumers.insert(0, broken)
        bench.station.absorb(Batch.of([0], 1.0, bench.clock.now()))
        assert [change.index.tolist() for change in bench.changes] == [[0]]

    asyncio.run(run())


def test_that_no_news_becomes_stale_and_news_good_again():
    async def run():
        async with Bench(stale_s=5.0) as bench:
            bench.driver.publish(Batch.of([0], 3.0, bench.clock.now()))
            await bench.clock.wind(4.5)
            assert bench.quality("E.t0") == Quality.GOOD
            await bench.clock.wind(2.0)
            assert bench.quality("E.t0") == Quality.STALE
            bench.driver.publish(Batch.of([0], 3.0, bench.clock.now()))
            assert bench.quality("E.t0") == Quality.GOOD

    asyncio.run(run())


def test_that_the_station_beats_and_says_how_it_is():
    async def run():
        async with Bench() as bench:
            bench.driver.publish(Batch.of([0], 3.0, bench.clock.now()))
            await bench.clock.wind(3.0)
            assert bench.clock.now() - bench.table.columns.beat < SECOND // 2
            assert bench.value("VIGIE.good") == pytest.approx(100 / 5)

    asyncio.run(run())


def test_that_a_write_to_a_link_that_is_down_is_refused_at_once_and_never_queued():
    async def run():
        bench = Bench()
        bench.driver.refuse = True
        async with bench:
            with pytest.raises(WriteFailed, match="not connected"):
                await bench.link.write(bench.site.tag_by_id["E.t0"], 1.0, 1.0)
            bench.driver.refuse = False
            await bench.clock.wind(20)
            assert np.isnan(bench.value("E.t0"))

    asyncio.run(run())


def test_that_several_values_of_one_tag_in_a_batch_are_all_changes():
    async def run():
        bench = Bench()
        bench.station.absorb(Batch.of([0, 0, 0], [1.0, 2.0, 3.0], bench.clock.now()))
        assert [change.value.tolist() for change in bench.changes] == [[1.0], [2.0], [3.0]]
        assert bench.value("E.t0") == 3.0

    asyncio.run(run())


def test_that_a_clock_set_back_does_not_freeze_what_the_station_dates(caplog):
    async def run():
        bench = Bench()
        bench.station.absorb(Batch.of([0], 1.0, bench.clock.now()))
        bench.clock._now -= 3600 * SECOND
        bench.station.absorb(Batch.of([0], 2.0, bench.clock.now()))
        assert bench.value("E.t0") == 2.0
        assert "set back by 3600" in caplog.text

    asyncio.run(run())


@pytest.mark.logs("failed and begins anew")
def test_that_a_bug_in_the_watch_for_silence_does_not_end_it():
    """It would leave a station that beats, and shows for ever what it read last."""

    async def run():
        async with Bench(stale_s=5.0) as bench:
            bench.driver.publish(Batch.of([0], 3.0, bench.clock.now()))
            read, calls = bench.station._vitals.read, []

            def broken(*words):
                calls.append(words)
                if len(calls) == 1:
                    raise ZeroDivisionError
                return read(*words)

            bench.station._vitals.read = broken
            await bench.clock.wind(8.0)
            assert bench.quality("E.t0") == Quality.STALE
            assert len(calls) > 3

    asyncio.run(run())


@pytest.mark.logs("failed on a change")
def test_that_a_bug_at_every_change_fills_no_log(caplog):
    bench = Bench()

    def broken(change):
        raise ZeroDivisionError

    bench.station.consumers.insert(0, broken)
    for n in range(100):
        bench.station.absorb(Batch.of([0], float(n), bench.clock.now()))
    assert caplog.text.count("failed on a change") == 1
    assert len(bench.changes) == 100


@pytest.mark.logs("made up")
def test_that_bugs_of_our_own_are_a_tag_of_the_station_for_a_minute():
    async def run():
        async with Bench() as bench:
            faults = Faults(bench.clock)
            bench.station.faults = faults.recent
            faults.begin()
            try:
                await bench.clock.wind(1.5)
                assert bench.value("VIGIE.faults") == 0.0
                logging.getLogger("supervisor.test").error("made up: no bug, only trouble")
                try:
                    raise ZeroDivisionError
                except ZeroDivisionError:
                    logging.getLogger("drivers.test").exception("made up")
                    logging.getLogger("paho").exception("made up")
                await bench.clock.wind(1.0)
                assert bench.value("VIGIE.faults") == 1.0
                await bench.clock.wind(RECENT_S + 1)
                assert bench.value("VIGIE.faults") == 0.0
            finally:
                faults.end()

    asyncio.run(run())


def test_that_what_the_station_does_not_know_of_a_link_is_bad_and_not_a_good_nothing():
    async def run():
        async with Bench() as bench:
            await bench.clock.wind(1.5)
            assert np.isnan(bench.value("L.round_trip"))
            assert bench.quality("L.round_trip") >= Quality.BAD

    asyncio.run(run())
