"""Whoever changes what was written is found: in the chain, in the ledger beside it, in the lock-outs that stand."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from pathlib import Path

import pytest

from supervisor.clock import HandClock
from supervisor.desk.order import Command
from supervisor.desk.proof import Fault, check_ledger
from supervisor.errors import Refused
from supervisor.journal import Entry, Journal, JournalReader, Verdict
from supervisor.journal_chain import seal
from tests.supervisor.pumphouse import ANN, EVE, NED, house, patient


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A journal with a command of each sort, and a lock-out that stands."""
    folder = tmp_path_factory.mktemp("journal")

    async def scenario() -> None:
        async with house(folder, patient()) as one:
            await one.do("start")
            with pytest.raises(Refused):
                await one.do("start", user=EVE)
            number = await one.desk.submit(one_of("flush"), ANN)
            await one.desk.approve(number, NED)
            await one.desk.outcome(number)
            locks = one.desk.lock_outs
            gone, kept = await locks.hang("W", "pompage", ANN), await locks.hang("W.P1", "roue", ANN)
            await locks.ask(gone, "", ANN)
            await locks.confirm(gone, ("", ""), NED)
            await locks.ask(kept, "", ANN)

    def one_of(name: str) -> Command:
        return Command("W.P1", name)

    asyncio.run(scenario())
    return (folder / "journal.db").read_bytes()


def tampered(folder: Path, written: bytes, *statements: str) -> Path:
    """A copy in which somebody with the file in hand has done this, past all triggers."""
    path = folder / "journal.db"
    path.write_bytes(written)
    connection = sqlite3.connect(path)
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()
    return path


def test_that_what_nobody_touched_agrees(tmp_path: Path, written: bytes) -> None:
    path = tampered(tmp_path, written)
    assert JournalReader(path).verify().whole
    assert check_ledger(path) == []


LEDGER = {
    "UPDATE steps SET time = time + 1 WHERE id = 4": Fault("steps", 4, "altered"),
    "UPDATE steps SET detail = '{\"value\": 9.0}' WHERE step = 'read_back' AND command = 1": Fault(
        "steps", 5, "altered"
    ),
    "UPDATE steps SET step = 'confirmed' WHERE id = 4": Fault("steps", 4, "altered"),
    "UPDATE steps SET command = 3 WHERE id = 2": Fault("steps", 2, "altered"),
    "UPDATE steps SET result = 'done' WHERE command = 2 AND step = 'outcome'": Fault("steps", 9, "altered"),
    "DELETE FROM steps WHERE id = 5": Fault("steps", 5, "missing"),
    "UPDATE commands SET who = 'ned' WHERE id = 1": Fault("commands", 1, "altered"),
    "UPDATE commands SET value = 0 WHERE id = 1": Fault("commands", 1, "altered"),
    "UPDATE commands SET outcome = 'done', refused_by = '' WHERE id = 2": Fault("commands", 2, "altered"),
    "UPDATE commands SET reason_fr = 'Tout va bien.' WHERE id = 2": Fault("commands", 2, "altered"),
    "UPDATE commands SET closed_at = closed_at + 1 WHERE id = 3": Fault("commands", 3, "altered"),
    "DELETE FROM commands WHERE id = 2": Fault("commands", 2, "missing"),
    "INSERT INTO commands SELECT 99, time, who, equipment, command, tag, value, raw, outcome, refused_by, reason_fr,"
    " reason_en, closed_at FROM commands WHERE id = 1": Fault("commands", 99, "inserted"),
    "INSERT INTO steps SELECT 99, command, step, time, result, detail, 999 FROM steps WHERE id = 1": Fault(
        "steps", 99, "inserted"
    ),
    "DELETE FROM lock_outs": Fault("lock_outs", 2, "missing"),
    "UPDATE lock_outs SET who = 'ned'": Fault("lock_outs", 2, "altered"),
    "UPDATE lock_outs SET asked_by = ''": Fault("lock_outs", 2, "altered"),
    "INSERT INTO lock_outs VALUES(7, 'W', 'ned', 'faux', 1, '', 0)": Fault("lock_outs", 7, "inserted"),
}


@pytest.mark.parametrize("statement", LEDGER)
def test_that_a_ledger_that_was_changed_beside_the_chain_is_found(
    tmp_path: Path, written: bytes, statement: str
) -> None:
    path = tampered(tmp_path, written, statement)
    assert JournalReader(path).verify().whole, "the chain itself is whole"
    assert LEDGER[statement] in check_ledger(path)


def test_that_steps_that_changed_places_are_found(tmp_path: Path, written: bytes) -> None:
    moves = ("UPDATE steps SET id = -1 WHERE id = 4", "UPDATE steps SET id = 4 WHERE id = 6")
    path = tampered(tmp_path, written, *moves, "UPDATE steps SET id = 6 WHERE id = -1")
    assert Fault("steps", 5, "reordered") in check_ledger(path)


def test_that_a_tail_cut_off_with_its_head_set_back_is_still_missed_by_the_ledger(
    tmp_path: Path, written: bytes
) -> None:
    """The chain alone can't know of it; the ledger does, and so does who noted a hash outside."""
    head = "UPDATE head SET id = 5, hash = (SELECT hash FROM journal WHERE id = 5)"
    path = tampered(tmp_path, written, "DELETE FROM journal WHERE id > 5", head)
    assert JournalReader(path).verify() == Verdict(5)
    assert Fault("steps", 6, "inserted") in check_ledger(path)


# ------------------------------------------------------------ the chain, by somebody who knows how it is made


def chained(path: Path, rows: int = 10) -> JournalReader:
    journal = Journal(path, HandClock())
    journal.extend(Entry("station", f"{n}", time=1000 + n) for n in range(rows)).result(5)
    journal.close()
    return JournalReader(path)


def forge(path: Path, *statements: tuple[str, tuple[object, ...]]) -> None:
    connection = sqlite3.connect(path)
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    for statement, values in statements:
        connection.execute(statement, values)
    connection.commit()
    connection.close()


def forged(path: Path, at: int, true: bool = True) -> tuple[object, ...]:
    """A row of our own at `at`, with the right hash behind the row before it, or with a wrong one."""
    connection = sqlite3.connect(path)
    (before,) = connection.execute("SELECT hash FROM journal WHERE id = ?", (at - 1,)).fetchone()
    connection.close()
    row = (at, 1005, "station", "forged", "", "", "", "", json.dumps({}))
    return (*row, before, seal(before, row) if true else "f" * 64)


RENUMBER = [
    ("UPDATE journal SET id = -(id + 1) WHERE id >= ?", (6,)),
    ("UPDATE journal SET id = -id WHERE id < 0", ()),
]
INSERT = "INSERT INTO journal VALUES(?,?,?,?,?,?,?,?,?,?,?)"


@pytest.mark.parametrize("true", [True, False])
def test_that_a_row_put_in_between_is_named_though_the_others_were_renumbered(tmp_path: Path, true: bool) -> None:
    path = tmp_path / "j.db"
    reader = chained(path)
    row = forged(path, 6, true)
    forge(path, *RENUMBER, (INSERT, row), ("UPDATE head SET id = 11", ()))
    assert reader.verify() == Verdict(5, 6, "inserted")


def test_that_a_row_put_behind_the_last_is_named(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    reader = chained(path)
    forge(path, (INSERT, forged(path, 11)))
    assert reader.verify() == Verdict(10, 11, "inserted")


@pytest.mark.parametrize("gone", [1, 5, 9])
def test_that_a_removed_row_is_named_though_the_others_were_renumbered(tmp_path: Path, gone: int) -> None:
    path = tmp_path / "j.db"
    reader = chained(path)
    closing = [
        ("UPDATE journal SET id = -(id - 1) WHERE id > ?", (gone,)),
        ("UPDATE journal SET id = -id WHERE id < 0", ()),
        ("UPDATE head SET id = 9", ()),
    ]
    forge(path, ("DELETE FROM journal WHERE id = ?", (gone,)), *closing)
    assert reader.verify() == Verdict(gone - 1, gone, "missing")


@pytest.mark.parametrize(("one", "other"), [(4, 5), (4, 7), (1, 2), (9, 10)])
def test_that_rows_that_changed_places_are_named(tmp_path: Path, one: int, other: int) -> None:
    path = tmp_path / "j.db"
    reader = chained(path)
    move = "UPDATE journal SET id = ? WHERE id = ?"
    forge(path, (move, (-1, one)), (move, (one, other)), (move, (other, -1)))
    assert reader.verify() == Verdict(one - 1, one, "reordered")


def test_that_a_cut_tail_is_named(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    reader = chained(path)
    forge(path, ("DELETE FROM journal WHERE id > 7", ()))
    assert reader.verify() == Verdict(7, 8, "missing")
