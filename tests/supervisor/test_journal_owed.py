"""When auditing fails: what happened is owed and written later; what waits for its row is refused."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from supervisor.clock import HandClock
from supervisor.errors import StoreError
from supervisor.journal import Entry, Journal, JournalReader, Verdict

HUGE = {"words": "x" * 500_000}


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    """One whose disk has no room."""
    journal = Journal(tmp_path / "j.db", HandClock())
    room(journal, 30)
    fill = journal.append(Entry("station", "fill", detail=HUGE))
    assert isinstance(fill.exception(5), StoreError)
    return journal


def room(journal: Journal, pages: int) -> None:
    journal.submit(lambda database: database.pragma("max_page_count", pages)).result(5)


def rows(journal: Journal) -> list[str]:
    return [row.kind for row in reversed(JournalReader(journal.path).latest(1000))]


def settle(journal: Journal) -> None:
    """Whatever was given to the writer is done."""
    journal.submit(lambda _: None).exception(5)


def test_that_what_happened_is_written_once_there_is_room_with_the_time_at_which_it_happened(journal: Journal) -> None:
    journal.extend([Entry("alarm", f"k{number}", detail=HUGE, time=7 + number) for number in range(3)]).exception(5)
    settle(journal)
    assert journal.owed == 4
    room(journal, 100_000)
    journal.pay()
    settle(journal)
    assert rows(journal) == ["fill", "k0", "k1", "k2"]
    assert [row.time for row in JournalReader(journal.path).latest(3)] == [9, 8, 7]
    assert journal.owed == 0
    journal.close()
    assert JournalReader(journal.path).verify() == Verdict(4)


def test_that_an_alarm_never_clears_in_the_journal_before_it_was_raised(journal: Journal) -> None:
    journal.append(Entry("alarm", "raise", detail=HUGE)).exception(5)
    room(journal, 100_000)
    assert isinstance(journal.append(Entry("alarm", "clear")).exception(5), StoreError)
    journal.extend([Entry("alarm", "again")]).exception(5)
    journal.pay()
    settle(journal)
    assert rows(journal) == ["fill", "raise", "clear", "again"]
    assert journal.append(Entry("alarm", "last")).result(5) == 5
    journal.close()


def test_that_paying_twice_writes_once(journal: Journal) -> None:
    room(journal, 100_000)
    for _ in range(5):
        journal.pay()
    settle(journal)
    journal.pay()
    journal.close()
    assert rows(journal) == ["fill"]


def test_that_what_must_not_happen_unless_journalled_is_never_written_later(journal: Journal) -> None:
    async def scenario() -> None:
        with pytest.raises(StoreError):
            await journal.written(Entry("alarm", "shelve", detail=HUGE))

    asyncio.run(scenario())
    room(journal, 100_000)
    journal.pay()
    journal.close()
    assert rows(journal) == ["fill"]


def test_that_a_disk_that_is_still_full_keeps_the_debt(journal: Journal) -> None:
    journal.pay()
    settle(journal)
    assert journal.owed == 1
    room(journal, 100_000)
    journal.close()
    assert rows(journal) == ["fill"], "closing pays too"


def test_that_rows_beyond_what_memory_holds_are_counted_in_the_journal(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("supervisor.journal.MOST_OWED", 3)
    journal.extend([Entry("alarm", f"k{number}", detail=HUGE) for number in range(5)]).exception(5)
    settle(journal)
    assert journal.owed == 6
    room(journal, 100_000)
    journal.pay()
    settle(journal)
    assert rows(journal) == ["fill", "k0", "k1", "lost"]
    assert JournalReader(journal.path).latest(1)[0].detail == {"count": 3}
    assert journal.owed == 0
    journal.close()


@pytest.mark.logs("are lost")
def test_that_a_debt_at_the_end_is_said_loudly(journal: Journal) -> None:
    journal.close()
    assert journal.owed == 1


def test_that_a_running_journal_pays_by_itself(journal: Journal) -> None:
    room(journal, 100_000)

    async def scenario() -> None:
        task = asyncio.create_task(journal.run())
        async with asyncio.timeout(20):
            while journal.owed:
                await clock.wind(1.0)
                await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    clock = journal._clock
    assert isinstance(clock, HandClock)
    asyncio.run(scenario())
    journal.close()
    assert rows(journal) == ["fill"]
