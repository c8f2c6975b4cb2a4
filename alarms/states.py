"""The states of an alarm: every rule about them is a row here (ISA-18.2 / IEC 62682).

                  raise            clear                acknowledge       reset       realarm
    normal        unacked
    unacked                        returned             acked
                                   (latching: latched_unacked)
    acked                          normal                                             unacked
                                   (latching: latched_acked)
    returned      unacked                               normal
    latched_unacked  unacked                            latched_acked
    latched_acked    unacked                                              normal

Re-alarming: what was acknowledged and still stands after the time its rule allows is told again, for an acknowledgement
is a promise to act (ISA-18.2: re-alarming alarm). An empty cell is an error and changes nothing.

Whether anybody sees the alarm is the second machine's business, `alarms.suppression`; this one keeps running beneath
it, so no acknowledgement is lost when a shelf ends.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray


class State(IntEnum):
    """How an alarm is; the code stands in the alarm columns, the word in files and on screen."""

    NORMAL = 0
    UNACKED = 1
    """The condition holds and nobody has acknowledged it."""
    ACKED = 2
    """The condition holds and somebody knows."""
    RETURNED = 3
    """The condition is gone and nobody has acknowledged that it was there."""
    LATCHED_UNACKED = 4
    """As RETURNED, of a latching rule: acknowledging is not enough, it must be reset."""
    LATCHED_ACKED = 5

    @property
    def active(self) -> bool:
        """The condition holds."""
        return self in (State.UNACKED, State.ACKED)

    @property
    def word(self) -> str:
        return self.name.lower()


class Event(IntEnum):
    """What may happen to an alarm."""

    RAISE = 0
    CLEAR = 1
    ACK = 2
    RESET = 3
    REALARM = 4
    """It was acknowledged so long ago, and still stands, that it is told again."""


Rows = Mapping[tuple[State, Event], State]

COMMON: Rows = {
    (State.NORMAL, Event.RAISE): State.UNACKED,
    (State.UNACKED, Event.ACK): State.ACKED,
    (State.ACKED, Event.REALARM): State.UNACKED,
}
PLAIN: Rows = {
    **COMMON,
    (State.UNACKED, Event.CLEAR): State.RETURNED,
    (State.ACKED, Event.CLEAR): State.NORMAL,
    (State.RETURNED, Event.ACK): State.NORMAL,
    (State.RETURNED, Event.RAISE): State.UNACKED,
}
LATCHING: Rows = {
    **COMMON,
    (State.UNACKED, Event.CLEAR): State.LATCHED_UNACKED,
    (State.ACKED, Event.CLEAR): State.LATCHED_ACKED,
    (State.LATCHED_UNACKED, Event.ACK): State.LATCHED_ACKED,
    (State.LATCHED_UNACKED, Event.RAISE): State.UNACKED,
    (State.LATCHED_ACKED, Event.RAISE): State.UNACKED,
    (State.LATCHED_ACKED, Event.RESET): State.NORMAL,
}


class NoSuchRow(LookupError):
    """The event can't happen in that state; nothing has changed."""


def step(state: State, event: Event, latching: bool) -> State:
    """The state after `event`. Raises NoSuchRow where the table has no row."""
    try:
        return (LATCHING if latching else PLAIN)[state, event]
    except KeyError:
        raise NoSuchRow(f"{event.name.lower()} cannot happen to an alarm that is {state.word}") from None


NOTHING = 255
"""In `TABLE`: there is no such row."""


def _dense() -> NDArray[np.uint8]:
    table = np.full((2, len(Event), len(State)), NOTHING, np.uint8)
    for latching, rows in enumerate((PLAIN, LATCHING)):
        for (state, event), after in rows.items():
            table[latching, event, state] = after
    return table


TABLE = _dense()
"""The same rows for whole arrays: TABLE[latching, event, state] is the state after, or NOTHING."""
TABLE.setflags(write=False)
ACTIVE = np.array([state.active for state in State])
"""By state code: the condition holds."""
ACTIVE.setflags(write=False)
