"""How the limit of an alarm is written where a person reads it."""

from __future__ import annotations

import pytest

from supervisor.model import Condition
from tests.alarms.plant import RULES, plant
from ui.look import Look
from ui.naming import limit


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (Condition.HIGH, "> 6,0"),
        (Condition.LOW_LOW, "< 1,0"),
        (Condition.DEVIATION, "± 1,0"),
        (Condition.RISING, "↗ 2,0/min"),
        (Condition.FALLING, "↘ 2,0/min"),
        (Condition.IS, ""),
        (Condition.DISAGREES, ""),
        (Condition.FROZEN, ""),
        (Condition.COMMUNICATION, ""),
        (Condition.FORMULA, ""),
        (Condition.NATIVE, ""),
    ],
)
def test_that_a_limit_says_to_which_side_and_how_fast(condition: Condition, words: str) -> None:
    assert limit(plant(RULES[condition]).alarms[0], Look("Europe/Paris")) == words
