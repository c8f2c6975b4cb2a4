"""Curves: past and live are one line, holes stay holes, peaks stay peaks."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from supervisor.clock import SECOND
from supervisor.historian.history import Trend
from ui.trend.curve import Curve, Past, Ring, merged
from ui.trend.pen import nice_range

NAN = float("nan")


def exact(times, values, until, bad=()):
    value = np.array(values, float)
    return Trend(np.array(times, np.int64) * SECOND, value, value, value, bad, 0, until * SECOND)


def columns(times, low, high, step, until):
    low, high = np.array(low, float), np.array(high, float)
    time = np.array(times, np.int64) * SECOND
    return Trend(time, low, high, (low + high) / 2, (), step * SECOND, until * SECOND)


def test_that_each_value_is_drawn_until_the_next_and_no_ramp_is_invented():
    curve = Curve(Past.of(exact([0, 5, 7], [1, 2, 3], 9), open_=False))
    time, value = curve.line(20.0)
    assert list(zip(time, value, strict=True)) == [(0, 1), (5, 1), (5, 2), (7, 2), (7, 3), (9, 3)]


def test_that_live_continues_the_past_from_where_it_ends_without_a_repeat():
    curve = Curve(Past.of(exact([0, 1, 2], [10, 11, 12], 2), open_=True))
    for second in range(5):
        curve.add(float(second), float(second))
    known = curve.segments(6.0)
    assert known.start.tolist() == [0, 1, 2, 2, 3, 4]
    assert known.mean[-3:].tolist() == [12, 3, 4]
    assert known.end[-1] == 6.0
    assert np.all(known.start[1:] == known.end[:-1])


def test_that_a_past_read_up_to_yesterday_is_not_joined_to_today():
    curve = Curve(Past.of(exact([0, 10], [1, 2], 20), open_=False))
    curve.add(86_400.0, 7.0)
    assert curve.segments(86_500.0).end[-1] == 20.0
    assert np.isnan(curve.at(50_000.0, 86_500.0))


def test_that_a_value_holds_until_the_next_at_the_cursor():
    curve = Curve(Past.of(exact([10, 20], [1, 2], 30), open_=False))
    assert [curve.at(t, 99.0) for t in (10.0, 19.9, 20.0, 30.0)] == [1, 1, 2, 2]
    assert np.isnan(curve.at(9.9, 99.0))
    assert np.isnan(curve.at(31.0, 99.0))


def test_that_what_was_bad_is_told_of_the_past_and_of_the_live_part():
    curve = Curve(Past.of(exact([0, 1, 3], [1, NAN, 4], 3, bad=((SECOND, 3 * SECOND),)), open_=True))
    assert curve.bad(3.5) == [(1.0, 3.0)]
    curve.add(4.0, NAN)
    assert curve.bad(9.0) == [(1.0, 3.0), (4.0, 9.0)]
    assert np.isnan(curve.at(5.0, 9.0))


def test_that_a_hole_between_columns_breaks_the_line():
    curve = Curve(Past.of(columns([5, 15, 45], [1, 2, 3], [2, 3, 4], 10, 50), open_=False))
    time, value = curve.line(50.0)
    assert np.flatnonzero(np.isnan(value)).tolist() == [4]
    assert time[4] == 20.0


def test_that_columns_without_holes_are_one_line():
    curve = Curve(Past.of(columns([5, 15, 25], [1, 2, 3], [2, 3, 4], 10, 30), open_=False))
    assert not np.isnan(curve.line(30.0)[1]).any()


def test_that_the_mean_is_weighted_by_time():
    curve = Curve(Past.of(exact([0, 90], [0, 10], 100), open_=False))
    assert curve.figures(0.0, 100.0, 100.0) == (0.0, 1.0, 10.0)
    assert curve.figures(95.0, 100.0, 100.0) == (10.0, 10.0, 10.0)
    assert np.isnan(curve.figures(200.0, 300.0, 300.0).mean)


def test_that_the_ring_keeps_the_newest_and_never_goes_back():
    ring = Ring(capacity=10)
    for number in range(1000):
        ring.append(float(number), -float(number))
    ring.append(5.0, 99.0)
    ring.append(999.0, 1.0)
    time, value = ring.after(994.5)
    assert time.tolist() == [995, 996, 997, 998, 999]
    assert value.tolist() == [-995, -996, -997, -998, 1]
    assert ring.before(996.5) == (996.0, -996.0)


@given(hnp.arrays(float, st.integers(1, 50), elements=st.floats(-1e6, 1e6)))
def test_that_no_peak_is_lost_in_a_band(values):
    low, high = np.minimum(values, values[::-1]), np.maximum(values, values[::-1])
    middles = np.arange(len(values)) * 10 + 5
    curve = Curve(Past.of(columns(middles, low, high, 10, len(values) * 10), open_=False))
    line = curve.line(0.0)[1]
    assert line.min() == low.min()
    assert line.max() == high.max()
    assert len(line) == 2 * len(values)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 9)), max_size=20))
def test_that_merged_stretches_cover_the_same_and_touch_nowhere(spans):
    stretches = [(float(start), float(start + length)) for start, length in spans]
    found = merged(stretches)
    covered = {half for start, end in stretches for half in np.arange(start, end, 0.5)}
    assert {half for start, end in found for half in np.arange(start, end, 0.5)} == covered
    assert all(a[1] < b[0] for a, b in pairwise(found))


@given(st.floats(-1e9, 1e9), st.floats(0, 1e9))
def test_that_a_nice_range_holds_both_ends_and_is_never_empty(low, more):
    bottom, top = nice_range(low, low + more)
    assert bottom <= low
    assert low + more <= top
    assert bottom < top
