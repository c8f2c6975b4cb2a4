"""What has happened in the city of the pictures, so that no page is photographed empty.

A past is written before the station starts (notices of last night); the rest is lived through: things go wrong at the
city's controllers, and the person at the window answers as an operator would.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Any

from alarms.notify.notice import END, TEST, Key, Notice, State
from alarms.notify.store import Store
from simulator import control
from simulator.mischief import Unknown
from supervisor.clock import SECOND
from supervisor.errors import Refused
from supervisor.model import Alarm, Site
from supervisor.on_call import OnCall
from ui.attach import Attachment
from ui.board import Board
from ui.folder import DataFolder

WRONG = (
    "strike AP-004 door 30",
    "strike AP-009 leak 30",
    "strike AP-017 breaker 30",
    "strike PR-07 surge 30",
    "strike PR-03.P1 trip 30",
    "strike CF-104 lamp 30",
    "strike PK-03 barrier 30",
    "silence L-AP-014",
)
"""Acts of the control socket. What the site has no such equipment for is left out."""
STORM = (
    *(f"strike AP-{number} supply 30" for number in ("001", "021", "036", "042", "045", "052", "057")),
    *(f"strike CF-{number} lamp 30" for number in ("101", "112", "118")),
    *(f"strike {pump} trip 30" for pump in ("PR-02.P2", "PR-11.P1", "PR-12.P1")),
    "strike AP-028 leak 30",
    "strike AP-031 breaker 30",
    "silence L-AP-063",
    "silence L-PR-16",
)
"""A thunderstorm: more alarms in a few minutes than anybody reads one by one."""
SILENT = "L-PR-02"
"""The link that says nothing while a command is under way, whose fate is then unknown: a hole in its trends as well."""
SILENT_S = 14.0
NOTES = (
    "Ronde de 20 h faite : rien à signaler au poste Quai Gambetta.",
    "Entreprise Cegelec attendue demain 8 h pour la porte de l'armoire AP-004, clé au coffre.",
)
_PART = ".P1"


def tell(site: Site, on_call: OnCall | None, folder: DataFolder, now: int) -> None:
    """Notices of the last hours, as a station would have left them."""
    if on_call is None or not on_call.contacts or not site.alarms:
        return
    store = Store(folder.notify)
    try:
        store.add(_notices(site.alarms, list(on_call.contacts), now)).result()
    finally:
        store.close()


def _notices(alarms: Sequence[Alarm], contacts: Sequence[str], now: int) -> list[Notice]:
    grave = [alarm for alarm in alarms if alarm.rule.priority <= 2 and alarm.equipment.area]
    ways = (
        (State.SENT, 0, ""),
        (State.SENT, END, ""),
        (State.FAILED, 1, "the mail server refuses for good: 550 5.1.1 no such mailbox"),
        (State.UNKNOWN, 0, "the mail server mail.angers.example hung up: Connection reset by peer"),
        (State.DROPPED, 1, "answered"),
        (State.SENT, 0, ""),
    )
    made = []
    for at, (state, step, error) in enumerate(ways):
        alarm = grave[at * 7 % len(grave)]
        when = now - (9 - at) * 2900 * SECOND
        key = Key(alarm.id, when, "rule", step, contacts[at % len(contacts)], "mqtt" if state is State.SENT else "mail")
        made.append(Notice(key, state, when, when, 1, error, when + 3 * SECOND))
    when = now - 240 * SECOND
    late = Key("", when, TEST, 0, contacts[-1], "mqtt")
    return [
        *made,
        Notice(late, State.WAITING, when, now + 360 * SECOND, 3, "the broker did not confirm within 20 s", 0),
    ]


async def live(attachment: Attachment, port: int) -> None:
    """Let things go wrong in the city that listens on `port`, and answer them; takes some twenty seconds."""
    for words in WRONG:
        await wreak(port, words)
    for text in NOTES:
        await _ask(attachment, "shift_note", text=text)
    for contact in ("eau", "cadre"):
        await _ask(attachment, "notify_test", contact=contact)
    await _lose_a_command(attachment, port)
    await _answer(attachment)


async def storm(port: int) -> None:
    """Let very much go wrong at once in the city that listens on `port`."""
    for words in STORM:
        await wreak(port, words)


async def _lose_a_command(attachment: Attachment, port: int) -> None:
    """A pump is asked for something while nobody hears; then all is well again."""
    for pump in (one for one in attachment.site.equipment if one.link == SILENT and one.id.endswith(_PART)):
        await wreak(port, f"silence {SILENT}")
        await _ask(attachment, "submit", equipment=pump.id, command="auto")
        await asyncio.sleep(SILENT_S)
        await wreak(port, f"restore {SILENT}")


async def _answer(attachment: Attachment) -> None:
    """Some alarms are acknowledged, one is shelved, and one has something written beside it."""
    board = Board(attachment.site, attachment.alarms)
    board.pull()
    standing = [attachment.site.alarms[int(row)].id for row in board.rows]
    if standing:
        await _ask(attachment, "acknowledge", alarms=standing[::3])
        await _ask(attachment, "comment", alarms=standing[:1], text="Équipe 1 prévenue, sur place vers 21 h.")


async def wreak(port: int, words: str) -> None:
    """One act of mischief; none where the city has no such equipment."""
    with contextlib.suppress(Unknown):
        await asyncio.to_thread(control.ask, port, words.split())


async def _ask(attachment: Attachment, act: str, **words: Any) -> None:
    with contextlib.suppress(Refused):
        await attachment.ask(act, **words)
