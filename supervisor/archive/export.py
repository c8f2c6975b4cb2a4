"""Export: samples or aggregates of chosen tags into a file, while the station records or while it is off."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from supervisor.archive import Progress, quiet
from supervisor.archive.columns import Told, sample_schema, sample_table, total_schema, total_table
from supervisor.archive.period import Step, blocks
from supervisor.archive.sinks import Sink, opened
from supervisor.archive.totals import Ruling, Totals
from supervisor.errors import Unavailable
from supervisor.flow import Times
from supervisor.historian.history import History
from supervisor.historian.rollups import LEVELS
from supervisor.historian.samples import Samples, Span
from supervisor.model import Kind, Quality, Site

MOST = 400_000
"""Samples read at once; about 60 MB with what is made of them."""
LEAST = 1_000_000
"""ns below which a span is not cut any more."""
GROUP = 100_000
"""Rows written at once; a row group of Parquet."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What to write."""

    tags: tuple[Told, ...]
    span: Span
    zone: ZoneInfo
    step: Step | None = None
    """None for the samples themselves."""


@dataclass(slots=True)
class Written:
    """What was written."""

    rows: int = 0
    rolled: int = 0
    """Rows made of rollups, for their samples were dropped."""
    damaged: list[tuple[str, Span]] = field(default_factory=list)
    """Tags and spans that the disk gave back wrong; their samples are missing."""


def choose(site: Site, recorded: dict[str, str], patterns: Sequence[str]) -> tuple[Told, ...]:
    """The tags whose id, or whose equipment's id, matches any pattern, in the order of their ids.

    `recorded` are the ids and kinds the history knows: those that left the site count too. Unavailable names every
    pattern that fits nothing.
    """
    known = {id_: Told(id_, Kind(kind)) for id_, kind in recorded.items()} | {tag.id: Told.of(tag) for tag in site.tags}
    chosen = {pattern: [id_ for id_ in known if _fits(id_, pattern)] for pattern in patterns}
    if missed := [f'"{pattern}"' for pattern, found in chosen.items() if not found]:
        raise Unavailable(f"no tag is called {' or '.join(missed)}; write AP-014.M.p, AP-014, AP-* or *.level")
    return tuple(known[id_] for id_ in sorted({id_ for found in chosen.values() for id_ in found}))


def _fits(id_: str, pattern: str) -> bool:
    return fnmatchcase(id_, pattern) or fnmatchcase(id_, f"{pattern}.*")


def export(
    history: History, wish: Wish, to: Path, form: str, overwrite: bool = False, progress: Progress = quiet
) -> Written:
    """Write the file; StoreError, or Unavailable where the file can't be made."""
    schema = (total_schema if wish.step else sample_schema)(wish.zone.key)
    written = Written()
    with opened(to, form, schema, wish.zone, overwrite) as sink:
        held = _Held(sink)
        for at, told in enumerate(wish.tags):
            for table, done in _tables(history, wish, told, written):
                held.add(table)
                progress((at + (done - wish.span[0]) / (wish.span[1] - wish.span[0])) / len(wish.tags))
            progress((at + 1) / len(wish.tags))
        held.flush()
        written.rows = held.rows
    return written


def _tables(history: History, wish: Wish, told: Told, written: Written) -> Iterator[tuple[Any, int]]:
    """Tables of one tag, and up to where the span is done."""
    if wish.step is None:
        for found, span in _pieces(history, told, wish.span, written):
            yield sample_table(told, found, wish.zone.key), span[1]
        return
    known, words = history.known(), dict[str, int]()
    ruling = _ruling(history, told, wish.span[0], words)
    level = _level(wish.step)
    for edges in blocks(wish.step, *wish.span, wish.zone):
        totals = Totals(edges, known, told.coded, words)
        gone = history.dropped(told.id, *_ends(edges), level)
        for rolled, rows in gone:
            totals.roll(rows, level)
            _spend(history, told, totals, rolled)
        for left in _left(_ends(edges), [rolled for rolled, _ in gone]):
            if gone:  # a partition knows from its first instant on what ruled before it
                ruling = _ruling(history, told, left[0] + 1, words)
            for found, span in _pieces(history, told, left, written):
                ruling = totals.add(found, span, ruling)
        written.rolled += int(totals.rolled.sum())
        yield total_table(told, totals, wish.zone.key), int(edges[-1])


def _level(step: Step) -> int:
    """The rollups that fit into the buckets of a step whatever its calendar: ten minutes, hours from an hour on."""
    return LEVELS[0] if 0 < step.seconds < 3600 else LEVELS[1]


def _left(span: Span, gone: Sequence[Span]) -> Iterator[Span]:
    """The span without those that are gone, which are in order."""
    at = span[0]
    for start, end in gone:
        if at < start:
            yield at, start
        at = end
    if at < span[1]:
        yield at, span[1]


def _spend(history: History, told: Told, totals: Totals, span: Span) -> None:
    """Time in each state of a span whose samples are gone, bucket by bucket."""
    if not told.coded:
        return
    inside = totals.edges[(totals.edges > span[0]) & (totals.edges < span[1])].tolist()
    for piece in pairwise([span[0], *inside, span[1]]):
        totals.lasted(piece, history.states(told.id, *piece))


def _ends(edges: Times) -> Span:
    return int(edges[0]), int(edges[-1])


def _pieces(history: History, told: Told, span: Span, written: Written) -> Iterator[tuple[Samples, Span]]:
    """The samples of a tag, never very many at once, oldest first."""
    for piece in _cut(history, told.id, span):
        found = history.samples(told.id, *piece)
        written.damaged += [(told.id, place) for place in found.damaged if (told.id, place) not in written.damaged]
        yield found, piece


def _cut(history: History, tag_id: str, span: Span) -> Iterator[Span]:
    start, end = span
    if end - start <= LEAST or history.count(tag_id, start, end) <= MOST:
        yield span
        return
    middle = (start + end) // 2
    yield from _cut(history, tag_id, (start, middle))
    yield from _cut(history, tag_id, (middle, end))


def _ruling(history: History, told: Told, instant: int, words: dict[str, int]) -> Ruling:
    """What was in force when the span begins."""
    moment = history.at([told.id], instant)
    value, quality = float(moment.value[0]), int(moment.quality[0])
    if told.kind is Kind.TEXT and quality < Quality.BAD:
        value = float(words.setdefault(moment.texts.get(0, ""), len(words)))
    return Ruling(value, quality)


class _Held:
    """Rows that wait for more of them: a tag may have few, and a sink wants many at once."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._tables: list[Any] = []
        self._waiting = 0
        self.rows = 0

    def add(self, table: Any) -> None:
        self._tables.append(table)
        self._waiting += table.num_rows
        if self._waiting >= GROUP:
            self.flush()

    def flush(self) -> None:
        """To the sink, in groups of equal size."""
        if self._waiting:
            table = pa.concat_tables(self._tables)
            for at in range(0, table.num_rows, GROUP):
                self._sink.write(table.slice(at, GROUP))
            self.rows += self._waiting
        self._tables, self._waiting = [], 0
