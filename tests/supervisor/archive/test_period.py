"""What people write for instants and steps, and calendars through both nights of a change."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervisor.archive.period import Step, blocks, instant
from supervisor.clock import SECOND
from supervisor.errors import Unavailable
from tests.supervisor.archive.store import NOW, PARIS, at

HOUR = 3600 * SECOND


@pytest.mark.parametrize(
    ("words", "start", "end"),
    [
        ("2026", at(2026, 1, 1), at(2027, 1, 1)),
        ("2026-10", at(2026, 10, 1), at(2026, 11, 1)),
        ("2026-10-25", at(2026, 10, 25), at(2026, 10, 26)),
        ("yesterday", at(2026, 11, 21), at(2026, 11, 22)),
        ("hier", at(2026, 11, 21), at(2026, 11, 22)),
        ("today", at(2026, 11, 22), at(2026, 11, 23)),
        ("now", NOW, NOW),
        ("-7d", at(2026, 11, 15, 10), at(2026, 11, 15, 10)),
        ("-30d", at(2026, 10, 23, 10), at(2026, 10, 23, 10)),
        ("-90min", NOW - 5400 * SECOND, NOW - 5400 * SECOND),
        ("-1month", at(2026, 10, 22, 10), at(2026, 10, 22, 10)),
        ("-2y", at(2024, 11, 22, 10), at(2024, 11, 22, 10)),
        ("2026-07-01 14:30", at(2026, 7, 1, 14, 30), at(2026, 7, 1, 14, 30)),
        ("2026-10-25T02:30:00+01:00", at(2026, 10, 25, 2, 30, fold=1), at(2026, 10, 25, 2, 30, fold=1)),
        ("2026-10-25T00:30:00Z", at(2026, 10, 25, 2, 30), at(2026, 10, 25, 2, 30)),
        ("2026-07-01 14:30:00.250", at(2026, 7, 1, 14, 30) + SECOND // 4, at(2026, 7, 1, 14, 30) + SECOND // 4),
    ],
)
def test_that_an_instant_is_what_a_person_means(words: str, start: int, end: int) -> None:
    assert instant(words, PARIS, NOW) == start
    assert instant(words, PARIS, NOW, last=True) == end


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("2026-10-25 02:30", r"comes twice in Europe/Paris: add \+02:00 or \+01:00"),
        ("2026-03-29 02:30", "does not exist in Europe/Paris"),
        ("2026-13-01", "month"),
        ("last tuesday", "is no instant"),
    ],
)
def test_that_what_is_no_instant_or_two_is_one_sentence(words: str, said: str) -> None:
    with pytest.raises(Unavailable, match=said):
        instant(words, PARIS, NOW)


@pytest.mark.parametrize("words", ["7min", "5h", "2day", "0h", "90min", "soon"])
def test_that_a_step_no_calendar_has_is_refused(words: str) -> None:
    with pytest.raises(Unavailable, match="is no step"):
        Step.of(words)


def edges(step: str, start: int, end: int, zone: ZoneInfo = PARIS) -> list[int]:
    whole = list(blocks(Step.of(step), start, end, zone))
    assert all(before[-1] == after[0] for before, after in pairwise(whole))
    return [int(edge) for edge in np.unique(np.concatenate(whole))]


@pytest.mark.parametrize(("day", "hours"), [((2026, 3, 29), 23), ((2026, 10, 25), 25), ((2026, 7, 1), 24)])
def test_that_a_day_has_as_many_hours_as_it_has(day: tuple[int, int, int], hours: int) -> None:
    start = at(*day)
    end = start + hours * HOUR
    assert edges("1h", start, end) == [start + n * HOUR for n in range(hours + 1)]
    assert len(edges("10min", start, end)) == 6 * hours + 1
    assert edges("day", start - HOUR, end + HOUR) == [start - HOUR, start, end, end + HOUR]


def test_that_steps_of_several_hours_follow_the_clock_on_the_wall() -> None:
    expected = [at(2026, 10, 25, hour) for hour in (0, 6, 12, 18)] + [at(2026, 10, 26)]
    assert edges("6h", expected[0], expected[-1]) == expected
    assert expected[1] - expected[0] == 7 * HOUR


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ("week", [(2026, 1, 15), (2026, 1, 19), (2026, 1, 26), (2026, 2, 1)]),
        ("month", [(2025, 11, 3), (2025, 12, 1), (2026, 1, 1), (2026, 1, 2)]),
        ("quarter", [(2025, 11, 3), (2026, 1, 1), (2026, 4, 1), (2026, 4, 2)]),
        ("year", [(2024, 5, 1), (2025, 1, 1), (2026, 1, 1), (2026, 3, 1)]),
    ],
)
def test_that_the_calendar_cuts_where_it_does(step: str, expected: list[tuple[int, int, int]]) -> None:
    instants = [at(*day) for day in expected]
    assert edges(step, instants[0], instants[-1]) == instants


@given(
    st.sampled_from(["15min", "1h", "4h", "day", "week", "month", "quarter", "year"]),
    st.sampled_from(["Europe/Paris", "America/Santiago", "Australia/Lord_Howe", "Asia/Kolkata", "Africa/Cairo"]),
    st.integers(0, 2 * 365 * 24),
    st.integers(1, 90 * 24 * 3600),
)
def test_that_buckets_cover_a_span_without_gap_and_lie_on_the_calendar(
    step: str, name: str, hours: int, seconds: int
) -> None:
    zone, start = ZoneInfo(name), at(2025, 1, 1) + hours * HOUR
    end = start + seconds * SECOND
    found = edges(step, start, end, zone)
    assert (found[0], found[-1]) == (start, end)
    assert all(before < after for before, after in pairwise(found))
    for edge in found[1:-1]:
        here = datetime.fromtimestamp(edge // SECOND, zone)
        before = (here.astimezone(ZoneInfo("UTC")) - timedelta(minutes=1)).astimezone(zone)
        if step in ("day", "week", "month", "quarter", "year"):
            assert here.date() > before.date()
            assert (here.hour, here.minute) <= (1, 0)
        else:
            assert here.minute % (15 if step == "15min" else 60) in (0, 30)


def test_that_a_year_of_seconds_comes_in_blocks() -> None:
    first = next(blocks(Step.of("1s"), at(2025, 1, 1), at(2026, 1, 1), PARIS))
    assert len(first) < 200_000
