"""`vigie alarms SITE export|import|diff`: the master alarm database, out of the site folder and back into it."""

from __future__ import annotations

import argparse
from pathlib import Path

import drivers
from alarms.master.book import MASTER, Rows, configured, key_of, whole
from alarms.master.compare import Difference, Kind, compare
from alarms.master.sheets import read, write
from alarms.master.take import kept_rows, take
from supervisor.errors import Unavailable
from supervisor.model import Site
from supervisor.site import check, load
from ui.cli import said
from ui.cli.said import Speech

_SIGNS = {Kind.ADDED: "+", Kind.REMOVED: "-", Kind.CHANGED: "~", Kind.UNAPPROVED: "?"}


def alarms(given: argparse.Namespace) -> int:
    """What `given.action` says; 1 where a diff found something."""
    site = load(given.site, drivers.TABLE)
    work = {"export": _export, "import": _import, "diff": _diff}[given.action]
    return work(site, given, Speech(given, site))


def _export(site: Site, given: argparse.Namespace, say: Speech) -> int:
    rows = whole(configured(site), kept_rows(site.folder))
    write(given.file, rows.values(), given.semicolons)
    print(say(said.RULES, given.file, len(rows), len({type_ for type_, _ in rows})))
    return 0


def _import(site: Site, given: argparse.Namespace, say: Speech) -> int:
    taken = take(site, given.file, lambda folder: check(folder, drivers.TABLE), given.dry_run)
    files = ", ".join(file.as_posix() for file in taken.files) or say(said.NO_FILE)
    print(say.counted(said.WOULD_CHANGE if given.dry_run else said.CHANGED, taken.cells, taken.rules, files))
    return 0


def _diff(site: Site, given: argparse.Namespace, say: Speech) -> int:
    if len(given.files) > 2:
        raise Unavailable(say(said.TOO_MANY))
    if len(given.files) == 2:
        found = compare(_rows(given.files[0]), _rows(given.files[1]))
    else:
        approved = _rows(given.files[0]) if given.files else kept_rows(site.folder)
        if not approved:
            raise Unavailable(say(said.NOT_APPROVED, site.folder / MASTER))
        found = compare(approved, configured(site), approval=True)
    for one in found:
        print(_told(one, say))
    print(say.counted(said.DIFFERENCES, len(found)) if found else say(said.NO_DIFFERENCE))
    return 1 if found else 0


def _rows(path: Path) -> Rows:
    return {key_of(line.row): line.row for line in read(path).lines}


def _told(one: Difference, say: Speech) -> str:
    name = one.key[1] if "." in one.key[1] else f"{one.key[0]}.{one.key[1]}"  # of one equipment, or of a type
    rule = f"{_SIGNS[one.kind]} {name}"
    words = {
        Kind.ADDED: say(said.ADDED),
        Kind.REMOVED: say(said.REMOVED),
        Kind.UNAPPROVED: say(said.UNAPPROVED),
        Kind.CHANGED: say(said.TURNED, one.column, one.left, one.right),
    }
    return f"{rule}: {words[one.kind]}"
