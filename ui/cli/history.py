"""`vigie history SITE …`: what an engineer does with the history besides looking at it.

Tables and figures go to standard output, progress and warnings to standard error. Times are the site's.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import asdict
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path
from zoneinfo import ZoneInfo

import drivers
from supervisor.accounts.book import Book
from supervisor.archive import backup as backups
from supervisor.archive import importing, month
from supervisor.archive.export import Wish, choose, export
from supervisor.archive.period import Step, instant
from supervisor.archive.reading import SHOWN, Reading
from supervisor.archive.restore import restore
from supervisor.archive.sinks import FORMATS
from supervisor.archive.survey import Survey, survey
from supervisor.archive.verify import verify
from supervisor.clock import SECOND, SystemClock
from supervisor.errors import StoreError, Unavailable
from supervisor.historian.check import Damage
from supervisor.historian.files import META
from supervisor.historian.history import History
from supervisor.historian.samples import Span
from supervisor.historian.writer import Historian
from supervisor.holes import Hole, HoleReader
from supervisor.model import Site
from supervisor.site import load
from supervisor.texts import Texts
from ui.cli.progress import bar
from ui.cli.secret import wanted
from ui.folder import DataFolder

MISTAKES, DAMAGED = 2, 3
"""Exit codes beyond those of `ui.cli`: a file to import has mistakes; something is damaged."""
COMPACTED = 0.1
"""Share of `compact` that is done before it merges."""
HOLES = 10
"""The newest holes that are listed; all of them with --json."""


def history(given: argparse.Namespace) -> int:
    """Do what `given.action` says."""
    site = load(given.site, drivers.TABLE)
    return _WORK[given.action](given, site, DataFolder.of(site, given.data))


def _there(folder: DataFolder) -> Path:
    if not (folder.history / META).exists():
        raise Unavailable(f"there is no history in {folder.root}: name the folder of the station with --data")
    return folder.history


def _info(given: argparse.Namespace, site: Site, folder: DataFolder) -> int:
    told = survey(_there(folder))
    zone = ZoneInfo(site.zone)
    print(json.dumps(_as_json(told, zone), indent=1) if given.json else "\n".join(_table(told, folder.history, zone)))
    return 0


def _as_json(told: Survey, zone: ZoneInfo) -> dict[str, object]:
    info = told.info
    return {
        **asdict(info),
        "bytes_per_sample": round(info.bytes_per_sample, 3),
        "oldest": _iso(info.oldest, zone),
        "newest": _iso(info.newest, zone),
        "last_flush": _iso(told.known, zone),
        "chunk_format": told.chunk_version,
        "files": [asdict(row) for row in told.files],
        "kinds": [asdict(row) for row in told.kinds],
        "station_off": [{"start": _iso(start, zone), "end": _iso(end, zone)} for start, end in told.off],
        "holes": [
            {**asdict(hole), "start": _iso(hole.start, zone), "end": _iso(hole.end or 0, zone)} for hole in told.ledger
        ],
    }


def _table(told: Survey, folder: Path, zone: ZoneInfo) -> list[str]:
    info = told.info
    return [
        f"history      {folder}",
        f"samples      {info.samples:,} of {info.tags:,} tags",
        f"span         {_local(info.oldest, zone)}  to  {_local(info.newest, zone)}",
        f"last flush   {_local(told.known, zone)}",
        f"size         {_size(info.bytes)}, {info.bytes_per_sample:.2f} bytes a sample",
        f"format       chunks {told.chunk_version}",
        "",
        f"{'files':<14}{'number':>8}{'size':>12}  {'version'}",
        *(f"{row.name:<14}{row.count:>8,}{_size(row.bytes):>12}  {row.version}" for row in told.files),
        "",
        f"{'kind':<14}{'tags':>8}{'samples':>18}",
        *(f"{row.kind:<14}{row.tags:>8,}{row.samples:>18,}" for row in told.kinds),
        "",
        *_listed("station off", [_span(span, zone) for span in told.off], ""),
        "",
        *_listed("link holes", [_hole(hole, zone) for hole in told.ledger], _states(told.ledger)),
    ]


def _listed(name: str, rows: Sequence[str], words: str) -> list[str]:
    """How many, and the newest of them."""
    more = f", the newest {HOLES}; all of them with --json" if len(rows) > HOLES else ""
    head = f"{len(rows):,}{words}{more}" if rows else "none known"
    return [f"{name:<13}{head}", *(f"  {row}" for row in rows[-HOLES:])]


def _states(ledger: Sequence[Hole]) -> str:
    found = Counter(hole.state.value for hole in ledger)
    return f" ({', '.join(f'{count:,} {state}' for state, count in sorted(found.items()))})"


def _hole(hole: Hole, zone: ZoneInfo) -> str:
    end = _local(hole.end, zone) if hole.end else "now"
    return f"{hole.link:<14} {_local(hole.start, zone)} to {end:<25} {hole.cause}, {hole.state.value}"


def _holes(given: argparse.Namespace, site: Site, folder: DataFolder) -> int:
    zone = ZoneInfo(site.zone)
    links = [id_ for id_ in site.links if any(fnmatchcase(id_, pattern) for pattern in given.links)]
    if not links:
        raise Unavailable(f"no link is called {' or '.join(given.links)}")
    day = datetime.fromtimestamp(instant(given.month, zone, SystemClock().now()) // SECOND, zone).date()
    with closing(History(_there(folder))) as past:
        told = month.months(past, HoleReader(folder.history), links, month.span_of(day, zone))
    if given.to_file is not None:
        count = month.write(told, given.to_file, zone, given.overwrite)
        print(f"{given.to_file}: {count:,} hole(s) of {len(told):,} link(s), {day:%Y-%m}")
        return 0
    for one in told:
        percent = one.share.percent
        print(f"{one.link:<20}{'-' if percent != percent else f'{percent:.2f} %':>10}  {len(one.holes)} hole(s)")
        for hole in one.holes:
            print(f"  {_hole(hole, zone)}")
    return 0


def _export(given: argparse.Namespace, site: Site, folder: DataFolder) -> int:
    zone, now = ZoneInfo(site.zone), SystemClock().now()
    form = given.format or given.to_file.suffix.lower().removeprefix(".")
    if form not in FORMATS:
        raise Unavailable(
            f"{given.to_file} does not say its format: end it in .csv, .parquet or .xlsx, or give --format"
        )
    step = Step.of(given.every) if given.every else None
    span = _asked(given.start, given.end, zone, now)
    with closing(History(_there(folder))) as past, bar(f"{given.to_file.name}") as progress:
        wish = Wish(choose(site, past.tags(), given.tags), span, zone, step)
        written = export(past, wish, given.to_file, form, given.overwrite, progress)
    rows, tags = "rows" if step else "samples", len(wish.tags)
    print(f"{given.to_file}: {written.rows:,} {rows} of {tags:,} tag{'s' * (tags != 1)}, {_span(span, zone)}")
    if written.rolled:
        print(f"{written.rolled:,} of them are made of rollups: their samples were kept long enough and are gone")
    why = "These samples cannot be read, and are missing in the file."
    return _complain([Damage("", "chunk", 0, at, why, tag) for tag, at in written.damaged], zone)


def _asked(start: str, end: str, zone: ZoneInfo, now: int) -> Span:
    span = instant(start, zone, now), min(instant(end, zone, now, last=True), now)
    if span[0] >= span[1]:
        raise Unavailable(f"nothing lies between --from {start} and --to {end}: {_span(span, zone)}")
    return span


def _import(given: argparse.Namespace, site: Site, folder: DataFolder) -> int:
    for path in given.files:
        if not path.is_file():
            raise Unavailable(f"there is no file {path}")
    if not given.dry_run:
        _free(folder)
    zone, clock = ZoneInfo(site.zone), SystemClock()
    tags = importing.tags_of(site, folder.history)
    with bar("reading") as progress:
        report = importing.check(given.files, tags, zone, clock.now(), progress)
    if report.wrong:
        for mistake in report.mistakes:
            print(mistake, file=sys.stderr)
        more = f" (the first {SHOWN} are listed)" if report.wrong > SHOWN else ""
        print(f"vigie: {report.wrong:,} mistake(s){more}; nothing was loaded", file=sys.stderr)
        return MISTAKES
    if given.dry_run:
        with bar("comparing") as progress:
            again = Reading(tags, zone, clock.now())
            report.new = importing.compare(folder.history, given.files, again, progress)
        _imported(report, zone, "would be new")
        return 0
    folder.make()
    with folder.held(), bar("loading") as progress:
        _imported(importing.load(folder.history, site, given.files, clock, progress), zone, "are new")
    return 0


def _imported(report: importing.Report, zone: ZoneInfo, words: str) -> None:
    print(f"{report.samples:,} samples of {len(report.tags):,} tags, {_span((report.oldest, report.newest), zone)}")
    print(f"{report.new:,} {words}, {report.samples - report.new:,} were there already")
    if report.hushed:
        print(f"{report.hushed:,} values were left out: their quality is bad")


def _free(folder: DataFolder) -> None:
    if number := folder.holder():
        raise Unavailable(
            f"the station (process {number}) records into {folder.history}, and only one program may write there: "
            "stop the station first"
        )


def _backup(given: argparse.Namespace, site: Site, folder: DataFolder) -> int:
    zone = ZoneInfo(site.zone)
    if given.keep is not None and given.keep < 1:
        raise Unavailable("--keep needs a number from 1 on")
    with bar("backup") as progress:
        made = backups.backup(_there(folder), given.to, site.id, SystemClock().now(), progress)
    partitions = sum(row.partition for row in made.manifest.files)
    print(f"{made.folder}: every sample flushed by {_local(made.manifest.known, zone)}")
    print(f"{len(made.manifest.files)} files, {partitions} of them partitions, {made.kept} there already; ", end="")
    print(f"{_size(made.copied)} written and read back")
    if given.keep is not None:
        print(f"{backups.prune(given.to, given.keep)} older backup(s) removed")
    return _complain(made.damages, zone)


def _restore(given: argparse.Namespace, site: Site, folder: DataFolder) -> int:
    zone = ZoneInfo(site.zone)
    _free(folder)
    with bar("restore") as progress:
        manifest = restore(given.source, folder.history, given.despite_damage, progress)
    if manifest.site != site.id:
        print(f'vigie: this is a backup of the site "{manifest.site}", not of "{site.id}"', file=sys.stderr)
    with bar("verify") as progress:
        verdict = verify(folder.history, progress)
    print(f"{folder.history}: {len(manifest.files)} files of the backup of {manifest.made}")
    print(f"every sample flushed by {_local(manifest.known, zone)}; a station may record into it now")
    _tell_people(folder, manifest)
    _tell_missing(given, site, folder, manifest)
    return _complain(verdict.damages, zone)


def _tell_people(folder: DataFolder, manifest: backups.Manifest) -> None:
    """Who can sign in now."""
    if not folder.accounts.exists():
        print("accounts: none in this backup; make the first with `vigie people add`")
        return
    with suppress(StoreError):  # told as damage
        people = Book(folder.accounts).people
        print(f"accounts: {len(people)}, with the passwords and roles of {manifest.made}; ", end="")
        print("who was disabled or changed since is as before: look with `vigie people list`")


def _tell_missing(given: argparse.Namespace, site: Site, folder: DataFolder, manifest: backups.Manifest) -> None:
    """Passwords and keys are in no backup: each by its name, with what to do."""
    vault = folder.vault(site)
    lacking = [name for name in sorted({*manifest.secrets, *wanted(site)}) if vault.password(name) is None]
    keys = [name for name in manifest.keys if not (vault.pki / name).exists()]
    if not (lacking or keys):
        return
    print("in no backup, to be given again before the station starts:")
    for name in lacking:
        print(f"  password of {name}: vigie secret {given.site} {name} --data {folder.root}")
    for name in keys:
        print(f"  {vault.pki / name}{_how(name)}")


def _how(key: str) -> str:
    """What becomes of a key or certificate that nobody gives again."""
    if key.startswith("own/"):
        return ": made anew where it is missing, and then every OPC UA server has to trust the new one"
    return ": or trust it again with `vigie trust`" if key.startswith(("trusted/", "links/")) else ""


def _verify(given: argparse.Namespace, site: Site, folder: DataFolder) -> int:
    zone = ZoneInfo(site.zone)
    if given.backup is not None:
        with bar("verify") as progress:
            place, manifest = backups.find(given.backup)
            wrong = backups.unsound(given.backup, progress)
        print(f"{place}: {len(manifest.files)} files read, {len(wrong)} damaged")
        return _complain(
            [Damage(name, "file", 0, (0, 0), "Missing, or not as it was written.") for name in wrong], zone
        )
    with bar("verify") as progress:
        verdict = verify(_there(folder), progress)
    found = f"{len(verdict.damages)} place(s) damaged" if verdict.damages else "nothing is damaged"
    print(f"{folder.history}: {verdict.files:,} files read, {_size(verdict.bytes)}; {found}")
    return _complain(verdict.damages, zone)


def _compact(given: argparse.Namespace, site: Site, folder: DataFolder) -> int:
    _free(folder)
    _there(folder)
    folder.make()
    with (
        folder.held(),
        closing(Historian(folder.history, site.tags, Texts.create(), SystemClock())) as historian,
        bar("compact") as progress,
    ):
        done = historian.compact(everything=True)
        progress(COMPACTED)
        made = historian.merge(everything=True, told=lambda share: progress(COMPACTED + (1 - COMPACTED) * share))
    for row in made:
        print(f"{row.name}: {row.samples:,} samples, {_size(row.bytes)}")
    print(f"{done.sealed:,} samples compacted, {len(made)} partition(s) merged")
    return 0


_WORK: dict[str, Callable[[argparse.Namespace, Site, DataFolder], int]] = {
    "info": _info,
    "export": _export,
    "import": _import,
    "backup": _backup,
    "restore": _restore,
    "holes": _holes,
    "verify": _verify,
    "compact": _compact,
}


def _complain(damages: Sequence[Damage], zone: ZoneInfo) -> int:
    """Each damage on a line; the exit code."""
    for row in damages:
        span = _span(row.span, zone) if row.span[1] else ""
        whole = "" if row.tag or row.part == "file" else f"all tags ({row.part})"
        print(f"{'  '.join(filter(None, (row.file, row.tag, whole, span)))}: {row.reason}", file=sys.stderr)
    if damages:
        print(f"vigie: {len(damages)} place(s) are damaged; the rest can be read", file=sys.stderr)
    return DAMAGED if damages else 0


def _span(span: Span, zone: ZoneInfo) -> str:
    return f"{_local(span[0], zone)} to {_local(span[1], zone)}"


def _local(time: int, zone: ZoneInfo) -> str:
    """To the second, with the offset: there are two 2:30 in an October night."""
    if not time:
        return "-"
    said = datetime.fromtimestamp(time // SECOND, zone)
    return f"{said:%Y-%m-%d %H:%M:%S} {said:%z}"


def _iso(time: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(time // SECOND, zone).isoformat() if time else ""


def _size(count: float) -> str:
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{count:.3g} {unit}"
        count /= 1000
    return f"{count:,.3g} GB" if count < 1000 else f"{count:,.0f} GB"
