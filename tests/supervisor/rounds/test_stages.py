"""Stages: how many first, how many then, and how many of them may go wrong."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as some

from supervisor.rounds.stages import SHARES, TOLERATED, counts, stage_of, tolerated

MANY = some.integers(min_value=1, max_value=100_000)


@pytest.mark.parametrize(
    ("targets", "expected"),
    [
        (0, ()), (1, (1,)), (2, (1, 2)), (3, (1, 2, 3)), (8, (1, 2, 8)), (20, (1, 2, 20)), (80, (1, 8, 80)),
        (300, (3, 30, 300)), (1360, (13, 136, 1360)),
    ],
)  # fmt: skip
def test_that_stages_are_one_ten_and_a_hundred_percent(targets: int, expected: tuple[int, ...]) -> None:
    assert counts(targets) == expected


@given(MANY)
def test_that_stages_grow_to_all_and_are_never_more_than_they_say(targets: int) -> None:
    ends = counts(targets)
    assert ends[-1] == targets
    assert all(0 < one < next_ for one, next_ in itertools.pairwise(ends))
    for number, (share, end) in enumerate(zip(SHARES, ends, strict=False)):
        assert end <= max(targets * share, number + 1)
    assert len(ends) == min(targets, len(SHARES))


@given(some.integers(min_value=0, max_value=5000))
def test_that_every_target_has_one_stage_and_order_is_kept(targets: int) -> None:
    stages = list(stage_of(targets))
    assert len(stages) == targets
    assert stages == sorted(stages)
    assert [stages.index(stage) for stage in sorted(set(stages))][1:] == list(counts(targets))[:-1]


@given(MANY)
def test_that_nothing_may_go_wrong_until_something_has_gone_right(size: int) -> None:
    assert tolerated(size, proved=False) == 0
    assert 1 <= tolerated(size, proved=True) <= max(1, size * TOLERATED)
