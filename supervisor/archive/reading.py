"""Reading: samples out of files, and every mistake in them with its line.

CSV or Parquet as exported    tag, time, value, text, quality, arrival; the last three may be missing
CSV with a column per tag     time, AP-014.M.p, PR-02.level, …: an empty cell is no sample, every other one a good one

Commas, semicolons (then 3,5 is a number too) or tabs. A time without offset is the site's. Rules: nothing comes from
the future; a bad sample has no value, whatever the file says; a state may be given by its number or by its id.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet

from supervisor.archive.columns import QUALITY_WORDS, Told
from supervisor.archive.period import moment
from supervisor.clock import SECOND
from supervisor.model import BAD, Kind
from supervisor.site.findings import suggest
from supervisor.texts import WIDTH

BATCH = 100_000
SHOWN = 100
"""Mistakes that are kept word by word; all are counted."""
AHEAD = 60 * SECOND
"""How far a sample may be ahead of this machine's clock."""
_TIMES = ("time", "timestamp", "datetime", "date", "heure", "horodatage")
_QUALITY = {word: code for code, word in enumerate(QUALITY_WORDS)}
_SIDES = {"true": 1.0, "false": 0.0, "vrai": 1.0, "faux": 0.0}


class Entry(NamedTuple):
    """A sample of a file."""

    tag: str
    time: int
    """ns UTC."""
    value: float
    quality: int
    text: str | None
    """Of text tags."""
    arrival: int


class _Wrong(Exception):
    """What is wrong with a row."""


class Reading:
    """Files being read; their mistakes add up."""

    def __init__(self, tags: Mapping[str, Told], zone: ZoneInfo, now: int) -> None:
        self.mistakes: list[str] = []
        self.count = 0
        """Of mistakes."""
        self.hushed = 0
        """Values that were left out because their quality is bad."""
        self._tags = tags
        self._zone = zone
        self._now = now
        self._states = {id_: {word: value for value, word in told.states.items()} for id_, told in tags.items()}
        self._unknown: set[str] = set()
        self._comma = False
        self._last: tuple[str, int] = ("", 0)

    def entries(self, path: Path, progress: Callable[[float], None]) -> Iterator[list[Entry]]:
        """The samples of a file, some thousand at a time; what is wrong is left out and told."""
        rows = self._parquet(path, progress) if path.suffix.lower() == ".parquet" else self._csv(path, progress)
        batch: list[Entry] = []
        for line, make in rows:
            try:
                batch += make()
            except _Wrong as wrong:
                self._tell(path, line, str(wrong))
            if len(batch) >= BATCH:
                yield batch
                batch = []
        yield batch

    def _tell(self, path: Path, line: int, message: str) -> None:
        if message:
            self.count += 1
            if len(self.mistakes) < SHOWN:
                self.mistakes.append(f"{path}:{line}: {message}")

    def _csv(self, path: Path, progress: Callable[[float], None]) -> Iterator[_Made]:
        size = max(1, path.stat().st_size)
        with path.open("rb") as raw, io.TextIOWrapper(raw, "utf-8-sig", newline="") as file:
            reader: Any = None
            try:
                first = file.readline()
                mark = max(",;\t", key=first.count)
                self._comma = mark == ";"
                header = [name.strip() for name in next(csv.reader([first], delimiter=mark), [])]
                reader = csv.reader(file, delimiter=mark, strict=True)
                for row in self._rows(path, header, reader):
                    yield row
                    if reader.line_num % 1000 == 0:
                        progress(raw.tell() / size)
            except UnicodeDecodeError:
                self._tell(path, self._line(reader), "this is not UTF-8; save the file as CSV UTF-8")
            except csv.Error as error:
                self._tell(path, self._line(reader), f"the row cannot be read ({error})")
        progress(1.0)

    @staticmethod
    def _line(reader: Any) -> int:
        """1 is the header."""
        return 1 + (reader.line_num if reader is not None else 0)

    def _rows(self, path: Path, header: list[str], reader: Any) -> Iterator[_Made]:
        lower = [name.lower() for name in header]
        if "tag" in lower and "time" in lower:
            make, width = self._long(lower), len(header)
        elif lower[:1] and lower[0] in _TIMES and len(lower) > 1:
            make, width = self._wide(path, header), len(header)
        else:
            self._tell(
                path, 1, 'the first line names no columns "tag" and "time", nor "time" and then one tag a column'
            )
            return
        for cells in reader:
            if cells:
                yield self._line(reader), _row(make, cells, width)

    def _long(self, names: list[str]) -> Callable[[Sequence[str]], list[Entry]]:
        place = [names.index(name) if name in names else None for name in _NAMES]

        def make(cells: Sequence[str]) -> list[Entry]:
            tag, time, value, quality, text, arrival = ("" if at is None else cells[at] for at in place)
            told, instant = self._told(tag.strip()), self._time(time.strip())
            word = text if text or told.kind is Kind.TEXT else None
            reached = self._time(arrival.strip()) if arrival.strip() else instant
            return [self._entry(told, instant, value.strip() or None, word, self._quality(quality.strip()), reached)]

        return make

    def _wide(self, path: Path, header: list[str]) -> Callable[[Sequence[str]], list[Entry]]:
        columns: list[tuple[int, Told]] = []
        for at, name in enumerate(header[1:], 1):
            try:
                columns.append((at, self._told(name)))
            except _Wrong as wrong:
                self._tell(path, 1, str(wrong))

        def make(cells: Sequence[str]) -> list[Entry]:
            time = self._time(cells[0].strip())
            made = []
            for at, told in columns:
                if cells[at].strip():
                    value, text = (None, cells[at]) if told.kind is Kind.TEXT else (cells[at].strip(), None)
                    made.append(self._entry(told, time, value, text, 0, time))
            return made

        return make

    def _parquet(self, path: Path, progress: Callable[[float], None]) -> Iterator[_Made]:
        try:
            file = pa.parquet.ParquetFile(path)
        except (pa.ArrowException, OSError) as error:
            self._tell(path, 0, f"this is no Parquet file ({error})")
            return
        with file:
            names = file.schema_arrow.names
            wrong = [name for name in ("tag", "time") if name not in names]
            if wrong or not pa.types.is_timestamp(file.schema_arrow.field("time").type):
                self._tell(path, 0, f"there is no column {' and none '.join(wrong) or 'time with instants'}")
                return
            done, total = 0, max(1, file.metadata.num_rows)
            for batch in file.iter_batches(BATCH, columns=[name for name in _NAMES if name in names]):
                columns = [self._column(batch, name) for name in _NAMES]
                for at, row in enumerate(zip(*columns, strict=True), done + 1):
                    yield at, _row(self._typed, row, len(row))
                done += batch.num_rows
                progress(done / total)

    def _column(self, batch: Any, name: str) -> list[Any]:
        if name not in batch.schema.names:
            return [None] * batch.num_rows
        column = batch.column(name)
        if pa.types.is_timestamp(column.type):
            if column.type.tz is None:  # a time without a zone is the site's
                return [None if said is None else _moment(said, self._zone) for said in column.to_pylist()]
            column = column.cast(pa.timestamp("ns", tz="UTC")).cast(pa.int64())
        return list(column.to_pylist())

    def _typed(self, row: Sequence[Any]) -> list[Entry]:
        tag, time, value, quality, text, arrival = row
        told = self._told(tag or "")
        at = self._fit(time)
        reached = at if arrival is None else self._fit(arrival)
        word = "" if quality is None else str(quality)
        return [self._entry(told, at, value, text, self._quality(word), reached)]

    def _told(self, tag: str) -> Told:
        told = self._tags.get(tag)
        if told is not None:
            return told
        if tag in self._unknown:  # told once: a column of it may have a million rows
            raise _Wrong
        self._unknown.add(tag)
        hint = suggest(tag, self._tags)
        raise _Wrong(f'neither the site nor the history has a tag "{tag}". {hint}'.rstrip())

    def _time(self, word: str) -> int:
        if word == self._last[0]:
            return self._last[1]
        try:
            time = self._fit(moment(datetime.fromisoformat(word), self._zone))
        except ValueError as error:
            raise _Wrong(f'"{word}" is no instant ({error}); write 2026-10-25T02:30:00+01:00') from error
        self._last = word, time
        return time

    def _fit(self, time: Any) -> int:
        if not isinstance(time, int):
            raise _Wrong(str(time) if time else "the time is missing")
        if time > self._now + AHEAD:
            raise _Wrong("the sample lies in the future")
        if time < 0:
            raise _Wrong("the sample is older than 1970")
        return time

    def _quality(self, word: str) -> int:
        code = _QUALITY.get(word.lower() or "good")
        if code is None and word.isdecimal() and int(word) < len(QUALITY_WORDS):
            return int(word)
        if code is None:
            raise _Wrong(f'"{word}" is no quality. {suggest(word, _QUALITY)}')
        return code

    def _entry(self, told: Told, time: int, value: Any, text: str | None, quality: int, arrival: int) -> Entry:
        if quality >= BAD:
            self.hushed += value is not None and value == value
            return Entry(told.id, time, math.nan, quality, None, arrival)
        if told.kind is Kind.TEXT:
            return Entry(told.id, time, math.nan, quality, _short(text), arrival)
        return Entry(told.id, time, self._value(told, value, text), quality, None, arrival)

    def _value(self, told: Told, value: Any, text: str | None) -> float:
        if isinstance(value, float | int):
            return float(value)
        if value is None and text is None:
            raise _Wrong(f"{told.id} has no value, and its quality is not bad")
        word = str(text if value is None else value)
        try:
            return float(word.replace(",", ".") if self._comma else word)
        except ValueError:
            state = self._states[told.id].get(word, _SIDES.get(word.lower()) if told.kind is Kind.BOOLEAN else None)
        if state is None:
            raise _Wrong(f'"{word}" is no value of {told.id}. {suggest(word, self._states[told.id])}'.rstrip())
        return state


_Made = tuple[int, Callable[[], list[Entry]]]
"""A line, and what makes samples of it."""
_NAMES = ("tag", "time", "value", "quality", "text", "arrival")


def _row(make: Callable[[Any], list[Entry]], cells: Sequence[Any], width: int) -> Callable[[], list[Entry]]:
    def work() -> list[Entry]:
        if len(cells) != width:
            raise _Wrong(f"the row has {len(cells)} columns, and the first line names {width}")
        return make(cells)

    return work


def _moment(said: datetime, zone: ZoneInfo) -> int | str:
    """Or why there is none."""
    try:
        return moment(said, zone)
    except ValueError as error:
        return str(error)


def _short(text: str | None) -> str:
    if text is None:
        raise _Wrong("the text is missing, and its quality is not bad")
    if len(text.encode()) > WIDTH:
        raise _Wrong(f"the text has more than {WIDTH} bytes, which is all a station keeps")
    return text
