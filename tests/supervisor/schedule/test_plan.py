"""What should be, at any instant: nights, festival nights, windows, setback, and the clock that is changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supervisor.clock import SECOND
from supervisor.schedule.plan import Bundle, bundles
from supervisor.schedule.programmes import Action, Point, Programme
from supervisor.schedule.sun import SunEvent
from supervisor.schedule.times import When
from tests.supervisor.schedule.plans import (
    FAIR_NIGHT,
    HEATING,
    HERE,
    STREET,
    VALVE,
    at,
    bundle,
    dim,
    point,
    schedule,
    utc,
    values,
)

HOUR = 3600 * SECOND


def test_that_a_night_goes_through_its_profile() -> None:
    street = bundle(STREET)
    told = [values(street, at(f"2026-01-15 {time}")) for time in ("12:00", "17:45", "23:30")]
    told += [values(street, at(f"2026-01-16 {time}")) for time in ("02:00", "06:00", "09:00")]
    assert told == [
        {"order": 0, "dimming": 100}, {"order": 1, "dimming": 100}, {"order": 1, "dimming": 50},
        {"order": 1, "dimming": 10}, {"order": 1, "dimming": 100}, {"order": 0, "dimming": 100},
    ]  # fmt: skip


def test_that_a_weekend_night_is_not_dimmed_as_deep_although_it_ends_on_another_day() -> None:
    street = bundle(STREET)
    assert values(street, at("2026-01-17 02:00"))["dimming"] == 10, "friday's night"
    assert values(street, at("2026-01-18 02:00"))["dimming"] == 50, "saturday's, on sunday"
    assert values(street, at("2026-01-19 02:00"))["dimming"] == 50, "sunday's, on monday"
    assert values(street, at("2026-01-20 02:00"))["dimming"] == 10


def test_that_a_festival_counts_before_the_ordinary_programme_from_its_first_point_to_its_last_day() -> None:
    both, plain = bundle(STREET, FAIR_NIGHT), bundle(STREET)
    assert both.members == ("C1", "C2")
    assert values(both, at("2026-07-14 12:30")) == values(plain, at("2026-07-14 12:30"))
    assert values(both, at("2026-07-15 03:00")) == {"order": 1, "dimming": 100}
    assert both.state_at(at("2026-07-15 03:00"))["dimming"].programme == "fair"
    assert values(both, at("2026-07-16 03:00"))["dimming"] == 10
    assert both.state_at(at("2026-07-15 13:00"))["order"].programme == "street"


def test_that_a_window_opens_and_closes_within_its_validity() -> None:
    valve = bundle(VALVE)
    assert values(valve, at("2026-02-28 12:00")) == {}
    assert values(valve, at("2026-03-01 02:29")) == {}
    assert values(valve, at("2026-06-10 02:30")) == {"valve": 1}
    assert values(valve, at("2026-06-10 02:50")) == {"valve": 0}
    assert values(valve, at("2026-11-01 00:00")) == {}


def test_that_a_season_comes_every_year_and_may_go_over_new_year() -> None:
    summer = bundle(replace(VALVE, first=None, last=None, season=((4, 15), (10, 15))))
    assert values(summer, at("2031-04-14 12:00")) == {}
    assert values(summer, at("2031-04-15 02:35")) == {"valve": 1}
    assert values(summer, at("2031-10-16 02:35")) == {}
    winter = bundle(replace(VALVE, first=None, last=None, season=((10, 15), (4, 15))))
    assert [bool(values(winter, at(f"2031-{day} 12:00"))) for day in ("12-31", "01-01", "04-16")] == [True, True, False]


def test_that_a_window_at_half_past_two_is_watered_once_in_both_nights_of_the_changing_clock() -> None:
    valve = bundle(VALVE)
    spring = valve.events(at("2026-03-29 00:00"), at("2026-03-30 00:00"))
    assert [event.instant for event in spring] == [utc("2026-03-29 01:00"), utc("2026-03-29 01:20")]
    autumn = valve.events(at("2026-10-25 00:00"), at("2026-10-26 00:00"))
    assert [event.instant for event in autumn] == [utc("2026-10-25 00:30"), utc("2026-10-25 00:50")]


def test_that_a_setback_holds_over_the_weekend() -> None:
    heating = bundle(HEATING)
    assert values(heating, at("2026-01-16 17:00")) == {"setpoint": 19}
    assert values(heating, at("2026-01-18 12:00")) == {"setpoint": 16}
    assert values(heating, at("2026-01-19 06:00")) == {"setpoint": 19}


def test_that_of_two_points_at_one_instant_the_one_meant_for_later_counts() -> None:
    """02:15 and 02:45 are both at 03:00 in the night in which the clock jumps."""
    night = replace(STREET, noon=False, points=(point("02:45", dim(20)), point("02:15", dim(80))))
    assert values(bundle(night), at("2026-03-29 12:00")) == {"dimming": 20}
    assert values(bundle(night), at("2026-03-28 12:00")) == {"dimming": 20}


def test_that_equipment_is_bundled_by_the_programmes_it_shares() -> None:
    other = replace(STREET, id="other", equipment=("C2", "C3"), priority=1)
    found = {one.members: [plan.programme.id for plan in one.plans] for one in bundles(schedule(STREET, other))}
    assert found == {("C1",): ["street"], ("C2",): ["other", "street"], ("C3",): ["other"]}


def test_that_the_next_change_is_found_however_far_it_is() -> None:
    following = bundle(STREET).following(at("2026-01-15 12:00"))
    assert following is not None
    assert [target.action for target in following.changes] == [STREET.points[0].actions[0]], "the level stands already"
    spring = bundle(VALVE).following(at("2025-12-01 00:00"))
    assert spring is not None
    assert spring.instant == at("2026-03-01 02:30")
    assert bundle(VALVE).following(at("2027-01-01 00:00")) is None


# ------------------------------------------------------------ laws
TIMES = st.one_of(
    st.builds(When, st.integers(0, 86_399)),
    st.builds(
        When, st.just(0), st.sampled_from(SunEvent), st.integers(-7200, 7200),
        st.sampled_from([None, 6 * 3600, 21 * 3600]), st.none(),
    ),
)  # fmt: skip
ACTIONS = st.builds(
    lambda tag, value: (Action(tag, tag, value, value),), st.sampled_from(["a", "b"]), st.integers(0, 3).map(float)
)
POINTS = st.builds(
    lambda when, actions, days, lasting: Point(
        when, actions, days, lasting, (Action("a", "a", 9.0),) if lasting else ()
    ),
    TIMES, ACTIONS, st.sampled_from([frozenset(), frozenset({"ordinary"}), frozenset({"fair", "free"})]),
    st.sampled_from([0, 0, 600, 40_000]),
)  # fmt: skip
PROGRAMMES = st.builds(
    lambda number, points, days, noon, last: Programme(
        f"p{number}", HERE, "t", ("E",), tuple(points), number, days, noon, None, last
    ),
    st.integers(0, 99), st.lists(POINTS, min_size=1, max_size=5),
    st.sampled_from([frozenset(), frozenset(), frozenset({"fair"}), frozenset({"free"})]), st.booleans(),
    st.sampled_from([None, None, date(2026, 7, 15), date(2026, 10, 25)]),
)  # fmt: skip
BUNDLES = st.lists(PROGRAMMES, min_size=1, max_size=3, unique_by=lambda one: one.id).map(lambda some: bundle(*some))
STARTS = st.sampled_from(["2026-03-27", "2026-07-12", "2026-10-23", "2026-12-30"]).map(lambda day: at(f"{day} 00:00"))


@settings(max_examples=60, deadline=None)
@given(BUNDLES, STARTS, st.integers(0, 96 * 60))
def test_that_events_are_exactly_the_changes_of_the_state(one: Bundle, start: int, minutes: int) -> None:
    """Walked minute by minute and read off the events, the state is the same at every minute."""
    end = start + minutes * 60 * SECOND
    state = values(one, start)
    events = one.events(start, end)
    assert all(start < event.instant <= end for event in events)
    assert [event.instant for event in events] == sorted({event.instant for event in events})
    for number in range(0, minutes, 17):
        instant = start + number * 60 * SECOND
        walked = dict(state)
        for event in events:
            if event.instant <= instant:
                walked |= {target.tag: target.action.value for target in event.changes}
        assert {tag: walked[tag] for tag in values(one, instant)} == values(one, instant)


@settings(max_examples=40, deadline=None)
@given(BUNDLES, STARTS, st.integers(0, 48 * 3600), st.integers(0, 48 * 3600))
def test_that_events_of_a_span_are_those_of_its_halves(one: Bundle, start: int, first: int, second: int) -> None:
    middle, end = start + first * SECOND, start + (first + second) * SECOND
    assert one.events(start, end) == one.events(start, middle) + one.events(middle, end)


@settings(max_examples=40, deadline=None)
@given(BUNDLES, STARTS, st.lists(st.integers(0, 72 * 3600), min_size=2, max_size=6))
def test_that_the_state_does_not_depend_on_what_was_asked_before(one: Bundle, start: int, asked: list[int]) -> None:
    fresh = [bundle(*(plan.programme for plan in one.plans)) for _ in asked]
    told = [values(one, start + seconds * SECOND) for seconds in asked]
    assert told == [values(new, start + seconds * SECOND) for new, seconds in zip(fresh, asked, strict=True)]


@pytest.mark.parametrize("day", ["2026-03-28", "2026-10-24", "2026-06-20", "2026-12-20"])
def test_that_every_night_has_one_switching_on_and_one_switching_off(day: str) -> None:
    events = bundle(STREET).events(at(f"{day} 12:00"), at(f"{day} 12:00") + 24 * HOUR)
    orders = [t.action.value for event in events for t in event.changes if t.tag == "order"]
    assert orders == [1, 0]
