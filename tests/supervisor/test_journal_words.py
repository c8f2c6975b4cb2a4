"""Searching the journal."""

from __future__ import annotations

import asyncio
import random
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supervisor import journal_words
from supervisor.clock import HandClock
from supervisor.database import reading, sqlite3
from supervisor.errors import StoreError
from supervisor.journal import Entry, Journal, JournalReader
from supervisor.journal_rows import Row, Wish
from supervisor.journal_words import JournalIndex, beside, fold

KINDS = ("raise", "clear", "acknowledge")
WORDS = ("armoire", "arrêt", "Été", "pompe", "17", "x")


def wording(row: Row) -> str:
    return "Apparition" if row.kind == "raise" else ""


class Room:
    """A journal, its index and its reader."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "journal.db"
        self.journal = Journal(self.path, HandClock())
        self.index = JournalIndex(self.path, wording)
        self.reader = JournalReader(self.path, wording)

    def write(self, *entries: Entry) -> None:
        self.journal.extend(entries).result(10)

    def catch_up(self) -> None:
        while self.index.step():
            pass

    def ids(self, wish: Wish, n: int = 500) -> list[int]:
        """All that is found, however often it has to be asked."""
        found = self.reader.find(wish, n)
        ids = [row.id for row in found.rows]
        while found.before:
            found = self.reader.find(wish, n, found.before)
            ids += [row.id for row in found.rows]
        return ids

    def close(self) -> None:
        self.index.close()
        self.journal.close()


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path)


def test_that_words_are_compared_without_case_and_accents() -> None:
    assert fold("Arrêt d'Été, AP-014.M") == ["arret", "d", "ete", "ap", "014", "m"]


def test_that_a_row_is_found_by_how_its_words_begin_in_any_order(room: Room) -> None:
    room.write(
        Entry("alarm", "raise", "ann", "AP-014.door", detail={"reason": "Porte forcée rue Foch"}),
        Entry("system", "start"),
    )
    room.catch_up()
    assert room.ids(Wish("foch port")) == [1]
    assert room.ids(Wish("FORCEE")) == [1]
    assert room.ids(Wish("foch start")) == []
    assert room.ids(Wish("appar")) == [1], "the words of the screen are found too"
    room.close()


def test_that_a_number_is_whole(room: Room) -> None:
    room.write(Entry("alarm", "raise", subject="AP-0142"), Entry("alarm", "raise", subject="AP-014"))
    for _ in range(2):
        assert room.ids(Wish("014")) == [2]
        room.catch_up()
    room.close()


def test_that_what_is_not_indexed_yet_is_found_all_the_same(room: Room) -> None:
    room.write(Entry("alarm", "raise", subject="A.one"))
    room.catch_up()
    room.write(Entry("alarm", "raise", subject="A.two"), Entry("alarm", "clear", subject="B"))
    assert room.ids(Wish("apparition")) == [2, 1]
    assert room.ids(Wish(subject="A")) == [2, 1]
    room.close()


def test_that_an_index_that_is_damaged_or_gone_costs_time_and_no_row(room: Room) -> None:
    room.write(*(Entry("alarm", "raise", subject=f"A.n{number}") for number in range(50)))
    room.catch_up()
    room.index.close()
    beside(room.path).write_bytes(b"no database at all" * 500)
    assert len(room.ids(Wish("apparition"))) == 50
    room.catch_up()
    assert room.ids(Wish("n7")) == [8], "it was made again"
    room.close()


def test_that_an_index_that_is_damaged_in_the_middle_is_made_again(room: Room) -> None:
    room.write(*(Entry("alarm", "raise", subject=f"A.n{number}") for number in range(50)))
    room.catch_up()
    room.index.close()
    with closing(sqlite3.connect(beside(room.path))) as connection:
        page = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'words_0_data'").fetchone()[0]
    with beside(room.path).open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xff" * 4096)
    room.write(Entry("alarm", "raise", subject="A.young"))
    with pytest.raises(StoreError):
        room.catch_up()
    room.catch_up()
    with reading(beside(room.path)) as index:
        assert index.execute("SELECT id FROM state").fetchone() == (51,)
    assert room.ids(Wish("n7")) == [8]
    room.close()


def test_that_an_index_that_cannot_be_opened_now_is_not_thrown_away(room: Room) -> None:
    room.write(*(Entry("alarm", "raise", subject=f"A.n{number}") for number in range(50)))
    room.catch_up()
    room.index.close()
    path = beside(room.path)
    before = path.stat().st_ino
    hidden = path.with_name("elsewhere.db")
    path.rename(hidden)
    path.mkdir()  # as good as a folder of somebody else: SQLite can't open it
    with pytest.raises(StoreError):
        room.index.step()
    path.rmdir()
    hidden.rename(path)
    room.catch_up()
    assert path.stat().st_ino == before
    room.close()


def test_that_the_index_of_another_journal_is_not_believed(tmp_path: Path) -> None:
    first = Room(tmp_path)
    first.write(Entry("alarm", "raise", subject="OLD"), Entry("alarm", "raise", subject="OLD"))
    first.catch_up()
    first.close()
    first.path.unlink()
    second = Room(tmp_path)
    second.write(Entry("alarm", "raise", subject="NEW"), Entry("alarm", "raise", subject="NEW"))
    second.catch_up()
    assert (second.ids(Wish("old")), second.ids(Wish("new"))) == ([], [2, 1])
    second.close()


def test_that_a_search_with_no_time_left_goes_on_where_it_stopped(room: Room) -> None:
    room.write(*(Entry("alarm", "raise", subject="needle" if number == 17 else "hay") for number in range(5000)))
    found = room.reader.find(Wish("needle"), within_s=0.0)
    assert found.before > 0
    for _ in range(10):
        if not found.before or found.rows:
            break
        found = room.reader.find(Wish("needle"), before=found.before, within_s=0.0)
    assert [row.subject for row in found.rows] == ["needle"]
    room.close()


def test_that_a_clock_set_back_hides_no_row_of_a_span(room: Room) -> None:
    room.write(*(Entry("alarm", "raise", time=time) for time in (100, 200, 300, 150, 250)))
    room.catch_up()
    assert room.ids(Wish("raise", start=120, end=200)) == [4, 2]
    assert room.ids(Wish(start=120, end=200)) == [4, 2]
    room.close()


def test_that_the_index_runs_beside_the_journal_and_ends_when_told(room: Room) -> None:
    async def scenario() -> None:
        task = asyncio.create_task(room.index.run(HandClock()))
        room.write(Entry("alarm", "raise"))
        async with asyncio.timeout(20):
            while not beside(room.path).exists():
                await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(scenario())
    assert room.ids(Wish("raise")) == [1]
    room.close()


@given(seed=st.integers(0, 10_000), known=st.integers(0, 60))
@settings(deadline=None, max_examples=25)
def test_that_the_index_finds_what_reading_every_row_finds(
    tmp_path_factory: pytest.TempPathFactory, seed: int, known: int
) -> None:
    chance = random.Random(seed)
    room = Room(tmp_path_factory.mktemp("j"))
    entries = [
        Entry(
            chance.choice(("alarm", "command")),
            chance.choice(KINDS),
            chance.choice(("ann", "ben")),
            chance.choice(("A", "A.B", "A.B.high", "AB")),
            result=chance.choice(("", "done")),
            detail={"reason": " ".join(chance.sample(WORDS, 2))},
            time=chance.randrange(100),
        )
        for _ in range(60)
    ]
    part, block, batch = journal_words.PART, journal_words.BLOCK, journal_words.BATCH
    journal_words.PART, journal_words.BLOCK, journal_words.BATCH = 16, 5, 7
    try:
        room.write(*entries[:known], *entries[known:known])
        if known:
            room.catch_up()
        if entries[known:]:
            room.write(*entries[known:])
        wish = Wish(
            " ".join(chance.sample(("arm", "ar", "arret", "ETE", "pompe", "17", "appa"), chance.randrange(3))),
            chance.choice(("", "A", "A.B")),
            chance.choice(("", "alarm")),
            who=chance.choice(("", "ann")),
            start=chance.choice((None, 20)),
            end=chance.choice((None, 70)),
        )
        through = room.ids(wish, 7)
        room.index.close()
        beside(room.path).unlink(missing_ok=True)
        assert through == room.ids(wish, 7)
        assert through == sorted(set(through), reverse=True)
    finally:
        journal_words.PART, journal_words.BLOCK, journal_words.BATCH = part, block, batch
        room.close()
