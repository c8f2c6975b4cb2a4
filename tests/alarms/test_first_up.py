"""First-up: which alarm of a group was the first, as far as anybody can know."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from alarms.keep import Names
from alarms.life import FIELDS, FIRST, SAME_INSTANT, SETTLED, Life
from alarms.replay import Plant, Replay, fill
from alarms.states import Event
from supervisor.clock import SECOND
from supervisor.columns import Columns
from supervisor.journal import JournalReader
from supervisor.model import Condition, Priority
from tests.alarms.hall import DOOR, HIGH_HIGH, LEVEL, OPEN, RULES, Hall, change, hall, site
from tests.alarms.plant import plant, rule


def come(one: Hall, level_s: float, door_s: float) -> None:
    """Level and door in one batch, measured so many seconds ago."""
    moved = change(one.clock, {LEVEL: 4.5, DOOR: 1.0})
    moved.source_time[:] = one.clock.now() - np.array([round(level_s * SECOND), round(door_s * SECOND)])
    one.alarms.absorb(moved)


def marks(one: Hall) -> dict[int, int]:
    first = one.alarms.columns["first_up"]
    return {int(at): int(first[at]) for at in np.flatnonzero(first)}


def replayed(folder: Path, one: Hall) -> dict[int, int]:
    columns = Columns.create(len(one.site.alarms), FIELDS)
    rows = {alarm.id: alarm.index for alarm in one.site.alarms}
    fill(columns, rows, Replay(folder / "journal.db", Plant.of(one.site)).at(one.clock.now()), Names(one.site))
    return {int(at): int(columns["first_up"][at]) for at in np.flatnonzero(columns["first_up"])}


def test_that_of_one_batch_the_earliest_by_source_time_is_the_first_however_urgent_the_others(tmp_path: Path) -> None:
    with hall(tmp_path) as one:
        come(one, 0.2, 0.5)
        assert marks(one) == {OPEN: FIRST}, "the door came before the level, and is of the lowest priority"
        one.journal.extend([]).result()
        assert replayed(tmp_path, one) == marks(one)
    (row,) = [row for row in JournalReader(tmp_path / "journal.db").search("E0.open") if row.kind == "raise"]
    assert row.detail["first"] == "source_time"


def test_that_what_nobody_can_order_is_marked_as_one_instant_by_its_most_urgent(tmp_path: Path) -> None:
    with hall(tmp_path) as one:
        come(one, 0.5, 0.5)
        assert marks(one) == {HIGH_HIGH: SAME_INSTANT}
        one.journal.extend([]).result()
        assert replayed(tmp_path, one) == marks(one)
    with hall(tmp_path) as one:
        assert marks(one) == {HIGH_HIGH: SAME_INSTANT}, "after a restart too"


def test_that_one_that_rises_alone_is_the_first_whatever_its_clock_says(tmp_path: Path) -> None:
    with hall(tmp_path) as one:
        one.read(DOOR, 1)
        come(one, 3600, 0)
        assert marks(one) == {OPEN: FIRST}, "the mark does not move once it is told"


def test_that_a_message_that_was_overtaken_takes_the_mark_back_for_two_seconds(tmp_path: Path) -> None:
    level = HIGH_HIGH  # its other alarm is as old, and less urgent
    cases = [(0.5, 0.6, level), (1.9, 2.0, level), (2.1, 2.2, OPEN), (1.0, 0.9, OPEN), (1.0, 1.0, OPEN),
             (0.5, 3.5, OPEN)]  # fmt: skip

    async def scenario(folder: Path, later: float, ago: float, first: int) -> None:
        with hall(folder) as one:
            moved = change(one.clock, {DOOR: 1.0})
            moved.source_time[:] -= round(0.05 * SECOND)
            one.alarms.absorb(moved)
            assert marks(one) == {OPEN: FIRST}
            await one.wind(later)
            moved = change(one.clock, {LEVEL: 4.5})
            moved.source_time[:] -= round((ago + 0.05) * SECOND)
            one.alarms.absorb(moved)
            wanted = {first: SAME_INSTANT if first == level else FIRST}
            assert marks(one) == wanted, (later, ago)
            one.journal.extend([]).result()
            assert replayed(folder, one) == wanted
        with hall(folder) as one:
            assert marks(one) == wanted, "after a restart too"

    for at, case in enumerate(cases):
        folder = tmp_path / str(at)
        folder.mkdir()
        asyncio.run(scenario(folder, *case))


def test_that_the_journal_tells_it_where_two_turns_are_of_one_instant(tmp_path: Path) -> None:
    """A batch in which a tag moves twice is two turns that arrived as one: the first of them keeps the mark."""
    with hall(tmp_path) as one:
        one.read(DOOR, 1)
        one.read(LEVEL, 4.5)
        assert marks(one) == {OPEN: FIRST}
        one.journal.extend([]).result()
        assert replayed(tmp_path, one) == {OPEN: FIRST}, "though the level is more urgent"


def test_that_delays_that_end_in_one_turn_are_told_apart_by_when_they_began(tmp_path: Path) -> None:
    rules = [replace(RULES[HIGH_HIGH], on_delay_s=5.0), replace(RULES[OPEN], on_delay_s=5.0)]

    async def scenario() -> None:
        with hall(tmp_path, site(rules)) as one:
            come(one, 0.01, 0.02)
            await one.wind(6)
            assert marks(one) == {1: FIRST}

    asyncio.run(scenario())


def test_that_what_time_alone_has_raised_has_no_place_in_the_order(tmp_path: Path) -> None:
    frozen = replace(rule(Condition.FROZEN, limit=0.1, id="frozen"), priority=Priority.LOW)
    late = replace(rule(Condition.HIGH, limit=6.0, id="late"), on_delay_s=10.0, priority=Priority.HIGH)
    frozen = replace(frozen, watch=replace(frozen.watch, window_s=10.0))

    async def scenario() -> None:
        with hall(tmp_path, plant(frozen, late)) as one:
            one.read(0, 9.0)
            await one.wind(11)
            assert marks(one) == {0: FIRST} or marks(one) == {1: SAME_INSTANT}
            assert sum(one.alarms.columns["state"] > 0) == 2

    asyncio.run(scenario())


RISES = st.lists(
    st.tuples(st.integers(0, 3), st.integers(1, 4), st.sampled_from([0, 1, 2, 3])), min_size=1, max_size=12
)


@settings(max_examples=200, deadline=None)
@given(RISES)
def test_that_it_is_the_law_whatever_rises_together(rises: list[tuple[int, int, int]]) -> None:
    """Of each group: by source time where all have one, then by priority, then by row; and how many share the best."""
    plain = site([RULES[OPEN]], 4)
    things = plain.equipment
    alarms = tuple(
        replace(
            plain.alarms[0], index=at, equipment=things[group], rule=replace(RULES[OPEN], priority=Priority(urgent))
        )
        for at, (group, urgent, _) in enumerate(rises)
    )
    life = Life(replace(plain, alarms=alarms), Columns.create(len(alarms), FIELDS))
    source = np.array([when for _, _, when in rises], np.int64)
    life.step(np.arange(len(alarms)), Event.RAISE, 1, np.zeros(len(alarms)), source)
    wanted = {}
    for group in {rise[0] for rise in rises}:
        mine = [(when, urgent, at) for at, (of, urgent, when) in enumerate(rises) if of == group]
        if not all(when for when, _, _ in mine):
            mine = [(0, urgent, at) for _, urgent, at in mine]
        best = min(mine)
        wanted[best[2]] = SAME_INSTANT if sum(one[0] == best[0] for one in mine) > 1 else FIRST
    found = life.columns["first_up"]
    assert {int(at): int(found[at]) for at in np.flatnonzero(found)} == wanted


TURNS = st.lists(
    st.tuples(
        st.sampled_from([0, 1, 2, 3]),
        st.lists(st.tuples(st.integers(0, 2), st.integers(1, 4), st.sampled_from([-4, -2, -1, 0])), max_size=4),
    ),
    max_size=6,
)


@settings(max_examples=200, deadline=None)
@given(TURNS)
def test_that_it_is_the_law_over_several_turns(turns: list[tuple[int, list[tuple[int, int, int]]]]) -> None:
    """Seconds since the turn before, and what rises: group, priority, seconds of its source time before the turn."""
    rises = [rise for _, some in turns for rise in some]
    plain = site([RULES[OPEN]], 3)
    any_, things = plain.alarms[0], plain.equipment
    alarms = tuple(
        replace(any_, index=at, equipment=things[group], rule=replace(RULES[OPEN], priority=Priority(urgent)))
        for at, (group, urgent, _) in enumerate(rises)
    )
    life = Life(replace(plain, alarms=alarms), Columns.create(len(alarms), FIELDS))
    at, row = 100 * SECOND, 0
    first: dict[int, tuple[int, int, int]] = {}
    """Group -> when it ceased to be calm, source time of its first, row of that."""
    wanted: dict[int, int] = {}
    for later, some in turns:
        at += later * SECOND
        rows = np.arange(row, row + len(some))
        row += len(some)
        source = np.array([at + ago * SECOND for _, _, ago in some], np.int64)
        if len(rows):
            changed = life.step(rows, Event.RAISE, at, np.zeros(len(rows)), source)
            moved = {one for one in wanted if not life.columns["first_up"][one]}
            assert set(changed.tolist()) == {*rows.tolist(), *moved}, "whose mark goes is written too"
        for group in {of for of, _, _ in some}:
            mine = [(int(source[n]), u, int(rows[n])) for n, (of, u, _) in enumerate(some) if of == group]
            begun, was, holder = first.get(group, (at, 0, -1))
            if holder >= 0:
                mine = [one for one in mine if 0 < was - one[0] <= SETTLED and at - begun <= SETTLED]
            if mine:
                wanted.pop(holder, None)
                best = min(mine)
                wanted[best[2]] = SAME_INSTANT if sum(one[0] == best[0] for one in mine) > 1 else FIRST
                first[group] = (begun, best[0], best[2])
        found = life.columns["first_up"]
        assert {int(one): int(found[one]) for one in np.flatnonzero(found)} == wanted
