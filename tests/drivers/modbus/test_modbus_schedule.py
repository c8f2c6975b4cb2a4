"""Whose turn it is: rhythms, phases, fair turns of units, and silent units that cost little. No clock runs here."""

from __future__ import annotations

import zlib
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.modbus.address import Address, Table
from drivers.modbus.plan import Block, Place
from drivers.modbus.schedule import PROBE_S, PROBE_SHARE, Schedule
from tests.drivers.modbus.plant import link, site

TAGS = site(link(502), (1,), {"t": Address(Table.HOLDING, 0)}).tags


def block(unit: int = 1, period_s: float = 1.0, start: int = 0) -> Block:
    place = Place(TAGS[0], unit, Address(Table.HOLDING, start))
    return Block(unit, Table.HOLDING, start, 1, (place,), period_s)


def drain(schedule: Schedule, now: float) -> list[Block]:
    """Everything that is due, answered at once."""
    taken = []
    while one := schedule.take(now):
        taken.append(one)
        schedule.put(one)
    return taken


def live(schedule: Schedule, until_s: float, costs, now: float = 0.0) -> list[tuple[float, Block]]:
    """One request after the other, each taking what `costs` says of its unit; None for no answer in 1 s."""
    asked = []
    while now < until_s:
        one = schedule.take(now)
        if one is None:
            now += max(schedule.wait(now), 1e-6)
            continue
        asked.append((now, one))
        cost = costs(one.unit)
        now += 1.0 if cost is None else cost
        if cost is None:
            schedule.put(one, now + 1.0)
            schedule.mute(one.unit, now, 1.0)
        else:
            schedule.revive(one.unit, now)
            schedule.put(one)
    return asked


def test_that_a_thousand_devices_do_not_burst_together():
    """Each reads everything once at its connection; from then on the network sees an even stream."""
    moments = []
    for number in range(1000):
        phase = zlib.crc32(f"L-{number:04d}".encode()) / 2**32
        schedule = Schedule([block(), block(start=500)], 0.0, phase)
        assert len(drain(schedule, 0.0)) == 2
        now = 0.0
        while now < 10.0:
            now += schedule.wait(now) + 1e-9
            moments += [now for _ in drain(schedule, now)]
    counts, _ = np.histogram([moment for moment in moments if moment < 10.0], bins=500, range=(0.0, 10.0))
    mean = 2000 * 0.02
    assert 0.95 < counts[50:].mean() / mean < 1.05
    assert counts.max() < 2 * mean, "20 ms in which twice as many devices are asked as there should be"


@given(st.lists(st.sampled_from([0.5, 1.0, 10.0]), min_size=1, max_size=30), st.floats(0, 0.999))
@settings(max_examples=60, deadline=None)
def test_that_each_class_keeps_its_rhythm(periods, phase):
    blocks = [block(period_s=period, start=2 * number) for number, period in enumerate(periods)]
    schedule, now = Schedule(blocks, 0.0, phase), 0.0
    times: dict[int, list[float]] = {one.start: [] for one in blocks}
    while now < 60.0:
        for one in drain(schedule, now):
            times[one.start].append(now)
        now += max(schedule.wait(now), 1e-9)
    for one in blocks:
        assert times[one.start][0] == 0.0
        gaps = np.diff(times[one.start][1:])
        assert len(gaps) >= 60 / one.period_s - 3
        assert np.allclose(gaps, one.period_s, atol=1e-6)


@given(st.lists(st.floats(0.0, 30.0), min_size=1, max_size=20), st.floats(0, 0.999))
def test_that_turns_that_were_missed_are_skipped_and_not_caught_up(absences, phase):
    schedule, now = Schedule([block(period_s=1.0)], 0.0, phase), 0.0
    for absence in absences:
        assert len(drain(schedule, now)) <= 1
        now += absence
    due = [drain(schedule, now + step) for step in (0.0, 0.999, 1.999)]
    assert sum(map(len, due)) <= 3


def test_that_units_take_turns_however_many_blocks_each_has():
    many = [block(1, 10.0, start) for start in range(0, 100, 2)]
    schedule = Schedule([*many, block(2), block(3)], 0.0, 0.3)
    first = []
    for _ in range(6):
        one = schedule.take(0.0)
        assert one is not None
        first.append(one.unit)
    assert first == [1, 2, 3, 1, 1, 1]


def test_that_silent_units_cost_their_neighbours_a_small_share_however_many_they_are():
    dead = range(10, 30)
    blocks = [block(unit, 0.1, start) for unit in (1, 2, 3, *dead) for start in (0, 500)]
    asked = live(Schedule(blocks, 0.0, 0.5), 400.0, lambda unit: None if unit in dead else 0.005)
    settled = 60.0
    gaps = np.diff([moment for moment, one in asked if one.unit == 1 and one.start == 0 and moment > settled])
    assert gaps.mean() < 0.1 * (1 + 1.5 / PROBE_SHARE)
    assert np.median(gaps) < 0.11
    probes = [(moment, one.unit) for moment, one in asked if one.unit in dead and moment > settled]
    assert all(later - earlier >= PROBE_S for (earlier, _), (later, _) in pairwise(probes))
    assert {unit for _, unit in probes} == set(dead), "each has its turn"


def test_that_a_silent_unit_that_answers_is_read_whole_at_once():
    blocks = [block(unit, 5.0, start) for unit in (1, 2) for start in range(0, 1000, 200)]
    asked = live(Schedule(blocks, 0.0, 0.5), 40.0, lambda unit: None if unit == 2 else 0.001)
    schedule = Schedule(blocks, 50.0, 0.5)
    for one in drain(schedule, 50.0):
        assert one.unit in (1, 2)
    schedule.mute(2, 50.0, 1.0)
    assert {one.unit for one in drain(schedule, 57.0)} == {1}
    probe = next(one for one in iter(lambda: schedule.take(59.0), None) if one.unit == 2)
    schedule.revive(2, 59.0)
    schedule.put(probe)
    assert sum(one.unit == 2 for one in drain(schedule, 59.0)) == 4
    assert sum(one.unit == 2 for _, one in asked) < 12


def test_that_what_was_written_is_read_soon_and_what_was_under_way_again():
    waiting, under_way, other = block(1, 10.0), block(1, 10.0, 500), block(2, 10.0)
    schedule = Schedule([waiting, under_way, other], 0.0, 0.5)
    drain(schedule, 0.0)
    assert drain(schedule, 9.9)
    assert not drain(schedule, 10.0)
    under_way = next(iter([one for one in schedule.blocks if one.start == 500]))
    under_way.out = True
    schedule.hasten(1, 10.05)
    schedule.put(under_way)
    assert {(one.unit, one.start) for one in drain(schedule, 10.06)} == {(1, 0), (1, 500)}
    schedule.hasten(None, 10.1)
    assert len(drain(schedule, 10.11)) == 3


def test_that_a_block_gives_way_to_its_halves():
    places = tuple(Place(TAGS[0], 1, Address(Table.HOLDING, at)) for at in (0, 40))
    whole = Block(1, Table.HOLDING, 0, 41, places, 1.0)
    schedule = Schedule([whole], 0.0, 0.5)
    taken = schedule.take(0.0)
    assert taken is whole
    schedule.replace(whole, whole.split(), 0.0)
    assert [(one.start, one.count) for one in drain(schedule, 0.0)] == [(0, 1), (40, 1)]
    assert len(drain(schedule, 1.0)) == 2
