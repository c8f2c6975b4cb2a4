from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from alarms.delays import Delays
from supervisor.model import AlarmRule, Condition, Priority
from tests.alarms.hall import HERE, site

ONE = np.array([0])


def delays(on_s: float, off_s: float) -> Delays:
    rule = AlarmRule("r", "level", Condition.HIGH, 1.0, Priority.LOW, HERE, on_delay_s=on_s, off_delay_s=off_s)
    return Delays(site([rule]).alarms)


@given(
    st.floats(0, 10), st.floats(0, 10), st.lists(st.tuples(st.floats(0.1, 8), st.booleans()), min_size=1, max_size=30)
)
def test_that_an_alarm_follows_its_condition_exactly_when_it_has_lasted(
    on_s: float, off_s: float, story: list[tuple[float, bool]]
) -> None:
    """Against the plainest account: since when has the condition differed from the alarm?"""
    tested, now, active = delays(on_s, off_s), 0.0, False
    since: float | None = None
    for lasts, standing in story:
        if standing == active:
            since = None
        elif since is None:
            since = now
        wait = on_s if standing else off_s
        if len(tested.turn(ONE, np.array([standing]), np.array([active]), now)):
            assert since is not None
            assert now >= since + wait
            active, since = standing, None
        now += lasts
        due = since is not None and since + wait <= now
        assert bool(len(tested.expired(now))) == due
        if due:
            active, since = standing, None


def test_that_a_condition_gone_before_its_deadline_leaves_none() -> None:
    tested = delays(5.0, 0.0)
    assert not len(tested.turn(ONE, np.array([True]), np.array([False]), 0.0))
    assert not len(tested.turn(ONE, np.array([False]), np.array([False]), 4.9))
    assert not len(tested.expired(1e9))


def test_that_seeing_the_condition_again_does_not_begin_the_delay_anew() -> None:
    tested = delays(5.0, 0.0)
    for now in (0.0, 2.0, 4.0):
        assert not len(tested.turn(ONE, np.array([True]), np.array([False]), now))
    assert len(tested.expired(5.0))
