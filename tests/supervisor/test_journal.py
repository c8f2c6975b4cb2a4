from __future__ import annotations

import asyncio
from concurrent.futures import wait
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supervisor.clock import HandClock
from supervisor.database import sqlite3
from supervisor.errors import StoreError
from supervisor.journal import Entry, Journal, JournalReader, Verdict

DROP = """DROP TRIGGER journal_kept_UPDATE; DROP TRIGGER journal_kept_DELETE;"""


def filled(path: Path, rows: int = 10) -> JournalReader:
    journal = Journal(path, HandClock())
    for n in range(rows):
        journal.append(Entry("alarm", "raise", "ann", f"E{n}.high", "north", detail={"value": n, "où": "à côté"}))
    journal.close()
    return JournalReader(path)


def tamper(path: Path, *statements: str) -> None:
    """What somebody does who has the file and a tool."""
    connection = sqlite3.connect(path)
    connection.executescript(DROP + ";".join(statements) + ";")
    connection.close()


def test_that_a_row_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    async def scenario() -> int:
        journal = Journal(tmp_path / "j.db", HandClock())
        number = await journal.written(Entry("access", "attach", "ann", "W", "north", "ok", {"b": None, "a": 1.5}))
        journal.close()
        return number

    number = asyncio.run(scenario())
    row = JournalReader(tmp_path / "j.db").latest(1)[0]
    assert (row.id, row.category, row.kind, row.who) == (number, "access", "attach", "ann")
    assert (row.subject, row.area, row.result, row.detail) == ("W", "north", "ok", {"a": 1.5, "b": None})
    assert row.time == HandClock().now()


def test_that_a_written_row_is_seen_by_a_reader_at_once(tmp_path: Path) -> None:
    async def scenario() -> None:
        journal = Journal(tmp_path / "j.db", HandClock())
        reader = JournalReader(tmp_path / "j.db")
        for n in range(5):
            number = await journal.written(Entry("station", f"k{n}"))
            assert [row.kind for row in reader.latest(10, since_id=number - 1)] == [f"k{n}"]
        journal.close()

    asyncio.run(scenario())


def test_that_an_untouched_chain_is_whole_and_stays_so_over_restarts(tmp_path: Path) -> None:
    for rows in (4, 8, 12):
        reader = filled(tmp_path / "j.db", 4)
        assert reader.verify() == Verdict(rows)


@pytest.mark.parametrize("column", ["time", "category", "kind", "who", "subject", "area", "result", "detail", "hash"])
def test_that_an_altered_row_is_named_whatever_was_altered(tmp_path: Path, column: str) -> None:
    reader = filled(tmp_path / "j.db")
    tamper(tmp_path / "j.db", f"UPDATE journal SET {column} = '77' WHERE id = 6")
    assert reader.verify() == Verdict(5, 6, "altered")


def test_that_a_missing_row_is_named_at_the_beginning_in_the_middle_and_at_the_end(tmp_path: Path) -> None:
    for number in (1, 6, 10):
        path = tmp_path / f"{number}.db"
        reader = filled(path)
        tamper(path, f"DELETE FROM journal WHERE id = {number}")
        assert reader.verify() == Verdict(number - 1, number, "missing")


def test_that_an_emptied_journal_is_noticed(tmp_path: Path) -> None:
    reader = filled(tmp_path / "j.db")
    tamper(tmp_path / "j.db", "DELETE FROM journal")
    assert reader.verify() == Verdict(0, 1, "missing")


def test_that_rows_that_changed_places_are_named(tmp_path: Path) -> None:
    reader = filled(tmp_path / "j.db")
    swap = ("UPDATE journal SET id = -1 WHERE id = 4", "UPDATE journal SET id = 4 WHERE id = 7")
    tamper(tmp_path / "j.db", *swap, "UPDATE journal SET id = 7 WHERE id = -1")
    assert reader.verify() == Verdict(3, 4, "reordered")


def test_that_a_gap_closed_by_renumbering_is_noticed(tmp_path: Path) -> None:
    reader = filled(tmp_path / "j.db")
    tamper(tmp_path / "j.db", "DELETE FROM journal WHERE id = 5", "UPDATE journal SET id = id - 1 WHERE id > 5")
    assert reader.verify().first == 5


def test_that_the_file_itself_forbids_changing_and_deleting(tmp_path: Path) -> None:
    filled(tmp_path / "j.db")
    connection = sqlite3.connect(tmp_path / "j.db")
    for statement in ("UPDATE journal SET who = 'x'", "DELETE FROM journal"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            connection.execute(statement)
    connection.close()


def test_that_a_flood_is_one_chain_in_the_order_it_was_given(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j.db", HandClock())
    futures = [journal.extend(Entry("alarm", f"{n}") for n in range(start, start + 50)) for start in range(0, 1000, 50)]
    assert wait(futures, 20).not_done == set()
    journal.close()
    reader = JournalReader(tmp_path / "j.db")
    assert [row.kind for row in reversed(reader.latest(2000))] == [str(n) for n in range(1000)]
    assert reader.verify() == Verdict(1000)


def test_that_a_journal_that_cannot_be_written_says_so_in_the_future_and_goes_on(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j.db", HandClock())
    journal.submit(lambda database: database.pragma("max_page_count", 24)).result(5)
    big = journal.append(Entry("station", "big", detail={"words": "x" * 500_000}))
    assert isinstance(big.exception(5), StoreError)
    journal.submit(lambda database: database.pragma("max_page_count", 100000)).result(5)
    assert isinstance(journal.append(Entry("station", "small")).exception(5), StoreError), "what is owed comes first"
    journal.close()  # pays what it owes
    assert isinstance(journal.append(Entry("station", "late")).exception(1), StoreError)
    assert [row.kind for row in JournalReader(tmp_path / "j.db").latest(9)] == ["small", "big"]
    assert JournalReader(tmp_path / "j.db").verify() == Verdict(2)


def test_that_a_file_that_is_not_there_is_a_store_error(tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        JournalReader(tmp_path / "none.db").latest(1)


def test_that_a_search_finds_a_subject_with_what_lies_within_it_and_a_span_open_at_its_start(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j.db", HandClock())
    for time, subject in enumerate(["W", "W.P1", "W.P1.high", "W2", "W_P1", "V"], 1):
        journal.append(Entry("alarm" if time % 2 else "command", "raise", subject=subject, time=time))
    journal.close()
    reader = JournalReader(tmp_path / "j.db")
    assert [row.subject for row in reader.search("W")] == ["W.P1.high", "W.P1", "W"]
    assert [row.subject for row in reader.search("W.P1")] == ["W.P1.high", "W.P1"]
    assert [row.time for row in reader.search(start=2, end=4)] == [4, 3]
    assert [row.time for row in reader.search(category="command", n=2)] == [6, 4]


words = st.text(max_size=8)
values = st.one_of(st.none(), st.booleans(), st.integers(-(2**53), 2**53), st.floats(allow_infinity=False), words)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(words, words, st.dictionaries(words, values, max_size=4)), min_size=1, max_size=8))
def test_that_whatever_is_written_the_chain_holds_and_any_change_of_it_shows(
    tmp_path_factory: pytest.TempPathFactory, story: list[tuple[str, str, dict[str, object]]]
) -> None:
    path = tmp_path_factory.mktemp("journal") / "j.db"
    journal = Journal(path, HandClock())
    futures = [journal.append(Entry("station", kind, who, detail=detail)) for kind, who, detail in story]
    written = [future.exception(5) for future in futures]
    journal.close()
    good = written.count(None)  # surrogates, which no file can hold, were refused one by one
    reader = JournalReader(path)
    assert reader.verify() == Verdict(good)
    if good:
        tamper(path, f"UPDATE journal SET who = who || 'x' WHERE id = {good}")
        assert reader.verify() == Verdict(good - 1, good, "altered")


@pytest.mark.logs("is lost")
def test_that_a_row_that_can_never_be_written_does_not_go_without_a_word(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    journal = Journal(tmp_path / "journal.db", HandClock())
    with pytest.raises(TypeError):
        journal.append(Entry("alarm", "raise", subject="A.one", detail={"value": object()})).result(10)
    journal.close()
    assert "alarm.raise of A.one" in caplog.text
    assert journal.owed == 0
