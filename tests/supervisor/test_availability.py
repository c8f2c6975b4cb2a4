"""Availability: what the history says, by the site's days, over restarts; unknown is neither up nor down."""

from __future__ import annotations

import asyncio
import math
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervisor.availability import Past, Running, Share, availability, days, midnight, next_month
from supervisor.clock import SECOND, HandClock
from supervisor.flow import Batch
from supervisor.historian.history import History
from supervisor.historian.writer import Historian
from supervisor.table import TagTable
from tests.supervisor.plant import site

PARIS = ZoneInfo("Europe/Paris")
HOUR = 3600


def at(*words: int) -> int:
    return round(datetime(*words, tzinfo=PARIS).timestamp()) * SECOND  # type: ignore[misc, arg-type]


class Recorder:
    """A historian that is told by hand whether the link was up."""

    def __init__(self, folder: Path, now: int) -> None:
        self.site, self.clock, self.folder = site(), HandClock(now), folder
        self.table = TagTable(self.site.tags)
        self.historian = Historian(folder, self.site.tags, self.table.texts, self.clock)
        self.known = self.historian.recovery.known
        self.historian._mark_hole()

    def say(self, up: float) -> None:
        tag = self.site.tag_by_id["L.connected"]
        now = self.clock.now()
        life = now / SECOND  # something always moves in a station that runs
        self.historian.absorb(self.table.apply(Batch.of([tag.index, 0], [up, life], now), now))
        self.historian.flush()

    def wait(self, seconds: float) -> None:
        asyncio.run(self.clock.wind(seconds))

    def close(self) -> None:
        self.historian.flush()
        self.historian.close()


def test_that_up_down_and_unknown_add_up_over_a_station_that_was_off(tmp_path: Path) -> None:
    start = at(2026, 11, 22, 8)
    one = Recorder(tmp_path, start)
    one.say(0.0)
    one.wait(60)
    one.say(1.0)
    one.wait(HOUR)
    one.say(1.0)
    one.close()
    two = Recorder(tmp_path, start + 3 * HOUR * SECOND)
    two.say(0.0)
    two.wait(120)
    two.say(1.0)
    two.wait(60)
    history = History(tmp_path)
    share = availability(history, "L", start - HOUR * SECOND, two.clock.now())
    history.close()
    two.close()
    assert share.up_s == pytest.approx(HOUR + 60, abs=2)
    assert share.down_s == pytest.approx(60 + 120, abs=2)
    assert share.unknown_s == pytest.approx(HOUR + 2 * HOUR - 60, abs=4)
    assert share.up_s + share.down_s + share.unknown_s == pytest.approx(4 * HOUR + 180)
    assert share.percent == pytest.approx(100 * 3660 / 3840, abs=0.1)


def test_that_a_link_nobody_ever_recorded_is_unknown(tmp_path: Path) -> None:
    Recorder(tmp_path, at(2026, 11, 22, 8)).close()
    history = History(tmp_path)
    share = availability(history, "nobody", at(2026, 11, 22), at(2026, 11, 23))
    history.close()
    assert (share.up_s, share.down_s, share.unknown_s) == (0, 0, 86400)
    assert math.isnan(share.percent)


@pytest.mark.parametrize(
    ("month", "day", "hours"),
    [(date(2026, 3, 1), date(2026, 3, 29), 23), (date(2026, 10, 1), date(2026, 10, 25), 25)],
)
def test_that_a_day_of_a_time_change_has_the_hours_it_has(tmp_path: Path, month: date, day: date, hours: int) -> None:
    one = Recorder(tmp_path, midnight(month, PARIS) - HOUR * SECOND)
    one.say(1.0)
    one.clock._now = midnight(day, PARIS) + 2 * HOUR * SECOND
    one.say(0.0)
    one.wait(HOUR)
    one.say(1.0)
    one.close()
    history = History(tmp_path)
    found = days(history, "L", month, PARIS, midnight(next_month(month), PARIS) + SECOND)
    history.close()
    assert [day for day, _ in found] == [month + timedelta(n) for n in range(31)]
    for one_day, share in found:
        whole = hours * HOUR if one_day == day else 24 * HOUR
        assert share == Share(whole - HOUR, HOUR, 0) if one_day == day else share == Share(whole, 0, 0), one_day


def test_that_the_present_day_ends_now_and_a_month_to_come_is_empty(tmp_path: Path) -> None:
    one = Recorder(tmp_path, at(2026, 11, 22, 0, 30))
    one.say(1.0)
    one.wait(600)
    one.close()
    history = History(tmp_path)
    found = days(history, "L", date(2026, 11, 22), PARIS, one.clock.now())
    ahead = days(history, "L", date(2026, 12, 1), PARIS, one.clock.now())
    history.close()
    assert len(found) == 22
    assert found[-1] == (date(2026, 11, 22), Share(600, 0, 1800))
    assert ahead == []


marks = st.lists(st.tuples(st.integers(0, 5000), st.booleans(), st.booleans()), min_size=1, max_size=20)


@given(marks, st.lists(st.integers(0, 5000), min_size=2, max_size=8))
def test_that_the_parts_of_a_span_add_up_to_the_whole(rows: list[tuple[int, bool, bool]], cuts: list[int]) -> None:
    rows = [(0, False, False), *sorted(rows)]
    time = np.array([row[0] * SECOND for row in rows])
    past = Past(0, 5000 * SECOND, time, np.array([row[1] for row in rows]), np.array([row[2] for row in rows]))
    edges = [0, *sorted(cuts), 5000]
    parts = [past.share(a * SECOND, b * SECOND) for a, b in pairwise(edges)]
    whole = past.share(0, 5000 * SECOND)
    for word in ("up_s", "down_s", "unknown_s"):
        assert sum(getattr(part, word) for part in parts) == pytest.approx(getattr(whole, word))
    second = [next(row for row in reversed(rows) if row[0] <= n) for n in range(5000)]
    assert whole.up_s == sum(1 for row in second if row[2] and row[1])
    assert whole.down_s == sum(1 for row in second if row[2] and not row[1])


def test_that_the_running_figures_begin_where_the_history_ends(tmp_path: Path) -> None:
    start = at(2026, 11, 22, 8)
    one = Recorder(tmp_path, start)
    one.say(1.0)
    one.wait(900)
    one.say(0.0)
    one.wait(100)
    one.say(0.0)
    one.close()
    two = Recorder(tmp_path, start + HOUR * SECOND)
    running = Running(["L"], "Europe/Paris")
    history = History(tmp_path)
    now = two.clock.now()
    running.step(np.array([False]), now)
    assert all(math.isnan(one[0]) for one in running.percents()), "not before the history has been read"
    running.read(history, two.known)
    history.close()
    two.close()
    day, month = running.percents()
    assert day[0] == month[0] == pytest.approx(90.0, abs=0.11)
    for n in range(1000):
        running.step(np.array([True]), now + (n + 1) * SECOND)
    assert running.percents()[0][0] == pytest.approx(95.0, abs=0.11)


def test_that_a_new_day_and_a_new_month_begin_at_the_sites_midnight() -> None:
    running = Running(["L"], "Europe/Paris")
    end = at(2026, 12, 1)
    for n in range(-100, 0):
        running.step(np.array([False]), end + n * SECOND)
    running._read = True
    assert [one[0] for one in running.percents()] == [0.0, 0.0]
    for n in range(100):
        running.step(np.array([True]), end + n * SECOND)
    assert [one[0] for one in running.percents()] == [100.0, 100.0]
    for n in range(100):
        running.step(np.array([False]), end + 86400 * SECOND + n * SECOND)
    day, month = running.percents()
    assert (day[0], month[0]) == (0.0, pytest.approx(50, abs=1))


def test_that_hours_in_which_the_machine_slept_are_in_no_percentage() -> None:
    running = Running(["L"], "Europe/Paris")
    running._read = True
    begin = at(2026, 11, 22, 9)
    for n in range(101):
        running.step(np.array([n < 51]), begin + n * SECOND)
    running.step(np.array([False]), begin + 5 * HOUR * SECOND)
    assert running.percents()[0][0] == 50.0
    running.step(np.array([True]), begin + 4 * HOUR * SECOND)
    assert running.percents()[0][0] == 50.0


def test_that_one_lost_second_a_month_is_not_called_a_hundred_percent() -> None:
    running = Running(["L"], "Europe/Paris")
    running._read = True
    begin = at(2026, 11, 1)
    running.step(np.array([True]), begin)
    running.step(np.array([False]), begin + SECOND)
    for n in range(20_000):
        running.step(np.array([True]), begin + (2 + 2 * n) * SECOND)
    assert running.percents()[1][0] == 99.99
