"""Notice: one alarm to be told to one contact by one way, once; and how it may come to its end.

waiting ──hand over──> sending ──> sent
   │  ^                   │  ├──> waiting     refused for now: again after a while, longer each time
   │  └───────────────────┘  ├──> failed      refused for good, or refused for too long
   │                         └──> unknown     the station stopped meanwhile: it may have been sent. Never again
   └──overtaken──> dropped                    answered before it could be told
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How a notice is; the word stands in the file and on the screen."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    DROPPED = "dropped"

    @property
    def final(self) -> bool:
        return not ROWS[self]


ROWS: Mapping[State, frozenset[State]] = {
    State.WAITING: frozenset({State.SENDING, State.DROPPED}),
    State.SENDING: frozenset({State.SENT, State.WAITING, State.FAILED, State.UNKNOWN}),
    State.SENT: frozenset(),
    State.FAILED: frozenset({State.WAITING}),
    State.UNKNOWN: frozenset(),
    State.DROPPED: frozenset(),
}
"""State -> what may follow. A person may have a failed one tried again; nobody one that may have been sent."""


class NoSuchRow(LookupError):
    """A notice can't go from that state to the other; nothing has changed."""


def step(state: State, to: State) -> State:
    """`to`, where there is a row. Raises NoSuchRow elsewhere."""
    if to not in ROWS[state]:
        raise NoSuchRow(f"a notice that is {state} does not become {to}")
    return to


END = -1
"""Step of the notice that it is over or answered."""
TEST = "test"
"""Rule of a notice that somebody asked for, to see whether it arrives."""
BACKOFF_S = (30.0, 60.0, 120.0, 300.0, 600.0)
"""Between two attempts; the last one from then on. RFC 5321, 4.5.4.1 asks for half an hour between two servers of mail;
this is the first hop only, and people wait."""


@dataclass(frozen=True, slots=True)
class Key:
    """What makes a notice itself: none is made twice."""

    alarm: str
    raised_at: int
    """The occurrence, ns UTC."""
    rule: str
    step: int
    contact: str
    medium: str
    """mail or mqtt."""


@dataclass(slots=True)
class Notice:
    """One notice. Times are ns UTC."""

    key: Key
    state: State = State.WAITING
    made_at: int = 0
    next_at: int = 0
    """Not to be told before."""
    tries: int = 0
    error: str = ""
    done_at: int = 0
    id: int = 0

    @property
    def seat(self) -> tuple[str, str]:
        """Messages go out one at a time for each of these."""
        return self.key.contact, self.key.medium
