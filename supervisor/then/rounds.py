"""Rounds as they were: the table has how each ended, the journal how it came to that.

What was planned never changes. A target that had its outcome later was under way if the ledger has its command by
then, else it still waited.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from supervisor.database import Connection, plain, snapshot
from supervisor.errors import Refused
from supervisor.model import NO_TEXT, Text
from supervisor.rounds.acts import MOST, NONE, told, told_targets
from supervisor.rounds.states import Mark, State
from supervisor.rounds.store import BOOK, Round, Target, bare, read

_STATES = {
    "round_plan": State.PLANNED, "round_release": State.RUNNING, "round_held": State.HELD, "round_done": State.DONE,
    "round_stop": State.STOPPED, "round_end": State.ENDED,
}  # fmt: skip
"""What a round is after a row of its thread."""
_MARK = """CASE WHEN state = 'left_out' OR (state != 'waiting' AND time <= :instant) THEN state
  WHEN state NOT IN ('waiting', 'asking')
    AND (SELECT time FROM commands WHERE id = round_targets.command) <= :instant THEN 'asked'
  ELSE 'waiting' END"""
_COUNTS = f"SELECT {_MARK} AS mark, count(*) FROM round_targets WHERE round = :number GROUP BY mark"
_MARKS = f"SELECT equipment, {_MARK} FROM round_targets WHERE round = :number"


def rounds(path: Path, instant: int) -> Mapping[str, Any]:
    """As the act `rounds`: the newest of then, newest first; without the stage that came next."""
    with snapshot(path) as database:
        connection, found = plain(database), []
        for one in bare(database, instant, MOST):
            words = {"number": one.number, "instant": instant}
            counts = {str(mark): int(count) for mark, count in connection.execute(_COUNTS, words).fetchall()}
            found.append(_told(_rewound(connection, one, instant), counts))
        return {"rounds": found}


def one_of(path: Path, number: int, instant: int) -> Mapping[str, Any]:
    """As the act `round`. Raises Refused where there was none of that number."""
    with snapshot(path) as database:
        one = next(iter(read(database, number=number)), None)
        if one is None or one.time > instant:
            raise Refused("unknown", NONE)
        connection, words = plain(database), {"number": number, "instant": instant}
        marks = dict(connection.execute(_MARKS, words).fetchall())
        for target in one.targets:
            _turn_back(target, Mark(marks[target.equipment]), instant)
        counts = Counter(str(target.state) for target in one.targets)
        return {**_told(_rewound(connection, one, instant), counts), **told_targets(one)}


def _told(one: Round, counts: Mapping[str, int]) -> Mapping[str, Any]:
    return told(one, counts, bool(counts.get(Mark.ASKING) or counts.get(Mark.ASKED)))


def _turn_back(target: Target, to: Mark, instant: int) -> None:
    """Without what became of it later."""
    if to is not target.state or target.time > instant:
        target.state, target.reason, target.time = to, NO_TEXT, 0
        target.command = target.command if to is Mark.ASKED else 0


def _rewound(connection: Connection, one: Round, instant: int) -> Round:
    """With the state it had, by the rows of its thread."""
    if one.changed_at <= instant:
        return one
    query = (
        f"SELECT kind, who, time, detail FROM journal WHERE subject = ? AND category = '{BOOK}' AND time <= ?"
        f" AND kind IN ({', '.join('?' * len(_STATES))}) ORDER BY id"
    )
    made = replace(one, state=State.PLANNED, reason=NO_TEXT, released_by="", changed_at=one.time)
    for kind, who, time, detail in connection.execute(query, (one.subject, instant, *_STATES)):
        made.state, made.changed_at = _STATES[kind], time
        said = msgspec.json.decode(detail)
        made.reason = Text(said["fr"], said["en"]) if made.state is State.STOPPED and "fr" in said else NO_TEXT
        made.released_by = who if made.state is State.RUNNING else made.released_by
    return made
