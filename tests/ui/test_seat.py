"""What a window knows of its seat is what the station says: who, and with all of which rights."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtWidgets import QApplication

from supervisor.accounts.accounts import CONSOLE
from supervisor.model import CommandClass, Role, User
from supervisor.people import SEAT, lent
from tests.people import PASSWORD
from tests.supervisor.accounts.test_sessions import CHIEF, Seat, live
from tests.supervisor.pumphouse import NED, site
from ui.seat import Session

NIGHT = frozenset({CommandClass.NORMAL})


def test_that_a_window_knows_all_that_its_seat_may_do(qapp: QApplication, tmp_path: Path) -> None:
    loan = {"user": CHIEF.id, "password": PASSWORD, "reason": "renfort", "minutes": 15.0}

    async def scenario(seat: Seat) -> None:
        window = Session(seat="poste-1")
        changes: list[User] = []
        window.changed.connect(lambda: changes.append(window.user))
        await seat.sign_in(NED.id)
        window.hear(await seat.ask("session"))
        window.hear(await seat.ask("lend_rights", **loan))
        assert window.user == seat.user == lent(NED, CHIEF)
        assert window.person == NED
        await seat.sessions.accounts.alter(CONSOLE, replace(CHIEF, areas=frozenset({"south"})))
        window.hear(await seat.ask("session"))
        assert window.user.parts[1].areas == frozenset({"south"})
        assert len(changes) == 3, "rights that are lent elsewhere are other rights"
        await seat.ask("lock")
        window.hear(await seat.ask("session"))
        assert window.user == User(f"{SEAT}poste-1", "poste-1", Role.VIEWER)

    live(tmp_path, scenario)


def test_that_a_window_knows_the_classes_of_commands_of_who_sits_there(qapp: QApplication, tmp_path: Path) -> None:
    """What their rights do not cover is told before the click."""

    async def scenario(seat: Seat) -> None:
        site_users = seat.sessions.accounts._site.users
        site_users[NED.id] = replace(NED, classes=NIGHT)  # type: ignore[index]
        window = Session(seat="poste-1")
        window.hear(await seat.sign_in(NED.id))
        assert window.user.classes == NIGHT

    assert site().users[NED.id].classes != NIGHT
    live(tmp_path, scenario)
