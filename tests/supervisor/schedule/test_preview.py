"""The year as a picture: the same as the plan at every five minutes of the clock on the wall, and what it comes to."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from supervisor.clock import SECOND
from supervisor.model import EquipmentType, Kind, State, TagSpec
from supervisor.schedule.plan import Bundle
from supervisor.schedule.preview import CELL_S, CELLS, MISSING, Scale, Year, events_of, preview, switch_of
from supervisor.schedule.programmes import Action
from supervisor.schedule.times import When
from tests.supervisor.schedule.plans import FAIR_NIGHT, HERE, PARIS, STREET, VALVE, at, bundle, point
from tests.supervisor.schedule.street import CIRCUIT

OPEN = EquipmentType("valve", HERE, "green", {"valve": TagSpec("valve", HERE, Kind.BOOLEAN)})
STATES = tuple(State(number, id_, HERE) for number, id_ in enumerate(("frost", "reduced", "comfort")))
REGIME = EquipmentType("boiler", HERE, "building", {"order": TagSpec("order", HERE, Kind.ENUM, states=STATES)})
SCHOOL = replace(
    VALVE, points=(
        point("05:00", Action("comfort", "order", 2.0), days=frozenset({"ordinary"})),
        point("18:00", Action("reduced", "order", 1.0)),
    ),
    first=None, last=None, season=((10, 1), (4, 30)),
)  # fmt: skip


def wall(day: date, row: int, noon: bool) -> int | None:
    """The instant of a row, the first of two; None where the clock skips it. By another road than the picture's."""
    naive = datetime(day.year, day.month, day.day, 12 if noon else 0) + timedelta(seconds=row * CELL_S)
    back = naive.replace(tzinfo=PARIS).astimezone(UTC).astimezone(PARIS).replace(tzinfo=None)
    return round(naive.replace(tzinfo=PARIS).timestamp()) * SECOND if back == naive else None


def column(one: Bundle, type_: EquipmentType, day: date, noon: bool, step: int) -> list[float]:
    scale, told = Scale(one, type_), []
    for row in range(0, CELLS, step):
        instant = wall(day, row, noon)
        told.append(MISSING if instant is None else scale.level(one.state_at(instant)))
    return told


@pytest.mark.parametrize("noon", [True, False])
def test_that_the_picture_is_the_plan_in_the_nights_of_the_changing_clock_and_on_leap_day(noon: bool) -> None:
    street = bundle(replace(STREET, noon=noon), replace(FAIR_NIGHT, noon=noon))
    for number, days in {
        2026: ("03-27", "03-28", "03-29", "03-30", "10-23", "10-24", "10-25", "10-26", "07-14", "12-31", "01-01"),
        2028: ("02-28", "02-29", "03-01", "03-25", "03-26", "10-28", "10-29"),
    }.items():
        year = preview(street, CIRCUIT, number)
        assert len(year.days) == (366 if number == 2028 else 365)
        for text in days:
            day = date.fromisoformat(f"{number}-{text}")
            step = 1 if day in year.shifts else 7
            shown, expected = year.level[year.days.index(day)][::step], column(street, CIRCUIT, day, noon, step)
            np.testing.assert_allclose(shown, expected, rtol=1e-6, err_msg=text)
        jumps = {day for day in year.days if (year.level[year.days.index(day)] == MISSING).any()}
        assert jumps == {day for day, seconds in year.shifts.items() if seconds > 0}
        assert sorted(year.shifts.values()) == [-3600, 3600]


def test_that_hours_are_those_of_the_physical_clock() -> None:
    """Twenty minutes of water on 245 days, both nights of the changing clock among them."""
    valve = bundle(VALVE)
    year = preview(valve, OPEN, 2026)
    hours = dict(year.hours)
    assert hours[1.0] == pytest.approx(245 * 20 / 60)
    assert hours[0.0] + hours[1.0] == pytest.approx(245 * 24 - 2.5, abs=1), "from its first point to its last day"
    assert year.on_h == pytest.approx(hours[1.0])
    assert switch_of(bundle(STREET), CIRCUIT) == "", "a lamp has a level beside its switch"
    assert preview(bundle(STREET), CIRCUIT, 2026).hours == ()


def test_that_a_regime_is_told_by_state_over_new_year_and_leap_day() -> None:
    school = bundle(SCHOOL)
    year = preview(school, REGIME, 2028)
    hours = dict(year.hours)
    weekdays = [day for day in year.days if day.weekday() < 5 and not (5 <= day.month <= 9)]
    assert hours[2.0] == pytest.approx(13 * len(weekdays))
    assert 1.0 in hours
    leap = events_of(year, school, date(2028, 2, 29))
    assert [event.instant for event in leap] == [at("2028-02-29 05:00"), at("2028-02-29 18:00")]
    summer = year.level[year.days.index(date(2028, 7, 14))]
    assert np.isnan(summer).all()
    assert year.typed


@pytest.mark.parametrize("noon", [True, False])
def test_that_a_sun_beyond_its_limits_is_shown_at_the_limit(noon: bool) -> None:
    late = replace(
        STREET, noon=noon,
        points=(
            replace(point("sunset", STREET.points[0].actions[0]), when=_limited("sunset", 18 * 60, 21 * 60 + 30)),
            replace(point("sunrise", STREET.points[-1].actions[0]), when=_limited("sunrise", None, 7 * 60)),
        ),
    )  # fmt: skip
    found: dict[str, list[float]] = {}
    street = bundle(late)
    year: Year = preview(street, CIRCUIT, 2026)
    for event in year.events:
        moment = datetime.fromtimestamp(event.instant / SECOND, PARIS)
        for target in event.changes:
            found.setdefault(target.action.command, []).append(moment.hour * 60 + moment.minute + moment.second / 60)
    assert min(found["on"]) == 18 * 60, "in winter the sun sets before"
    assert max(found["on"]) == 21 * 60 + 30, "and in June after"
    assert max(found["off"]) == 7 * 60
    assert any(18 * 60 < minute < 21 * 60 + 30 for minute in found["on"]), "and between them it is the sun"
    assert 364 <= len(found["on"]) <= 366
    assert len(found["off"]) in (len(found["on"]) - 1, len(found["on"]), len(found["on"]) + 1)


def _limited(at_: str, not_before: int | None, not_after: int) -> When:
    early = None if not_before is None else not_before * 60
    return replace(point(at_).when, not_before_s=early, not_after_s=not_after * 60)
