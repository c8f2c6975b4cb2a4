"""Follow: the directory is asked again about who has signed in, and about who gives a critical command.

What it says counts at once, everywhere: another role, other areas, nobody of ours any more. While it is silent what it
said last holds, for a shift (`supervisor.accounts.heard`). Accounts of the station are asked of nobody.
"""

from __future__ import annotations

from supervisor.accounts.accounts import Accounts
from supervisor.accounts.sessions import Sessions
from supervisor.clock import Clock
from supervisor.model import User

AGAIN_S = 300.0
"""How often it is asked about whoever sits at a seat, or lends rights to one."""
FRESH_S, WAIT_S = 30.0, 2.0
"""A critical command wants its word no older than that, and waits so long for it: its window waits five seconds."""


async def follow(sessions: Sessions, clock: Clock) -> None:
    """Now and then; for ever."""
    while True:
        await clock.sleep(AGAIN_S)
        for id_ in sessions.ids():
            await sessions.accounts.ask_again(id_, AGAIN_S / 2)


async def renew(accounts: Accounts, user: User) -> None:
    """Before it is decided what somebody may do, with their own rights and with those lent to them."""
    for id_ in (user.id, user.lent_by):
        await accounts.ask_again(id_, FRESH_S, WAIT_S)
