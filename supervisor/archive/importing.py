"""Importing: samples of files into a history that no station holds.

Each sample goes where its source time says, however old; the partitions it falls into are made anew. One that is there
already with the same time, value and quality is dropped, so an import that was cut short is simply done again. A
different one of the same time comes after, and so is the one in force. Nothing is loaded while any file has a mistake.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from supervisor.archive import Progress, quiet
from supervisor.archive.columns import Told
from supervisor.archive.reading import Entry, Reading
from supervisor.clock import Clock
from supervisor.historian.files import META
from supervisor.historian.history import History
from supervisor.historian.samples import Samples
from supervisor.historian.writer import Historian, Pace
from supervisor.model import NO_TEXT, Equipment, EquipmentType, Kind, Site, Tag, TagSpec
from supervisor.texts import Texts

WORDS = 1 << 20
"""Different texts one import may bring."""
_Key = tuple[int, float | None, int, str | None]


@dataclass(slots=True)
class Report:
    """What the files hold, and what became of it."""

    samples: int = 0
    new: int = 0
    """Not in the history yet."""
    tags: set[str] = field(default_factory=set)
    oldest: int = 0
    newest: int = 0
    hushed: int = 0
    """Values left out because their quality is bad."""
    mistakes: list[str] = field(default_factory=list)
    wrong: int = 0
    """Of mistakes, those not listed included."""

    def count(self, batch: Sequence[Entry]) -> None:
        if batch:
            times = [entry.time for entry in batch]
            self.oldest = min(self.oldest or times[0], *times)
            self.newest = max(self.newest, *times)
            self.tags.update(entry.tag for entry in batch)
            self.samples += len(batch)


def tags_of(site: Site, folder: Path) -> dict[str, Told]:
    """Every tag something may be imported for: those of the site, and those the history remembers."""
    gone: dict[str, Told] = {}
    if (folder / META).exists():
        with closing(History(folder)) as history:
            gone = {id_: Told(id_, Kind(kind)) for id_, kind in history.tags().items()}
    return gone | {tag.id: Told.of(tag) for tag in site.tags}


def check(paths: Sequence[Path], tags: dict[str, Told], zone: ZoneInfo, now: int, progress: Progress = quiet) -> Report:
    """Read everything and load nothing."""
    report, reading = Report(), Reading(tags, zone, now)
    for batch in _batches(paths, reading, progress):
        report.count(batch)
    report.hushed, report.mistakes, report.wrong = reading.hushed, reading.mistakes, reading.count
    return report


def compare(folder: Path, paths: Sequence[Path], reading: Reading, progress: Progress = quiet) -> int:
    """How many samples a history lacks; of equal ones far apart in the files, each counts."""
    new, unit = 0, 10 ** Pace().exponent
    there = (folder / META).exists()
    with closing(History(folder)) as history:
        for batch in _batches(paths, reading, progress):
            known = history if there else None
            new += sum(len(fresh) for fresh in _fresh(known, batch, unit).values())
    return new


def load(folder: Path, site: Site, paths: Sequence[Path], clock: Clock, progress: Progress = quiet) -> Report:
    """Load files that `check` found sound; StoreError where a station holds the folder, or the disk takes no more."""
    tags = tags_of(site, folder)
    report, reading = Report(), Reading(tags, ZoneInfo(site.zone), clock.now())
    texts = Texts.create(capacity=WORDS)
    rows = _rows(site, tags)
    index = {tag.id: tag.index for tag in rows}
    with closing(Historian(folder, rows, texts, clock)) as historian, closing(History(folder)) as history:
        waiting = 0
        for batch in _batches(paths, reading, lambda share: progress(0.9 * share)):
            report.count(batch)
            for tag, fresh in _fresh(history, batch, 10**historian.pace.exponent).items():
                _put(historian, index[tag], fresh, texts)
                report.new += len(fresh)
                waiting += len(fresh)
            historian.flush()
            if waiting >= historian.pace.compact_samples:
                historian.merge(everything=True, leave=historian.compact().partitions)
                waiting = 0
        historian.compact(everything=True)
        historian.merge(everything=True)
    progress(1.0)
    report.hushed = reading.hushed
    return report


def _batches(paths: Sequence[Path], reading: Reading, progress: Progress) -> Iterator[list[Entry]]:
    sizes = [path.stat().st_size for path in paths]
    total = max(1, sum(sizes))
    for at, path in enumerate(paths):
        yield from reading.entries(path, _part(progress, sum(sizes[:at]) / total, sizes[at] / total))


def _part(progress: Progress, before: float, width: float) -> Callable[[float], None]:
    return lambda share: progress(before + width * share)


def _rows(site: Site, tags: dict[str, Told]) -> list[Tag]:
    """The site's tags, and such as left it."""
    rows = list(site.tags)
    for id_ in sorted(set(tags) - set(site.tag_by_id)):
        equipment, _, name = id_.rpartition(".")
        spec = TagSpec(name, NO_TEXT, tags[id_].kind)
        owner = Equipment(0, equipment, NO_TEXT, EquipmentType("", NO_TEXT, "", {name: spec}), "", "")
        rows.append(Tag(len(rows), owner, spec))
    return [replace(tag, index=at) for at, tag in enumerate(rows)]


def _fresh(history: History | None, batch: Sequence[Entry], unit: int) -> dict[str, list[Entry]]:
    """Of each tag, what the history has not, once."""
    by_tag: dict[str, list[Entry]] = {}
    for entry in batch:
        by_tag.setdefault(entry.tag, []).append(entry)
    return {tag: _new(history, tag, entries, unit) for tag, entries in by_tag.items()}


def _new(history: History | None, tag: str, entries: list[Entry], unit: int) -> list[Entry]:
    floored = np.array([entry.time - entry.time % unit for entry in entries], np.int64)
    seen: set[_Key] = set()
    if history is not None:
        found = history.samples(tag, int(floored.min()) - 1, int(floored.max()))
        seen = _keys(found, np.flatnonzero(np.isin(found.time, floored)).tolist())
    fresh = []
    for entry, time in zip(entries, floored.tolist(), strict=True):
        key = (time, _plain(entry.value), entry.quality, entry.text)
        if key not in seen:
            seen.add(key)
            fresh.append(entry)
    return fresh


def _keys(found: Samples, rows: list[int]) -> set[_Key]:
    return {
        (
            int(found.time[row]),
            None if found.words else _plain(float(found.value[row])),
            int(found.quality[row]),
            found.text(row) if found.words and found.value[row] == found.value[row] else None,
        )
        for row in rows
    }


def _plain(value: float) -> float | None:
    """-0.0 is recorded as 0.0; NaN equals NaN here."""
    return None if math.isnan(value) else value + 0.0


def _put(historian: Historian, index: int, entries: Sequence[Entry], texts: Texts) -> None:
    if not entries:
        return
    value = [entry.value if entry.text is None else float(texts.code(entry.text)) for entry in entries]
    historian.put(
        np.full(len(entries), index, np.int32),
        np.array([entry.time for entry in entries], np.int64),
        np.array(value, np.float64),
        np.array([entry.quality for entry in entries], np.uint8),
        np.array([entry.arrival for entry in entries], np.int64),
    )
