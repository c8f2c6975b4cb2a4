"""What the alarm list shows and no column has: notes of the alarms that are seen, and why what is hidden is. No Qt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from supervisor.asides import Aside
from supervisor.database import reading
from supervisor.journal import JournalReader
from supervisor.replay import asides_of

_NOTES = (
    "SELECT count(*) FROM journal WHERE subject = ? AND time BETWEEN ? AND ?"
    " AND category = 'alarm' AND kind = 'comment'"
)


@dataclass(frozen=True, slots=True)
class Marks:
    """By id of the alarm."""

    notes: Mapping[str, int] = field(default_factory=dict)
    asides: Mapping[str, Aside] = field(default_factory=dict)
    """Of one that is hidden in two ways the one that ends first."""


def read(journal: JournalReader, since: Mapping[str, int], until: int) -> Marks:
    """Notes on these alarms since the instants given, up to `until` (ns UTC). Raises StoreError."""
    with reading(journal.path) as connection:
        notes = {id_: connection.execute(_NOTES, (id_, at, until)).fetchone()[0] for id_, at in since.items()}
    return Marks({id_: int(count) for id_, count in notes.items() if count}, asides_of(journal, since))
