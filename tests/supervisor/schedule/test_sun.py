"""The sun against published times and against formulas of another book; the table of docs/schedules.md is made here."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from supervisor.clock import SECOND
from supervisor.schedule.sun import Sun, SunEvent
from tests.supervisor.schedule import almanac
from tests.supervisor.schedule.almanac import ANGERS, CIVIL, DAYS, HORIZON, NAUTICAL

PARIS = ZoneInfo("Europe/Paris")
DOCUMENT = Path(__file__).parents[3] / "docs" / "schedules.md"
SIX = (
    (SunEvent.NAUTICAL_DAWN, NAUTICAL, True), (SunEvent.DAWN, CIVIL, True), (SunEvent.SUNRISE, HORIZON, True),
    (SunEvent.SUNSET, HORIZON, False), (SunEvent.DUSK, CIVIL, False), (SunEvent.NAUTICAL_DUSK, NAUTICAL, False),
)  # fmt: skip


def local(sun: Sun, event: SunEvent, day: date, zone: ZoneInfo = PARIS) -> datetime:
    found = sun.at(event, day)
    assert found is not None
    return datetime.fromtimestamp(found / SECOND, zone)


def minute(moment: datetime) -> float:
    return moment.hour * 60 + moment.minute + moment.second / 60


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_that_the_sun_of_angers_is_within_a_minute_of_the_almanac(day: date) -> None:
    sun = Sun(*ANGERS, PARIS)
    for event, height, morning in SIX:
        found = local(sun, event, day).astimezone(UTC)
        expected = almanac.crossing(day, height, ANGERS, morning)
        assert abs(found - expected) < timedelta(seconds=60), event


def test_that_the_second_road_finds_the_sun_where_the_book_puts_it() -> None:
    """Meeus, example 25.a: 1992 October 13.0 TD, declination -7.78507 degrees; at the pole that is the altitude."""
    assert almanac.altitude(datetime(1992, 10, 13, tzinfo=UTC), (90.0, 0.0)) == pytest.approx(-7.785, abs=0.003)


@pytest.mark.parametrize("place", almanac.SUNRISES, ids=lambda place: f"{place[0]:.1f}N")
def test_that_published_sunrises_of_four_places_are_met_to_the_minute(place: tuple[float, float, date]) -> None:
    sun = Sun(place[0], place[1], PARIS)
    for number, word in enumerate(almanac.SUNRISES[place].split()):
        found = local(sun, SunEvent.SUNRISE, place[2] + timedelta(days=number))
        assert abs(minute(found) - almanac.minutes(word)) <= 1.0, found


def test_that_published_sunsets_and_twilights_are_met_within_two_minutes() -> None:
    chicago = ZoneInfo("America/Chicago")
    sun = Sun(*almanac.DECORAH, chicago)
    for number, times in almanac.september():
        day = date(2014, 9, number)
        for event, expected in zip(
            (SunEvent.SUNRISE, SunEvent.SUNSET, SunEvent.DAWN, SunEvent.DUSK), times, strict=True
        ):
            assert abs(minute(local(sun, event, day, chicago)) - expected) <= 2.0, (day, event)


def test_that_a_place_without_a_sunset_has_none() -> None:
    tromso = Sun(69.65, 18.96, ZoneInfo("Europe/Oslo"))
    assert tromso.at(SunEvent.SUNSET, date(2026, 6, 21)) is None
    assert tromso.at(SunEvent.SUNRISE, date(2026, 12, 21)) is None
    assert tromso.at(SunEvent.SUNSET, date(2026, 3, 21)) is not None


def test_that_a_dusk_past_midnight_is_of_the_day_that_ended() -> None:
    oslo = ZoneInfo("Europe/Oslo")
    sun, found = Sun(61.0, 6.0, oslo), []
    for number in range(40):
        at = sun.at(SunEvent.NAUTICAL_DUSK, date(2026, 4, 20) + timedelta(days=number))
        if at is not None:
            found.append(at)
    steps = [(b - a) / SECOND for a, b in pairwise(found)]
    assert any(datetime.fromtimestamp(at / SECOND, oslo).hour < 3 for at in found), "some lie past midnight"
    assert all(86_000 < step < 87_400 for step in steps), "and none is missing or doubled between them"


def table() -> list[str]:
    """The rows of the document: date, ours, the almanac's and the difference in seconds."""
    sun, rows = Sun(*ANGERS, PARIS), []
    for day in sorted(DAYS):
        cells = []
        for event, height, morning in (SIX[2], SIX[3], SIX[1], SIX[4]):
            ours = local(sun, event, day)
            theirs = almanac.crossing(day, height, ANGERS, morning).astimezone(PARIS)
            cells.append(f"{ours:%H:%M:%S} | {theirs:%H:%M:%S} | {(ours - theirs).total_seconds():+.0f}")
        rows.append(f"| {day} | {' | '.join(cells)} |")
    return rows


def test_that_the_table_of_the_document_is_the_one_computed() -> None:
    assert set(table()) - set(DOCUMENT.read_text("utf-8").splitlines()) == set()
