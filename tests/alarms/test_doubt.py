"""Doubt: what nobody can tell hides an alarm for ten minutes, never for ever; over restarts too."""

from __future__ import annotations

import asyncio
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alarms.design import LOOK_S, SETTLE_S, UNKNOWN_S
from alarms.states import NOTHING, TABLE, Event, State
from alarms.suppression import Hidden
from supervisor.clock import HandClock
from supervisor.model import Condition, Quality, Site
from tests.alarms.hall import Hall, hall
from tests.alarms.plant import RULES, hidden_by, plant
from tests.alarms.test_design import PHASE, QUIET, SERVICED, SUPPLY, hidden, read, row, told

LONG = UNKNOWN_S + SETTLE_S + 2 * LOOK_S
"""After this what nobody knows hides nothing any more."""


def test_that_a_condition_nobody_knows_hides_an_alarm_for_a_while_and_never_for_ever(tmp_path: Path) -> None:
    async def scenario() -> None:
        with hall(tmp_path, plant(QUIET)) as one:
            read(one, service=1)
            read(one, level=9)
            await one.wind(100)
            lost_at = one.clock.now()
            read(one, Quality.TIMEOUT, service=math.nan)
            await one.wind(UNKNOWN_S - 1)
            read(one, Quality.STALE, service=math.nan)
            assert hidden(one, "E0.high"), "a link may come back"
            assert not one.alarms.columns["unknown_since"][0]
            await one.wind(1 + LOOK_S)
            await one.wind(SETTLE_S + 0.1)
            assert not hidden(one, "E0.high")
            assert one.alarms.columns["annunciated_at"][0] == one.clock.now(), "now it is told"
            assert one.alarms.columns["unknown_since"][0] == lost_at, "and the list says why"
            read(one, service=1)
            assert hidden(one, "E0.high"), "known again, and it holds"
            assert not one.alarms.columns["unknown_since"][0]

    asyncio.run(scenario())
    assert told(tmp_path, "E0.high") == [("suppress", "design"), ("raise", ""), ("unsuppress", "not_known"),
                                         ("suppress", "design")]  # fmt: skip


def test_that_a_restart_on_a_condition_nobody_knows_hides_nothing_for_ever(tmp_path: Path) -> None:
    async def scenario() -> None:
        with hall(tmp_path, plant(QUIET)) as one:
            read(one, service=1)
            read(one, level=9)
        with hall(tmp_path, plant(QUIET)) as one:  # and its controller is gone for good
            await one.wind(UNKNOWN_S - 1)
            assert hidden(one, "E0.high")
            await one.wind(1 + LOOK_S)
            await one.wind(SETTLE_S + 0.1)
            assert not hidden(one, "E0.high")

    asyncio.run(scenario())


def test_that_a_cause_nobody_knows_hides_what_comes_of_it_no_longer(tmp_path: Path) -> None:
    async def scenario() -> None:
        with hall(tmp_path, plant(SUPPLY, PHASE)) as one:
            read(one, order=0, level=0)
            lost_at = one.clock.now()
            read(one, Quality.TIMEOUT, order=math.nan)
            await one.wind(UNKNOWN_S - 1)
            assert hidden(one, "E0.phase")
            await one.wind(1 + LOOK_S)
            await one.wind(PHASE.off_delay_s + SETTLE_S + 0.1)
            assert not hidden(one, "E0.phase")
            assert one.alarms.columns["unknown_since"][row(one, "E0.phase")] == lost_at
            read(one, order=0)
            assert hidden(one, "E0.phase"), "the supply is known to be lost"
            assert not one.alarms.columns["unknown_since"].any()

    asyncio.run(scenario())


async def lose_sight(one: Hall) -> None:
    """Of the supply, until what it may hide is shown."""
    read(one, Quality.TIMEOUT, order=math.nan)
    await one.wind(UNKNOWN_S + LOOK_S)
    await one.wind(PHASE.off_delay_s + SETTLE_S + 0.1)


def test_that_a_restart_hides_nothing_again_for_a_cause_nobody_knows_until_it_is_known_to_stand(tmp_path: Path) -> None:
    async def scenario() -> None:
        with hall(tmp_path, plant(SUPPLY, PHASE)) as one:
            read(one, order=0, level=0)
            await lose_sight(one)
            told_at = one.alarms.columns["annunciated_at"][row(one, "E0.phase")]
            clock = one.clock
        with hall(tmp_path, plant(SUPPLY, PHASE), clock) as one:
            for ways in ({"order": math.nan}, {"level": math.nan}, {"order": math.nan}):
                read(one, Quality.NOT_CONNECTED, **ways)
                assert not hidden(one, "E0.phase"), "it was told, and nothing new is known"
            read(one, level=0)
            await one.wind(LONG)
            assert one.alarms.columns["annunciated_at"][row(one, "E0.phase")] == told_at, "and it is not told twice"
            read(one, order=0)
            assert hidden(one, "E0.phase"), "the supply is known to be lost"

    asyncio.run(scenario())


def test_that_a_restart_holds_back_nothing_anew_for_a_cause_nobody_knows(tmp_path: Path) -> None:
    """Not what is normal either: nobody would be told of it for ten minutes."""

    async def scenario() -> None:
        with hall(tmp_path, plant(SUPPLY, PHASE)) as one:
            read(one, order=0, level=5)
            await lose_sight(one)
            assert not hidden(one, "E0.phase")
            clock = one.clock
        with hall(tmp_path, plant(SUPPLY, PHASE), clock) as one:
            assert not hidden(one, "E0.phase")
            read(one, Quality.NOT_CONNECTED, order=math.nan)
            read(one, level=0)
            assert one.alarms.columns["annunciated_at"][row(one, "E0.phase")] == one.clock.now()
            read(one, order=0)
            assert hidden(one, "E0.phase"), "the supply is known to be lost"

    asyncio.run(scenario())


def test_that_what_is_held_back_for_another_reason_is_not_said_to_be_shown(tmp_path: Path) -> None:
    both = replace(hidden_by(RULES[Condition.HIGH], suppress_when=SERVICED, suppressed_by=("supply_lost",)), id="both")

    async def scenario() -> None:
        with hall(tmp_path, plant(both, replace(SUPPLY, on_delay_s=5.0))) as one:
            read(one, service=1, order=1)
            read(one, Quality.TIMEOUT, service=math.nan)
            await one.wind(UNKNOWN_S + LOOK_S)
            await one.wind(SETTLE_S + 0.1)
            since = one.alarms.columns["unknown_since"]
            assert since[row(one, "E0.both")] != 0
            read(one, order=0)
            assert hidden(one, "E0.both"), "its supply may be about to be lost"
            assert since[row(one, "E0.both")] == 0
            read(one, order=1)
            await one.wind(SETTLE_S + 0.1)
            assert since[row(one, "E0.both")] != 0, "shown again, and nobody knows whether it should be"

    asyncio.run(scenario())


WAYS = (Hidden.NO, Hidden.SHELVED, Hidden.OUT_OF_SERVICE)
STEPS: dict[State, tuple[str, ...]] = {
    State.NORMAL: (),
    State.UNACKED: ("raise",),
    State.ACKED: ("raise", "ack"),
    State.RETURNED: ("raise", "clear"),
    State.LATCHED_UNACKED: ("raise", "clear"),
    State.LATCHED_ACKED: ("raise", "clear", "ack"),
}
"""How each state is reached."""


@pytest.mark.parametrize("state", State)
def test_that_what_is_shown_for_it_keeps_its_state_and_what_else_hides_it(tmp_path: Path, state: State) -> None:
    latching = state in (State.LATCHED_UNACKED, State.LATCHED_ACKED)

    async def scenario() -> None:
        with hall(tmp_path, plant(replace(QUIET, latching=latching), pumps=len(WAYS))) as one:
            ids = [f"E{pump}.high" for pump in range(len(WAYS))]
            for pump in range(len(WAYS)):
                read(one, Quality.GOOD, pump, service=1)
            for step in STEPS[state]:
                if step == "ack":
                    await one.alarms.acknowledge(ids, "ann")
                for pump in range(len(WAYS)):
                    read(one, Quality.GOOD, pump, level=9 if step == "raise" else 2 if step == "clear" else math.nan)
            await one.alarms.shelve([ids[1]], 700, "works", "ann")
            await one.alarms.remove([ids[2]], "works", "ann")
            for pump in range(len(WAYS)):
                read(one, Quality.TIMEOUT, pump, service=math.nan)
            await one.wind(UNKNOWN_S + LOOK_S)
            await one.wind(LONG)
            columns = one.alarms.columns
            rows = [row(one, id_) for id_ in ids]
            assert [State(columns["state"][at]) for at in rows] == [state] * len(WAYS)
            assert [Hidden(columns["suppression"][at]) for at in rows] == list(WAYS)
            seen = [columns["annunciated_at"][at] == one.clock.now() for at in rows]
            assert seen == [state is State.UNACKED, False, False]
            after = {  # what may happen to it now is what the table says, as of any other
                event: [State(code) for code in TABLE[int(latching), event, [state]] if code != NOTHING]
                for event in Event
            }
            for event, wanted in after.items():
                assert (len(one.alarms._life.can(np.array(rows[:1]), event)) == 1) == bool(wanted)

    asyncio.run(scenario())


UNKNOWNS = st.lists(st.sampled_from(["on", "off", "lose", "restart", "wait", "long"]), max_size=14)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(UNKNOWNS)
def test_that_it_is_hidden_exactly_while_its_condition_holds_or_was_known_to_lately(
    tmp_path_factory: pytest.TempPathFactory, events: list[str]
) -> None:
    """The sentence, second by second: asked for when it was known last, and not unknown for ten minutes."""
    site: Site = plant(QUIET)

    async def scenario(folder: Path) -> None:
        one = Hall(folder, site, HandClock())
        asked, lost = False, 0.0
        for word in events:
            now = one.clock.monotonic()
            if word in ("on", "off"):
                read(one, service=float(word == "on"))
                asked, lost = word == "on", math.inf
            elif word == "lose":
                read(one, Quality.TIMEOUT, service=math.nan)
                lost = min(lost, now)
            elif word == "restart":
                asked = asked and lost + UNKNOWN_S > now  # what was shown stays so
                one.close()
                one = Hall(folder, site, one.clock)
                lost = now
            else:
                await one.wind(UNKNOWN_S if word == "long" else 30)
            await one.wind(LOOK_S)
            await one.wind(SETTLE_S + 0.1)
            over = one.clock.monotonic() - lost
            if not UNKNOWN_S <= over <= LONG + 1:  # on its way
                assert hidden(one, "E0.high") == (asked and over < UNKNOWN_S)
                assert bool(one.alarms.columns["unknown_since"][0]) == (asked and over > UNKNOWN_S)
        one.close()

    asyncio.run(scenario(tmp_path_factory.mktemp("hall")))
