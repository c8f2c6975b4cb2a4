"""The chain: each row of the journal is sealed with the hash of the row before it.

    row n     prev = hash of row n - 1
              hash = SHA-256(prev + JSON of [id, time, category, kind, who, subject, area, result, detail])

Altering, removing, inserting or reordering a row breaks the chain from there on, and `walk` names the first row that
is wrong; `head` keeps the last hash, so that rows cut off the end are missed too. Whoever holds one hash outside (a
printed page, another machine) can prove everything before it: the chain alone does not stop somebody who rewrites the
whole file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import msgspec

from supervisor.database import Connection
from supervisor.journal_rows import Entry

ROOT = "0" * 64
"""What stands before the first row."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a walk along the chain found."""

    rows: int
    """Rows that were read and are right, up to the first that is not."""
    first: int = 0
    """Id of the first row that is wrong; 0 where none is."""
    fault: str = ""
    """altered, missing, inserted or reordered; empty where nothing is wrong."""

    @property
    def whole(self) -> bool:
        return not self.fault


def chain(connection: Connection, entry: Entry, time: int) -> int:
    """Write one row behind the last; only inside work submitted to the journal's writer. Returns its id.

    Plain SQL: floods of alarms come through here, and the query builder takes three times as long.
    """
    last = connection.execute("SELECT id, hash FROM head").fetchone()
    number, previous = (last[0] + 1, last[1]) if last else (1, ROOT)
    detail = msgspec.json.encode(dict(entry.detail), order="sorted").decode()
    row = (number, time, entry.category, entry.kind, entry.who, entry.subject, entry.area, entry.result, detail)
    mark = seal(previous, row)
    connection.execute("INSERT INTO journal VALUES(?,?,?,?,?,?,?,?,?,?,?)", (*row, previous, mark))
    connection.execute("INSERT OR REPLACE INTO head VALUES(1, ?, ?)", (number, mark))
    return int(number)


def seal(previous: str, row: tuple[Any, ...]) -> str:
    """Plain JSON, so that anyone can check the chain with the tools of their choice."""
    text = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256((previous + text).encode()).hexdigest()


def walk(connection: Connection) -> Verdict:
    """From the first row to the head. Plain SQL: it judges what is in the file, not a reading."""
    head = connection.execute("SELECT id, hash FROM head").fetchone() or (0, ROOT)
    cursor = connection.execute(
        "SELECT id, time, category, kind, who, subject, area, result, detail, prev, hash FROM journal ORDER BY id"
    )
    return _walk(cursor, (int(head[0]), str(head[1])))


def _walk(cursor: Iterable[tuple[Any, ...]], head: tuple[int, str]) -> Verdict:
    number, mark, before = 0, ROOT, ""
    rows = iter(cursor)
    for row in rows:
        fault = _fault(row, number + 1, mark)
        if fault and number and row[9] == before:  # the chain goes on past the last row, which is in order by itself
            return Verdict(number - 1, number, "inserted")
        if fault:
            fault = _named(fault, row, next(rows, None), mark)
            return Verdict(number, number + 1 if fault == "missing" else int(row[0]), fault)
        number, before, mark = int(row[0]), mark, str(row[10])
    if number != head[0]:
        return Verdict(min(number, head[0]), min(number, head[0]) + 1, "missing" if number < head[0] else "inserted")
    return Verdict(number) if mark == head[1] else Verdict(number, number, "altered")


def _named(fault: str, row: tuple[Any, ...], following: tuple[Any, ...] | None, mark: str) -> str:
    """What became of the rows here, where ids were made to look right again."""
    if fault != "missing" and seal(str(row[9]), (row[0] + 1, *row[1:9])) == row[10]:
        return "missing" if following is None or following[9] == row[10] else "reordered"
    if following is not None and following[9] == mark:
        return "inserted"
    return fault


def _fault(row: tuple[Any, ...], number: int, previous: str) -> str:
    """What is wrong with a row that should be `number` and stand behind `previous`."""
    own = seal(str(row[9]), row[:9]) == row[10]
    if own and row[0] == number and row[9] == previous:
        return ""
    if row[0] > number:
        return "missing"
    return "reordered" if row[9] != previous else "altered"
