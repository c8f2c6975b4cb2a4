"""What the alarm list shows and no column has: notes of the alarms that are seen, and why what is hidden is. No Qt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from supervisor.asides import Aside, asides
from supervisor.database import reading

_NOTES = "SELECT count(*) FROM journal WHERE subject = ? AND time >= ? AND category = 'alarm' AND kind = 'comment'"


@dataclass(frozen=True, slots=True)
class Marks:
    """By id of the alarm."""

    notes: Mapping[str, int] = field(default_factory=dict)
    asides: Mapping[str, Aside] = field(default_factory=dict)
    """Of one that is hidden in two ways the one that ends first."""


def read(path: Path, since: Mapping[str, int]) -> Marks:
    """Notes on these alarms since the instants given (ns UTC). Raises StoreError."""
    with reading(path) as connection:
        notes = {id_: connection.execute(_NOTES, (id_, at)).fetchone()[0] for id_, at in since.items()}
    found = {one.alarm: one for one in reversed(asides(path))}
    return Marks({id_: int(count) for id_, count in notes.items() if count}, found)
