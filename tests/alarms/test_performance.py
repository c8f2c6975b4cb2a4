"""The figures of a span: against a slow reckoning of the same sentences, and at their edges."""

from __future__ import annotations

import itertools
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from alarms.performance import DAY, HOUR, MINUTE, SLOT, Figures, Ran, Span, floods_of, measure
from alarms.record import Events, Happening
from alarms.verdicts import PerformanceClass, Verdict, enough, judge, performance_class, priorities
from supervisor.clock import SECOND

PARIS = ZoneInfo("Europe/Paris")
START = 1_793_487_600 * SECOND
"""Midnight of 1 November 2026 in Paris."""
MONTH = Span(START, START + 30 * DAY)
IDS = tuple(f"PR{n:02}.level_high" for n in range(40))
UP, DOWN = Happening.RAISE, Happening.CLEAR


def events(*rows: tuple[int, Happening, int], priority: int = 4, begin: int = START) -> Events:
    """Rows of (seconds after the start, what, alarm), in their order."""
    time = np.array([START + at * SECOND for at, _, _ in rows], np.int64)
    what = np.array([int(kind) for _, kind, _ in rows], np.uint8)
    alarm = np.array([number for _, _, number in rows], np.int32)
    return Events(time, what, alarm, np.full(len(rows), priority, np.uint8), IDS, begin)


def figures(*rows: tuple[int, Happening, int]) -> Figures:
    return measure(events(*rows), MONTH, PARIS)


def verdict(of: Figures, name: str, planned: tuple[str, ...] = ()) -> Verdict:
    return next(line.verdict for line in judge(of, planned) if line.target.id == name)


def test_that_a_quiet_month_is_predictive_and_good_in_every_line() -> None:
    quiet = figures()
    assert quiet.count == 0
    assert quiet.days_known == 30
    assert enough(quiet)
    assert {line.verdict for line in judge(quiet)} == {Verdict.GOOD}
    assert performance_class(quiet) is PerformanceClass.PREDICTIVE
    assert {found for _, found in priorities(quiet)} == {Verdict.NONE}


def test_that_averages_are_of_the_time_the_journal_covers() -> None:
    rows = events(*((100 + 600 * n, UP, n % 40) for n in range(240)), begin=START + 20 * DAY)
    half = measure(rows, MONTH, PARIS)
    assert half.days_known == 10
    assert half.per_hour == 1
    assert half.per_day == 24
    assert not enough(half)


def test_that_nobody_extrapolates_from_a_minute() -> None:
    begun = measure(events((60, UP, 1), begin=START), Span(START, START + 2 * MINUTE), PARIS)
    assert (begun.per_hour, begun.per_day, begun.count) == (1, 1, 1)


def test_that_the_load_is_judged_by_six_and_twelve_an_hour() -> None:
    def load(each: int) -> Verdict:
        return verdict(figures(*((n * each, UP, n % 40) for n in range(1, 30 * 86400 // each))), "per_hour")

    assert load(660) is Verdict.GOOD
    assert load(400) is Verdict.WATCH
    assert load(240) is Verdict.POOR


def test_that_slots_are_counted_whole() -> None:
    burst = figures(*((600 * 6 + 1 + n, UP, n) for n in range(11)), *((600 * 8 + 1 + n, UP, n) for n in range(10)))
    assert burst.peak == 11
    assert burst.slots_over == 1 / (30 * 144)


def test_that_a_flood_begins_with_the_eleventh_and_ends_below_five() -> None:
    eleven = [START + (1000 + 10 * n) * SECOND for n in range(11)]
    (flood,) = floods_of(np.array(eleven), MONTH.end)
    assert flood.start == eleven[10]
    assert flood.end == eleven[6] + SLOT, "then only the last four are younger than ten minutes"
    assert flood.count == 11
    assert not floods_of(np.array(eleven[:10]), MONTH.end)


def test_that_a_flood_that_goes_on_ends_with_the_span() -> None:
    times = np.array([START + 30 * n * SECOND for n in range(100)])
    (flood,) = floods_of(times, START + 3000 * SECOND)
    assert flood.end == START + 3000 * SECOND


def slow_floods(times: list[int], end: int) -> list[tuple[int, int]]:
    """The sentence of the standard, second by second of what can change anything."""
    found: list[tuple[int, int]] = []
    begun = 0
    for at in sorted({*times, *(one + SLOT for one in times)}):
        if at > end:
            break
        held = sum(at - SLOT < one <= at for one in times)
        if not begun and held > 10:
            begun = at
        elif begun and held < 5:
            found.append((begun, at))
            begun = 0
    return [*found, (begun, end)] if begun else found


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 7200), max_size=70))
def test_that_floods_are_those_of_the_sentence(seconds: list[int]) -> None:
    times = sorted(START + at * SECOND for at in seconds)
    end = START + 9000 * SECOND
    fast = [(flood.start, flood.end) for flood in floods_of(np.array(times, np.int64), end)]
    assert fast == slow_floods(times, end)


def test_that_three_within_a_minute_chatter_and_what_is_brief_is_fleeting() -> None:
    chatter = [row for n in range(3) for row in ((20 * n + 1, UP, 3), (20 * n + 3, DOWN, 3))]
    month = figures(*chatter, (500, UP, 4), (505, DOWN, 4), (600, UP, 5), (660, DOWN, 5))
    assert [(one.id, one.count) for one in month.chattering] == [(IDS[3], 3)]
    assert [one.id for one in month.fleeting] == [IDS[4]]
    assert verdict(month, "chattering") is Verdict.POOR
    assert verdict(month, "chattering", (IDS[3],)) is Verdict.WATCH, "each has an action plan"


def test_that_what_stands_longer_than_a_day_is_stale_on_each_of_its_days() -> None:
    day = 86_400
    month = figures((0, UP, 1), (3 * day, DOWN, 1), (5 * day, UP, 2), *((9 * day, UP, n) for n in range(10, 15)))
    assert [one.id for one in month.stale][:2] == [IDS[2], IDS[10]]
    assert len(month.stale) == 7
    assert month.worst_day is not None
    assert month.worst_day.stale == 6
    assert [one.stale for one in month.days[:5]] == [0, 1, 1, 0, 0]
    assert verdict(month, "stale") is Verdict.POOR


def test_that_what_nobody_was_told_counts_as_hidden_only() -> None:
    month = figures((10, Happening.SHELVE, 1), (20, UP, 1), (25, DOWN, 1), (30, Happening.UNSHELVE, 1), (40, UP, 1))
    assert (month.count, month.hidden, month.shelved) == (1, 1, 1)


def test_that_a_position_is_told_only_of_its_own() -> None:
    rows = events((10, UP, 1), (20, UP, 2), (30, UP, 2))
    scope = np.array([n == 2 for n in range(len(IDS))])
    assert measure(rows, MONTH, PARIS, scope).count == 2


def test_that_the_ten_most_frequent_come_with_their_share() -> None:
    rows = [(600 * n, UP, n % 20) for n in range(1, 101)] + [(7, UP, 30)] * 100
    month = figures(*rows)
    assert month.top[0].id == IDS[30]
    assert month.top[0].share == 0.5
    assert len(month.top) == 10
    assert abs(month.top_share - 0.5 - 9 * 0.025) < 1e-9


def test_that_the_days_of_october_have_their_hour_more() -> None:
    october = Span(1_792_792_800 * SECOND, 1_792_792_800 * SECOND + 8 * DAY + HOUR)
    days = measure(events(begin=october.start), october, PARIS).days
    lengths = {(b.start - a.start) // HOUR for a, b in itertools.pairwise(days)}
    assert lengths == {24, 25}


def test_that_classes_are_those_of_eemua() -> None:
    def classed(slots: int, each: int) -> PerformanceClass:
        return performance_class(figures(*((600 * (n // each) + 1, UP, n % 40) for n in range(slots * each))))

    whole = 30 * 144
    assert classed(whole, 3) is PerformanceClass.ROBUST
    assert classed(1, 200) is PerformanceClass.STABLE
    assert classed(whole, 20) is PerformanceClass.OVERLOADED, "the flood never ends"


def test_that_priorities_are_held_against_eighty_fifteen_five() -> None:
    rows = [(n, UP, 1) for n in range(100)]
    made = events(*rows)
    made.priority[:] = [4] * 80 + [3] * 15 + [2] * 5
    assert {found for _, found in priorities(measure(made, MONTH, PARIS))} == {Verdict.GOOD}
    made.priority[:] = 1
    assert priorities(measure(made, MONTH, PARIS))[0] == (1.0, Verdict.POOR)


ACTS = (
    Happening.RAISE,
    Happening.CLEAR,
    Happening.SHELVE,
    Happening.UNSHELVE,
    Happening.SUPPRESS,
    Happening.UNSUPPRESS,
    Happening.REMOVE,
    Happening.RETURN,
)
DAYS = 6
LIVES = st.lists(st.tuples(st.integers(1, DAYS * 24 - 1), st.sampled_from(ACTS), st.integers(0, 1)), max_size=16)


def slow_stale(lives: list[tuple[int, Happening, int]]) -> tuple[set[int], list[int]]:
    """The sentence, hour by hour: an alarm is stale while it is seen and has been for a day since it was raised. Which
    alarms were, and how many on each day."""
    stale: set[int] = set()
    days: list[set[int]] = [set() for _ in range(DAYS)]
    for alarm in (0, 1):
        up, hidden, seen = False, set[Happening](), 0
        for hour in range(DAYS * 24):
            for _, what, _ in (one for one in lives if one[0] == hour and one[2] == alarm):
                if what <= Happening.CLEAR:
                    up, seen = what is Happening.RAISE, 0
                elif what % 2 == 0:
                    hidden.add(what)
                else:
                    hidden.discard(Happening(what - 1))
            if up and not hidden:
                if seen >= 24:
                    stale.add(alarm)
                    days[hour // 24].add(alarm)
                seen += 1
    return stale, [len(day) for day in days]


@settings(max_examples=300, deadline=None)
@given(LIVES)
def test_that_hidden_time_makes_nothing_stale(lives: list[tuple[int, Happening, int]]) -> None:
    lives = sorted(lives, key=lambda one: one[0])
    made = events(*((3600 * hour, what, alarm) for hour, what, alarm in lives))
    found = measure(made, Span(START, START + DAYS * DAY), PARIS)
    stale, days = slow_stale(lives)
    assert {one.id for one in found.stale} == {IDS[alarm] for alarm in stale}
    assert [day.stale for day in found.days] == days
    assert (found.worst_day.stale if found.worst_day else 0) == max(days)


def test_that_a_week_on_the_shelf_is_no_stale_alarm_and_a_day_beside_it_is() -> None:
    day = 86_400
    shelf = ((60, Happening.SHELVE, 1), (7 * day, Happening.UNSHELVE, 1))
    assert figures((30, UP, 1), *shelf, (7 * day + 3600, DOWN, 1)).stale == ()
    (one,) = figures((30, UP, 1), *shelf, (9 * day, DOWN, 1)).stale
    assert one.seen == (2 * day + 30) * SECOND
    assert figures((90, UP, 1), *shelf, (9 * day, DOWN, 1)).stale[0].seen == 2 * DAY, "raised on the shelf, seen later"


OFF = st.lists(st.integers(0, 60), max_size=8, unique=True)


@settings(max_examples=200, deadline=None)
@given(OFF, st.integers(0, 60), st.integers(0, 60), st.integers(0, 60))
def test_that_hours_without_the_station_are_not_covered(edges: list[int], begin: int, start: int, end: int) -> None:
    edges = sorted(edges)[: len(edges) // 2 * 2]
    down = [Span(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True)]
    wanted = sum(
        max(start, begin) < at <= min(end, 50) and not any(one.start < at <= one.end for one in down)
        for at in range(1, 61)
    )
    assert Ran(begin, 50, down).within(start, end) == wanted


def test_that_rates_and_shares_are_of_the_time_the_station_ran() -> None:
    rows = events(*((100 + 600 * n, UP, n % 40) for n in range(240)))
    down = [Span(START + 5 * DAY, START + 25 * DAY)]
    found = measure(rows, MONTH, PARIS, down=down)
    assert (found.days_known, found.per_hour, found.per_day) == (10, 1, 24)
    assert not enough(found), "twenty days of it nobody knows"
