from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alarms.conditions import Rules
from alarms.watching import Watching
from supervisor.flow import Change
from supervisor.model import AlarmRule, Condition, Priority, Quality
from tests.alarms.hall import HERE, site

values = st.floats(-100, 100)
bands = st.floats(0, 10)


def one(condition: Condition, limit: float, deadband: float = 0.0) -> Rules:
    plant = site([AlarmRule("rule", "level", condition, limit, Priority.LOW, HERE, deadband)])
    return Rules.compile(plant.alarms)


def read(rules: Rules, value: float, standing: bool, quality: int = Quality.GOOD) -> str:
    row = np.array([0])
    verdict = rules.evaluate(row, np.array([value]), np.array([quality], np.uint8), np.array([standing]))
    found = {"raised": verdict.raised, "cleared": verdict.cleared, "unknown": verdict.unknown}
    return next((name for name, rows in found.items() if len(rows)), "")


@given(values, values, bands)
def test_that_a_high_limit_raises_above_and_clears_a_deadband_below(value: float, limit: float, band: float) -> None:
    rules = one(Condition.HIGH, limit, band)
    assert read(rules, value, False) == ("raised" if value > limit else "")
    assert read(rules, value, True) == ("cleared" if value <= limit - band else "")


@given(values, values, bands)
def test_that_a_low_limit_raises_below_and_clears_a_deadband_above(value: float, limit: float, band: float) -> None:
    rules = one(Condition.LOW_LOW, limit, band)
    assert read(rules, value, False) == ("raised" if value < limit else "")
    assert read(rules, value, True) == ("cleared" if value >= limit + band else "")


@pytest.mark.parametrize(("condition", "on"), [(Condition.IS, 2.0), (Condition.IS_NOT, 3.0)])
def test_that_discrete_conditions_compare_with_the_limit(condition: Condition, on: float) -> None:
    rules, off = one(condition, 2.0), 5.0 - on
    assert read(rules, on, False) == "raised"
    assert read(rules, on, True) == ""
    assert read(rules, off, True) == "cleared"
    assert read(rules, off, False) == ""


@pytest.mark.parametrize("condition", list(Condition))
@pytest.mark.parametrize("standing", [False, True])
@pytest.mark.parametrize("value", [99.0, -99.0, float("nan")])
def test_that_bad_quality_neither_raises_nor_clears(condition: Condition, standing: bool, value: float) -> None:
    assert read(one(condition, 2.0), value, standing, Quality.TIMEOUT) == "unknown"


def test_that_uncertain_quality_is_believed() -> None:
    assert read(one(Condition.HIGH, 2.0), 3.0, False, Quality.OUT_OF_RANGE) == "raised"


@given(st.lists(st.integers(0, 5), unique=True))
def test_that_the_tags_that_moved_bring_up_exactly_their_own_rules(tags: list[int]) -> None:
    plant = site(equipment=3)
    some, none = np.array(tags, np.int32), np.zeros(len(tags))
    values = some.astype(np.float64) + 0.5
    found = Watching(plant).absorb(Change(some, values, none.astype(np.uint8), none.astype(np.int64), 0), 0.0)
    told = list(zip(found.rule.tolist(), found.value.tolist(), strict=True))
    wanted = [(a.index, a.tag.index + 0.5) for tag in tags for a in plant.alarms if a.tag.index == tag]
    assert told == wanted, "in the order in which their tags moved"
