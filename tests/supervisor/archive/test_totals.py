"""Totals are what one would find by walking through the samples one by one, however they are cut into pieces."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervisor.archive.totals import Ruling, Totals
from supervisor.clock import SECOND
from supervisor.historian.samples import samples
from supervisor.model import BAD

NAN = math.nan
EDGES = [0, 10, 20, 45, 60]
Row = tuple[int, float, int]


def walk(rows: list[Row], carried: tuple[float, int], until: int) -> list[dict[str, object]]:
    """The plain way: second by second."""
    found = []
    for start, end in pairwise(EDGES):
        inside = [row for row in rows if start < row[0] <= end]
        values: list[float] = [value for _, value, quality in inside if quality < BAD]
        qualities = [quality for _, _, quality in inside]
        seconds = []
        for second in range(start, min(end, until)):
            _, value, quality = next((row for row in reversed(rows) if row[0] <= second), (0, *carried))
            qualities.append(quality)
            if quality < BAD and value == value:
                seconds.append(value)
        spent = {value: float(seconds.count(value)) for value in seconds}
        found.append(
            {
                "count": len(inside),
                "good_s": float(len(seconds)),
                "low": min(values + seconds, default=NAN),
                "high": max(values + seconds, default=NAN),
                "mean": sum(seconds) / len(seconds) if seconds else NAN,
                "first": inside[0][1] if inside and inside[0][2] < BAD else NAN,
                "last": inside[-1][1] if inside and inside[-1][2] < BAD else NAN,
                "worst": max(qualities, default=0),
                "spent": spent,
            }
        )
    return found


ROWS = st.lists(
    st.tuples(st.integers(1, 60), st.integers(-3, 3).map(float), st.sampled_from([0, 0, 0, 0x40, 0x81])), max_size=30
).map(lambda rows: sorted([(t, NAN if q >= BAD else v, q) for t, v, q in rows], key=lambda row: row[0]))


@given(ROWS, st.sampled_from([(2.0, 0), (NAN, 0x85), (NAN, 0x81)]), st.integers(30, 70), st.sets(st.integers(1, 59)))
def test_that_totals_are_what_walking_through_the_samples_finds(
    rows: list[Row], carried: tuple[float, int], until: int, cuts: set[int]
) -> None:
    totals = Totals(np.array(EDGES) * SECOND, until * SECOND, True, {})
    ruling = Ruling(*carried)
    for start, end in pairwise(sorted({0, 60} | cuts)):
        piece = [row for row in rows if start < row[0] <= end]
        columns = [list(column) for column in zip(*piece, strict=True)] or [[], [], []]
        found = samples([time * SECOND for time in columns[0]], columns[1], columns[2])
        ruling = totals.add(found, (start * SECOND, end * SECOND), ruling)
    expected = walk(rows, carried, until)
    columns = {"low": totals.low, "high": totals.high, "mean": totals.means(), "first": totals.first}
    columns |= {"last": totals.last, "count": totals.count, "good_s": totals.good_s}
    for name, column in columns.items():
        np.testing.assert_allclose(column, [row[name] for row in expected], err_msg=name, atol=1e-9)
    assert totals.worst.tolist() == [row["worst"] for row in expected]
    for bucket, row in enumerate(expected):
        spent = {value: seconds for (at, value), seconds in totals.spent.items() if at == bucket}
        assert spent == pytest.approx(row["spent"])


def test_that_huge_values_have_a_mean() -> None:
    totals = Totals(np.array([0, 10]) * SECOND, 10 * SECOND, False, {})
    totals.add(samples([1 * SECOND, 5 * SECOND], [1.7e308, 1.7e308]), (0, 10 * SECOND), Ruling())
    assert totals.means().tolist() == [pytest.approx(1.7e308)]


def test_that_a_bucket_that_has_not_come_yet_is_unknown() -> None:
    totals = Totals(np.array([0, 10, 20]) * SECOND, 5 * SECOND, False, {})
    totals.add(samples([1 * SECOND], [1.0]), (0, 20 * SECOND), Ruling())
    assert totals.seen.tolist() == [True, False]
    assert totals.good_s.tolist() == [4.0, 0.0]


def test_that_a_value_does_not_stand_for_what_can_not_be_read() -> None:
    found = samples([5 * SECOND, 50 * SECOND], [1.0, 3.0])
    found.damaged = ((10 * SECOND - 1, 45 * SECOND),)
    totals = Totals(np.array([0, 30 * SECOND, 60 * SECOND]), 60 * SECOND, False, {})
    totals.add(found, (0, 60 * SECOND), Ruling())
    assert (totals.good_s.tolist(), totals.count.tolist()) == ([5.0, 10.0], [1, 1])
    assert (totals.means().tolist(), totals.worst.tolist()) == ([1.0, 3.0], [BAD + 5, BAD])
