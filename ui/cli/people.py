"""`vigie people list|add|password|disable|enable SITE`: accounts on the command line.

Without a station on the data folder whoever owns the folder may change them, and the journal says so: this is how an
administrator who forgot a password gets in again. With a station running they are changed through it, by somebody who
signs in as an administrator (`--as`): the journal has one writer.
"""

from __future__ import annotations

import argparse
import asyncio
from datetime import UTC, datetime
from typing import Any

import drivers
from supervisor.accounts.accounts import CONSOLE, Accounts
from supervisor.accounts.acts import people_acts
from supervisor.accounts.book import Account, Book
from supervisor.ask import Asker
from supervisor.clock import SECOND, SystemClock
from supervisor.errors import Refused, Unavailable
from supervisor.journal import Journal
from supervisor.model import Site
from supervisor.site import load
from ui.cli.password import new_password, password_of
from ui.cli.people_words import ACTS
from ui.folder import DataFolder

FIRST = "nobody can sign in here yet: the first account is an administrator's, everywhere; leave out --role and --area"


def people(given: argparse.Namespace) -> int:
    """List or change accounts."""
    site = load(given.site, drivers.TABLE)
    folder = DataFolder.of(site, given.data)
    folder.make()
    if given.action == "list":
        _list(site, folder)
        return 0
    if not given.id:
        raise Unavailable(f"say whose: vigie people {given.action} SITE ID")
    words = _words(given)
    try:
        if folder.holder():
            asyncio.run(_through(given, folder, words))
        else:
            with folder.held():
                asyncio.run(_here(site, folder, given, words))
    except Refused as refused:
        raise Unavailable(str(refused)) from None
    print(f"vigie: {given.id}: {given.action} is done")
    return 0


def _words(given: argparse.Namespace) -> dict[str, Any]:
    words: dict[str, Any] = {"id": given.id}
    if given.action in ("add", "password"):
        words["password"] = new_password(given.id)
    if given.action == "add":
        words |= {"name": given.name or given.id, "role": given.role or "operator", "areas": given.area}
    return words


async def _here(site: Site, folder: DataFolder, given: argparse.Namespace, words: dict[str, Any]) -> None:
    """On the files, for there is no station that has them open."""
    clock = SystemClock()
    journal = Journal(folder.journal, clock)
    try:
        accounts = Accounts(site, folder.accounts, journal, clock)
        if accounts.first_start and given.action == "add":
            if given.area or given.role not in (None, "administrator"):
                raise Unavailable(FIRST)
            await accounts.found(given.id, words["name"], words["password"], "console")
        else:
            await people_acts(accounts, site)[_act(given)](CONSOLE, words)
    finally:
        journal.close()


async def _through(given: argparse.Namespace, folder: DataFolder, words: dict[str, Any]) -> None:
    """At the station that runs."""
    if not given.by:
        raise Unavailable("a station runs here: say which administrator you are (--as ID), or stop it first")
    asker = Asker(folder.station, "console", proof=(given.by, password_of(given.by)))
    try:
        await asker.ask(_act(given), **words)
    finally:
        await asker.close()


def _act(given: argparse.Namespace) -> str:
    return "add_person" if given.action == "add" else ACTS[given.action]


def _list(site: Site, folder: DataFolder) -> None:
    book = Book(folder.accounts)
    for id_ in sorted({*site.users, *book.people}):
        account = book.people.get(id_)
        user = site.users.get(id_) or (account.user(id_) if account and account.own else None)
        if user is None:
            continue
        words = [user.role.name.lower(), "everywhere" if not user.areas else ",".join(sorted(user.areas))]
        words.append("site folder" if id_ in site.users else "this station")
        words.append(_state(account))
        print(f"{id_:20} {user.name:28} {words[0]:14} {words[1]:20} {words[2]:13} {words[3]}")


def _state(account: Account | None) -> str:
    if account is None or not account.mark:
        return "disabled" if account and account.disabled else "no password yet"
    if account.disabled:
        return "disabled"
    last = f"{datetime.fromtimestamp(account.last / SECOND, UTC):%Y-%m-%d %H:%M} UTC" if account.last else "never"
    return f"signed in: {last}" + (", password to be changed" if account.renew else "")
