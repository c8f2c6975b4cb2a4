"""The states of a command: every rule about them is a row here. The words stand in the ledger and on screen.

requested ─> checked ─> [selected] ─> [awaiting ─> approved] ─> journalled ─> written ─> read_back ─> confirmed
    │           │            │            │           │             │            │           │  └────────┐ │
  refused    refused      refused      refused     refused     failed unknown  unknown   failed unknown  done

In brackets, what only some commands go through: `selected` those that are selected before they are operated, `awaiting`
and `approved` those that take two persons.

done      the field was seen as it should be, after the write
refused   Vigie declined, or a person did, or nobody went on in time; nothing left
failed    the device declined or was not reachable; or it obeyed, and the physical world did not follow
unknown   nobody knows: no clear answer, no read-back, or Vigie stopped in the middle. Never repeated by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Stage(StrEnum):
    """How far a command has come."""

    REQUESTED = "requested"
    CHECKED = "checked"
    SELECTED = "selected"
    """The equipment is reserved for one person, who has not operated yet."""
    AWAITING = "awaiting"
    """A second person has to approve."""
    APPROVED = "approved"
    JOURNALLED = "journalled"
    """From here on it may have left."""
    WRITTEN = "written"
    """The device accepted the value; it may still be on its way to obey."""
    READ_BACK = "read_back"
    """The feedback, newer than the write, reads as expected."""
    CONFIRMED = "confirmed"
    """The physical world followed: current flows, the pump turns."""
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"
    UNKNOWN = "unknown"

    @property
    def final(self) -> bool:
        """An outcome: nothing follows."""
        return self in OUTCOMES

    @property
    def held(self) -> bool:
        """Nothing has left: it is being checked, or waits for a person."""
        return self in HELD


HELD = frozenset({Stage.REQUESTED, Stage.CHECKED, Stage.SELECTED, Stage.AWAITING, Stage.APPROVED})
OUTCOMES = frozenset({Stage.DONE, Stage.REFUSED, Stage.FAILED, Stage.UNKNOWN})

ROWS: Mapping[Stage, frozenset[Stage]] = {
    Stage.REQUESTED: frozenset({Stage.CHECKED, Stage.REFUSED}),
    Stage.CHECKED: frozenset({Stage.SELECTED, Stage.AWAITING, Stage.JOURNALLED, Stage.REFUSED}),
    Stage.SELECTED: frozenset({Stage.AWAITING, Stage.JOURNALLED, Stage.REFUSED}),
    Stage.AWAITING: frozenset({Stage.APPROVED, Stage.REFUSED}),
    Stage.APPROVED: frozenset({Stage.JOURNALLED, Stage.REFUSED}),
    Stage.JOURNALLED: frozenset({Stage.WRITTEN, Stage.FAILED, Stage.UNKNOWN}),
    Stage.WRITTEN: frozenset({Stage.READ_BACK, Stage.UNKNOWN}),
    Stage.READ_BACK: frozenset({Stage.CONFIRMED, Stage.DONE, Stage.FAILED, Stage.UNKNOWN}),
    Stage.CONFIRMED: frozenset({Stage.DONE, Stage.UNKNOWN}),
    Stage.DONE: frozenset(),
    Stage.REFUSED: frozenset(),
    Stage.FAILED: frozenset(),
    Stage.UNKNOWN: frozenset(),
}


class NoSuchRow(LookupError):
    """A command can't go from that stage to the other; nothing has changed."""


def step(stage: Stage, to: Stage) -> Stage:
    """`to`, where the table has the row. Raises NoSuchRow elsewhere."""
    if to not in ROWS[stage]:
        raise NoSuchRow(f"a command that is {stage} does not become {to}")
    return to
