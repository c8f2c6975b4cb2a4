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
from supervisor import mistakes
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
from supervisor.model import Site, Text
from supervisor.site import load
from supervisor.texts import Texts
from supervisor.vault import Vault
from ui.cli import history_said as said
from ui.cli.progress import bar
from ui.cli.said import Speech
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
    return _WORK[given.action](given, site, DataFolder.of(site, given.data), Speech(given, site))


def _there(folder: DataFolder, say: Speech) -> Path:
    if not (folder.history / META).exists():
        raise Unavailable(say(said.NO_HISTORY, folder.root))
    return folder.history


def _info(given: argparse.Namespace, site: Site, folder: DataFolder, say: Speech) -> int:
    told, zone = survey(_there(folder, say)), ZoneInfo(site.zone)
    rows = [json.dumps(_as_json(told, zone), indent=1)] if given.json else _table(told, folder.history, zone, say)
    print("\n".join(rows))
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


def _table(told: Survey, folder: Path, zone: ZoneInfo, say: Speech) -> list[str]:
    info, count = told.info, say.count
    span = say(said.TO, _local(info.oldest, zone), _local(info.newest, zone))
    per_sample = say.number(f"{info.bytes_per_sample:.2f}")
    facts = (
        (said.HISTORY, folder),
        (said.SAMPLES, say(said.OF_TAGS, count(info.samples), count(info.tags))),
        (said.SPAN, span),
        (said.LAST_FLUSH, _local(told.known, zone)),
        (said.SIZE, say(said.A_SAMPLE, _size(info.bytes), per_sample)),
        (said.FORMAT, say(said.CHUNKS, told.chunk_version)),
    )
    return [
        *(f"{say(name):<13}{fact}" for name, fact in facts),
        "",
        f"{say(said.FILES):<14}{say(said.NUMBER):>8}{say(said.SIZE):>12}  {say(said.VERSION)}",
        *(f"{row.name:<14}{count(row.count):>8}{_size(row.bytes):>12}  {row.version}" for row in told.files),
        "",
        f"{say(said.KIND):<14}{say(said.TAGS):>8}{say(said.SAMPLES):>18}",
        *(f"{row.kind:<14}{count(row.tags):>8}{count(row.samples):>18}" for row in told.kinds),
        "",
        *_listed(said.STATION_OFF, [_span(span, zone, say) for span in told.off], "", say),
        "",
        *_listed(said.LINK_HOLES, [_hole(hole, zone, say) for hole in told.ledger], _states(told.ledger, say), say),
    ]


def _listed(name: Text, rows: Sequence[str], words: str, say: Speech) -> list[str]:
    """How many, and the newest of them."""
    more = say(said.NEWEST, HOLES) if len(rows) > HOLES else ""
    head = f"{say.count(len(rows))}{words}{more}" if rows else say(said.NONE_KNOWN)
    return [f"{say(name):<13}{head}", *(f"  {row}" for row in rows[-HOLES:])]


def _states(ledger: Sequence[Hole], say: Speech) -> str:
    """By the codes of the ledger, which a program that reads on knows too."""
    found = Counter(hole.state.value for hole in ledger)
    return f" ({', '.join(f'{say.count(count)} {state}' for state, count in sorted(found.items()))})"


def _hole(hole: Hole, zone: ZoneInfo, say: Speech) -> str:
    end = _local(hole.end, zone) if hole.end else say(said.NOW)
    return (
        f"{hole.link:<14} {say(said.FROM_TO, _local(hole.start, zone), f'{end:<25}')} {hole.cause}, {hole.state.value}"
    )


def _holes(given: argparse.Namespace, site: Site, folder: DataFolder, say: Speech) -> int:
    zone = ZoneInfo(site.zone)
    links = [id_ for id_ in site.links if any(fnmatchcase(id_, pattern) for pattern in given.links)]
    if not links:
        raise Unavailable(say(said.NO_LINK, say(said.OR).join(given.links)))
    day = datetime.fromtimestamp(instant(given.month, zone, SystemClock().now()) // SECOND, zone).date()
    with closing(History(_there(folder, say))) as past:
        told = month.months(past, HoleReader(folder.history), links, month.span_of(day, zone))
    if given.to_file is not None:
        count = month.write(told, given.to_file, zone, given.overwrite)
        print(say(said.HOLES_IN, given.to_file, say.count(count), say.count(len(told)), f"{day:%Y-%m}"))
        return 0
    for one in told:
        percent = one.share.percent
        share = "-" if percent != percent else say.number(f"{percent:.2f} %")
        print(f"{one.link:<20}{share:>10}  {say.counted(said.HOLES, len(one.holes))}")
        for hole in one.holes:
            print(f"  {_hole(hole, zone, say)}")
    return 0


def _export(given: argparse.Namespace, site: Site, folder: DataFolder, say: Speech) -> int:
    zone, now = ZoneInfo(site.zone), SystemClock().now()
    form = given.format or given.to_file.suffix.lower().removeprefix(".")
    if form not in FORMATS:
        raise Unavailable(say(said.NO_FORMAT, given.to_file))
    step = Step.of(given.every) if given.every else None
    span = _asked(given, zone, now, say)
    with closing(History(_there(folder, say))) as past, bar(given.to_file.name, say(said.LEFT)) as progress:
        wish = Wish(choose(site, past.tags(), given.tags), span, zone, step)
        written = export(past, wish, given.to_file, form, given.overwrite, progress)
    one, many = (said.EXPORTED_ROWS_ONE, said.EXPORTED_ROWS) if step else (said.EXPORTED_ONE, said.EXPORTED)
    tags = len(wish.tags)
    told = say(
        one if tags == 1 else many, given.to_file, say.count(written.rows), say.count(tags), _span(span, zone, say)
    )
    print(told)
    if written.rolled:
        print(say(said.ROLLED, say.count(written.rolled)))
    why = say(said.UNREADABLE)
    return _complain([Damage("", "chunk", 0, at, why, tag) for tag, at in written.damaged], zone, say)


def _asked(given: argparse.Namespace, zone: ZoneInfo, now: int, say: Speech) -> Span:
    start, end = given.start, given.end
    span = instant(start, zone, now), min(instant(end, zone, now, last=True), now)
    if span[0] >= span[1]:
        raise Unavailable(say(said.NOTHING, start, end, _span(span, zone, say)))
    return span


def _import(given: argparse.Namespace, site: Site, folder: DataFolder, say: Speech) -> int:
    for path in given.files:
        if not path.is_file():
            raise Unavailable(say(said.NO_FILE, path))
    if not given.dry_run:
        _free(folder, say)
    zone, clock = ZoneInfo(site.zone), SystemClock()
    tags = importing.tags_of(site, folder.history)
    with bar(say(said.BARS["reading"]), say(said.LEFT)) as progress:
        report = importing.check(given.files, tags, zone, clock.now(), progress)
    if report.wrong:
        for mistake in report.mistakes:
            print(mistakes.said(mistake, say.language), file=sys.stderr)
        more = say(said.FIRST_LISTED, SHOWN) if report.wrong > SHOWN else ""
        print(f"vigie: {say.counted(said.MISTAKES, report.wrong, more)}", file=sys.stderr)
        return MISTAKES
    if given.dry_run:
        with bar(say(said.BARS["comparing"]), say(said.LEFT)) as progress:
            again = Reading(tags, zone, clock.now())
            report.new = importing.compare(folder.history, given.files, again, progress)
        _imported(report, zone, said.WOULD_BE_NEW, say)
        return 0
    folder.make()
    with folder.held(), bar(say(said.BARS["loading"]), say(said.LEFT)) as progress:
        loaded = importing.load(folder.history, site, given.files, clock, progress)
        _imported(loaded, zone, said.ARE_NEW, say)
    return 0


def _imported(report: importing.Report, zone: ZoneInfo, words: Text, say: Speech) -> None:
    count, span = say.count, _span((report.oldest, report.newest), zone, say)
    print(say(said.READ, count(report.samples), count(len(report.tags)), span))
    print(say(words, count(report.new), count(report.samples - report.new)))
    if report.hushed:
        print(say.counted(said.HUSHED, report.hushed))


def _free(folder: DataFolder, say: Speech) -> None:
    if number := folder.holder():
        raise Unavailable(say(said.RECORDING, number, folder.history))


def _backup(given: argparse.Namespace, site: Site, folder: DataFolder, say: Speech) -> int:
    zone = ZoneInfo(site.zone)
    if given.keep is not None and given.keep < 1:
        raise Unavailable(say(said.KEEP))
    with bar(say(said.BARS["backup"]), say(said.LEFT)) as progress:
        made = backups.backup(_there(folder, say), given.to, site.id, SystemClock().now(), progress)
    partitions = sum(row.partition for row in made.manifest.files)
    print(say(said.FLUSHED, made.folder, _local(made.manifest.known, zone)))
    print(say(said.BACKED_UP, len(made.manifest.files), partitions, made.kept, _size(made.copied)))
    if given.keep is not None:
        print(say.counted(said.PRUNED, backups.prune(given.to, given.keep)))
    return _complain(made.damages, zone, say)


def _restore(given: argparse.Namespace, site: Site, folder: DataFolder, say: Speech) -> int:
    zone = ZoneInfo(site.zone)
    _free(folder, say)
    with bar(say(said.BARS["restore"]), say(said.LEFT)) as progress:
        manifest = restore(given.source, folder.history, given.despite_damage, progress)
    if manifest.site != site.id:
        print(f"vigie: {say(said.OTHER_SITE, manifest.site, site.id)}", file=sys.stderr)
    with bar(say(said.BARS["verify"]), say(said.LEFT)) as progress:
        verdict = verify(folder.history, progress)
    print(say(said.RESTORED, folder.history, len(manifest.files), manifest.made))
    print(say(said.MAY_RECORD, _local(manifest.known, zone)))
    _tell_people(folder, manifest, say)
    _tell_missing(given, site, folder, manifest, say)
    return _complain(verdict.damages, zone, say)


def _tell_people(folder: DataFolder, manifest: backups.Manifest, say: Speech) -> None:
    """Who can sign in now."""
    if not folder.accounts.exists():
        print(say(said.NO_ACCOUNTS))
        return
    with suppress(StoreError):  # told as damage
        people = Book(folder.accounts).people
        print(say(said.ACCOUNTS, len(people), manifest.made))


def _tell_missing(
    given: argparse.Namespace, site: Site, folder: DataFolder, manifest: backups.Manifest, say: Speech
) -> None:
    """Passwords and keys are in no backup: each by its name, with what to do."""
    vault = folder.vault(site)
    lacking = [name for name in sorted({*manifest.secrets, *wanted(site)}) if not _given(vault, name)]
    keys = [name for name in manifest.keys if not (vault.pki / name).exists()]
    if not (lacking or keys):
        return
    print(say(said.LACKING))
    for name in lacking:
        command = f"vigie secret {given.site} {name} --data {folder.root}"
        print(f"  {say(said.PASSWORD, name, command)}")
    for name in keys:
        print(f"  {vault.pki / name}{_how(name, say)}")


def _given(vault: Vault, name: str) -> bool:
    """Whether the station will find that password; one that does not open gives none."""
    try:
        return vault.password(name) is not None
    except (StoreError, Unavailable):
        return False


def _how(key: str, say: Speech) -> str:
    """What becomes of a key or certificate that nobody gives again."""
    if key.startswith("own/"):
        return say(said.OWN_KEY)
    return say(said.TRUST_AGAIN) if key.startswith(("trusted/", "links/")) else ""


def _verify(given: argparse.Namespace, site: Site, folder: DataFolder, say: Speech) -> int:
    zone = ZoneInfo(site.zone)
    if given.backup is not None:
        with bar(say(said.BARS["verify"]), say(said.LEFT)) as progress:
            place, manifest = backups.find(given.backup)
            wrong = backups.unsound(given.backup, progress)
        print(say(said.LOOKED_AT, place, len(manifest.files), len(wrong)))
        why = say(said.NOT_AS_WRITTEN)
        return _complain([Damage(name, "file", 0, (0, 0), why) for name in wrong], zone, say)
    with bar(say(said.BARS["verify"]), say(said.LEFT)) as progress:
        verdict = verify(_there(folder, say), progress)
    found = say.counted(said.PLACES, len(verdict.damages)) if verdict.damages else say(said.NO_DAMAGE)
    print(say(said.VERIFIED, folder.history, say.count(verdict.files), _size(verdict.bytes), found))
    return _complain(verdict.damages, zone, say)


def _compact(given: argparse.Namespace, site: Site, folder: DataFolder, say: Speech) -> int:
    _free(folder, say)
    _there(folder, say)
    folder.make()
    with (
        folder.held(),
        closing(Historian(folder.history, site.tags, Texts.create(), SystemClock())) as historian,
        bar(say(said.BARS["compact"]), say(said.LEFT)) as progress,
    ):
        done = historian.compact(everything=True)
        progress(COMPACTED)
        made = historian.merge(everything=True, told=lambda share: progress(COMPACTED + (1 - COMPACTED) * share))
    for row in made:
        print(say(said.MERGED, row.name, say.count(row.samples), _size(row.bytes)))
    print(say(said.COMPACTED, say.count(done.sealed), len(made)))
    return 0


_WORK: dict[str, Callable[[argparse.Namespace, Site, DataFolder, Speech], int]] = {
    "info": _info,
    "export": _export,
    "import": _import,
    "backup": _backup,
    "restore": _restore,
    "holes": _holes,
    "verify": _verify,
    "compact": _compact,
}


def _complain(damages: Sequence[Damage], zone: ZoneInfo, say: Speech) -> int:
    """Each damage on a line; the exit code."""
    for row in damages:
        span = _span(row.span, zone, say) if row.span[1] else ""
        whole = "" if row.tag or row.part == "file" else say(said.ALL_TAGS, row.part)
        why = mistakes.cause(row.reason, say.language)
        print(f"{'  '.join(filter(None, (row.file, row.tag, whole, span)))}: {why}", file=sys.stderr)
    if damages:
        print(f"vigie: {say.counted(said.DAMAGED, len(damages))}", file=sys.stderr)
    return DAMAGED if damages else 0


def _span(span: Span, zone: ZoneInfo, say: Speech) -> str:
    return say(said.FROM_TO, _local(span[0], zone), _local(span[1], zone))


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
