"""Programmes that meet: who counts, who may not meet, and windows that cut into each other."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from supervisor.schedule.overlaps import cut_windows, precedence, rivals
from supervisor.schedule.programmes import Action
from tests.supervisor.schedule.plans import FAIR_NIGHT, STREET, VALVE, point, schedule

OPEN, CLOSE = Action("open", "valve", 1.0), Action("close", "valve", 0.0)
SUMMER, WINTER = ((4, 15), (10, 15)), ((10, 16), (4, 14))


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        ({}, {}, True),
        ({"season": SUMMER}, {"season": WINTER}, False),
        ({"season": SUMMER}, {"season": ((10, 15), (4, 14))}, True),
        ({"season": ((2, 1), (2, 28))}, {"season": ((3, 1), (4, 1))}, False),
        ({"season": ((2, 29), (2, 29))}, {"season": ((2, 1), (3, 1))}, True),
        ({"days": frozenset({"fair"})}, {"days": frozenset({"ordinary", "free"})}, False),
        ({"days": frozenset({"fair"})}, {"days": frozenset({"fair", "free"})}, True),
        ({"days": frozenset({"fair"}), "noon": False}, {"days": frozenset({"free"})}, True),
        ({"last": date(2026, 6, 1)}, {"first": date(2026, 6, 2)}, False),
        ({"last": date(2026, 6, 2)}, {"first": date(2026, 6, 2)}, True),
        ({"equipment": ("C9",)}, {}, False),
        ({"points": STREET.points[1:2]}, {"points": STREET.points[4:]}, False),
    ],
)
def test_that_programmes_meet_on_days_that_may_be_the_same(
    one: dict[str, Any], other: dict[str, Any], meet: bool
) -> None:
    first, second = replace(STREET, **one), replace(STREET, id="other", **other)
    assert bool(list(rivals([first, second]))) == meet
    assert bool(list(rivals([second, first]))) == meet


def test_that_who_counts_before_whom_is_told() -> None:
    (line,) = precedence(schedule(STREET, FAIR_NIGHT))
    assert line == 'Of 2 equipment "fair" (priority 5) counts before "street" (0): C1, C2.'
    assert precedence(schedule(STREET)) == []


def test_that_a_window_another_point_falls_into_is_told_with_its_first_day() -> None:
    twice = replace(
        VALVE, season=((4, 15), (10, 15)), first=None, last=None,
        points=tuple(point(text, OPEN, lasting_s=1500, then=(CLOSE,)) for text in ("04:30", "04:40")),
    )  # fmt: skip
    assert cut_windows(schedule(twice), 2026) == [
        '"valve": on 2026-04-15 something is asked at 04:40, within the window of 04:30: one is cut.'
    ]
    assert cut_windows(schedule(replace(twice, points=twice.points[:1])), 2026) == []
    by_sun = replace(twice, points=(twice.points[0], replace(twice.points[1], when=point("sunrise-2h").when)))
    (line,) = cut_windows(schedule(by_sun), 2026)
    assert "on 2026-04-2" in line or "on 2026-05" in line, "only when the sun has come so near"
