"""Gathering a sheet: one snapshot of the journal's file, so that all of it is of the same instant. No writing."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from supervisor.clock import SECOND
from supervisor.database import Connection, reading
from supervisor.model import Site
from supervisor.people import SEAT
from supervisor.shift.sheet import Command, Frequent, Hidden, Lock, Note, Override, Sheet, Standing, Substitute

BOOK = "shift"
"""Category of the journal: notes of the shift, and signatures."""
HOUR = 3600 * SECOND
LONGEST_H = 12
"""How far the first shift reaches back, for want of a signature."""
MOST_FREQUENT = 5
MOST_LINES = 200
"""Of standing alarms and of commands; beyond, the sheet would not be read."""
_GRAVE = ("failed", "unknown")
_NEVER = (1 << 63) - 1
_ACTS = ("alarm", "command", "access", "lockout", "note", BOOK)
"""Books in which a person acts."""


@dataclass
class _Span:
    """What the rows of a span of the journal come to."""

    raised: Counter[str] = field(default_factory=Counter)
    frequent: Counter[str] = field(default_factory=Counter)
    people: set[str] = field(default_factory=set)
    outcomes: Counter[str] = field(default_factory=Counter)
    commands: list[int] = field(default_factory=list)
    notes: dict[int, Note] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)


class Memory:
    """What the rows of the running shift came to so far: a page that is looked at reads only the newer ones. A shift
    that nobody signs may have millions of rows. One sheet at a time is gathered with it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self._first = self._last = -1
        self._found = _Span()

    def read(self, connection: Connection, span: tuple[int, int], priority: Mapping[str, str]) -> _Span:
        """Of the rows first < id <= last; good until the next reading."""
        first, last = span
        if first != self._first or last < self._last:
            self._first, self._last, self._found = first, first, _Span()
        since, self._first = self._last, -1  # what fails half way is begun anew
        _read(connection, (since, last), priority, self._found)
        self._first, self._last = first, last
        return self._found


class Stood(msgspec.Struct, frozen=True):
    """What stood at an instant that is over: of it no table tells."""

    standing: tuple[Standing, ...]
    """The gravest first."""
    hidden: tuple[Hidden, ...]
    locks: tuple[Lock, ...]
    under_way: tuple[int, ...]
    """Numbers of commands."""
    substitutes: tuple[Substitute, ...]


def gather(
    site: Site,
    journal: Path,
    now: int,
    overrides: Iterable[Override] = (),
    memory: Memory | None = None,
    stood: Stood | None = None,
) -> Sheet:
    """The sheet of the shift that runs, up to `now`; with `stood`, of the one that ran then. Raises StoreError where
    the journal can't be read."""
    priority = {alarm.id: str(int(alarm.rule.priority)) for alarm in site.alarms}
    memory = memory or Memory()
    with memory.lock, reading(journal) as connection:
        number, start, first = _begun(connection, now, _NEVER if stood is None else now)
        last = _last(connection) if stood is None else _last_by(connection, now)
        found = memory.read(connection, (first, last), priority)
        if stood is None:
            stood = Stood(
                _standing(connection, priority),
                _hidden(connection),
                _locks(connection),
                _under_way(connection),
                _substitutes(connection),
            )
        commands = [*_commands(connection, found.commands), *_open(connection, stood.under_way)]
        return Sheet(
            site=site.id,
            number=number,
            start=start,
            end=now,
            first=first,
            last=last,
            people=tuple(sorted(found.people)),
            raised=dict(sorted(found.raised.items())),
            acknowledged=found.counts["alarm.acknowledge"],
            floods=found.counts["alarm.flood_begin"],
            standing=stood.standing[:MOST_LINES],
            frequent=tuple(Frequent(id_, count) for id_, count in found.frequent.most_common(MOST_FREQUENT)),
            hidden=stood.hidden,
            locks=stood.locks,
            outcomes=dict(sorted(found.outcomes.items())),
            commands=tuple(commands[-MOST_LINES:]),
            substitutes=stood.substitutes,
            overrides=tuple(overrides),
            restarts=found.counts["system.start"],
            notes=tuple(sorted(found.notes.values(), key=lambda note: note.id)),
        )


def _last(connection: Connection) -> int:
    return int(connection.execute("SELECT coalesce(max(id), 0) FROM journal").fetchone()[0])


def _last_by(connection: Connection, instant: int) -> int:
    query = "SELECT id FROM journal WHERE time <= ? ORDER BY time DESC, id DESC LIMIT 1"
    return int((connection.execute(query, (instant,)).fetchone() or (0,))[0])


def _begun(connection: Connection, now: int, signed_by: int) -> tuple[int, int, int]:
    """Number and start of the shift that runs, and the last row of the journal before it; of what was signed after
    `signed_by` nobody knows."""
    query = 'SELECT number, "end", last FROM shifts WHERE "end" <= ? ORDER BY number DESC LIMIT 1'
    signed = connection.execute(query, (signed_by,)).fetchone()
    if signed:
        return int(signed[0]) + 1, int(signed[1]), int(signed[2])
    earliest = now - LONGEST_H * HOUR
    query = "SELECT time, id FROM journal WHERE time > ? ORDER BY time LIMIT 1"
    row = connection.execute(query, (earliest,)).fetchone()
    if row:
        return 1, int(row[0]), int(row[1]) - 1
    return 1, earliest, _last(connection)


def _read(connection: Connection, span: tuple[int, int], priority: Mapping[str, str], found: _Span) -> None:
    """One walk through the rows; a shift with a flood has some ten thousands."""
    fields = "id, time, category, kind, who, subject, result, detail"
    query = f"SELECT {fields} FROM journal WHERE id > ? AND id <= ? ORDER BY id"
    for id_, time, category, kind, who, subject, result, detail in connection.execute(query, span):
        found.counts[f"{category}.{kind}"] += 1
        ends = (category, kind) == (BOOK, "sign")  # of the shift before: who signed it may have gone home
        if who and category in _ACTS and not ends and not who.startswith(SEAT):
            found.people.add(who)
        if category == "alarm" and kind == "raise":
            found.raised[priority.get(subject, "")] += 1
            found.frequent[subject] += 1
        elif category == "command" and kind == "outcome":
            found.outcomes[result] += 1
            if result in _GRAVE:
                found.commands.append(int(msgspec.json.decode(detail)["id"]))
        elif (category, kind) in ((BOOK, "note"), ("alarm", "comment")):
            words = str(msgspec.json.decode(detail).get("text", ""))
            found.notes[id_] = Note(id_, time, who, words, subject if category == "alarm" else "")
        elif (category, kind) == (BOOK, "withdraw"):
            found.notes.pop(int(msgspec.json.decode(detail)["note"]), None)


_COMMAND = "SELECT id, time, who, equipment, command, coalesce(outcome, ''), reason_fr, reason_en FROM commands"


def _commands(connection: Connection, ids: Collection[int]) -> list[Command]:
    wanted = list(ids)[-MOST_LINES:]
    marks = ",".join("?" * len(wanted))
    rows = connection.execute(f"{_COMMAND} WHERE id IN ({marks}) ORDER BY id", wanted)
    return [Command(*row) for row in rows]


def _under_way(connection: Connection) -> tuple[int, ...]:
    return tuple(
        number for (number,) in connection.execute("SELECT id FROM commands WHERE outcome IS NULL ORDER BY id")
    )


def _open(connection: Connection, ids: Sequence[int]) -> list[Command]:
    """Without the outcome they may have had since."""
    return [msgspec.structs.replace(one, outcome="", reason_fr="", reason_en="") for one in _commands(connection, ids)]


def _standing(connection: Connection, priority: Mapping[str, str]) -> tuple[Standing, ...]:
    """The gravest first, then those that stand longest."""
    rows: Sequence[tuple[Any, ...]] = connection.execute(
        "SELECT id, state, raised_at, taken_by, suppression FROM alarms WHERE state != 'normal'"
    ).fetchall()
    found = [
        Standing(id_, int(priority[id_]), state, raised_at, taken_by, bool(hidden))
        for id_, state, raised_at, taken_by, hidden in rows
        if id_ in priority
    ]
    return gravest(found)


def gravest(found: Iterable[Standing]) -> tuple[Standing, ...]:
    """The gravest first, then those that stand longest; those that are hidden last."""
    return tuple(sorted(found, key=lambda one: (one.hidden, one.priority, one.raised_at))[:MOST_LINES])


def _hidden(connection: Connection) -> tuple[Hidden, ...]:
    """Those that end first before the others; what the station hides by design is no decision to hand over."""
    rows = connection.execute(
        "SELECT alarm, how, who, reason, until FROM asides WHERE how != 'suppressed' ORDER BY until = 0, until, alarm"
    )
    return tuple(Hidden(*row) for row in rows)


def _locks(connection: Connection) -> tuple[Lock, ...]:
    rows = connection.execute("SELECT equipment, who, reason, time, asked_by FROM lock_outs ORDER BY time")
    return tuple(Lock(equipment, who, reason, time, bool(asked)) for equipment, who, reason, time, asked in rows)


def _substitutes(connection: Connection) -> tuple[Substitute, ...]:
    rows = connection.execute("SELECT tag, value, who, reason, time FROM substitutions ORDER BY time")
    return tuple(Substitute(*row) for row in rows)
