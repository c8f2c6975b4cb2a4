"""Sheet: one page of the shift book, as a value. What is signed is its JSON, byte for byte.

Ids and codes only: names are looked up by who shows it, in the language of the reader.
"""

from __future__ import annotations

import hashlib

import msgspec


class Standing(msgspec.Struct, frozen=True):
    """An alarm that is not normal at the end of the shift."""

    alarm: str
    priority: int
    state: str
    raised_at: int
    """ns UTC."""
    taken_by: str
    hidden: bool


class Frequent(msgspec.Struct, frozen=True):
    """An alarm that raised most often."""

    alarm: str
    count: int


class Hidden(msgspec.Struct, frozen=True):
    """An alarm that a person keeps from the operator."""

    alarm: str
    how: str
    """shelved or out_of_service."""
    who: str
    reason: str
    until: int
    """ns UTC; 0 for no end."""


class Lock(msgspec.Struct, frozen=True):
    """A lock-out that hangs."""

    equipment: str
    who: str
    reason: str
    since: int
    release_asked: bool


class Command(msgspec.Struct, frozen=True):
    """A command that did not end as it was meant to."""

    id: int
    time: int
    who: str
    equipment: str
    command: str
    outcome: str
    """failed, unknown, or empty while it is under way."""
    reason_fr: str
    reason_en: str


class Substitute(msgspec.Struct, frozen=True):
    """A value by hand in the place of a measurement."""

    tag: str
    value: float
    who: str
    reason: str
    since: int


class Override(msgspec.Struct, frozen=True):
    """An equipment that is held by hand against its programme."""

    equipment: str
    who: str
    until: int


class Note(msgspec.Struct, frozen=True):
    """Words of a person: about the shift, or about an alarm."""

    id: int
    """Of its row of the journal."""
    time: int
    who: str
    text: str
    alarm: str = ""


class Sheet(msgspec.Struct, frozen=True):
    """See the module. Instants are ns UTC. What happened is that of the rows first < id <= last of the journal: by time
    a row that was on its way to the disk would be on no sheet at all. What stands is that of `end`."""

    site: str
    number: int
    start: int
    end: int
    first: int
    last: int
    people: tuple[str, ...] = ()
    """Ids of those who acted in it."""
    raised: dict[str, int] = {}
    """Priority -> alarms that raised."""
    acknowledged: int = 0
    floods: int = 0
    standing: tuple[Standing, ...] = ()
    frequent: tuple[Frequent, ...] = ()
    hidden: tuple[Hidden, ...] = ()
    locks: tuple[Lock, ...] = ()
    outcomes: dict[str, int] = {}
    """Outcome -> commands."""
    commands: tuple[Command, ...] = ()
    substitutes: tuple[Substitute, ...] = ()
    overrides: tuple[Override, ...] = ()
    restarts: int = 0
    """Starts of the station."""
    notes: tuple[Note, ...] = ()
    remark: str = ""
    """What who goes wants who comes to know."""
    outgoing: str = ""
    incoming: str = ""
    """Empty where nobody came."""


def text(sheet: Sheet) -> str:
    """What is signed and kept."""
    return msgspec.json.encode(sheet, order="deterministic").decode()


def read(kept: str) -> Sheet:
    """The other way; raises msgspec.DecodeError for what is none."""
    return msgspec.json.decode(kept, type=Sheet)


def digest(kept: str) -> str:
    """The mark of a sheet; it stands in the chain of the journal."""
    return hashlib.sha256(kept.encode()).hexdigest()
