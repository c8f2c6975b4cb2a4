"""`vigie journal SITE verify|search|export`: what happened and who did it, for whoever must answer for it.

`verify` walks the whole chain, and holds the ledger and the lock-outs against it; a row that was altered, removed,
inserted or moved is named, and the exit code is 3. `proof` puts one command on one page.
"""

from __future__ import annotations

import argparse
import sys
from datetime import datetime
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

import drivers
from supervisor.archive.period import instant
from supervisor.clock import SECOND, SystemClock
from supervisor.desk.proof import check_ledger
from supervisor.errors import Unavailable
from supervisor.journal import JournalReader
from supervisor.journal_rows import Wish
from supervisor.model import Site
from supervisor.site import load
from ui.cli.history import DAMAGED
from ui.commissioning.printing import print_pdf
from ui.faceplate.proof_page import foot, page
from ui.folder import DataFolder
from ui.journal.sheet import Names, every, write
from ui.wording import Wording

_FAULTS = {
    "altered": "was altered after it was written",
    "missing": "is missing: it was removed",
    "inserted": "was put in: nobody wrote it there",
    "reordered": "does not follow the row before it: rows were moved",
}


def journal(given: argparse.Namespace) -> int:
    """Do what `given.action` says."""
    site = load(given.site, drivers.TABLE)
    folder = DataFolder.of(site, given.data)
    if not folder.journal.exists():
        raise Unavailable(f"there is no journal in {folder.root}: name the folder of the station with --data")
    return _WORK[given.action](given, site, JournalReader(folder.journal, Wording(site)))


def _verify(given: argparse.Namespace, site: Site, reader: JournalReader) -> int:
    found, faults = reader.verify(), check_ledger(reader.path)
    if not found.whole:
        told = f"row {found.first} {_FAULTS[found.fault]}; {found.rows} rows before it are right"
        print(f"vigie: journal: {told}", file=sys.stderr)
    for fault in faults:
        print(f"vigie: {fault.table}: row {fault.id} {_FAULTS[fault.fault]}", file=sys.stderr)
    strangers = [told for told in given.expect if not _expected(reader, told)]
    for told in strangers:
        print(f"vigie: {told} is not in the journal: it was written anew since that was noted", file=sys.stderr)
    if not found.whole or faults or strangers:
        return DAMAGED
    last = reader.latest(1)
    print(f"{found.rows} rows, all as they were written. Last: {last[0].id}:{last[0].hash if last else '-'}")
    return 0


def _expected(reader: JournalReader, told: str) -> bool:
    """Whether the row of "id:hash" is there; what was noted outside proves everything before it."""
    number, _, mark = told.partition(":")
    row = reader.row(int(number)) if number.isdecimal() else None
    return row is not None and bool(mark) and row.hash.startswith(mark)


def _proof(given: argparse.Namespace, site: Site, reader: JournalReader) -> int:
    found = reader.command(given.command)
    if found is None:
        raise Unavailable(f"there is no command {given.command} in {reader.path}")
    language = given.language or site.language
    html = page(site, reader, found, SystemClock().now(), language)
    if given.html:
        Path(given.html).write_text(html, "utf-8")
    print_pdf(html, given.pdf or f"command-{given.command}.pdf", foot(site, found, language), upright=True)
    print(given.pdf or f"command-{given.command}.pdf")
    return 0


def _search(given: argparse.Namespace, site: Site, reader: JournalReader) -> int:
    zone = ZoneInfo(site.zone)
    for row in islice(every(reader, _wish(given, site)), given.most):
        when = datetime.fromtimestamp(row.time / SECOND, zone)
        words = " ".join(word for word in (row.subject, row.result, row.who) if word)
        said = f"{when:%Y-%m-%d %H:%M:%S}  {row.category}.{row.kind}  {words}  {dict(row.detail) or ''}"
        print(f"{row.id:>9}  {said}".rstrip())
    return 0


def _export(given: argparse.Namespace, site: Site, reader: JournalReader) -> int:
    if given.file.exists() and not given.overwrite:
        raise Unavailable(f"{given.file} is there already: name another file, or say --overwrite")
    reader.people.pull()
    names = Names(site, given.language or site.language, reader.people)
    count = write(every(reader, _wish(given, site)), given.file, names)
    print(f"{count} rows in {given.file}")
    return 0


def _wish(given: argparse.Namespace, site: Site) -> Wish:
    zone, now = ZoneInfo(site.zone), SystemClock().now()
    start = instant(given.start, zone, now) if given.start else None
    end = instant(given.end, zone, now, last=True) if given.end else None
    who, what = given.who, (given.subject, given.category, given.kind)
    return Wish(given.text, *what, who, given.result, start, end)


_WORK = {"verify": _verify, "search": _search, "export": _export, "proof": _proof}
