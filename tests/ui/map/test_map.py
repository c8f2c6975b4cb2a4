"""The map's arithmetic: places, groups and what a file that is broken costs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ui.map.geometry import Plane, load
from ui.map.markers import clusters

ANGERS = Plane(47.4736, -0.5541)


@given(st.floats(47.2, 47.7), st.floats(-0.9, -0.2))
def test_that_degrees_and_metres_lead_back_to_each_other(latitude, longitude):
    ((east, south),) = ANGERS.metres(np.array([latitude]), np.array([longitude])).tolist()
    assert ANGERS.degrees(east, south) == pytest.approx((latitude, longitude), abs=1e-9)


def test_that_north_is_up_and_a_kilometre_is_a_kilometre():
    north = ANGERS.metres(np.array([47.4736 + 1 / 111.32]), np.array([-0.5541]))
    assert north[0].tolist() == pytest.approx([0.0, -1000.0], abs=1.0)


@given(hnp.arrays(float, st.tuples(st.integers(0, 60), st.just(2)), elements=st.floats(-500, 2500)))
def test_that_every_marker_is_in_exactly_one_group(pixels):
    groups = clusters(pixels)
    assert sorted(np.concatenate(groups).tolist() if groups else []) == list(range(len(pixels)))


def test_that_a_broken_file_costs_its_own_features_only(tmp_path, caplog):
    (tmp_path / "a.geojson").write_text("{ not json")
    (tmp_path / "b.geojson").write_text(
        '{"features": [{"properties": {"class": "road", "name": "Foch"},'
        ' "geometry": {"type": "LineString", "coordinates": [[-0.55, 47.47], [-0.54, 47.48]]}}]}'
    )
    shapes = load(tmp_path, ANGERS)
    assert [(shape.kind, shape.name, len(shape.rings[0])) for shape in shapes] == [("road", "Foch", 2)]
    assert "a.geojson" in caplog.text


def test_that_groups_are_of_the_ground_and_near_squares_join():
    places = np.array([[0.0, 0.0], [1.0, 0.0], [500.0, 500.0], [39.0, 0.0], [41.0, 0.0]])
    groups = sorted(sorted(group.tolist()) for group in clusters(places, 40.0))
    assert groups == [[0, 1, 3, 4], [2]]


def test_that_the_width_of_a_river_is_that_of_its_feature(tmp_path):
    (tmp_path / "w.geojson").write_text(
        '{"features": [{"properties": {"class": "river", "width_m": 330}, "geometry": {"type": "LineString",'
        ' "coordinates": [[-0.55, 47.47], [-0.54, 47.48]]}}]}'
    )
    assert load(tmp_path, ANGERS)[0].width_m == 330.0
