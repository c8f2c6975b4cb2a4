"""The states of a round and of its targets: every rule about them is a row here. The file and the screen say the same.

                    ┌────────── held <──────────┐
                    │  release           stage through
                    v                           │
    planned ─release─> running ─────────────────┤
                    ^  │       └─last stage through─> done
             release│  │stop: failures, a person, a restart
                    │  v
                  stopped                            planned, held, stopped ─end─> ended

    waiting ─> asking ─> asked ─> done · failed · unknown          waiting ─> left out
       ^          │ └─────────────> refused
       └──────────┘ nothing had left: after a restart, or where who released it has lost the right

A missing row is an error and changes nothing. Whatever was asked is never asked again.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class State(StrEnum):
    """How a round is."""

    PLANNED = "planned"
    """Kept with its dry run; nothing has left."""
    RUNNING = "running"
    HELD = "held"
    """A stage is through; the next waits for a person."""
    STOPPED = "stopped"
    """In the middle of a stage, or at its end: too much was not done, a person said so, or the station restarted."""
    DONE = "done"
    """The last stage is through; what became of each target is told there."""
    ENDED = "ended"
    """A person has let the rest go."""

    @property
    def final(self) -> bool:
        """Nothing follows."""
        return self in (State.DONE, State.ENDED)


class Event(StrEnum):
    """What happens to a round."""

    RELEASE = "release"
    THROUGH = "through"
    """A stage is through, and it was not the last one."""
    LAST = "last"
    """The last stage is through."""
    STOP = "stop"
    END = "end"


ROWS: Mapping[tuple[State, Event], State] = {
    (State.PLANNED, Event.RELEASE): State.RUNNING,
    (State.PLANNED, Event.END): State.ENDED,
    (State.RUNNING, Event.THROUGH): State.HELD,
    (State.RUNNING, Event.LAST): State.DONE,
    (State.RUNNING, Event.STOP): State.STOPPED,
    (State.HELD, Event.RELEASE): State.RUNNING,
    (State.HELD, Event.END): State.ENDED,
    (State.STOPPED, Event.RELEASE): State.RUNNING,
    (State.STOPPED, Event.END): State.ENDED,
}


class Mark(StrEnum):
    """How a target is."""

    WAITING = "waiting"
    ASKING = "asking"
    """On its way to the desk; written before it is asked."""
    ASKED = "asked"
    """Taken by the desk, and it has a number in the ledger."""
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"
    UNKNOWN = "unknown"
    LEFT_OUT = "left_out"
    """Kept out of the round when it was planned."""

    @property
    def final(self) -> bool:
        """Nothing follows."""
        return not TARGET_ROWS[self]

    @property
    def under_way(self) -> bool:
        """Asked for, and not known to have ended."""
        return self in (Mark.ASKING, Mark.ASKED)


OUTCOMES = frozenset({Mark.DONE, Mark.REFUSED, Mark.FAILED, Mark.UNKNOWN})
"""The same words as the outcomes of a command."""
TARGET_ROWS: Mapping[Mark, frozenset[Mark]] = {
    Mark.WAITING: frozenset({Mark.ASKING, Mark.LEFT_OUT}),
    Mark.ASKING: frozenset({Mark.ASKED, Mark.WAITING}) | OUTCOMES,
    Mark.ASKED: OUTCOMES,
    Mark.DONE: frozenset(),
    Mark.REFUSED: frozenset(),
    Mark.FAILED: frozenset(),
    Mark.UNKNOWN: frozenset(),
    Mark.LEFT_OUT: frozenset(),
}


class NoSuchRow(LookupError):
    """The table has no such row; nothing has changed."""


def step(state: State, event: Event) -> State:
    """Where a round goes. Raises NoSuchRow."""
    try:
        return ROWS[state, event]
    except KeyError:
        raise NoSuchRow(f"a round that is {state} knows no {event}") from None


def mark(now: Mark, to: Mark) -> Mark:
    """`to`, where a target may go there. Raises NoSuchRow."""
    if to not in TARGET_ROWS[now]:
        raise NoSuchRow(f"a target that is {now} does not become {to}")
    return to
