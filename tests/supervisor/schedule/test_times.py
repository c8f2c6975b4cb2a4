"""Times of the clock and of the sun, in the two nights a year when the clock is changed above all."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervisor.clock import SECOND
from supervisor.schedule.sun import Sun, SunEvent
from supervisor.schedule.times import Place, When, parse_clock, parse_span, parse_when, wall

PARIS = ZoneInfo("Europe/Paris")
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)
PLACE = Place(PARIS, Sun(47.47, -0.55, PARIS), noon=True)


def utc(*parts: int) -> int:
    return round(datetime(*parts, tzinfo=UTC).timestamp()) * SECOND  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("day", "time", "expected"),
    [
        (SPRING, "01:59", utc(2026, 3, 29, 0, 59)),
        (SPRING, "02:00", utc(2026, 3, 29, 1)),
        (SPRING, "02:30", utc(2026, 3, 29, 1)),
        (SPRING, "03:00", utc(2026, 3, 29, 1)),
        (SPRING, "03:01", utc(2026, 3, 29, 1, 1)),
        (AUTUMN, "01:59", utc(2026, 10, 24, 23, 59)),
        (AUTUMN, "02:00", utc(2026, 10, 25, 0)),
        (AUTUMN, "02:30", utc(2026, 10, 25, 0, 30)),
        (AUTUMN, "03:00", utc(2026, 10, 25, 2)),
    ],
)
def test_that_a_skipped_time_is_at_the_jump_and_a_doubled_one_the_first_time(
    day: date, time: str, expected: int
) -> None:
    assert wall(PARIS, day, parse_clock(time)) == expected


@given(
    day=st.dates(date(2020, 1, 1), date(2037, 12, 31)),
    seconds=st.integers(0, 86_399),
    zone=st.sampled_from(["Europe/Paris", "America/New_York", "Australia/Lord_Howe", "UTC", "America/Santiago"]),
)
def test_that_every_time_of_every_day_is_one_instant_and_shows_on_the_wall_unless_it_is_skipped(
    day: date, seconds: int, zone: str
) -> None:
    there = ZoneInfo(zone)
    naive = datetime(day.year, day.month, day.day) + timedelta(seconds=seconds)
    shown = datetime.fromtimestamp(wall(there, day, seconds) / SECOND, there).replace(tzinfo=None)
    assert naive <= shown <= naive + timedelta(hours=1)
    if shown != naive:
        before = datetime.fromtimestamp(wall(there, day, seconds) / SECOND - 1, there).replace(tzinfo=None)
        assert before < naive, "the clock jumped over it"


@given(day=st.dates(date(2024, 1, 1), date(2030, 12, 31)), first=st.integers(0, 86_399), later=st.integers(0, 86_399))
def test_that_later_times_of_a_day_are_never_earlier_instants(day: date, first: int, later: int) -> None:
    low, high = sorted((first, later))
    assert wall(PARIS, day, low) <= wall(PARIS, day, high)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("20min", 1200), ("20", 1200), ("1h", 3600), ("1h30", 5400), ("1 h 5 min", 3900), ("45s", 45), ("1h5s", 3605)],
)
def test_that_durations_are_read_as_people_write_them(text: str, seconds: int) -> None:
    assert parse_span(text) == seconds


@pytest.mark.parametrize("text", ["24:00", "7h", "sunsett", "sunset+", "sunset+13h", "", "noon?", "dusk-x"])
def test_that_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no|more than"):
        parse_when(text)


def test_that_an_offset_and_limits_move_the_sun() -> None:
    day = date(2026, 6, 21)
    plain = PLACE.instant(parse_when("sunset"), day)
    later = PLACE.instant(parse_when("sunset + 15 min"), day)
    assert plain
    assert later
    assert later[0] - plain[0] == 900 * SECOND
    limits = When(0, SunEvent.SUNSET, 0, None, parse_clock("21:30"))
    held = PLACE.instant(limits, day)
    assert held
    assert held[0] == wall(PARIS, day, parse_clock("21:30"))
    early = PLACE.instant(When(0, SunEvent.SUNRISE, 0, parse_clock("06:30"), None), day)
    assert early
    assert early[0] == wall(PARIS, day + timedelta(days=1), parse_clock("06:30"))


def test_that_a_night_belongs_to_the_day_it_begins_on() -> None:
    day = date(2026, 7, 14)
    for text in ("sunset", "23:00", "01:00", "sunrise", "11:59"):
        found = PLACE.instant(parse_when(text), day)
        assert found
        assert PLACE.day_of(found[0]) == day, text
    assert PLACE.day_of(PLACE.begins(day)) == day
    assert PLACE.day_of(PLACE.begins(day) - 1) == day - timedelta(days=1)
