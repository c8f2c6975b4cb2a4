from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from supervisor.flow import Batch
from supervisor.scaling import engineering, raw
from supervisor.table import TagTable
from tests.supervisor.plant import site

scales = st.sampled_from([1.0, 0.1, 0.01, 0.001, -1.0, 10.0, 0.25, 3.6])
offsets = st.sampled_from([0.0, -40.0, 273.15, 0.5])


@given(st.integers(-(2**31), 2**31), scales, offsets)
def test_that_a_register_comes_back_as_it_was(number: int, scale: float, offset: float) -> None:
    source = site(1, scale=scale, offset=offset).tags[0].source
    assert source is not None
    back = raw(source, engineering(source, number))
    assert abs(back - number) <= 1e-6 * max(1, abs(number))
    assert round(back) == number


@given(st.floats(-1e6, 1e6), scales, offsets)
def test_that_the_desk_and_the_table_scale_alike(value: float, scale: float, offset: float) -> None:
    plant = site(1, scale=scale, offset=offset)
    source = plant.tags[0].source
    assert source is not None
    change = TagTable(plant.tags).apply(Batch.of([0], raw(source, value), 1), 1)
    np.testing.assert_allclose(change.value, [value], rtol=1e-9, atol=1e-8)
