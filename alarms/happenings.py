"""Happenings: what each kind of journal row does to its alarm. Adding a kind is one row of `KINDS`.

The same rules as in `alarms.life`, for one alarm at a time and without an engine.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import msgspec

from alarms.states import ACTIVE, NOTHING, TABLE, Event, State
from alarms.suppression import ROWS, Act, Hidden


class Standing(msgspec.Struct):
    """How an alarm is; fields and units as in `alarms.life.FIELDS`, people by their ids."""

    state: int = 0
    suppression: int = 0
    raised_at: int = 0
    cleared_at: int = 0
    acked_at: int = 0
    value: float | None = None
    """None for a bad one."""
    count: int = 0
    shelved_until: int = 0
    annunciated_at: int = 0
    first_up: int = 0
    taken_by: str = ""
    shelved_by: str = ""

    @property
    def at_rest(self) -> bool:
        """Nobody would show it, or ask about it."""
        return not (self.state or self.suppression or self.first_up)

    def calm(self) -> None:
        """Normal: what happened before tells nothing any more, and is not kept."""
        self.raised_at = self.cleared_at = self.acked_at = self.annunciated_at = self.count = 0
        self.value, self.taken_by = None, ""


class Detail(msgspec.Struct):
    """What a row says beyond its kind."""

    value: float | None = None
    until: int = 0
    first: str = ""
    """How it is the first of several (`alarms.life.HOW`); empty where nothing is said."""


class Happening(NamedTuple):
    """One row of the journal."""

    id: int
    time: int
    kind: str
    who: str
    alarm: str
    detail: str
    """JSON; read by those kinds that need it."""

    def read(self) -> Detail:
        try:
            return _DETAIL.decode(self.detail)
        except msgspec.ValidationError:  # a word of ours with another meaning: what it says is not known, the row is
            return Detail()


Step = Callable[[Standing, Happening, bool], None]
"""Changes an alarm as a row says; the last is whether its rule is latching."""

_DETAIL = msgspec.json.Decoder(Detail)
_AFTER: list[list[list[int]]] = TABLE.tolist()
_ACTIVE: list[bool] = ACTIVE.tolist()


def active(state: int) -> bool:
    """The condition holds."""
    return _ACTIVE[state]


def clear(alarm: Standing, row: Happening, latching: bool) -> None:
    if _move(alarm, Event.CLEAR, latching):
        alarm.cleared_at = row.time


def _raise(alarm: Standing, row: Happening, latching: bool) -> None:
    alarm.count = (alarm.count if alarm.state else 0) + 1
    if _move(alarm, Event.RAISE, latching):
        alarm.value = row.read().value
        alarm.raised_at, alarm.cleared_at, alarm.acked_at = row.time, 0, 0
        _annunciate(alarm, row)


def _acknowledge(alarm: Standing, row: Happening, latching: bool) -> None:
    if _move(alarm, Event.ACK, latching):
        alarm.acked_at = row.time


def _reset(alarm: Standing, row: Happening, latching: bool) -> None:
    if _move(alarm, Event.RESET, latching):
        alarm.acked_at = row.time


def _realarm(alarm: Standing, row: Happening, latching: bool) -> None:
    if _move(alarm, Event.REALARM, latching):
        alarm.acked_at = 0
        _annunciate(alarm, row)


def _move(alarm: Standing, event: Event, latching: bool) -> bool:
    """Where the table has no row, for the rule has changed since or the journal begins in the middle, it stays."""
    after = _AFTER[latching][event][alarm.state]
    if after == NOTHING:
        return False
    alarm.state = after
    return True


def _annunciate(alarm: Standing, row: Happening) -> None:
    if alarm.state == State.UNACKED and not alarm.suppression:
        alarm.annunciated_at = row.time


def _hide(act: Act) -> Step:
    bit, sets = ROWS[act]

    def step(alarm: Standing, row: Happening, latching: bool) -> None:
        alarm.suppression = int(alarm.suppression | bit if sets else alarm.suppression & ~bit)
        if bit is Hidden.SHELVED:
            alarm.shelved_until = row.read().until if sets else 0
            alarm.shelved_by = row.who if sets else ""
        if not sets:
            _annunciate(alarm, row)

    return step


def _take(alarm: Standing, row: Happening, latching: bool) -> None:
    alarm.taken_by = row.who


def _release(alarm: Standing, row: Happening, latching: bool) -> None:
    alarm.taken_by = ""


def _drop(alarm: Standing, row: Happening, latching: bool) -> None:
    """Its rule left the site."""
    alarm.state = alarm.suppression = alarm.first_up = 0


def _nothing(alarm: Standing, row: Happening, latching: bool) -> None:
    """Told about an alarm, without changing it."""


KINDS: dict[str, Step] = {
    "raise": _raise,
    "clear": clear,
    "acknowledge": _acknowledge,
    "reset": _reset,
    "realarm": _realarm,
    "flood_begin": _nothing,
    "flood_end": _nothing,
    "take": _take,
    "release": _release,
    "comment": _nothing,
    "forward": _nothing,
    "drop": _drop,
    **{act.value: _hide(act) for act in Act},
}
"""Kind of a journal row -> what it does to its alarm."""
