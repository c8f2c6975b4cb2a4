"""Every condition, through the engine as the station feeds it."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alarms.measures import measures
from alarms.states import ACTIVE, State
from supervisor.alarm_terms import Watch
from supervisor.formula import Compared, Formula, Name, Number
from supervisor.model import AlarmRule, Condition, Native, Quality
from supervisor.terms import Operator
from tests.alarms.hall import Hall, change, hall
from tests.alarms.plant import AT, LEVEL, ORDER, RULES, SERVICE, SETPOINT, STATE, link_up, plant

BADS = (Quality.BAD, Quality.DEVICE_FAULT, Quality.CONFIGURATION)
LOST = (Quality.NOT_CONNECTED, Quality.TIMEOUT, Quality.STALE)


def driven(tmp_path: Path, rule: AlarmRule, scenario: Callable[[Hall], Awaitable[None]]) -> None:
    async def run() -> None:
        with hall(tmp_path, plant(rule)) as one:
            await scenario(one)

    asyncio.run(run())


def read(one: Hall, quality: int = Quality.GOOD, /, **values: float) -> None:
    one.alarms.absorb(change(one.clock, {AT[name]: value for name, value in values.items()}, quality))


def active(one: Hall) -> bool:
    return bool(ACTIVE[one.state(0)])


def test_that_every_condition_has_a_rule_here() -> None:
    assert set(RULES) == set(Condition)


def test_that_an_equipment_without_all_that_a_rule_looks_at_has_no_such_alarm(tmp_path: Path) -> None:
    above = Formula("parent.level > 3", Compared(Operator.GT, Name("parent.level"), Number(3.0)))
    deviation = replace(RULES[Condition.DEVIATION], watch=Watch(other="parent.setpoint"))
    formula = replace(RULES[Condition.FORMULA], watch=Watch(formula=above))
    with hall(tmp_path, plant(deviation, formula, RULES[Condition.HIGH])) as one:
        read(one, level=9.0, setpoint=1.0)
        assert [one.state(at) for at in range(3)] == [State.NORMAL, State.NORMAL, State.UNACKED]


def test_that_what_stands_ends_where_its_equipment_no_longer_has_what_it_looks_at(tmp_path: Path) -> None:
    rule = RULES[Condition.DEVIATION]
    with hall(tmp_path, plant(rule, RULES[Condition.HIGH])) as one:
        read(one, level=9.0, setpoint=1.0)
    with hall(tmp_path, plant(replace(rule, watch=Watch(other="parent.setpoint")), RULES[Condition.HIGH])) as one:
        assert [one.state(at) for at in range(2)] == [State.RETURNED, State.UNACKED]
        read(one, level=9.5, setpoint=1.0)
        assert [one.state(at) for at in range(2)] == [State.RETURNED, State.UNACKED]


@pytest.mark.parametrize("condition", [Condition.IS, Condition.IS_NOT])
def test_that_an_enumeration_may_mean_several_states(tmp_path: Path, condition: Condition) -> None:
    async def scenario(one: Hall) -> None:
        for state, raises in ((0, 0), (2, 1), (3, 1), (1, 1), (2, 2), (0, 2)):
            read(one, state=state)
            assert active(one) == (state in (2, 3))
            assert one.alarms.columns["count"][0] == raises, "from one of them to another it is the same alarm"

    driven(tmp_path, RULES[condition], scenario)


def test_that_a_deviation_is_from_the_setpoint_and_to_both_sides(tmp_path: Path) -> None:
    async def scenario(one: Hall) -> None:
        read(one, level=5.0)
        assert not active(one), "no setpoint yet"
        for setpoint, level, holds in (
            (5.0, 6.0, False), (5.0, 6.1, True), (5.0, 5.9, True), (5.0, 5.75, False),
            (5.0, 3.9, True), (5.0, 4.2, True), (5.0, 4.25, False), (7.0, 4.25, True), (4.0, 4.25, False),
        ):  # fmt: skip
            read(one, setpoint=setpoint)
            read(one, level=level)
            assert active(one) == holds, (setpoint, level)

    driven(tmp_path, RULES[Condition.DEVIATION], scenario)


@pytest.mark.parametrize(("condition", "sign"), [(Condition.RISING, 1), (Condition.FALLING, -1)])
def test_that_a_rate_takes_a_window_and_falls_back_by_itself(tmp_path: Path, condition: Condition, sign: int) -> None:
    async def scenario(one: Hall) -> None:
        level = 0.0
        for _ in range(24):  # 1.2 a minute for two minutes
            read(one, level=sign * level)
            level += 0.1
            await one.wind(5)
        assert not active(one)
        for _ in range(12):  # then 3 a minute
            read(one, level=sign * level)
            level += 0.25
            await one.wind(5)
        assert active(one)
        for _ in range(80):  # and then no news at all
            await one.wind(1)
        assert not active(one)
        read(one, level=-sign * 100.0)
        assert not active(one), "the other way is another rule's"

    driven(tmp_path, RULES[condition], scenario)


def test_that_a_rate_is_not_known_before_its_window_is_full(tmp_path: Path) -> None:
    async def scenario(one: Hall) -> None:
        read(one, level=0.0)
        await one.wind(30)
        read(one, level=50.0)
        assert not active(one)
        read(one, Quality.TIMEOUT, level=math.nan)
        await one.wind(1)
        read(one, level=50.0)
        await one.wind(59)
        read(one, level=90.0)
        assert not active(one), "the window began anew when the value came back"
        await one.wind(10)
        assert active(one)

    driven(tmp_path, RULES[Condition.RISING], scenario)


def test_that_a_peak_between_two_steps_does_not_turn_the_next_rate_round(tmp_path: Path) -> None:
    async def scenario(one: Hall) -> None:
        read(one, level=0.0)
        for _ in range(9):
            await one.wind(8)
        read(one, level=10.0)  # a peak of one second: what it is held against, one window ago, is what came after it
        await one.wind(1)
        read(one, level=0.0)
        for _ in range(200):
            await one.wind(1)
        read(one, level=5.0)
        assert not active(one), "it rises"

    driven(tmp_path, RULES[Condition.FALLING], scenario)


def test_that_a_feedback_that_does_not_follow_its_command_disagrees_after_its_time(tmp_path: Path) -> None:
    async def scenario(one: Hall) -> None:
        read(one, order=1, state=0)
        await one.wind(4)
        read(one, state=1)
        await one.wind(60)
        assert not active(one)
        read(one, order=0)
        await one.wind(4.9)
        assert not active(one)
        await one.wind(0.2)
        assert active(one)
        read(one, state=0)
        assert not active(one)

    driven(tmp_path, RULES[Condition.DISAGREES], scenario)


def test_that_a_command_that_expects_nothing_disagrees_with_nothing(tmp_path: Path) -> None:
    one_sided = replace(RULES[Condition.DISAGREES].watch, expected=((1.0, 1.0),))

    async def scenario(one: Hall) -> None:
        read(one, order=0, state=3)
        await one.wind(60)
        assert not active(one)
        read(one, order=1)
        await one.wind(6)
        assert active(one)

    driven(tmp_path, replace(RULES[Condition.DISAGREES], watch=one_sided), scenario)


def test_that_a_value_that_does_not_move_is_frozen_and_one_that_does_is_not(tmp_path: Path) -> None:
    async def scenario(one: Hall) -> None:
        read(one, level=3.0)
        await one.wind(100)
        read(one, level=3.05)
        await one.wind(19)
        assert not active(one)
        await one.wind(2)
        assert active(one), "it has moved, but by too little"
        read(one, level=3.2)
        assert not active(one)
        await one.wind(119)
        read(one, level=3.0)
        await one.wind(119)
        assert not active(one)

    driven(tmp_path, RULES[Condition.FROZEN], scenario)


def test_that_a_value_that_was_lost_meanwhile_is_not_frozen_and_one_that_was_frozen_still_is(tmp_path: Path) -> None:
    async def scenario(one: Hall) -> None:
        read(one, level=3.0)
        await one.wind(100)
        read(one, Quality.NOT_CONNECTED, level=math.nan)
        await one.wind(300)
        assert not active(one)
        read(one, level=3.0)
        await one.wind(119)
        assert not active(one)
        await one.wind(2)
        assert active(one)
        read(one, Quality.NOT_CONNECTED, level=math.nan)
        await one.wind(10)
        read(one, level=3.0)
        assert active(one), "nothing has moved"
        read(one, level=4.0)
        assert not active(one)

    driven(tmp_path, RULES[Condition.FROZEN], scenario)


def test_that_a_frozen_value_is_still_frozen_after_a_restart(tmp_path: Path) -> None:
    async def first(one: Hall) -> None:
        read(one, level=3.0)
        await one.wind(121)
        assert active(one)

    async def second(one: Hall) -> None:
        read(one, level=3.0)
        await one.wind(10)
        assert active(one)
        read(one, level=4.0)
        assert not active(one)

    driven(tmp_path, RULES[Condition.FROZEN], first)
    driven(tmp_path, RULES[Condition.FROZEN], second)


@pytest.mark.parametrize("quality", LOST)
def test_that_silence_is_an_alarm_of_its_own(tmp_path: Path, quality: Quality) -> None:
    async def scenario(one: Hall) -> None:
        one.alarms.absorb(change(one.clock, link_up(one.site)))
        read(one, level=3.0)
        assert not active(one)
        read(one, quality, level=math.nan)
        assert active(one)
        read(one, Quality.DEVICE_FAULT, level=math.nan)
        assert active(one), "that something is wrong with it does not say that it is heard again"
        read(one, level=3.0)
        assert not active(one)
        read(one, Quality.DEVICE_FAULT, level=math.nan)
        assert not active(one)

    driven(tmp_path, RULES[Condition.COMMUNICATION], scenario)


def test_that_silence_behind_a_lost_link_is_the_links_and_is_waited_for_anew(tmp_path: Path) -> None:
    async def scenario(one: Hall) -> None:
        up = link_up(one.site)
        one.alarms.absorb(change(one.clock, up))
        read(one, level=3.0)
        one.alarms.absorb(change(one.clock, dict.fromkeys(up, 0.0)))
        read(one, Quality.NOT_CONNECTED, level=math.nan)
        await one.wind(7200)
        assert not active(one)
        one.alarms.absorb(change(one.clock, up))
        await one.wind(599)
        assert not active(one), "it speaks now and then, and is given the time to"
        await one.wind(2)
        assert active(one)
        one.alarms.absorb(change(one.clock, dict.fromkeys(up, 0.0)))
        assert active(one), "what was silent before stays so"

    driven(tmp_path, replace(RULES[Condition.COMMUNICATION], on_delay_s=600.0), scenario)


def test_that_a_formula_is_worked_out_when_any_of_its_tags_moves(tmp_path: Path) -> None:
    async def scenario(one: Hall) -> None:
        read(one, level=0.5)
        assert not active(one), "whether it is in service is not known"
        read(one, service=0)
        assert active(one)
        read(one, service=1)
        assert not active(one)
        read(one, service=0, level=2.0)
        assert not active(one)

    driven(tmp_path, RULES[Condition.FORMULA], scenario)


RAISING: dict[Condition, dict[str, float]] = {
    Condition.DEVIATION: {LEVEL: 9.0, SETPOINT: 1.0},
    Condition.DISAGREES: {STATE: 0.0, ORDER: 1.0},
    Condition.FORMULA: {LEVEL: 0.5, SERVICE: 0.0},
}
"""Values that raise it after its delay."""
STEPS = st.lists(
    st.tuples(
        st.dictionaries(st.sampled_from(sorted(AT)), st.sampled_from([0.0, 1.0, 2.0, 3.0, 5.0, 9.0]), min_size=1),
        st.sampled_from([*BADS, *LOST, Quality.NEVER_READ]),
        st.floats(0.1, 200.0),
    ),
    max_size=12,
)


LOW_DOWN = (Condition.LOW, Condition.LOW_LOW, Condition.FALLING, Condition.FORMULA)
STILL = (Condition.FROZEN,)
HIGH_UP = tuple(one for one in Condition if one not in (*LOW_DOWN, *STILL, Condition.COMMUNICATION))
"""Conditions that one pump raises all at once: each stands by itself among the others."""


@pytest.mark.parametrize("conditions", [HIGH_UP, LOW_DOWN, STILL], ids=["high", "low", "still"])
@pytest.mark.parametrize("standing", [False, True])
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=STEPS)
def test_that_bad_quality_is_never_taken_for_an_alarm_nor_does_it_clear_one(
    tmp_path_factory: pytest.TempPathFactory,
    conditions: tuple[Condition, ...],
    standing: bool,
    steps: list[tuple[dict[str, float], int, float]],
) -> None:
    """Whatever comes of bad quality, in any order and for however long, leaves every alarm as it is."""

    async def run() -> None:
        with hall(tmp_path_factory.mktemp("hall"), plant(*(RULES[each] for each in conditions))) as one:
            if standing:
                await _raised(one, conditions)
            state = one.alarms.columns["state"][: len(conditions)]  # the link has alarms of its own
            before = state.tolist()
            assert before == [State.UNACKED if standing else State.NORMAL] * len(conditions)
            for values, quality, seconds in steps:
                read(one, quality, **(dict.fromkeys(AT, math.nan) | dict.fromkeys(values, math.nan)))
                await one.wind(seconds)
                assert state.tolist() == before, (values, quality)

    asyncio.run(run())


async def _raised(one: Hall, conditions: tuple[Condition, ...]) -> None:
    if conditions is STILL:
        read(one, level=3.0)
        await one.wind(130)
        return
    sign = 1 if conditions is HIGH_UP else -1
    for n in range(16):
        read(one, level=sign * n * 1.0, setpoint=1.0, state=2, order=1, service=0, tripped=float(Native.UNACKED))
        await one.wind(10)


@pytest.mark.parametrize("lost", sorted({LEVEL, SETPOINT, STATE, ORDER, SERVICE}))
@pytest.mark.parametrize("condition", [Condition.DEVIATION, Condition.DISAGREES, Condition.FORMULA])
def test_that_one_bad_input_of_several_holds_the_alarm_as_it_is(
    tmp_path: Path, condition: Condition, lost: str
) -> None:
    async def scenario(one: Hall) -> None:
        read(one, level=5.0, setpoint=5.0, state=1, order=1, service=1)
        await one.wind(130)
        assert not active(one)
        mine = RAISING[condition]
        read(one, Quality.TIMEOUT, **{lost: math.nan})
        read(one, **{name: value for name, value in mine.items() if name != lost})
        await one.wind(130)
        assert active(one) == (lost not in mine)

    driven(tmp_path, RULES[condition], scenario)


def test_that_an_alarm_carries_the_value_of_its_own_tag(tmp_path: Path) -> None:
    async def scenario(one: Hall) -> None:
        read(one, level=9.0, setpoint=1.0)
        assert one.alarms.columns["value"][0] == 9.0

    driven(tmp_path, RULES[Condition.DEVIATION], scenario)


def test_that_many_of_each_judge_as_one_by_one(tmp_path: Path) -> None:
    """What a batch of many says is what single values say; but for a deadband, which remembers what lay between."""

    async def scenario(folder: Path, together: bool) -> np.ndarray:
        site = plant(*(replace(one, deadband=0.0) for one in RULES.values()), pumps=8)
        chance = np.random.default_rng(3)
        with hall(folder, site) as one:
            for _ in range(20):
                values = {n: float(chance.integers(0, 4)) for n in range(8 * len(AT)) if chance.random() < 0.5}
                if together:
                    one.alarms.absorb(change(one.clock, values))
                else:
                    for tag, value in values.items():
                        one.alarms.absorb(change(one.clock, {tag: value}))
                await one.wind(7)
            return np.array(one.alarms.columns["state"])

    def runs() -> tuple[np.ndarray, np.ndarray]:
        return asyncio.run(scenario(tmp_path / "a", True)), asyncio.run(scenario(tmp_path / "b", False))

    many, single = runs()
    differ = np.flatnonzero(ACTIVE[many] != ACTIVE[single])
    assert not len(differ)
    assert ACTIVE[many].any()


def test_that_an_equipment_with_a_limit_of_its_own_is_measured_with_the_others() -> None:
    """Nine hundred cabinets may have theirs: a measure for each would be a loop over rules again."""
    deaf = RULES[Condition.DISAGREES]
    site = plant(deaf, pumps=5)
    own = tuple(replace(alarm, rule=replace(alarm.rule, limit=2.0)) for alarm in site.alarms[:2])
    (one,) = (work for work in measures(replace(site, alarms=(*own, *site.alarms[2:]))) if len(work.rows) > 1)
    assert one.rows.tolist() == [0, 1, 2, 3, 4]
