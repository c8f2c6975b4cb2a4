"""States of a Sparkplug B edge node as its host knows them, and the rows of what each event does. No code.

    unknown ──NBIRTH──> online ──NDEATH of the same bdSeq──> offline ──NBIRTH──> online
                          │  ^ what was missing came
        message too early v  │
                        holding ──reorder timeout──> doubtful ──NBIRTH──> online

While `holding`, messages wait for the one that is missing. In doubt nothing is known of aliases any more, because a
birth may be what was lost: every tag is stale, the node is asked for a rebirth until it answers, and only metrics that
say by themselves, by name and datatype, what they are, are taken.
"""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """What is known of an edge node."""

    UNKNOWN = "unknown"
    """Nothing said since this host connected."""
    ONLINE = "online"
    HOLDING = "holding"
    """A message is missing, and may still come."""
    DOUBTFUL = "doubtful"
    """It did not."""
    OFFLINE = "offline"


class Event(StrEnum):
    """What may happen to it."""

    BIRTH = "birth"
    """It restarts everything, whatever its sequence number (tck-id-payloads-nbirth-seq)."""
    DEATH = "death"
    """Of the session that was born; or nothing tells that it is of another."""
    OLD_DEATH = "old death"
    """The late will of a session before (tck-id-payloads-nbirth-bdseq-repeat)."""
    NEW_DEATH = "new death"
    """Of a session after the one that was born here: its birth was lost."""
    DUE = "due"
    """The message whose turn it is."""
    STRAY = "stray"
    """One whose turn it is not (tck-id-operational-behavior-host-reordering-start)."""
    REPEATED = "repeated"
    """The very bytes came before."""
    EXPIRY = "expiry"
    """What is missing did not come in time (tck-id-operational-behavior-host-reordering-rebirth)."""


class Act(StrEnum):
    """What is done; each is a method of `node.Node`."""

    BEGIN = "begin"
    END = "end"
    TAKE = "take"
    HOLD = "hold"
    ASK = "ask"
    """Keep the message in case the birth it belongs to follows it, and ask for one."""
    GLEAN = "glean"
    """Keep it likewise, and take of it what needs no birth."""
    DOUBT = "doubt"
    TIDY = "tidy"
    """What was kept has waited long enough."""
    COUNT = "count"
    NOTHING = "nothing"


_U, _ON, _H, _D, _OFF = State
_E, _A = Event, Act
ROWS: dict[tuple[State, Event], tuple[State, Act]] = {
    (_U, _E.BIRTH): (_ON, _A.BEGIN),
    (_U, _E.DEATH): (_OFF, _A.END),
    (_U, _E.OLD_DEATH): (_OFF, _A.END),
    (_U, _E.NEW_DEATH): (_OFF, _A.END),
    (_U, _E.DUE): (_U, _A.ASK),
    (_U, _E.STRAY): (_U, _A.ASK),
    (_U, _E.REPEATED): (_U, _A.COUNT),
    (_U, _E.EXPIRY): (_U, _A.TIDY),
    (_ON, _E.BIRTH): (_ON, _A.BEGIN),
    (_ON, _E.DEATH): (_OFF, _A.END),
    (_ON, _E.OLD_DEATH): (_ON, _A.NOTHING),
    (_ON, _E.NEW_DEATH): (_D, _A.DOUBT),
    (_ON, _E.DUE): (_ON, _A.TAKE),
    (_ON, _E.STRAY): (_H, _A.HOLD),
    (_ON, _E.REPEATED): (_ON, _A.COUNT),
    (_ON, _E.EXPIRY): (_ON, _A.NOTHING),
    (_H, _E.BIRTH): (_ON, _A.BEGIN),
    (_H, _E.DEATH): (_OFF, _A.END),
    (_H, _E.OLD_DEATH): (_H, _A.NOTHING),
    (_H, _E.NEW_DEATH): (_D, _A.DOUBT),
    (_H, _E.DUE): (_ON, _A.TAKE),
    (_H, _E.STRAY): (_H, _A.HOLD),
    (_H, _E.REPEATED): (_H, _A.COUNT),
    (_H, _E.EXPIRY): (_D, _A.DOUBT),
    (_D, _E.BIRTH): (_ON, _A.BEGIN),
    (_D, _E.DEATH): (_OFF, _A.END),
    (_D, _E.OLD_DEATH): (_D, _A.NOTHING),
    (_D, _E.NEW_DEATH): (_D, _A.NOTHING),
    (_D, _E.DUE): (_D, _A.GLEAN),
    (_D, _E.STRAY): (_D, _A.GLEAN),
    (_D, _E.REPEATED): (_D, _A.COUNT),
    (_D, _E.EXPIRY): (_D, _A.TIDY),
    (_OFF, _E.BIRTH): (_ON, _A.BEGIN),
    (_OFF, _E.DEATH): (_OFF, _A.NOTHING),
    (_OFF, _E.OLD_DEATH): (_OFF, _A.NOTHING),
    (_OFF, _E.NEW_DEATH): (_OFF, _A.NOTHING),
    (_OFF, _E.DUE): (_OFF, _A.ASK),
    (_OFF, _E.STRAY): (_OFF, _A.ASK),
    (_OFF, _E.REPEATED): (_OFF, _A.COUNT),
    (_OFF, _E.EXPIRY): (_OFF, _A.TIDY),
}
"""(State, event) -> the state after it and what is done. BEGIN and TAKE go on with what was held back; where something
is still missing after that, the node is `holding`."""
