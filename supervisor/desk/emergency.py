"""Emergency commands: those of the class "emergency" leave from any seat, watching or locked, and from any person.

Authentication, roles and areas never stand in their way; what protects people in the field does: lock-outs, interlocks,
range, and the journal, as for any other. Who gives one where nobody has signed in says a name, which nobody proves: the
seat is what is known, and both are in the journal, before the command is.
Source: IEC 62443-3-3, 4.2 (essential functions are not prevented by authentication) and SR 1.1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import msgspec

from supervisor.accounts.sessions import SeatAct, Session, Sessions
from supervisor.desk.desk import Desk
from supervisor.desk.order import Command
from supervisor.errors import Refused, StoreError
from supervisor.journal import Entry, Journal
from supervisor.model import CommandClass, Role, Site, Text, User
from supervisor.people import EMERGENCY

LONGEST_NAME = 80
ONLY = frozenset({CommandClass.EMERGENCY})


class _Emergency(msgspec.Struct, frozen=True):
    equipment: str
    command: str
    value: float | None = None
    name: str = ""
    """Who gives it; wanted where nobody has signed in."""


def emergency_acts(site: Site, desk: Desk, sessions: Sessions, journal: Journal) -> dict[str, SeatAct]:
    """The one act."""

    async def emergency(session: Session, words: Mapping[str, Any]) -> Mapping[str, Any]:
        ask = msgspec.convert(words, _Emergency)
        equipment = site.equipment_by_id.get(ask.equipment)
        spec = equipment.type.commands.get(ask.command) if equipment else None
        if equipment is None or spec is None or spec.class_ is not CommandClass.EMERGENCY:
            raise Refused("unknown", NOT_ONE)
        user = giver(sessions, session, ask.name)
        state = "locked" if session.locked else "open" if sessions.present(session) else "watching"
        detail = {"command": ask.command, "name": user.name, "place": session.seat, "state": state}
        try:
            await journal.written(Entry("access", "emergency", user.id, ask.equipment, equipment.area, "done", detail))
        except StoreError as error:
            raise Refused("journal", UNWRITTEN) from error
        return {"id": await desk.submit(Command(ask.equipment, ask.command, ask.value), user)}

    return {"emergency": emergency}


def giver(sessions: Sessions, session: Session, name: str) -> User:
    """In whose name it leaves: who has signed in, else the seat and the name that was said. Raises Refused."""
    person = sessions.present(session)
    if person is not None and not session.locked:
        return replace(person, role=Role.ENGINEER, areas=frozenset(), classes=ONLY, lent_by=EMERGENCY)
    said = " ".join(name.split())[:LONGEST_NAME]
    if not said:
        raise Refused("name", NO_NAME)
    seat = sessions.seat_user(session)
    return User(seat.id, f"{seat.name} : {said}", Role.ENGINEER, classes=ONLY)


NOT_ONE = Text(
    "Ce n'est pas une commande d'urgence : ouvrez une session pour la donner.",
    "This is no emergency command: sign in to give it.",
)
NO_NAME = Text("Dites qui donne cet ordre : nom et prénom.", "Say who gives this order: first and last name.")
UNWRITTEN = Text(
    "Le journal ne peut pas être écrit : aucune commande ne part tant que c'est le cas.",
    "The journal cannot be written: no command leaves while that is so.",
)
