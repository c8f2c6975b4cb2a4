"""The second machine of an alarm: whether it is kept from the operator, and by whom. Three ways, any of them at once.

    shelve  ─> shelved          by an operator, for a while: has an end; shelving again moves the end
    suppress ─> suppressed      by design: the station does it while a rule says so
    remove  ─> out of service   by maintenance, until they put it back

A hidden alarm still raises, clears, is acknowledged and is journalled (`alarms.states`): hiding it stops nothing.
"""

from __future__ import annotations

from enum import Enum, IntFlag

from alarms.states import NoSuchRow


class Hidden(IntFlag):
    """Why an alarm is kept from the operator; the bits stand in the alarm columns."""

    NO = 0
    SHELVED = 1
    SUPPRESSED = 2
    OUT_OF_SERVICE = 4


class Act(Enum):
    """What may happen to the second machine; the word stands in the journal."""

    SHELVE = "shelve"
    UNSHELVE = "unshelve"
    """By an operator, or because the shelf's time is over."""
    SUPPRESS = "suppress"
    UNSUPPRESS = "unsuppress"
    REMOVE = "remove"
    RETURN = "return"


ROWS: dict[Act, tuple[Hidden, bool]] = {
    Act.SHELVE: (Hidden.SHELVED, True),
    Act.UNSHELVE: (Hidden.SHELVED, False),
    Act.SUPPRESS: (Hidden.SUPPRESSED, True),
    Act.UNSUPPRESS: (Hidden.SUPPRESSED, False),
    Act.REMOVE: (Hidden.OUT_OF_SERVICE, True),
    Act.RETURN: (Hidden.OUT_OF_SERVICE, False),
}
"""Act -> the bit it is about, and whether it sets it."""
REPEATABLE = frozenset({Act.SHELVE})
"""Acts that may meet an alarm already so: a shelf is given another end."""


def legal(hidden: int, act: Act) -> bool:
    """Whether `act` changes anything for an alarm that is so hidden."""
    bit, sets = ROWS[act]
    return act in REPEATABLE or bool(hidden & bit) != sets


def step(hidden: Hidden, act: Act) -> Hidden:
    """How the alarm is hidden after `act`. Raises NoSuchRow where there is nothing to do."""
    if not legal(hidden, act):
        raise NoSuchRow(f"{act.value} cannot happen to an alarm that is {hidden!r}")
    bit, sets = ROWS[act]
    return hidden | bit if sets else hidden & ~bit
