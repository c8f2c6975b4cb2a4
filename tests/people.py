"""People who can sign in: the users of a site with passwords, hashed as cheaply as argon2id goes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from supervisor.accounts.accounts import CONSOLE, Accounts
from supervisor.accounts.hashing import Cost, Hasher
from supervisor.clock import Clock, SystemClock
from supervisor.journal import Journal
from supervisor.model import Role, Site, User

CHEAP = Cost(passes=1, memory_kib=8, lanes=1)
PASSWORD = "quatre bateaux remontent la Maine"
OTHER = "cinq clochers au bout du faubourg"
ADMINISTRATOR = User("a.martin", "Agnès Martin", Role.ADMINISTRATOR)


@contextmanager
def opened(site: Site, folder: Path, clock: Clock | None = None) -> Iterator[Accounts]:
    """The accounts of a data folder, with a journal of their own."""
    clock = clock or SystemClock()
    journal = Journal(folder / "journal.db", clock)
    try:
        yield Accounts(site, folder / "accounts.json", journal, clock, Hasher(CHEAP))
    finally:
        journal.close()


def enrol(site: Site, folder: Path) -> None:
    """Everybody of the site gets `PASSWORD`, and so does an administrator; for a folder no station runs on."""

    async def scenario() -> None:
        with opened(site, folder) as accounts:
            await give(accounts, site)

    asyncio.run(scenario())


def hurry(accounts: Accounts) -> None:
    """Let accounts that a station has made hash as cheaply as `opened` ones; what a hash costs is tested by itself."""
    accounts._hasher = Hasher(CHEAP)


async def give(accounts: Accounts, site: Site) -> None:
    """The same for accounts that are open."""
    await accounts.add(CONSOLE, ADMINISTRATOR, PASSWORD, renew=False)
    for id_ in site.users:
        await accounts.reset(CONSOLE, id_, PASSWORD, renew=False)
