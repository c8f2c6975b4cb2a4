"""The values, the journal and the ledger of an instant: what was so, what was known, and nothing that came later."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from supervisor import database
from supervisor.clock import SECOND, HandClock
from supervisor.desk.ledger import Ledger
from supervisor.desk.order import Command
from supervisor.errors import Refused
from supervisor.historian.history import History
from supervisor.historian.writer import Historian
from supervisor.holes import HoleReader, Holes
from supervisor.journal import Entry, Journal
from supervisor.journal_rows import Wish
from supervisor.model import Quality, Role, User
from supervisor.replay import JournalUntil, Landmarks, LockOuts, Rewind
from supervisor.texts import Texts
from tests.supervisor.plant import site

START = 1_790_000_000 * SECOND
MINUTE = 60 * SECOND
ANN = User("ann", "Ann", Role.OPERATOR)


class Lived:
    """A historian and a ledger of holes over the small site, under a clock set by hand."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.site, self.clock = folder, site(), HandClock(START)
        self.texts = Texts.create()
        self.historian = Historian(folder, self.site.tags, self.texts, self.clock)
        self.history = History(folder)

    def put(self, tag: str, minute: float, value: float, late: float = 0.0) -> None:
        """A sample, and how many minutes later it came."""
        time = START + round(minute * MINUTE)
        index = np.array([self.site.tag_by_id[tag].index], np.int32)
        arrival = np.array([time + round(late * MINUTE)])
        self.historian.put(index, np.array([time]), np.array([value]), np.zeros(1, np.uint8), arrival)
        self.historian.flush()

    def off(self, since: float, until: float) -> None:
        """Vigie itself did not run; the ledger of the next start says so."""
        now = START + round(until * MINUTE)
        Holes(self.folder, self.site, now, START + round(since * MINUTE), ("memory",)).close()

    def at(self, minute: float, *tags: str, by_arrival: bool = False) -> list[tuple[float, int]]:
        rewind = Rewind(self.site, self.history, HoleReader(self.folder))
        rows = np.array([self.site.tag_by_id[tag].index for tag in tags], np.intp)
        found = rewind.at(rows, START + round(minute * MINUTE), by_arrival)
        return list(zip(found.value.tolist(), found.quality.tolist(), strict=True))

    def dead(self, minute: float, beat: float, tag: str) -> tuple[float, int]:
        """Of a station that beat last at a minute."""
        rewind = Rewind(self.site, self.history, HoleReader(self.folder), lambda: START + round(beat * MINUTE))
        rows = np.array([self.site.tag_by_id[tag].index], np.intp)
        found = rewind.at(rows, START + round(minute * MINUTE), False)
        return float(found.value[0]), int(found.quality[0])

    def close(self) -> None:
        self.history.close()
        self.historian.close()


@pytest.fixture
def lived(tmp_path: Path) -> Iterator[Lived]:
    made = Lived(tmp_path)
    yield made
    made.close()


def believed(found: list[tuple[float, int]]) -> list[float | None]:
    return [None if quality >= Quality.BAD else value for value, quality in found]


def test_that_in_a_hole_nothing_is_known_and_the_last_value_stands_in_for_nothing(lived: Lived) -> None:
    lived.put("E.t0", 1, 7.0)
    lived.put("E.t1", 1, 8.0)
    lived.off(10, 30)
    lived.put("E.t0", 31, 9.0)
    assert believed(lived.at(9, "E.t0", "E.t1")) == [7.0, 8.0]
    value, quality = lived.at(20, "E.t0")[0]
    assert np.isnan(value)
    assert quality == Quality.NOT_CONNECTED
    assert believed(lived.at(20, "L.connected", "E.t1")) == [None, None]
    assert believed(lived.at(32, "E.t0")) == [9.0]


def test_that_what_filled_a_hole_later_was_so_but_was_not_known(lived: Lived) -> None:
    lived.put("E.t0", 1, 7.0)
    lived.off(10, 30)
    lived.put("E.t0", 15, 7.5, late=40)
    assert believed(lived.at(20, "E.t0")) == [7.5]
    assert believed(lived.at(20, "E.t0", by_arrival=True)) == [None]
    assert believed(lived.at(56, "E.t0", by_arrival=True)) == [7.5]


def test_that_beyond_the_last_beat_of_a_dead_station_nothing_is_known(lived: Lived) -> None:
    lived.put("E.t0", 1, 7.0)
    assert lived.dead(20, 20, "E.t0") == (7.0, Quality.GOOD)
    assert lived.dead(1.2, 0, "E.t0") == (7.0, Quality.GOOD)
    value, quality = lived.dead(20, 10, "E.t0")
    assert np.isnan(value)
    assert quality == Quality.NOT_CONNECTED


def test_that_texts_and_what_was_never_read_are_told_apart(lived: Lived) -> None:
    lived.put("E.words", 1, float(lived.texts.code("Pont Neuf")))
    rewind = Rewind(lived.site, lived.history, HoleReader(lived.folder))
    rows = np.array([lived.site.tag_by_id[tag].index for tag in ("E.t3", "E.words")], np.intp)
    found = rewind.at(rows, START + 5 * MINUTE, False)
    assert found.texts == {1: "Pont Neuf"}
    assert found.quality.tolist() == [Quality.NEVER_READ, Quality.GOOD]


@pytest.fixture
def book(tmp_path: Path) -> Iterator[tuple[Journal, Path]]:
    journal = Journal(tmp_path / "journal.db", HandClock(START))
    yield journal, tmp_path / "journal.db"
    journal.close()


def test_that_a_command_has_the_outcome_that_was_known_then(book: tuple[Journal, Path]) -> None:
    journal, path = book
    clock = HandClock(START)
    ledger = Ledger(journal, site(), clock)
    ledger.recovered.result()
    refused = Refused("interlock", "no water")
    clock._now = START + MINUTE
    ledger.refuse(Command("E", "start"), ANN, START, refused).result()
    before, after = JournalUntil(path, START + MINUTE - 1), JournalUntil(path, START + MINUTE)
    assert [row.outcome for row in before.commands()] == [""]
    assert [row.outcome for row in after.commands()] == ["refused"]
    assert before.command(1) == before.commands()[0]
    assert before.commands()[0].reason_en == ""
    assert [step.step for step in before.steps(1)] == ["requested"]
    assert [step.step for step in after.steps(1)] == ["requested", "outcome"]
    assert JournalUntil(path, START - 1).commands() == []
    assert JournalUntil(path, START - 1).command(1) is None


def test_that_no_row_of_the_journal_is_ahead_of_its_time(book: tuple[Journal, Path]) -> None:
    journal, path = book
    for minute in range(100):
        journal.append(Entry("alarm", "raise", subject=f"E.{minute}", time=START + minute * MINUTE))
    journal.append(Entry("system", "start", time=START + 10 * MINUTE)).result()  # the clock was set back
    until = JournalUntil(path, START + 20 * MINUTE)
    assert [row.time for row in until.latest(3)] == [START + m * MINUTE for m in (10, 20, 19)]
    assert len(until.search(n=1000)) == 22
    assert len(until.search(start=START + 15 * MINUTE, end=START + 90 * MINUTE)) == 5
    assert len(until.find(Wish()).rows) == 22
    assert [row.subject for row in until.find(Wish(end=START)).rows] == ["E.0"]
    assert until.search(subject="E.21") == []


def test_that_lock_outs_stand_from_their_hanging_to_their_release(book: tuple[Journal, Path]) -> None:
    journal, path = book
    locks = LockOuts(path)
    for minute, kind, thing in ((1, "hang_lock", "A"), (2, "hang_lock", "A"), (3, "hang_lock", "B")):
        journal.append(Entry("lockout", kind, "ann", thing, time=START + minute * MINUTE)).result()
    assert locks.at(START) == []
    assert locks.at(START + 3 * MINUTE) == ["A", "A", "B"]
    journal.append(Entry("lockout", "release_lock", "ann", "A", time=START + 4 * MINUTE)).result()
    assert locks.at(START + 4 * MINUTE) == ["A", "B"]
    assert locks.at(START + 2 * MINUTE) == ["A", "A"]


def test_that_the_slider_is_marked_where_alarms_were_raised(book: tuple[Journal, Path]) -> None:
    journal, path = book
    assert Landmarks(path).oldest() is None
    for second in range(300):
        kind = "raise" if second % 3 == 0 else "clear"
        journal.append(Entry("alarm", kind, subject="E.high", time=START + second * SECOND))
    journal.append(Entry("system", "stop", time=START + 400 * SECOND)).result()
    marks = Landmarks(path)
    assert marks.oldest() == START
    assert marks.raises(START - 1, START + 9 * SECOND) == [START + n * SECOND for n in (0, 3, 6, 9)]
    assert len(marks.raises(START, START + 300 * SECOND, 10)) <= 11
    assert marks.beside(START + 4 * SECOND, True) == START + 6 * SECOND
    assert marks.beside(START + 3 * SECOND, False) == START
    assert marks.beside(START, False) is None
    assert marks.beside(START + 299 * SECOND, True) is None


def test_that_no_question_of_the_slider_walks_through_years_of_the_journal(book: tuple[Journal, Path]) -> None:
    journal, path = book
    rows = [Entry("system", "start", time=START + n * SECOND) for n in range(20_000)]
    journal.extend([*rows, Entry("alarm", "raise", time=START + 30_000 * SECOND)]).result(60)
    steps = [0]

    def count() -> int:
        steps[0] += 1
        return 0

    def asked(question: Callable[[], object]) -> int:
        """Thousands of steps of SQLite's machine."""
        steps[0] = 0
        question()
        return steps[0]

    plainly = database._readable

    def counting(*words: Any) -> database.SqliteDatabase:
        made = plainly(*words)
        database.plain(made).set_progress_handler(count, 1000)
        return made

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "_readable", counting)
        until = JournalUntil(path, START - 2 * 86_400 * SECOND)
        assert asked(lambda: until.latest(10)) < 10
        assert asked(lambda: LockOuts(path).at(START)) < 10
        assert asked(lambda: Landmarks(path).raises(START - 1, START + 40_000 * SECOND)) < 10
        assert asked(lambda: Landmarks(path).beside(START, True)) < 10
        assert asked(lambda: Landmarks(path).oldest()) < 10
        assert asked(lambda: JournalUntil(path, START + 86_400_000 * SECOND).search(category="alarm", n=1)) < 10
        assert asked(lambda: JournalUntil(path, START + 86_400_000 * SECOND).search(category="none")) > 10, "it counts"
