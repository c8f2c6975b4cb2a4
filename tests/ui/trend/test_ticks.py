"""Ticks: round numbers, round wall-clock times, also in the nights when the clocks change."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.trend.nights import Nights
from ui.trend.ticks import midnights, time_ticks, value_ticks

PARIS = ZoneInfo("Europe/Paris")


def at(*moment):
    return datetime(*moment, tzinfo=PARIS).timestamp()


def walls(instants):
    return [datetime.fromtimestamp(instant, PARIS).strftime("%d %H:%M") for instant in instants]


@pytest.mark.parametrize(
    ("low", "high", "most", "ticks", "decimals"),
    [
        (0, 5, 6, [0, 1, 2, 3, 4, 5], 0),
        (0, 5, 11, [0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5], 1),
        (-20, 80, 5, [0, 25, 50, 75], 0),
        (0, 1, 5, [0, 0.25, 0.5, 0.75, 1], 2),
    ],
)
def test_that_values_are_ticked_at_round_numbers(low, high, most, ticks, decimals):
    found, places = value_ticks(low, high, most)
    assert found == pytest.approx(ticks)
    assert places == decimals


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6), st.integers(2, 12))
def test_that_there_are_never_too_many_ticks_and_all_lie_inside(low, span, most):
    found, _ = value_ticks(low, low + span, most)
    assert len(found) <= most + 1
    assert all(low - 1e-5 * span <= tick <= low + span + 1e-5 * span for tick in found)


def test_that_midnight_stays_midnight_when_the_clocks_go_back():
    found, step = time_ticks(at(2026, 10, 24, 12), at(2026, 10, 26, 12), 9, PARIS)
    assert step == 6 * 3600
    assert walls(found) == [
        "24 12:00", "24 18:00", "25 00:00", "25 06:00", "25 12:00", "25 18:00", "26 00:00", "26 06:00", "26 12:00",
    ]  # fmt: skip


def test_that_days_of_a_month_are_ticked_without_the_31st_beside_the_1st():
    found, _ = time_ticks(at(2026, 10, 20), at(2026, 11, 10), 11, PARIS)
    assert [wall[:2] for wall in walls(found)] == ["21", "23", "25", "27", "29", "01", "03", "05", "07", "09"]


def test_that_minutes_are_those_of_the_wall():
    found, step = time_ticks(at(2026, 11, 22, 14, 2), at(2026, 11, 22, 14, 58), 6, PARIS)
    assert (walls(found), step) == (["22 14:10", "22 14:20", "22 14:30", "22 14:40", "22 14:50"], 600)


def test_that_there_is_one_midnight_a_day_through_a_year():
    found = midnights(at(2026, 1, 1), at(2026, 12, 31, 12), PARIS)
    assert len(found) == 365
    assert set(walls(found)) == {f"{day:02} 00:00" for day in range(1, 32)}


def test_that_a_night_in_november_is_from_sunset_to_sunrise():
    nights = Nights(47.47, -0.55, PARIS).between(at(2026, 11, 21, 12), at(2026, 11, 22, 12))
    assert [wall[:5] for wall in walls(nights[0])] == ["21 17", "22 08"]
    assert len(nights) == 1


def test_that_the_sun_that_never_sets_makes_no_night():
    assert Nights(78.2, 15.6, PARIS).between(at(2026, 6, 1), at(2026, 6, 3)) == []


def test_that_long_spans_show_no_nights():
    assert Nights(47.47, -0.55, PARIS).between(at(2026, 1, 1), at(2026, 3, 1)) == []
