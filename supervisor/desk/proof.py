"""Proof: the ledger and the lock-outs that stand, held against the hash chain of the journal.

Every step of a command is a row of the chain too, and so is every change of a lock-out: what the tables beside the
chain say must be what the chain says. `JournalReader.verify` judges the chain itself.

    steps        each has its row, and says the same; no row is without its step; both are in the same order
    commands     who, what and where as in the first step, and the outcome as in the last
    lock_outs    what stands is what the rows of the chain add up to
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from supervisor.database import Connection, reading
from supervisor.desk.lock_outs import BOOK
from supervisor.desk.states import Stage

MOST = 100
"""Faults that are told; a file that has more was not tampered with but ruined."""
_KINDS = tuple(stage.value for stage in Stage if not stage.final) + ("outcome",)


@dataclass(frozen=True, slots=True)
class Fault:
    """One row that is not what the chain says."""

    table: str
    id: int
    fault: str
    """altered, missing, inserted or reordered."""


def check_ledger(path: Path) -> list[Fault]:
    """Everything beside the chain that does not agree with it, at most `MOST`. Raises StoreError."""
    found: list[Fault] = []
    with reading(path) as connection:
        for fault in _all(connection):
            found.append(fault)
            if len(found) == MOST:
                break
    return found


def _all(connection: Connection) -> Iterator[Fault]:
    yield from _steps(connection)
    yield from _lost_steps(connection)
    yield from _commands(connection)
    yield from _lock_outs(connection)


def _steps(connection: Connection) -> Iterator[Fault]:
    """Each step against its row of the chain, and their order."""
    seen = 0
    rows = connection.execute(
        "SELECT s.id, s.command, s.step, s.time, s.result, s.detail, s.journal, j.id, j.kind, j.time, j.result,"
        " j.detail, j.category FROM steps s LEFT JOIN journal j ON j.id = s.journal ORDER BY s.id"
    )
    for row in rows:
        number, journal = int(row[0]), int(row[6])
        if row[7] is None or row[12] != "command" or journal == seen:
            yield Fault("steps", number, "inserted")
        elif journal < seen:
            yield Fault("steps", number, "reordered")
        elif not _same(row):
            yield Fault("steps", number, "altered")
        seen = max(seen, journal)


def _same(row: tuple[Any, ...]) -> bool:
    told, chained = _read(row[5]), _read(row[11])
    number = chained.pop("id", None)
    if row[8] == "outcome":
        chained.pop("check", None)  # the table of commands has it
    return bool((row[1], *row[2:5]) == (number, *row[8:11]) and told == chained)


def _lost_steps(connection: Connection) -> Iterator[Fault]:
    """Rows of the chain that are steps of a command and are not among the steps; named by their row of the chain."""
    marks = ",".join("?" * len(_KINDS))
    rows = connection.execute(
        f"SELECT id FROM journal WHERE category = 'command' AND kind IN ({marks})"
        " AND id NOT IN (SELECT journal FROM steps) ORDER BY id",
        _KINDS,
    )
    for (number,) in rows:
        yield Fault("steps", int(number), "missing")


def _commands(connection: Connection) -> Iterator[Fault]:
    """Each command against its first step and its outcome in the chain."""
    rows = connection.execute(
        "SELECT c.id, c.time, c.who, c.equipment, c.command, c.tag, c.value, c.outcome, c.refused_by, c.reason_fr,"
        " c.reason_en, c.closed_at, a.time, a.who, a.subject, a.detail, z.time, z.result, z.detail"
        " FROM commands c"
        " LEFT JOIN journal a ON a.id = (SELECT journal FROM steps WHERE command = c.id AND step = 'requested')"
        " LEFT JOIN journal z ON z.id = (SELECT journal FROM steps WHERE command = c.id AND step = 'outcome')"
        " ORDER BY c.id"
    )
    for row in rows:
        if row[12] is None:
            yield Fault("commands", int(row[0]), "inserted")
        elif not (_opened(row) and _closed(row)):
            yield Fault("commands", int(row[0]), "altered")
    lost = "SELECT DISTINCT command FROM steps WHERE command NOT IN (SELECT id FROM commands) ORDER BY command"
    for (number,) in connection.execute(lost):
        yield Fault("commands", int(number), "missing")


def _opened(row: tuple[Any, ...]) -> bool:
    asked = _read(row[15])
    given = (row[1], row[2], row[3], row[4]) == (row[12], row[13], row[14], asked.get("command"))
    aimed = "tag" not in asked or (row[5], row[6]) == (asked["tag"], asked.get("value"))
    return given and aimed


def _closed(row: tuple[Any, ...]) -> bool:
    if row[16] is None:
        return row[7] is None
    end = _read(row[18])
    told = (row[7], row[8] or "", row[9], row[10], row[11])
    return bool(told == (row[17], end.get("check", ""), end.get("fr", ""), end.get("en", ""), row[16]))


def _lock_outs(connection: Connection) -> Iterator[Fault]:
    """What stands against what the chain adds up to."""
    due: dict[int, list[Any]] = {}
    rows = connection.execute(
        "SELECT kind, who, subject, time, detail FROM journal WHERE category = ? ORDER BY id", (BOOK,)
    )
    for kind, who, subject, time, detail in rows:
        told = _read(detail)
        number = int(told.get("lock", 0))
        if kind == "hang_lock":
            due[number] = [subject, who, told.get("reason"), time, "", 0]
        elif kind == "release_lock":
            due.pop(number, None)
        elif number in due:
            due[number][4:] = [who, time] if kind == "ask_release" else ["", 0]
    table = "SELECT id, equipment, who, reason, time, asked_by, asked_at FROM lock_outs ORDER BY id"
    stands = {int(row[0]): list(row[1:]) for row in connection.execute(table)}
    for number in sorted(due.keys() | stands.keys()):
        if number not in stands:
            yield Fault("lock_outs", number, "missing")
        elif number not in due:
            yield Fault("lock_outs", number, "inserted")
        elif stands[number] != due[number]:
            yield Fault("lock_outs", number, "altered")


def _read(text: str) -> dict[str, Any]:
    """What somebody wrote in the place of JSON is no detail of ours."""
    try:
        found = json.loads(text)
    except ValueError:
        return {"not": text}
    return dict(found) if isinstance(found, dict) else {"not": text}
