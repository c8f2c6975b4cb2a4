"""Stages: how many targets a round comes to before somebody looks, and how many of them may go wrong. Pure.

    1 % ─ look ─> 10 % ─ look ─> 100 %

Shares are of all that is asked, rounded down: never more than is said, but at least one, and each stage at least one
more than the one before. 80 targets are 1, then 7 more, then 72; two targets are one and one.
"""

from __future__ import annotations

from collections.abc import Sequence

SHARES = (0.01, 0.10, 1.0)
TOLERATED = 0.05
"""Part of a stage that may be not done before it is stopped. Ours: what fails by chance in a city (a cabinet being
repaired, a link that is down) is below it, and what is wrong with the command itself is far above."""


def counts(targets: int) -> tuple[int, ...]:
    """How many targets are asked by the end of each stage: strictly growing, the last one is all. Empty for none."""
    reached: list[int] = []
    for share in SHARES:
        before = reached[-1] if reached else 0
        if before < targets:
            reached.append(targets if share == 1.0 else min(max(int(targets * share), before + 1), targets))
    return tuple(reached)


def stage_of(targets: int) -> Sequence[int]:
    """The stage, from 0, of each target in order."""
    ends = counts(targets)
    return [next(stage for stage, end in enumerate(ends) if at < end) for at in range(targets)]


def tolerated(size: int, proved: bool) -> int:
    """How many targets of a stage of this size may be not done before it is stopped.

    None until a stage before it has `proved` that the command works at all; then one in twenty, at least one: a single
    broken lamp does not keep a street dark.
    """
    return max(1, int(size * TOLERATED)) if proved else 0
