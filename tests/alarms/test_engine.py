"""The engine: values, delays, acts and restarts become states, columns and rows of the journal."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alarms.engine import Alarms
from alarms.states import ACTIVE, State
from alarms.suppression import Act, Hidden
from supervisor.clock import SECOND, HandClock, SystemClock
from supervisor.columns import Columns
from supervisor.desk.alarm_desk import LONGEST_MIN
from supervisor.flow import Change
from supervisor.journal import Journal, JournalReader
from supervisor.model import Alarm, Equipment, Quality, Tag
from tests.alarms.hall import DOOR, HIGH, HIGH_HIGH, LEVEL, LOW, OPEN, RULES, Hall, change, hall, site


def kinds(folder: Path, subject: str = "") -> list[str]:
    """What the journal says, oldest first."""
    return [row.kind for row in reversed(JournalReader(folder / "journal.db").search(subject))]


def test_that_a_value_beyond_the_limit_raises_and_one_back_inside_clears(tmp_path: Path) -> None:
    with hall(tmp_path) as one:
        one.read(LEVEL, 3.2)
        assert one.state(HIGH) == State.UNACKED
        assert one.alarms.columns["value"][HIGH] == 3.2
        assert one.alarms.columns["raised_at"][HIGH] == one.clock.now()
        one.read(LEVEL, 2.8)
        assert one.state(HIGH) == State.UNACKED, "still within the deadband"
        one.read(LEVEL, 2.5)
        assert one.state(HIGH) == State.RETURNED
    assert kinds(tmp_path, "E0.high") == ["raise", "clear"]


def test_that_an_acknowledgement_says_who_and_when(tmp_path: Path) -> None:
    async def scenario() -> None:
        with hall(tmp_path) as one:
            one.read(DOOR, 1)
            await one.wind(3)
            assert await one.alarms.acknowledge(["E0.open", "E0.high"], "ann") == 1
            assert one.state(OPEN) == State.ACKED
            assert one.alarms.columns["acked_at"][OPEN] == one.clock.now()
            assert await one.alarms.acknowledge(["E0.open"], "ned") == 0

    asyncio.run(scenario())
    row = JournalReader(tmp_path / "journal.db").latest(1)[0]
    assert (row.kind, row.who, row.subject, row.area) == ("acknowledge", "ann", "E0.open", "north")


def test_that_a_latched_alarm_takes_an_acknowledgement_and_then_a_reset(tmp_path: Path) -> None:
    async def scenario() -> None:
        with hall(tmp_path) as one:
            one.read(LEVEL, 5)
            one.read(LEVEL, 2)
            assert one.state(HIGH_HIGH) == State.LATCHED_UNACKED
            assert await one.alarms.reset(["E0.high_high"], "ann") == 0
            await one.alarms.acknowledge(["E0.high_high"], "ann")
            assert await one.alarms.reset(["E0.high_high"], "ann") == 1
            assert one.state(HIGH_HIGH) == State.NORMAL

    asyncio.run(scenario())
    assert kinds(tmp_path, "E0.high_high") == ["raise", "clear", "acknowledge", "reset"]


def test_that_a_delay_is_waited_for_and_a_short_excursion_is_no_alarm(tmp_path: Path) -> None:
    async def scenario() -> None:
        with hall(tmp_path) as one:
            one.read(LEVEL, 0.5)
            await one.wind(4.9)
            assert one.state(LOW) == State.NORMAL
            one.read(LEVEL, 1.5)
            await one.wind(10)
            assert one.state(LOW) == State.NORMAL
            one.read(LEVEL, 0.5)
            await one.wind(2)
            one.read(LEVEL, 0.4)
            await one.wind(3)
            assert one.state(LOW) == State.UNACKED
            assert one.alarms.columns["value"][LOW] == 0.4
            one.read(LEVEL, 1.5)
            await one.wind(2.9)
            assert one.state(LOW) == State.UNACKED
            await one.wind(0.2)
            assert one.state(LOW) == State.RETURNED

    asyncio.run(scenario())


def test_that_a_lost_link_stops_a_delay_and_neither_raises_nor_clears(tmp_path: Path) -> None:
    async def scenario() -> None:
        with hall(tmp_path) as one:
            one.read(DOOR, 1)
            one.read(LEVEL, 0.5)
            await one.wind(3)
            one.read(LEVEL, float("nan"), Quality.NOT_CONNECTED)
            one.read(DOOR, float("nan"), Quality.NOT_CONNECTED)
            await one.wind(60)
            assert (one.state(LOW), one.state(OPEN)) == (State.NORMAL, State.UNACKED)
            one.read(LEVEL, 0.5)
            await one.wind(4.9)
            assert one.state(LOW) == State.NORMAL, "the delay begins anew"
            await one.wind(0.2)
            assert one.state(LOW) == State.UNACKED

    asyncio.run(scenario())


def test_that_the_count_grows_with_every_raise_until_the_alarm_is_normal(tmp_path: Path) -> None:
    async def scenario() -> None:
        with hall(tmp_path) as one:
            for door in (1, 0, 1, 0, 1):
                one.read(DOOR, door)
            assert one.alarms.columns["count"][OPEN] == 3
            await one.alarms.acknowledge(["E0.open"], "ann")
            one.read(DOOR, 0)
            one.read(DOOR, 1)
            assert one.alarms.columns["count"][OPEN] == 1

    asyncio.run(scenario())


def test_that_an_alarm_on_the_shelf_goes_on_beneath_and_comes_back_with_its_time(tmp_path: Path) -> None:
    async def scenario() -> None:
        with hall(tmp_path) as one:
            assert await one.alarms.shelve(["E0.open"], 10, "works", "ann") == 1
            one.read(DOOR, 1)
            assert one.state(OPEN) == State.UNACKED
            await one.alarms.acknowledge(["E0.open"], "ann")
            await one.wind(599)
            assert one.alarms.columns["suppression"][OPEN] == Hidden.SHELVED
            await one.wind(2)
            assert one.alarms.columns["suppression"][OPEN] == 0
            assert one.alarms.columns["shelved_until"][OPEN] == 0
            assert one.state(OPEN) == State.ACKED, "the end of a shelf loses no acknowledgement"

    asyncio.run(scenario())
    assert kinds(tmp_path, "E0.open") == ["shelve", "raise", "acknowledge", "unshelve"]
    shelved = JournalReader(tmp_path / "journal.db").search("E0.open")[-1]
    assert shelved.detail["reason"] == "works"


def test_that_shelving_again_moves_the_end_and_the_three_ways_of_hiding_do_not_meet(tmp_path: Path) -> None:
    async def scenario() -> None:
        with hall(tmp_path) as one:
            await one.alarms.shelve(["E0.open"], 10, "works", "ann")
            await one.alarms.hide(["E0.open"], Act.REMOVE, "broken contact", "ann")
            await one.wind(300)
            await one.alarms.shelve(["E0.open"], 10, "works go on", "ann")
            await one.wind(400)
            assert one.alarms.columns["suppression"][OPEN] == Hidden.SHELVED | Hidden.OUT_OF_SERVICE
            assert await one.alarms.unshelve(["E0.open"], "ann") == 1
            assert await one.alarms.unshelve(["E0.open"], "ann") == 0
            assert one.alarms.columns["suppression"][OPEN] == Hidden.OUT_OF_SERVICE

    asyncio.run(scenario())


def test_that_a_clock_set_back_keeps_no_alarm_on_the_shelf_beyond_its_time(tmp_path: Path) -> None:
    async def scenario() -> None:
        with hall(tmp_path) as one:
            one.read(LEVEL, 3.5)
            await one.alarms.shelve(["E0.high"], 10, "works", "ann")
            one.clock._now -= 86_400 * SECOND
            await one.wind(601)
            assert one.alarms.columns["suppression"][HIGH] == 0

    asyncio.run(scenario())


def test_that_no_shelf_survives_a_restart_for_longer_than_a_shelf_may_be(tmp_path: Path) -> None:
    async def scenario() -> None:
        clock = HandClock()
        with hall(tmp_path, clock=clock) as one:
            one.read(LEVEL, 3.5)
            await one.alarms.shelve(["E0.high"], 10, "works", "ann")
        clock._now -= 365 * 86_400 * SECOND
        with hall(tmp_path, clock=clock) as one:
            assert one.alarms.columns["suppression"][HIGH] == 1
            await one.wind(60 * LONGEST_MIN + 1)
            assert one.alarms.columns["suppression"][HIGH] == 0

    asyncio.run(scenario())


def test_that_a_restart_forgets_nothing_and_knows_it_before_the_first_value(tmp_path: Path) -> None:
    async def scenario() -> None:
        clock = HandClock()
        with hall(tmp_path, clock=clock) as one:
            one.read(DOOR, 1)
            one.read(LEVEL, 5)
            await one.alarms.acknowledge(["E0.open"], "ann")
            await one.alarms.shelve(["E0.high"], 10, "known", "ann")
            before = {name: one.alarms.columns[name].copy() for name in ("state", "suppression", "raised_at", "value")}
        with hall(tmp_path, clock=clock) as one:
            for name, column in before.items():
                np.testing.assert_array_equal(one.alarms.columns[name], column)
            assert (one.alarms.columns["generation"][[HIGH, HIGH_HIGH, OPEN]] > 0).all()
            one.read(DOOR, 1)
            assert one.state(OPEN) == State.ACKED, "still the same alarm, not a new one"
            one.read(DOOR, 0)
            assert one.state(OPEN) == State.NORMAL
            await one.wind(601)
            assert one.alarms.columns["suppression"][HIGH] == 0

    asyncio.run(scenario())


def test_that_alarms_of_rules_that_are_gone_end_with_a_row_in_the_journal(tmp_path: Path) -> None:
    async def scenario() -> None:
        with hall(tmp_path) as one:
            one.read(DOOR, 1)
            one.read(LEVEL, 5)
            await one.alarms.shelve(["E0.open"], 10, "works", "ann")

    asyncio.run(scenario())
    with hall(tmp_path, site(RULES[:3])) as one:
        assert one.state(HIGH) == State.UNACKED
        assert one.alarms.asides == []
    with hall(tmp_path) as one:
        assert one.state(OPEN) == State.NORMAL
        assert one.alarms.asides == []
    assert kinds(tmp_path, "E0.open") == ["raise", "shelve", "unshelve", "drop"], "nor is it hidden if it comes back"


@pytest.mark.parametrize("latching", [False, True])
def test_that_a_rule_that_changes_its_latching_keeps_a_legal_state(tmp_path: Path, latching: bool) -> None:
    with hall(tmp_path, site([replace(RULES[OPEN], latching=latching)])) as one:
        one.read(DOOR, 1)
        one.read(DOOR, 0)
    with hall(tmp_path, site([replace(RULES[OPEN], latching=not latching)])) as one:
        assert one.state(0) == (State.RETURNED if latching else State.LATCHED_UNACKED)
        one.read(DOOR, 1)
        assert one.state(0) == State.UNACKED


def test_that_a_window_reads_the_columns_from_their_file(tmp_path: Path) -> None:
    with hall(tmp_path) as one:
        one.read(DOOR, 1)
        seen = Columns.attach(tmp_path / "run" / "alarms.columns")
        assert seen.read(lambda columns: columns["state"].copy()).tolist() == [0, 0, 0, State.UNACKED]
        assert seen.turn % 2 == 0


EVENTS = st.lists(
    st.one_of(
        st.tuples(st.just("read"), st.sampled_from([0.0, 0.5, 2.0, 2.7, 3.5, 4.5])),
        st.tuples(st.just("door"), st.sampled_from([0.0, 1.0])),
        st.tuples(st.just("lose"), st.just(0.0)),
        st.tuples(st.just("wind"), st.floats(0.1, 8)),
        st.tuples(st.just("ack"), st.just(0.0)),
        st.tuples(st.just("restart"), st.just(0.0)),
    ),
    max_size=25,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(EVENTS)
def test_that_deadlines_exist_exactly_where_condition_and_alarm_differ(
    tmp_path_factory: pytest.TempPathFactory, events: list[tuple[str, float]]
) -> None:
    async def scenario(folder: Path) -> None:
        clock = HandClock()
        one = Hall(folder, site(), clock)
        try:
            for word, value in events:
                if word == "restart":
                    one.close()
                    state = one.alarms.columns["state"].copy()
                    one = Hall(folder, site(), clock)
                    np.testing.assert_array_equal(one.alarms.columns["state"], state)
                await _happen(one, word, value)
                active = ACTIVE[one.alarms.columns["state"]]
                differ = one.alarms._standing != active
                np.testing.assert_array_equal(np.isfinite(one.alarms._delays.due), differ)
        finally:
            one.close()

    asyncio.run(scenario(tmp_path_factory.mktemp("hall")))


async def _happen(one: Hall, word: str, value: float) -> None:
    if word == "read":
        one.read(LEVEL, value)
    elif word == "door":
        one.read(DOOR, value)
    elif word == "lose":
        one.alarms.absorb(change(one.clock, {LEVEL: np.nan, DOOR: np.nan}, Quality.NOT_CONNECTED))
    elif word == "wind":
        await one.wind(value)
    elif word == "ack":
        await one.alarms.acknowledge([alarm.id for alarm in one.site.alarms], "ann")


@pytest.mark.slow
def test_that_a_hundred_thousand_rules_cost_a_change_of_a_thousand_tags_little(tmp_path: Path) -> None:
    base = site()
    things = [Equipment(n, f"E{n}", base.name, base.equipment[0].type, "", "") for n in range(50_000)]
    tags = tuple(Tag(n, things[n // 10], base.tags[0].spec) for n in range(500_000))
    pairs = ((n, tags[n * 5]) for n in range(100_000))
    alarms = tuple(Alarm(n, tag.equipment, replace(RULES[HIGH], id=f"r{n}"), tag) for n, tag in pairs)
    clock = SystemClock()
    journal = Journal(tmp_path / "journal.db", clock)
    tested = Alarms(replace(base, tags=tags, alarms=alarms), tmp_path / "alarms.db", journal, clock)
    rng = np.random.default_rng(7)
    spent = []
    for _ in range(100):
        index = rng.choice(500_000, 1000, replace=False).astype(np.int32)
        value = rng.uniform(0, 3.05, 1000)
        moved = Change(index, value, np.zeros(1000, np.uint8), np.zeros(1000, np.int64), clock.now())
        begun = time.perf_counter()
        tested.absorb(moved)
        spent.append(time.perf_counter() - begun)
    tested.close()
    journal.close()
    assert (tested.columns["state"] != State.NORMAL).any()
    assert np.median(spent) < 0.005
