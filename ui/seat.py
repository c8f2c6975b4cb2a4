"""Session: who sits here, as this window knows it. The station decides; this is what it said last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from supervisor.model import CommandClass, Role, User
from supervisor.people import SEAT


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand at this seat."""

    person: User | None
    """Who has signed in, locked or not; None while it watches."""
    rights: User
    """In whose name, and with which rights, acts run now."""
    seat: str = ""
    locked: bool = False
    lender: str = ""
    """Name of the supervisor whose rights are lent; empty for none."""
    lent_s: float = 0.0
    first_start: bool = False
    """No account was made yet."""
    lock_min: float = 0.0
    """Minutes after which the seat locks; 0 for never."""
    directory: bool = False
    """Whether the site has a directory to sign in against."""
    directory_fault: str = ""
    """Why the directory does not answer; empty where it did, or was not asked yet."""
    ended: str = ""
    """Why whoever had signed in here is no longer: password, disabled; empty where they left by themselves."""


class Session(QObject):
    """See the module. In-process windows are given somebody who stays; others begin by watching."""

    changed = Signal()
    """Another person, another state: whatever depends on rights looks again."""

    name_wanted = Signal(object, object)
    """An emergency command is to leave where nobody has signed in: what it is (Text), and what is told the name."""

    def __init__(self, user: User | None = None, seat: str = "") -> None:
        super().__init__()
        self.fixed = user is not None
        """Somebody who neither comes nor goes: a window in the process of its station."""
        nobody = User(f"{SEAT}{seat}", seat, Role.VIEWER)
        self.now = Standing(user, user or nobody, seat)

    @property
    def user(self) -> User:
        """With whose rights this window acts."""
        return self.now.rights

    @property
    def person(self) -> User | None:
        """Who has signed in, locked or not."""
        return self.now.person

    @property
    def acting(self) -> bool:
        """Whether somebody has signed in and the seat is not locked."""
        return self.now.person is not None and not self.now.locked

    def hear(self, told: Mapping[str, Any]) -> None:
        """Take over what the station says of this seat."""
        person = _user(told["person"]) if told["person"] else None
        self._turn(
            Standing(
                person,
                _user(told["rights"]) if person and not told["locked"] else _watching(str(told["seat"])),
                str(told["seat"]),
                bool(told["locked"]),
                str(told["lender"]),
                float(told["lent_s"]),
                bool(told["first_start"]),
                float(told["lock_min"]),
                bool(told["directory"]),
                str(told["directory_fault"]),
                str(told.get("ended", "")),
            )
        )

    def lose(self) -> None:
        """No station answers: nobody has signed in anywhere."""
        now = self.now
        self._turn(replace(now, person=None, rights=_watching(now.seat), locked=False, lender="", lent_s=0.0))

    def _turn(self, standing: Standing) -> None:
        before, self.now = self.now, standing
        if replace(before, lent_s=0.0) != replace(standing, lent_s=0.0):
            self.changed.emit()


def _watching(seat: str) -> User:
    return User(f"{SEAT}{seat}", seat, Role.VIEWER)


def _user(told: Mapping[str, Any]) -> User:
    return User(
        str(told["id"]),
        str(told["name"]),
        Role(int(told["role"])),
        frozenset(told["areas"]),
        frozenset(map(CommandClass, told["classes"])),
        parts=tuple(map(_user, told["parts"])),
    )
