from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervisor.desk.checks import CHECKS, Scene, Standing, Turn, check
from supervisor.desk.order import Command, find, holds
from supervisor.errors import Refused
from supervisor.flow import Batch
from supervisor.model import Comparison, Operator, Quality, User
from supervisor.people import People
from supervisor.table import TagTable
from tests.supervisor.pumphouse import ANN, EVE, SID, site

SITE = site()


def table(level: float = 2.0, quality: int = Quality.GOOD) -> TagTable:
    made = TagTable(SITE.tags)
    made.apply(Batch.of([SITE.tag_by_id["W.level"].index], level, 1, quality), 1)
    return made


def ask(
    command: str,
    value: float | None = None,
    user: User = ANN,
    live: TagTable | None = None,
    busy: str = "",
    *,
    up: bool = True,
) -> dict[str, float]:
    order = find(SITE, Command("W.P1", command, value))
    occupied = {"W.P1": [Turn(busy, "stop")]} if busy else {}
    standing = Standing(connected=lambda link: up or link != "L")
    return check(Scene(SITE, People(SITE), (live or table()).columns, order, user, occupied, standing))


def refused(command: str, value: float | None = None, **words: object) -> str:
    with pytest.raises(Refused) as caught:
        ask(command, value, **words)  # type: ignore[arg-type]
    assert caught.value.text.fr
    assert caught.value.text.fr != caught.value.text.en
    return caught.value.check


def test_that_a_command_in_order_passes_and_tells_what_it_was_decided_on() -> None:
    assert ask("start") == {"parent.level": 2.0}


def test_that_the_checks_come_in_the_order_of_the_house() -> None:
    assert [one.__name__.rstrip("_") for one in CHECKS] == [
        "right", "lock_out", "busy", "link", "interlock", "permissive", "range", "rate",
    ]  # fmt: skip
    assert refused("start", 3.0, user=EVE, busy="Ned", live=table(0.1)) == "right"
    assert refused("start", 3.0, busy="Ned", live=table(0.1)) == "busy"
    assert refused("start", 3.0, busy="Ned", up=False) == "busy"
    assert refused("start", 3.0, live=table(0.1), up=False) == "link"
    assert refused("panic", 3.0, busy="Ned") == "range", "an emergency waits for no other command"
    assert refused("start", 3.0, live=table(0.1)) == "interlock"
    assert refused("start", 3.0) == "range"


def test_that_the_right_holds_by_role_and_area() -> None:
    assert refused("start", user=SID) == "right"
    assert refused("service") == "right"


@pytest.mark.parametrize("command", ["start", "stop", "panic"])
def test_that_nothing_is_asked_for_over_a_link_that_is_down(command: str) -> None:
    assert refused(command, up=False) == "link"


def test_that_bad_quality_satisfies_no_interlock() -> None:
    assert refused("start", live=table(2.0, Quality.STALE)) == "interlock"
    assert refused("start", live=TagTable(SITE.tags)) == "interlock"
    assert ask("start", live=table(2.0, Quality.UNCERTAIN)) == {"parent.level": 2.0}


def test_that_an_interlock_on_a_tag_nobody_carries_does_not_hold() -> None:
    orphan = replace(SITE.equipment_by_id["W.P1"], parent="")
    order = replace(find(SITE, Command("W.P1", "start")), equipment=orphan)
    with pytest.raises(Refused, match="cannot be verified"):
        check(Scene(SITE, People(SITE), table().columns, order, ANN, {}))


@pytest.mark.parametrize("value", [9.99, 50.01, -1.0, math.inf, math.nan, None])
def test_that_a_setpoint_outside_its_range_or_without_a_value_is_refused(value: float | None) -> None:
    assert refused("speed", value) == "range"


@pytest.mark.parametrize("value", [10.0, 33.3, 50.0])
def test_that_a_setpoint_at_or_within_its_bounds_passes(value: float) -> None:
    ask("speed", value)


def test_that_a_setpoint_without_a_range_keeps_to_the_measuring_range() -> None:
    ask("speed_any", 60.0)
    assert refused("speed_any", 60.1) == "range"


def test_that_an_enumeration_takes_one_of_its_states_only() -> None:
    ask("mode", 1)
    assert refused("mode", 2) == "range"
    assert refused("mode", 0.5) == "range"


@pytest.mark.parametrize("command", [("W.P9", "start"), ("W.P1", "fly"), ("W.P1", "burn"), ("W", "start")])
def test_that_what_the_site_does_not_have_is_refused_as_unknown(command: tuple[str, str]) -> None:
    """`burn` writes a tag that its device only reads."""
    with pytest.raises(Refused) as caught:
        find(SITE, Command(*command))
    assert caught.value.check == "unknown"


@given(st.sampled_from(Operator), st.floats(-10, 10), st.floats(-10, 10))
def test_that_a_comparison_is_what_python_says_and_never_holds_for_no_value(
    operator: Operator, value: float, bound: float
) -> None:
    said = eval(f"value {operator.value} bound", {"value": value, "bound": bound})  # noqa: S307
    assert holds(Comparison("t", operator, bound), value) == said
    assert not holds(Comparison("t", operator, bound), math.nan)
