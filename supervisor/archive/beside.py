"""Beside the history: the journal, the accounts and whatever else the station must not lose, one file each.

They lie in the folder the history's own lies in. What can be made again from them (the index of the journal's words)
is left out. Passwords of links and keys never leave the machine with a backup, only what they are called: who restores
it is told what has to be given again. See docs/decisions/0024.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from supervisor.accounts.book import Book
from supervisor.database import sqlite3
from supervisor.errors import StoreError
from supervisor.historian.check import Damage
from supervisor.journal import JournalReader

JOURNAL = "journal.db"
ACCOUNTS = "accounts.json"
MADE_AGAIN = ("journal-words.db", "journal-marks.db")
"""Found anew by the station that starts without them."""


def files(history: Path) -> list[Path]:
    """Those of a history folder's station; the journal last, so that it knows of all the others say."""
    found = [path for path in history.parent.glob("*.db") if path.is_file() and path.name not in MADE_AGAIN]
    found += [path for path in [history.parent / ACCOUNTS] if path.is_file()]
    return sorted(found, key=lambda path: (path.name == JOURNAL, path.name))


def secrets(history: Path) -> list[str]:
    """What the passwords of the data folder are of: links, "mail", "directory". Those of a keyring are not seen."""
    try:
        kept = json.loads((history.parent / "secrets.json").read_text("utf-8"))
    except (OSError, ValueError):
        return []
    return sorted(map(str, kept)) if isinstance(kept, dict) else []


def keys(history: Path) -> list[str]:
    """The files of our keys and certificates, and of those that are trusted, below pki/. What was shown and not trusted
    nobody misses."""
    pki = history.parent / "pki"
    found = (path.relative_to(pki) for path in pki.rglob("*") if path.is_file())
    return sorted(path.as_posix() for path in found if path.parts[0] != "rejected" and path.suffix != ".json")


def accounts(path: Path) -> Iterator[Damage]:
    """Why nobody could sign in with this file; of another file nothing."""
    if path.name != ACCOUNTS:
        return
    try:
        Book(path)
    except StoreError as error:
        yield Damage(path.name, "accounts", 0, (0, 0), f"Nobody could sign in: {error}")


def chain(path: Path) -> Iterator[Damage]:
    """Where the chain of a journal is broken; of another file nothing."""
    if path.name != JOURNAL:
        return
    try:
        verdict = JournalReader(path).verify()
    except (sqlite3.Error, StoreError) as error:
        yield Damage(path.name, "chain", 0, (0, 0), f"The chain of the journal cannot be walked: {error}")
        return
    if not verdict.whole:
        yield Damage(
            path.name, "chain", 0, (0, 0), f"The chain of the journal breaks: row {verdict.first} is {verdict.fault}."
        )
