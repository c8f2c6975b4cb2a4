"""Follow: the directory is asked again about whom it proved, and about who gives a critical command.

What it says counts at once, everywhere: another role, other areas, nobody of ours any more. While it is silent what it
said last holds, for a shift (`supervisor.accounts.heard`). Accounts of the station are asked of nobody.
"""

from __future__ import annotations

from supervisor.accounts.accounts import Accounts
from supervisor.clock import Clock
from supervisor.model import User

AGAIN_S = 300.0
"""How often it is asked about everybody it proved: who has gone home may have a round under way, or have asked that a
lock-out come off."""
FRESH_S, WAIT_S = 30.0, 2.0
"""A critical command wants its word no older than that, and waits so long for it: its window waits five seconds."""


async def follow(accounts: Accounts, clock: Clock) -> None:
    """Now and then; for ever."""
    while True:
        await clock.sleep(AGAIN_S)
        for id_ in accounts.heard.ids():
            await accounts.ask_again(id_, AGAIN_S / 2)


async def renew(accounts: Accounts, user: User) -> None:
    """Before it is decided what somebody may do, with their own rights and with those lent to them."""
    for id_ in (user.id, user.lent_by):
        await accounts.ask_again(id_, FRESH_S, WAIT_S)
