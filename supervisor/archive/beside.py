"""Beside the history: the journal, the states of alarms and whatever else the station must not lose, one file each.

They lie in the folder the history's own lies in. What can be made again from them (the index of the journal's words)
is left out; secrets are no databases and never leave the machine with a backup.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from supervisor.database import sqlite3
from supervisor.errors import StoreError
from supervisor.historian.check import Damage
from supervisor.journal import JournalReader

JOURNAL = "journal.db"
MADE_AGAIN = ("journal-words.db", "journal-marks.db")
"""Found anew by the station that starts without them."""


def files(history: Path) -> list[Path]:
    """Those of a history folder's station; the journal last, so that it knows of all the others say."""
    found = [path for path in history.parent.glob("*.db") if path.is_file() and path.name not in MADE_AGAIN]
    return sorted(found, key=lambda path: (path.name == JOURNAL, path.name))


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
