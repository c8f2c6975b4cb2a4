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
from supervisor.people import ROLES
from supervisor.site import load
from ui.cli import said
from ui.cli.password import new_password, password_of
from ui.cli.people_words import ACTS
from ui.cli.said import Speech
from ui.folder import DataFolder


def people(given: argparse.Namespace) -> int:
    """List or change accounts."""
    site = load(given.site, drivers.TABLE)
    folder = DataFolder.of(site, given.data)
    folder.make()
    say = Speech(given, site)
    if given.action == "list":
        _list(site, folder, say)
        return 0
    if not given.id:
        raise Unavailable(say(said.WHOSE, given.action))
    words = _words(given, say)
    try:
        if folder.holder():
            asyncio.run(_through(given, folder, words, say))
        else:
            with folder.held():
                asyncio.run(_here(site, folder, given, words, say))
    except Refused as refused:
        raise Unavailable(say(refused.text)) from None
    print(f"vigie: {say(said.DONE[given.action], given.id)}")
    return 0


def _words(given: argparse.Namespace, say: Speech) -> dict[str, Any]:
    words: dict[str, Any] = {"id": given.id}
    if given.action in ("add", "password"):
        words["password"] = new_password(given.id, say)
    if given.action == "add":
        words |= {"name": given.name or given.id, "role": given.role or "operator", "areas": given.area}
    return words


async def _here(site: Site, folder: DataFolder, given: argparse.Namespace, words: dict[str, Any], say: Speech) -> None:
    """On the files, for there is no station that has them open."""
    clock = SystemClock()
    journal = Journal(folder.journal, clock)
    try:
        accounts = Accounts(site, folder.accounts, journal, clock)
        if accounts.first_start and given.action == "add":
            if given.area or given.role not in (None, "administrator"):
                raise Unavailable(say(said.FIRST))
            await accounts.found(given.id, words["name"], words["password"], "console")
        else:
            await people_acts(accounts, site)[_act(given)](CONSOLE, words)
    finally:
        journal.close()


async def _through(given: argparse.Namespace, folder: DataFolder, words: dict[str, Any], say: Speech) -> None:
    """At the station that runs."""
    if not given.by:
        raise Unavailable(say(said.AS_WHOM))
    asker = Asker(folder.station, "console", proof=(given.by, password_of(given.by, say)))
    try:
        await asker.ask(_act(given), **words)
    finally:
        await asker.close()


def _act(given: argparse.Namespace) -> str:
    return "add_person" if given.action == "add" else ACTS[given.action]


def _list(site: Site, folder: DataFolder, say: Speech) -> None:
    book = Book(folder.accounts)
    for id_ in sorted({*site.users, *book.people}):
        account = book.people.get(id_)
        user = site.users.get(id_) or (account.user(id_) if account and account.own else None)
        if user is None:
            continue
        words = [say(ROLES[user.role]), ",".join(sorted(user.areas)) or say(said.EVERYWHERE)]
        words.append(say(said.OF_SITE if id_ in site.users else said.OF_STATION))
        words.append(_state(account, say))
        print(f"{id_:20} {user.name:28} {words[0]:14} {words[1]:20} {words[2]:15} {words[3]}")


def _state(account: Account | None, say: Speech) -> str:
    if account is None or not account.mark:
        return say(said.DISABLED if account and account.disabled else said.NO_PASSWORD)
    if account.disabled:
        return say(said.DISABLED)
    last = f"{datetime.fromtimestamp(account.last / SECOND, UTC):%Y-%m-%d %H:%M} UTC" if account.last else ""
    return say(said.SIGNED_IN, last or say(said.NEVER)) + (say(said.TO_BE_CHANGED) if account.renew else "")
