"""The engine against a loop over rule objects: whatever comes, in whatever batches, the same alarms are active."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alarms.states import ACTIVE
from supervisor.model import Condition, Quality
from tests.alarms.hall import change, hall
from tests.alarms.plant import AT, LEVEL, ORDER, RULES, SERVICE, SETPOINT, STATE, plant

PUMPS = 4
KINDS = (
    *(Condition.HIGH_HIGH, Condition.HIGH, Condition.LOW, Condition.LOW_LOW, Condition.IS, Condition.IS_NOT),
    *(Condition.DEVIATION, Condition.DISAGREES, Condition.FORMULA),
)
PLANT = plant(*(replace(RULES[kind], on_delay_s=0.0) for kind in KINDS), pumps=PUMPS)
Seen = Mapping[str, float]
"""Tag of a pump -> its value; one that is not known is not there."""


def beyond(standing: bool, value: float, limit: float, back: float) -> bool:
    return value > (limit - back if standing else limit)


def apart(standing: bool, seen: Seen) -> bool:
    return beyond(standing, abs(seen[LEVEL] - seen[SETPOINT]), 1.0, 0.25)


JUDGE: dict[Condition, tuple[tuple[str, ...], Callable[[bool, Seen], bool]]] = {
    Condition.HIGH_HIGH: ((LEVEL,), lambda up, seen: beyond(up, seen[LEVEL], 8.0, 0.0)),
    Condition.HIGH: ((LEVEL,), lambda up, seen: beyond(up, seen[LEVEL], 6.0, 0.5)),
    Condition.LOW: ((LEVEL,), lambda up, seen: beyond(up, -seen[LEVEL], -2.0, 0.5)),
    Condition.LOW_LOW: ((LEVEL,), lambda up, seen: beyond(up, -seen[LEVEL], -1.0, 0.0)),
    Condition.IS: ((STATE,), lambda _, seen: seen[STATE] in (2, 3)),
    Condition.IS_NOT: ((STATE,), lambda _, seen: seen[STATE] not in (0, 1)),
    Condition.DEVIATION: ((LEVEL, SETPOINT), apart),
    Condition.DISAGREES: ((STATE, ORDER), lambda _, seen: seen[ORDER] in (0, 1) and seen[STATE] != seen[ORDER]),
    Condition.FORMULA: ((LEVEL, SERVICE), lambda _, seen: seen[LEVEL] < 1 and not seen[SERVICE]),
}
"""The tags each looks at, and whether it holds; nothing changes while one of them is not known."""

VALUES = {
    LEVEL: st.sampled_from([0.5, 1.0, 1.5, 2.0, 2.25, 2.5, 5.4, 5.5, 5.75, 6.0, 6.5, 8.0, 9.0]),
    SETPOINT: st.sampled_from([1.0, 2.0, 5.0, 6.75]),
    STATE: st.sampled_from([0.0, 1.0, 2.0, 3.0]),
    ORDER: st.sampled_from([0.0, 1.0]),
    SERVICE: st.sampled_from([0.0, 1.0]),
}
MOVE = st.one_of(
    *(st.tuples(st.just(name), st.integers(0, PUMPS - 1), value) for name, value in VALUES.items()),
    st.tuples(st.sampled_from(list(VALUES)), st.integers(0, PUMPS - 1), st.just(math.nan)),
)
BATCHES = st.lists(st.lists(MOVE, min_size=1, max_size=12, unique_by=lambda move: move[:2]), max_size=12)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(BATCHES)
def test_that_it_raises_what_a_plain_loop_over_the_rules_raises(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[tuple[str, int, float]]]
) -> None:
    seen: list[dict[str, float]] = [{} for _ in range(PUMPS)]
    active = {(pump, kind): False for pump in range(PUMPS) for kind in KINDS}
    with hall(tmp_path_factory.mktemp("hall"), PLANT) as one:
        for batch in batches:
            moved = change(one.clock, {pump * len(AT) + AT[name]: value for name, pump, value in batch})
            moved.quality[[value != value for _, _, value in batch]] = Quality.TIMEOUT
            one.alarms.absorb(moved)
            for name, pump, value in batch:
                seen[pump].pop(name, None)
                if value == value:
                    seen[pump][name] = value
            for pump, kind in active:
                tags, judge = JUDGE[kind]
                if all(tag in seen[pump] for tag in tags):
                    active[pump, kind] = judge(active[pump, kind], seen[pump])
            found = ACTIVE[one.alarms.columns["state"]].tolist()[: len(active)]
            assert dict(zip(active, found, strict=True)) == active
