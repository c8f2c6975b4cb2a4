"""Sinks: where the rows of an export go. A file is there under its name once it is whole, and not before.

CSV      UTF-8, commas, texts in quotes, local times with their offset: 2026-10-25T02:30:00.000+01:00
Parquet  zstd; times are instants that carry the site's time zone
XLSX     local times, as a spreadsheet knows no zones, with their offset in a column of its own
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet
import xlsxwriter
from xlsxwriter.exceptions import XlsxWriterException

from supervisor.clock import SECOND
from supervisor.errors import Unavailable
from supervisor.flow import Times

FORMATS = ("csv", "parquet", "xlsx")
SHEET_ROWS = 1_048_576
"""Source: ECMA-376 as Excel implements it; one row of them is the header."""
_QUARTER = 900 * SECOND
"""Offsets from UTC have changed on quarters of an hour only since 1970."""
_DAY_NS = 86_400 * SECOND
_EXCEL_1970 = 25_569
"""Days from the spreadsheet's day 0 to 1970-01-01."""
_WIDE = 24


class Sink(Protocol):
    """Takes tables of one schema, one after the other."""

    def write(self, table: Any) -> None:
        """Raises OSError where the disk takes none of it, Unavailable where the format can't hold it."""

    def close(self) -> None:
        """The last rows are written; without it the file is not whole."""

    def abandon(self) -> None:
        """Let go of the file, which is not whole; raises what it raised before."""


@contextmanager
def opened(path: Path, form: str, schema: Any, zone: ZoneInfo, overwrite: bool = False) -> Iterator[Sink]:
    """A sink whose file gets its name at the end of the block, and leaves nothing behind where that fails."""
    if path.exists() and not overwrite:
        raise Unavailable(f"{path} is there already: give --overwrite, or another name")
    try:
        with tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as place:
            unfinished = Path(place) / path.name
            sink = _SINKS[form](unfinished, schema, zone)
            try:
                yield sink
                sink.close()
            except BaseException:
                with suppress(OSError, XlsxWriterException):  # the reason is on its way already
                    sink.abandon()
                raise
            _flush(unfinished)
            unfinished.replace(path)
    except (OSError, XlsxWriterException) as error:
        reason = getattr(error, "strerror", None) or error
        raise Unavailable(f"{path} cannot be written ({reason}); nothing of it is left behind") from error


def _flush(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


class _Csv:
    """pyarrow writes an empty text in quotes and nothing without, so they are told apart."""

    def __init__(self, path: Path, schema: Any, zone: ZoneInfo) -> None:
        self._zone = zone
        self._schema = pa.schema([(field.name, _in_csv(field.type)) for field in schema])
        self._writer = pa.csv.CSVWriter(path, self._schema)

    def write(self, table: Any) -> None:
        columns = [self._text(column.combine_chunks()) for column in table.columns]
        self._writer.write_table(pa.Table.from_arrays(columns, schema=self._schema))

    def _text(self, column: Any) -> Any:
        if pa.types.is_timestamp(column.type):
            return local_words(column, self._zone)
        return _json(column) if pa.types.is_map(column.type) else column

    def close(self) -> None:
        self._writer.close()

    def abandon(self) -> None:
        self._writer.close()


def _in_csv(type_: Any) -> Any:
    return pa.string() if pa.types.is_timestamp(type_) or pa.types.is_map(type_) else type_


def _json(column: Any) -> Any:
    rows = column.to_pylist()
    return pa.array([json.dumps(dict(row), ensure_ascii=False) if row else None for row in rows], pa.string())


class _Parquet:
    def __init__(self, path: Path, schema: Any, zone: ZoneInfo) -> None:
        words = [field.name for field in schema if pa.types.is_string(field.type)]
        # instants a step apart: a third of the bytes
        steps = {field.name: "DELTA_BINARY_PACKED" for field in schema if pa.types.is_timestamp(field.type)}
        self._writer = pa.parquet.ParquetWriter(
            path, schema, compression="zstd", use_dictionary=words, column_encoding=steps
        )

    def write(self, table: Any) -> None:
        self._writer.write_table(table)

    def close(self) -> None:
        self._writer.close()

    def abandon(self) -> None:
        self._writer.close()


class _Xlsx:
    """Row by row: a sheet is never whole in memory."""

    def __init__(self, path: Path, schema: Any, zone: ZoneInfo) -> None:
        self._book = xlsxwriter.Workbook(path, {"constant_memory": True, "tmpdir": str(path.parent)})
        self._sheet = self._book.add_worksheet("Vigie")
        self._instant = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss.000"})
        self._zone = zone
        self._at = 0
        self._head([field.name for field in schema])

    def _head(self, names: list[str]) -> None:
        bold = self._book.add_format({"bold": True})
        self._sheet.freeze_panes(1, 0)
        self._sheet.set_column(0, len(names), _WIDE)
        for column, name in enumerate([*names, "offset"]):
            self._sheet.write_string(0, column, name, bold)

    def write(self, table: Any) -> None:
        if self._at + table.num_rows >= SHEET_ROWS:
            raise Unavailable(
                f"a sheet holds {SHEET_ROWS - 1} rows, and this export has more: take fewer tags or a shorter span, "
                "aggregate with --every, or write csv or parquet"
            )
        columns = [self._cells(column.combine_chunks()) for column in table.columns]
        columns.append(_offsets(table.column(1).combine_chunks(), self._zone).to_pylist())
        stamps = [pa.types.is_timestamp(field.type) for field in table.schema] + [False]
        for row in zip(*columns, strict=True):
            self._at += 1
            self._row(row, stamps)

    def _cells(self, column: Any) -> list[Any]:
        if pa.types.is_timestamp(column.type):
            local = _nanoseconds(column) + _shift(_nanoseconds(column), self._zone)
            return list((local / _DAY_NS + _EXCEL_1970).tolist())
        return list((_json(column) if pa.types.is_map(column.type) else column).to_pylist())

    def _row(self, row: tuple[Any, ...], stamps: list[bool]) -> None:
        for column, (cell, stamped) in enumerate(zip(row, stamps, strict=True)):
            if isinstance(cell, str):
                self._sheet.write_string(self._at, column, cell)  # never taken for a formula
            elif cell is not None and np.isfinite(cell):
                self._sheet.write_number(self._at, column, cell, self._instant if stamped else None)
            elif cell is not None:
                self._sheet.write_string(self._at, column, str(cell))

    def close(self) -> None:
        self._book.close()

    def abandon(self) -> None:
        """WORKAROUND: a workbook whose `close` failed leaves the files of its sheets open."""
        for file in (self._sheet.row_data_fh, self._sheet.fh):
            if file is not None:
                with suppress(OSError):
                    file.close()
        self._book.fileclosed = True


_SINKS: dict[str, Callable[[Path, Any, ZoneInfo], Sink]] = {"csv": _Csv, "parquet": _Parquet, "xlsx": _Xlsx}


def local_words(column: Any, zone: ZoneInfo) -> Any:
    """Instants as ISO 8601 in the site's time with the offset, which tells the two 2:30 of an October night apart."""
    time = _nanoseconds(column)
    local = time + _shift(time, zone)
    fine = bool((local % 1_000_000).any())
    naive = pa.array(local // (1000 if fine else 1_000_000), pa.int64()).cast(pa.timestamp("us" if fine else "ms"))
    words = pc.utf8_replace_slice(naive.cast(pa.string()), 10, 11, "T")
    return pc.binary_join_element_wise(words, _offsets(column, zone), "")


def _offsets(column: Any, zone: ZoneInfo) -> Any:
    shifts, place = np.unique(_shift(_nanoseconds(column), zone), return_inverse=True)
    return pa.array([_offset(shift) for shift in shifts.tolist()], pa.string()).take(pa.array(place.reshape(-1)))


def _offset(shift: int) -> str:
    minutes = abs(shift) // (60 * SECOND)
    return f"{'-' if shift < 0 else '+'}{minutes // 60:02}:{minutes % 60:02}"


def _nanoseconds(column: Any) -> Times:
    micros: Times = column.cast(pa.int64()).to_numpy(zero_copy_only=False)
    return micros * 1000


def _shift(time: Times, zone: ZoneInfo) -> Times:
    """What the site's clock is ahead of UTC at each instant, ns."""
    quarters, place = np.unique(time // _QUARTER, return_inverse=True)
    shifts = [
        round((datetime.fromtimestamp(quarter * 900, zone).utcoffset() or timedelta()).total_seconds()) * SECOND
        for quarter in quarters.tolist()
    ]
    return np.array(shifts, np.int64)[place.reshape(-1)]
