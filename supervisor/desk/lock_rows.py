"""The rows of lock-outs: what stands, in the file of the journal, each change together with its row of the chain."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from supervisor.database import SqliteDatabase, has_table, plain, snapshot
from supervisor.journal import Entry, chain
from supervisor.journal_tables import LockNameTable, LockOutTable
from supervisor.model import NO_TEXT, Site, Text

BOOK = "lockout"
"""Category of the journal."""


@dataclass(frozen=True, slots=True)
class LockOut:
    """One that stands."""

    id: int
    equipment: str
    who: str
    """Id of its holder."""
    reason: str
    time: int
    """Since when, ns UTC."""
    asked_by: str = ""
    """Who asked that it come off; empty while nobody did."""
    asked_at: int = 0
    name: Text = NO_TEXT
    """Of the equipment, as the last station that knew it called it."""
    area: str = ""
    """Where it stood then."""


def standing(path: Path) -> list[LockOut]:
    """What stands, read from the file of the journal by any process and thread. Raises StoreError."""
    with snapshot(path) as database:
        return read(database)


def last_known(one: LockOut) -> Text:
    """The name of an equipment that has left the site; its id where no station knew another."""
    return one.name if one.name.fr else Text(one.equipment, one.equipment)


def read(database: SqliteDatabase) -> list[LockOut]:
    """What stands, the oldest first."""
    if not has_table(plain(database), "lock_outs"):
        return []
    rows = LockOutTable.select().order_by(LockOutTable.id).tuples().execute(database)
    named = LockNameTable.select().tuples().execute(database) if has_table(plain(database), "lock_names") else ()
    names = {row[0]: row[1:] for row in named}
    return [_named(LockOut(*row), *names.get(row[0], ("", "", ""))) for row in rows]


def _named(one: LockOut, fr: str, en: str, area: str) -> LockOut:
    return replace(one, name=Text(fr, en), area=area)


def rename(database: SqliteDatabase, site: Site) -> None:
    """The names of what stands and the site knows are kept for the day it leaves."""
    for one in read(database):
        thing = site.equipment_by_id.get(one.equipment)
        if thing is not None and (thing.name, thing.area) != (one.name, one.area):
            _keep_name(database, replace(one, name=thing.name, area=thing.area))


def _keep_name(database: SqliteDatabase, one: LockOut) -> None:
    row = {"lock": one.id, "fr": one.name.fr, "en": one.name.en, "area": one.area}
    LockNameTable.insert(row).on_conflict_replace().execute(database)


def insert(database: SqliteDatabase, one: LockOut) -> int:
    """One that is hung, with its row of the chain; its number."""
    row = {"equipment": one.equipment, "who": one.who, "reason": one.reason, "time": one.time}
    number = int(LockOutTable.insert({**row, "asked_by": "", "asked_at": 0}).execute(database))
    _keep_name(database, replace(one, id=number))
    detail = {"lock": number, "reason": one.reason}
    chain(plain(database), Entry(BOOK, "hang_lock", one.who, one.equipment, one.area, "done", detail), one.time)
    return number


def update(database: SqliteDatabase, one: LockOut, entry: Entry) -> int:
    """Who asked for its release, or that nobody did any more, with its row of the chain."""
    table = LockOutTable
    table.update(asked_by=one.asked_by, asked_at=one.asked_at).where(table.id == one.id).execute(database)
    return chain(plain(database), entry, entry.time)


def delete(database: SqliteDatabase, number: int, entry: Entry) -> int:
    """One that comes off, with its row of the chain."""
    LockOutTable.delete().where(LockOutTable.id == number).execute(database)
    LockNameTable.delete().where(LockNameTable.lock == number).execute(database)
    return chain(plain(database), entry, entry.time)
