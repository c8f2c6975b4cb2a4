"""Asides: the alarms that are kept from the operator, by whom, why, until when; without a walk through the journal."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from supervisor.database import snapshot
from supervisor.journal_tables import AsideTable


@dataclass(frozen=True, slots=True)
class Aside:
    """One alarm hidden in one way; one that is hidden in two is there twice."""

    alarm: str
    how: str
    """shelved, suppressed or out_of_service."""
    who: str
    """Id of who did it; empty for the station itself."""
    reason: str
    """In their words; of a suppression by design the alarm it comes of, or "design"."""
    since: int
    """ns UTC."""
    until: int
    """When a shelf ends, ns UTC; 0 where it has no end."""


def asides(path: Path) -> list[Aside]:
    """All that stand in the journal's file, those that end first before the others. Raises StoreError."""
    table = AsideTable
    fields = (table.alarm, table.how, table.who, table.reason, table.since, table.until)
    with snapshot(path) as database:
        rows = table.select(*fields).order_by(table.until == 0, table.until, table.alarm).tuples().execute(database)
        return [Aside(*row) for row in rows]
