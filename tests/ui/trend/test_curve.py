"""Curves: past and live are one line, holes stay holes, peaks stay peaks."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from supervisor.clock import SECOND
from ui.trend.curve import Curve, Ring, envelope, nice_range, stepped


def test_that_live_continues_the_past_without_a_repeat():
    curve = Curve(steps=False)
    for second in range(5):
        curve.add(second * SECOND, float(second))
    curve.replace(np.array([0.0, 1.0, 2.0]), np.array([10.0, 11.0, 12.0]))
    time, value = curve.points(6.0)
    assert time.tolist() == [0, 1, 2, 3, 4, 6]
    assert value.tolist() == [10, 11, 12, 3, 4, 4]


def test_that_states_are_drawn_as_stairs():
    time, value = stepped(np.array([0.0, 5.0, 7.0]), np.array([1.0, 2.0, 3.0]))
    assert list(zip(time, value, strict=True)) == [(0, 1), (5, 1), (5, 2), (7, 2), (7, 3)]


def test_that_a_value_holds_until_the_next_at_the_cursor():
    curve = Curve(steps=True)
    curve.replace(np.array([10.0, 20.0]), np.array([1.0, 2.0]))
    assert [curve.at(t) for t in (10.0, 19.9, 20.0, 99.0)] == [1, 1, 2, 2]
    assert np.isnan(curve.at(9.9))


def test_that_unknown_spans_are_found_for_hatching():
    curve = Curve(steps=False)
    curve.replace(np.array([0.0, 1.0, 2.0, 3.0]), np.array([1.0, np.nan, np.nan, 4.0]))
    assert curve.unknown(3.0) == [(1.0, 3.0)]
    curve.add(4 * SECOND, np.nan)
    assert curve.unknown(9.0) == [(1.0, 3.0), (4.0, 9.0)]


def test_that_the_ring_keeps_the_newest():
    ring = Ring(capacity=10)
    for number in range(1000):
        ring.append(float(number), -float(number))
    time, value = ring.after(994.5)
    assert time.tolist() == [995, 996, 997, 998, 999]
    assert value.tolist() == [-995, -996, -997, -998, -999]


@given(hnp.arrays(float, st.integers(1, 50), elements=st.floats(-1e6, 1e6)))
def test_that_no_peak_is_lost_in_an_envelope(values):
    low, high = np.minimum(values, values[::-1]), np.maximum(values, values[::-1])
    time, line = envelope(np.arange(float(len(values))), low, high)
    assert len(time) == len(line)
    assert line.min() == low.min()
    assert line.max() == high.max()


@given(hnp.arrays(float, st.integers(0, 30), elements=st.floats(-1e9, 1e9) | st.just(float("nan"))))
def test_that_a_nice_range_holds_every_value_and_is_never_empty(values):
    low, high = nice_range(values)
    assert low < high
    known = values[np.isfinite(values)]
    if len(known):
        assert low <= known.min()
        assert known.max() <= high
