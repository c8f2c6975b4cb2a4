"""The marks beside the journal: found again, dropped where they no longer hold, never needed."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from alarms import replay
from alarms.marks import Marks, beside, load
from alarms.replay import Plant, Replay
from supervisor.clock import HandClock
from supervisor.journal import Entry, Journal
from tests.alarms.hall import site

PLANT = Plant.of(site())
ROWS = 25


@pytest.fixture
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(replay, "EVERY", 4)
    return written(tmp_path / "journal.db", "E0")


def written(path: Path, equipment: str) -> Path:
    """Raises and acknowledgements, one at each nanosecond."""
    one = Journal(path, HandClock())
    kinds = ("raise", "acknowledge")
    one.extend(Entry("alarm", kinds[n % 2], "ann", f"{equipment}.high", time=n + 1) for n in range(ROWS)).result()
    one.close()
    return path


def make(path: Path, plant: Plant = PLANT) -> int:
    """How many marks were made."""
    marks = Marks(path, plant, HandClock())
    made = 0
    while marks.make_one():
        made += 1
    marks.close()
    return made


def test_that_with_marks_every_instant_is_what_it_is_without(journal: Path) -> None:
    without = Replay(journal, PLANT)
    assert make(journal) == ROWS // 4
    found = load(journal, PLANT)
    assert [mark.id for mark in found] == [4, 8, 12, 16, 20, 24]
    kept = Replay(journal, PLANT, lambda: found)
    for instant in range(ROWS + 2):
        assert kept.at(instant) == without.at(instant)


def test_that_a_station_goes_on_where_the_last_one_ended(journal: Path) -> None:
    assert make(journal) == 6
    assert make(journal) == 0
    one = Journal(journal, HandClock())
    one.extend(Entry("alarm", "raise", subject="E0.open", time=100 + n) for n in range(4)).result()
    one.close()
    assert make(journal) == 1
    assert len(load(journal, PLANT)) == 7


def test_that_marks_of_other_rules_or_of_another_journal_are_made_again(journal: Path) -> None:
    make(journal)
    other = Plant(dict.fromkeys(PLANT.latching, True), PLANT.group)
    assert load(journal, other) == []
    assert make(journal, other) == 6
    assert load(journal, PLANT) == []
    make(journal)
    journal.unlink()
    written(journal, "E1")
    assert load(journal, PLANT) == []
    assert make(journal) == 6
    assert load(journal, PLANT)


def test_that_nobody_needs_the_file(journal: Path) -> None:
    assert load(journal, PLANT) == []
    assert not beside(journal).exists()
    beside(journal).touch()
    assert load(journal, PLANT) == []


def test_that_the_station_makes_them_by_itself_and_ends_when_asked(journal: Path) -> None:
    async def scenario() -> None:
        clock = HandClock()
        marks = Marks(journal, PLANT, clock)
        task = asyncio.create_task(marks.run())
        for _ in range(500):
            await clock.wind(0.5)
            if len(load(journal, PLANT)) == 6:
                break
            await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        marks.close()
        assert len(load(journal, PLANT)) == 6

    asyncio.run(scenario())
