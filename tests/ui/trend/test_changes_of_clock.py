"""The days on which the clock is changed have 23 and 25 hours, for an export by hour, day and month and for a trend."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from supervisor.archive.export import export
from supervisor.clock import SECOND
from tests.supervisor.archive.store import NOW, Store, at
from ui.trend.summary import Summary, summarise

HOUR = 3600 * SECOND
DAYS = [(3, 29, 23), (10, 25, 25)]
"""Month, day and hours of the days of 2026 on which the clock of Paris is changed."""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Each hour of the two days has its number as the value: 1 for the first one."""
    with Store(tmp_path / "history") as made:
        for month, day, hours in DAYS:
            start = at(2026, month, day)
            quarters = range(4 * hours)
            made.put("É-1.level", [(start + n * 900 * SECOND, float(n // 4 + 1), 0) for n in quarters])
            made.put("É-1.mode", [(start + n * HOUR, float(n % 2), 0) for n in range(hours)])
        made.put("É-1.total", [(NOW, 0.0, 0)])  # the history knows of all until now
        made.settle()
        yield made


@pytest.mark.parametrize(("month", "day", "hours"), DAYS)
def test_that_an_export_and_a_trend_agree_on_the_day_of_a_change_of_clock(
    store: Store, tmp_path: Path, month: int, day: int, hours: int
) -> None:
    start, end = at(2026, month, day), at(2026, month, day) + hours * HOUR
    following = datetime(2026, month, day) + timedelta(1)
    assert end == at(following.year, following.month, following.day), "the next midnight on the wall"

    def table(step: str) -> pd.DataFrame:
        path = tmp_path / f"{step}.csv"
        export(store.history, store.wish(start, end, step, ["É-1.level"]), path, "csv")
        return pd.read_csv(path)

    by_hour, by_day = table("1h"), table("day")
    assert len(by_hour) == hours
    assert by_hour["mean"].round(9).tolist() == [n + 1.0 for n in range(hours)]
    assert (by_hour["good_s"] == 3600).all()
    begun = pd.to_datetime(by_hour["start"], utc=True)
    assert (begun.diff().dropna() == pd.Timedelta(hours=1)).all(), "real hours, one after the other"
    walls = [word[11:16] for word in by_hour["start"]]
    assert walls.count("02:00") == {23: 0, 25: 2}[hours]

    assert len(by_day) == 1
    mean = (hours + 1) / 2
    assert by_day["mean"][0] == pytest.approx(mean)
    assert by_day["good_s"][0] == hours * 3600

    level, mode = (_summary(store, tag, start, end) for tag in ("É-1.level", "É-1.mode"))
    assert level.mean == pytest.approx(by_day["mean"][0]), "the trend says what the export says"
    assert (level.low, level.high) == (1.0, float(hours))
    assert level.good == pytest.approx(1.0)
    assert sum(spent for _, spent in mode.states) == pytest.approx(hours * 3600)


@pytest.mark.parametrize(("month", "day", "hours"), DAYS)
def test_that_a_month_with_a_change_of_clock_is_an_hour_shorter_or_longer(
    store: Store, tmp_path: Path, month: int, day: int, hours: int
) -> None:
    span = at(2026, month, 1), at(2026, month + 1, 1)
    assert (span[1] - span[0]) // HOUR == 31 * 24 + hours - 24
    path = tmp_path / "month.csv"
    export(store.history, store.wish(*span, "month", ["É-1.level"]), path, "csv")
    frame = pd.read_csv(path)
    assert len(frame) == 1
    first = at(2026, month, day)
    carried = 23.0 if month == 10 else None  # what ruled since spring
    known = (span[1] - (span[0] if carried else first)) / SECOND
    assert frame["good_s"][0] == known
    level = _summary(store, "É-1.level", *span)
    assert level.mean == pytest.approx(frame["mean"][0])
    assert level.count == frame["count"][0]


def _summary(store: Store, tag: str, start: int, end: int) -> Summary:
    return summarise(store.history, store.site.tag_by_id[tag], start / SECOND, end / SECOND)
