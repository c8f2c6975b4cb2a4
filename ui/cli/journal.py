"""`vigie journal SITE verify|search|export`: what happened and who did it, for whoever must answer for it.

`verify` walks the whole chain, and holds the ledger and the lock-outs against it; a row that was altered, removed,
inserted or moved is named, and the exit code is 3. `proof` puts one command on one page.
"""

from __future__ import annotations

import argparse
import sys
from datetime import datetime
from itertools import islice
from zoneinfo import ZoneInfo

import drivers
from supervisor.archive.period import instant
from supervisor.clock import SECOND, SystemClock
from supervisor.desk.proof import check_ledger
from supervisor.errors import Unavailable
from supervisor.journal import JournalReader
from supervisor.journal_rows import Wish
from supervisor.model import Site
from supervisor.names import called
from supervisor.site import load
from ui.cli import files, said
from ui.cli.history import DAMAGED
from ui.cli.said import Speech
from ui.commissioning.printing import print_pdf
from ui.faceplate.proof_page import foot, page
from ui.folder import DataFolder
from ui.journal.sheet import Names, every, write
from ui.wording import Wording


def journal(given: argparse.Namespace) -> int:
    """Do what `given.action` says."""
    site = load(given.site, drivers.TABLE)
    folder, say = DataFolder.of(site, given.data), Speech(given, site)
    if not folder.journal.exists():
        raise Unavailable(say(said.NO_JOURNAL, folder.root))
    return _WORK[given.action](given, site, JournalReader(folder.journal, Wording(site)), say)


def _verify(given: argparse.Namespace, site: Site, reader: JournalReader, say: Speech) -> int:
    found, faults = reader.verify(), check_ledger(reader.path)
    if not found.whole:
        told = say(said.FAULT, "journal", found.first, say(said.FAULTS[found.fault])) + say(said.BEFORE, found.rows)
        print(f"vigie: {told}", file=sys.stderr)
    for fault in faults:
        told = say(said.FAULT, fault.table, fault.id, say(said.FAULTS[fault.fault]))
        print(f"vigie: {told}", file=sys.stderr)
    strangers = [told for told in given.expect if not _expected(reader, told)]
    for told in strangers:
        print(f"vigie: {say(said.STRANGER, told)}", file=sys.stderr)
    if not found.whole or faults or strangers:
        return DAMAGED
    last = reader.latest(1)
    print(say(said.WHOLE, found.rows, f"{last[0].id}:{last[0].hash}" if last else "-"))
    return 0


def _expected(reader: JournalReader, told: str) -> bool:
    """Whether the row of "id:hash" is there; what was noted outside proves everything before it."""
    number, _, mark = told.partition(":")
    row = reader.row(int(number)) if number.isdecimal() else None
    return row is not None and bool(mark) and row.hash.startswith(mark)


def _proof(given: argparse.Namespace, site: Site, reader: JournalReader, say: Speech) -> int:
    found = reader.command(given.command)
    if found is None:
        raise Unavailable(say(said.NO_COMMAND, given.command, reader.path))
    paper = given.pdf or say(said.PAPER, given.command)
    html = page(site, reader, found, SystemClock().now(), say.language)
    if given.html:
        files.write(given.html, html)
    print_pdf(html, paper, foot(site, found, say.language), upright=True)
    print(paper)
    return 0


def _search(given: argparse.Namespace, site: Site, reader: JournalReader, say: Speech) -> int:
    zone = ZoneInfo(site.zone)
    reader.people.pull()
    for row in islice(every(reader, _wish(given, site)), given.most):
        when = datetime.fromtimestamp(row.time / SECOND, zone)
        name = called(site, reader.people, row.who) if row.who else ""
        who = row.who if name == row.who else f"{row.who} ({name})"
        words = " ".join(word for word in (row.subject, row.result, who) if word)
        line = f"{when:%Y-%m-%d %H:%M:%S}  {row.category}.{row.kind}  {words}  {dict(row.detail) or ''}"
        print(f"{row.id:>9}  {line}".rstrip())
    return 0


def _export(given: argparse.Namespace, site: Site, reader: JournalReader, say: Speech) -> int:
    if given.file.exists() and not given.overwrite:
        raise Unavailable(say(said.THERE_ALREADY, given.file))
    reader.people.pull()
    names = Names(site, say.language, reader.people)
    count = write(every(reader, _wish(given, site)), given.file, names)
    print(say.counted(said.ROWS_IN, count, given.file))
    return 0


def _wish(given: argparse.Namespace, site: Site) -> Wish:
    zone, now = ZoneInfo(site.zone), SystemClock().now()
    start = instant(given.start, zone, now) if given.start else None
    end = instant(given.end, zone, now, last=True) if given.end else None
    who, what = given.who, (given.subject, given.category, given.kind)
    return Wish(given.text, *what, who, given.result, start, end)


_WORK = {"verify": _verify, "search": _search, "export": _export, "proof": _proof}
