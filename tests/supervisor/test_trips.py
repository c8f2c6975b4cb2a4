"""Round trips: the middle one and the 99th of a hundred, of the last ones only."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from supervisor.trips import KEPT, RoundTrips

batches = st.lists(st.lists(st.floats(0, 30), min_size=1, max_size=KEPT + 20), min_size=1, max_size=4)


@given(batches)
def test_that_half_and_99_in_100_of_the_last_answers_stay_within_the_figures(arrivals):
    trips = RoundTrips()
    for seconds in arrivals:
        trips.add(seconds)
    last = np.array([one for seconds in arrivals for one in seconds][-KEPT:]) * 1000
    for share, figure in zip((0.5, 0.99), trips.ms, strict=True):
        assert np.count_nonzero(last <= figure) >= share * len(last)
        assert np.count_nonzero(last < figure) < share * len(last)


def test_that_nothing_is_known_before_an_answer_nor_after_a_loss():
    trips = RoundTrips()
    assert all(math.isnan(one) for one in trips.ms)
    trips.add([0.012])
    assert trips.ms == (12.0, 12.0)
    trips.clear()
    assert all(math.isnan(one) for one in trips.ms)
    trips.add([0.003])
    assert trips.ms == (3.0, 3.0)
