from __future__ import annotations

import contextlib
import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervisor.model import Comparison, Operator, State, Text
from supervisor.site.expressions import parse

STATES = (State(0, "stopped", Text("", "")), State(2, "fault", Text("", "")))


def _states(tag: str) -> Sequence[State]:
    return STATES if tag == "state" else ()


@pytest.mark.parametrize("operator", list(Operator))
@given(value=st.floats(allow_nan=False, allow_infinity=False))
def test_that_what_is_written_is_what_is_compared(operator: Operator, value: float) -> None:
    assert parse(f"parent.level {operator.value} {value!r}") == Comparison("parent.level", operator, value)


def test_that_spaces_do_not_matter() -> None:
    assert parse("P1.current<=12") == parse("  P1.current  <=  12 ") == Comparison("P1.current", Operator.LE, 12.0)


def test_that_a_state_stands_for_its_value() -> None:
    assert parse("state != fault", _states) == Comparison("state", Operator.NE, 2.0)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("level", "is not a comparison"),
        ("level > 0.5 and state == 1", "is not a comparison"),
        ("__import__('os') == 1", "is not a comparison"),
        ("level = 1", "Write =="),
        ("level > inf", "no number"),
        ("level > high", "no state of level"),
        ("state == fautl", 'Did you mean "fault"?'),
        ("", "is not a comparison"),
    ],
)
def test_that_anything_else_is_refused_in_one_sentence(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        parse(text, _states)


@given(st.text(max_size=40))
def test_that_no_text_does_anything_but_parse_or_raise_valueerror(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert isinstance(parse(text, _states), Comparison)
