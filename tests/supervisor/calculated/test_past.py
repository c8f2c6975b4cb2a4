"""Calculated tags after late samples: the history says of every instant what the formula says of its inputs there."""

from __future__ import annotations

import asyncio
import math
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from supervisor.calculated import past
from supervisor.calculated.calculator import Calculator
from supervisor.calculated.past import Past
from supervisor.clock import SECOND
from supervisor.errors import StoreError
from supervisor.flow import Batch, Change
from supervisor.historian.history import History
from supervisor.historian.writer import Historian, Pace
from supervisor.model import BAD, Quality
from supervisor.site import load
from supervisor.station import Station
from supervisor.texts import Texts
from tests.supervisor.calculated.test_calculator import GROUPS
from tests.supervisor.calculated.town import NOW, Running, files
from tests.supervisor.site.small import PROTOCOLS, Files, write

HOUR = 3600 * SECOND
DAY = 24 * HOUR
START = NOW // DAY * DAY
FORMULAS = {"first": "a + b", "second": "first * 2 + sum(parts.c)"}


class Town(Running):
    """A station that records, and works out again what came late."""

    def __init__(self, folder: Path, made: Files) -> None:
        super().__init__(load(write(folder / "site", made), PROTOCOLS), START)
        self.folder = folder / "history"
        self.historian = Historian(self.folder, self.site.tags, Texts.create(), self.clock, Pace())
        calculator = Calculator(self.site, self.table.columns, lambda batch: self.station.absorb(batch))
        self.past = Past(self.site, calculator.fan, self.folder, self.historian, self.clock)
        consumers = [self.changes.append, self.historian.absorb, self.past.absorb, calculator.absorb]
        self.station = Station(self.site, self.table, self.clock, consumers)
        self.history = History(self.folder)

    def wait(self, seconds: float) -> None:
        asyncio.run(self.clock.wind(seconds))

    def at(self, tag: str, instant: int, by_arrival: bool = False) -> tuple[float, int]:
        moment = self.history.at([tag], instant, by_arrival)
        return float(moment.value[0]), int(moment.quality[0])

    def late(self, tag: str, *rows: tuple[int, float]) -> None:
        index = [self.site.tag_by_id[tag].index] * len(rows)
        times = np.array([time for time, _ in rows], np.int64)
        self.station.absorb(Batch.of(index, [value for _, value in rows], times, historical=True))

    def close(self) -> None:
        self.past.close()
        self.historian.close()
        self.history.close()


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    made = Town(tmp_path, files(5, FORMULAS, GROUPS.replace('each = "area"\n', "")))
    yield made
    made.close()


def lost(town: Town) -> tuple[int, int]:
    """Ten minutes in which nobody knew a, between two values of it; when they began and ended."""
    town.tell(B0_a=1.0, B0_b=10.0, B0_P1_c=0.0, B0_P2_c=0.0)
    town.wait(60)
    begun = town.clock.now()
    town.tell(B0_a=math.nan)
    town.wait(600)
    town.tell(B0_a=2.0)
    return begun, town.clock.now()


def test_that_what_came_late_makes_the_past_of_its_formulas_whole_and_leaves_the_present_alone(town: Town) -> None:
    begun, ended = lost(town)
    town.wait(60)
    live = {name: town.table.columns[name].copy() for name in ("value", "quality", "source_time")}
    town.late("B0.a", (begun + 100 * SECOND, 5.0), (begun + 200 * SECOND, 6.0))
    before = town.clock.now()
    town.wait(60)
    assert town.past.turn() >= 4
    town.historian.flush()
    assert town.at("B0.first", begun + 50 * SECOND)[1] == Quality.TIMEOUT, "nobody has sent that"
    assert town.at("B0.first", begun + 150 * SECOND) == (15.0, 0)
    assert town.at("B0.first", begun + 250 * SECOND) == (16.0, 0)
    assert town.at("B0.second", begun + 250 * SECOND) == (32.0, 0), "what needs it follows"
    assert town.at("B0.first", ended) == (12.0, 0)
    for name, column in live.items():
        np.testing.assert_array_equal(town.table.columns[name], column)
    times = town.history.samples("B0.first", begun, ended - 1).time.tolist()
    assert times == [begun + 100 * SECOND, begun + 200 * SECOND], "with the times of what came late"
    assert town.at("B0.first", begun + 250 * SECOND, by_arrival=True)[1] >= BAD, "which nobody could know then"
    assert town.at("B0.first", before + 60 * SECOND, by_arrival=True) == (12.0, 0)
    assert town.past.turn() == 0, "once is enough"


def test_that_of_equal_source_times_the_newest_arrival_rules_and_the_old_one_is_still_known(town: Town) -> None:
    town.tell(B0_a=1.0, B0_b=10.0, B0_P1_c=0.0, B0_P2_c=0.0)
    town.wait(60)
    town.tell(B0_b=20.0)
    then = town.clock.now()
    town.wait(60)
    town.late("B0.a", (then, 5.0))
    arrived = town.clock.now()
    town.past.turn()
    town.historian.flush()
    found = town.history.samples("B0.first", then - 1, then)
    assert found.value.tolist() == [21.0, 25.0]
    assert found.arrival.tolist() == [then, arrived]
    assert town.at("B0.first", then) == (25.0, 0)
    assert town.at("B0.first", then + 30 * SECOND, by_arrival=True) == (21.0, 0)


def test_that_the_total_of_a_group_follows_with_its_share_of_good_members(town: Town) -> None:
    town.tell(B0_a=1, B1_a=1, B2_a=1, B3_a=1, B4_a=1)
    town.wait(60)
    begun = town.clock.now()
    town.tell(B0_a=math.nan, B1_a=math.nan, B2_a=math.nan)
    town.wait(600)
    town.tell(B0_a=1, B1_a=1, B2_a=1)
    town.historian.flush()
    assert town.at("ALL.total", begun + 300 * SECOND)[1] >= BAD
    town.late("B0.a", (begun + 100 * SECOND, 7.0))
    town.past.turn()
    town.historian.flush()
    assert town.at("ALL.total", begun + 50 * SECOND)[1] >= BAD
    assert town.at("ALL.total", begun + 300 * SECOND) == (18.0, 0), "three of five are enough"
    assert town.at("ALL.total_good", begun + 300 * SECOND) == (60.0, 0)


def test_that_rollups_of_a_closed_day_follow_too(town: Town) -> None:
    lost(town)
    begun = START + 60 * SECOND
    town.wait(2 * 86_400)
    town.historian.flush()
    town.historian.compact(everything=True)
    town.historian.merge(everything=True)
    town.late("B0.a", *((begun + n * SECOND, 100.0 + n) for n in range(1, 600)))
    town.past.turn()
    town.historian.flush()
    town.historian.compact(everything=True)
    town.historian.merge(everything=True)
    drawn = town.history.trend("B0.first", START, START + HOUR, 1, level=HOUR)
    raw = town.history.trend("B0.first", START, START + HOUR, 1, level=0)
    assert drawn.high[0] == 100.0 + 599 + 10
    assert drawn.mean[0] == pytest.approx(raw.mean[0])


def test_that_many_samples_of_a_second_come_to_one(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(past, "MOST", 50)
    begun, _ = lost(town)
    town.late("B0.a", *((begun + n * SECOND // 10, float(n)) for n in range(1, 1000)))
    town.past.turn()
    town.historian.flush()
    found = town.history.samples("B0.first", begun, begun + 100 * SECOND)
    assert 99 <= len(found) <= 102
    assert town.at("B0.first", begun + 99 * SECOND + 950_000_000) == (10.0 + 999, 0)


def test_that_a_disk_that_takes_nothing_costs_no_mark(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, _ = lost(town)
    town.late("B0.a", (begun + 100 * SECOND, 5.0))

    def refuse() -> int:
        raise StoreError("the disk is full")

    with monkeypatch.context() as full:
        full.setattr(town.historian, "flush", refuse)
        with pytest.raises(StoreError):
            town.past.turn()
    assert town.past.turn() > 0
    town.historian.flush()
    assert town.at("B0.first", begun + 150 * SECOND) == (15.0, 0)


def test_that_there_is_an_end_to_what_waits(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(past, "MOST_MARKS", 3)
    town.tell(B0_a=1.0, B0_b=10.0)
    town.late("B0.a", *((START - n * HOUR, 5.0) for n in range(1, 20)))
    assert len(town.past._marks) == 3


def test_that_the_thread_waits_for_quiet_and_the_road_up_does_not_wait_for_it(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(past, "PAUSE_S", 0.01)
    town.past.start()
    begun, _ = lost(town)
    held: list[int] = []
    flush = town.historian.flush

    def slow() -> int:
        held.append(len(town.changes))
        time.sleep(0.2)
        return flush()

    monkeypatch.setattr(town.historian, "flush", slow)
    town.late("B0.a", (begun + 100 * SECOND, 5.0))
    time.sleep(0.1)
    assert not held, "more may come"
    town.wait(past.SETTLE_S + 1)
    bound = time.monotonic() + 20
    while not held and time.monotonic() < bound:
        time.sleep(0.01)
    count = len(town.changes)
    town.tell(B0_b=11.0)
    assert len(town.changes) > count, "while it works the road up goes on"
    while town.at("B0.first", begun + 150 * SECOND) != (15.0, 0) and time.monotonic() < bound:
        time.sleep(0.05)
        flush()
    assert town.at("B0.first", begun + 150 * SECOND) == (15.0, 0)


def test_that_a_station_that_stops_works_out_what_waits(tmp_path: Path) -> None:
    town = Town(tmp_path, files(3, FORMULAS))
    begun, _ = lost(town)
    town.late("B0.a", (begun + 100 * SECOND, 5.0))
    town.close()
    history = History(tmp_path / "history")
    assert history.at(["B0.first"], begun + 150 * SECOND).value.tolist() == [15.0]
    history.close()


def test_that_nothing_late_costs_nothing(town: Town) -> None:
    town.tell(B0_a=1.0)
    late = Change(np.empty(0, np.int32), np.empty(0), np.empty(0, np.uint8), np.empty(0, np.int64), START)
    town.past.absorb(replace(late, late=late))
    assert not town.past._marks
    assert town.past.turn() == 0


steps = st.lists(
    st.tuples(
        st.booleans(),
        st.sampled_from(["a", "b", "P1.c", "P2.c"]),
        st.sampled_from([1.0, 2.0, 5.0, math.nan]),
        st.integers(1, 400),
    ),
    min_size=1,
    max_size=14,
)


@settings(
    max_examples=25,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow],
)
@given(steps, st.integers(0, 3))
@example(  # the live `b` that takes over from a late one moves nothing of `second` that is live
    [(False, "P1.c", math.nan, 225), (False, "b", 2.0, 65), (True, "b", math.nan, 133), (False, "b", math.nan, 34)]
    + [(False, "a", 2.0, 90)],
    1,
)
def test_that_the_past_of_a_formula_is_what_it_says_of_its_inputs_then(
    rows: list[tuple[bool, str, float, int]], between: int
) -> None:
    """Live samples in their order, late ones anywhere before, good or bad; worked out now and then and at the end."""
    with tempfile.TemporaryDirectory() as folder:
        town = Town(Path(folder), files(1, FORMULAS))
        town.tell(B0_a=1.0, B0_b=2.0, B0_P1_c=0.0, B0_P2_c=0.0)
        newest = dict.fromkeys(("a", "b", "P1.c", "P2.c"), START)
        for number, (late, tag, value, seconds) in enumerate(rows):
            if late:
                when = newest[tag] - seconds * SECOND
                quality = Quality.DEVICE_FAULT if math.isnan(value) else Quality.GOOD
                index = [town.site.tag_by_id[f"B0.{tag}"].index]
                town.station.absorb(Batch.of(index, value, when, int(quality), historical=True))
            else:
                town.wait(seconds)
                town.tell(None, **{f"B0_{tag.replace('.', '_')}": value})
                newest[tag] = town.clock.now()
            if between and number % between == 0:
                town.past.turn()
        town.past.turn()
        town.historian.flush()
        for instant in range(START - 401 * SECOND, town.clock.now() + SECOND, 7 * SECOND):
            a, b, one, two = (town.at(f"B0.{tag}", instant) for tag in ("a", "b", "P1.c", "P2.c"))
            first, second = town.at("B0.first", instant), town.at("B0.second", instant)
            assert first[1] == max(a[1], b[1]), (instant - START) / SECOND
            assert first[0] == pytest.approx(a[0] + b[0], nan_ok=True)
            assert second[1] == max(first[1], one[1], two[1])
            assert second[0] == pytest.approx(first[0] * 2 + one[0] + two[0], nan_ok=True)
        town.close()
