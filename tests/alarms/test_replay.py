"""The alarms of any instant, from the journal: exactly those that the engine showed then."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from alarms import replay
from alarms.keep import Names
from alarms.life import FIELDS
from alarms.replay import Plant, Replay, fill
from alarms.states import State
from alarms.suppression import Act
from supervisor.clock import SECOND, HandClock
from supervisor.columns import Columns
from supervisor.journal import Entry, Journal
from supervisor.model import Site
from tests.alarms.hall import DOOR, LEVEL, Hall, change, hall, site

Noted = Mapping[str, NDArray[Any]]
OCCURRENCE = ("raised_at", "cleared_at", "acked_at", "value", "count", "annunciated_at", "taken_by")
"""Of an alarm that is normal these tell of what is over: a replay leaves them empty."""
MINUTE = 60 * SECOND


def noted(columns: Columns) -> Noted:
    """What stands in the columns of the engine, without what is over."""
    copy = {name: columns[name].copy() for name in FIELDS if name != "generation"}
    normal = copy["state"] == State.NORMAL
    for name in OCCURRENCE:
        copy[name][normal] = np.nan if name == "value" else 0
    return copy


def replayed(plant: Site, again: Replay, instant: int) -> Noted:
    columns = Columns.create(len(plant.alarms), FIELDS)
    fill(columns, {alarm.id: alarm.index for alarm in plant.alarms}, again.at(instant), Names(plant))
    return {name: columns[name].copy() for name in FIELDS if name != "generation"}


def assert_alike(was: Noted, now: Noted) -> None:
    for name, column in was.items():
        np.testing.assert_array_equal(now[name], column, err_msg=name)


async def happen(one: Hall, what: tuple[str, int, float]) -> None:
    """One thing, of the alarms and the values of one of the equipments."""
    word, thing, value = what
    ids = [alarm.id for alarm in one.site.alarms if alarm.equipment.index == thing][: 1 + int(value) % 4]
    if word == "level":
        one.read(2 * thing + LEVEL, value)
    elif word == "door":
        one.read(2 * thing + DOOR, float(value > 2.5))
    elif word == "overtaken":
        moved = change(one.clock, {2 * thing + DOOR: 1.0})
        moved.source_time[:] -= round(value * SECOND)
        one.alarms.absorb(moved)
    elif word in ("remove", "return", "suppress", "unsuppress"):
        await one.alarms.hide(ids, Act(word), "for a reason", "ann")
    elif word == "shelve":
        await one.alarms.shelve(ids, 0.2, "for a reason", "ned")
    else:
        await getattr(one.alarms, word)(ids, "ann" if value < 3 else "stranger")


ACTS = ("level", "level", "level", "door", "overtaken", "acknowledge", "reset", "shelve", "unshelve", "take", "release")
HIDING = ("remove", "return", "suppress", "unsuppress")
events = st.tuples(st.sampled_from((*ACTS, *HIDING)), st.integers(0, 1), st.floats(0.0, 5.0))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(what=st.lists(events, min_size=1, max_size=30), every=st.sampled_from([2, 7, 5000]))
def test_that_at_every_instant_it_is_what_the_engine_showed_then(
    what: list[tuple[str, int, float]], every: int
) -> None:
    plant, clock = site(equipment=2), HandClock()
    seen: list[tuple[int, Noted]] = []

    async def live(folder: Path) -> None:
        with hall(folder, plant, clock) as one:
            for event in what:
                await happen(one, event)
                seen.append((clock.now(), noted(one.alarms.columns)))
                await one.wind(4.0 if event[2] > 1.0 else 0.5)
                seen.append((clock.now(), noted(one.alarms.columns)))
                await one.wind(1.0)

    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        asyncio.run(live(Path(folder)))
        patch.setattr(replay, "EVERY", every)
        again = Replay(Path(folder) / "journal.db", Plant.of(plant))
        for instant, then in [*seen, *reversed(seen)]:
            assert_alike(then, replayed(plant, again, instant))


def test_that_of_those_that_rise_together_the_most_urgent_is_the_first(tmp_path: Path) -> None:
    plant, clock = site(), HandClock()
    with hall(tmp_path, plant, clock) as one:
        one.read(LEVEL, 4.5)
        then = noted(one.alarms.columns)
    assert np.count_nonzero(then["first_up"]) == 1
    assert_alike(then, replayed(plant, Replay(tmp_path / "journal.db", Plant.of(plant)), clock.now()))


def written(folder: Path, entries: list[Entry]) -> Path:
    journal = Journal(folder / "journal.db", HandClock())
    journal.extend(entries).result()
    journal.close()
    return folder / "journal.db"


@pytest.mark.logs("knows no row of kind")
def test_that_a_kind_nobody_knows_changes_nothing_and_is_told_once(tmp_path: Path, caplog: Any) -> None:
    rows = [Entry("alarm", kind, subject="E0.high", time=n + 1) for n, kind in enumerate(("raise", "sing", "sing"))]
    again = Replay(written(tmp_path, rows), Plant.of(site()))
    assert again.at(10)["E0.high"].state == State.UNACKED
    assert again.at(2)["E0.high"].state == State.UNACKED
    assert [record.message for record in caplog.records].count(caplog.records[0].message) == 1
    assert "sing" in caplog.text


def test_that_a_journal_that_begins_in_the_middle_is_read_all_the_same(tmp_path: Path) -> None:
    rows = [
        Entry("alarm", "clear", subject="E0.high", time=1),
        Entry("alarm", "raise", subject="E0.high", time=2, detail={"value": "words", "until": "never"}),
        Entry("alarm", "raise", subject="gone.rule", time=3),
        Entry("alarm", "drop", subject="gone.rule", time=4),
    ]
    again = Replay(written(tmp_path, rows), Plant.of(site()))
    assert not again.at(1)
    assert again.at(2)["E0.high"].value is None
    assert list(again.at(3)) == ["E0.high", "gone.rule"]
    assert list(again.at(4)) == ["E0.high"]


def test_that_rows_behind_their_predecessor_count_though_the_clock_was_set_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hour = 3600 * SECOND
    times = [hour * (100 + n) for n in range(6)] + [hour * (102 + n) for n in range(6)]
    rows = [Entry("alarm", "raise", subject=f"E{n}.high", time=time) for n, time in enumerate(times)]
    monkeypatch.setattr(replay, "EVERY", 2)
    again = Replay(written(tmp_path, rows), Plant({}, {}))
    for instant in (101, 103, 105, 106):
        assert set(again.at(hour * instant)) == {f"E{n}.high" for n, t in enumerate(times) if t <= hour * instant}


def test_that_reading_goes_on_from_where_it_was_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "EVERY", 3)
    journal = Journal(tmp_path / "journal.db", HandClock())
    again = Replay(tmp_path / "journal.db", Plant({}, {}))
    for n in range(1, 12):
        journal.append(Entry("alarm", "raise", subject=f"E{n}.high", time=n)).result()
        assert len(again.at(n)) == n
        assert len(again.at(n - 1)) == n - 1
    assert [mark.id for mark in again.marks] == [3, 6, 9]
    journal.close()
