"""Sheets: rows of the master alarm database to and from XLSX and CSV. Every cell is a text or a number, no formula.

The first row has the names of the columns, which may stand in any order. A CSV may be of a French spreadsheet (`;`).
"""

from __future__ import annotations

import csv
import io
import os
import zipfile
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import openpyxl
import xlsxwriter
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from xlsxwriter.exceptions import XlsxWriterException

from alarms.master.book import Row
from alarms.master.columns import BY_NAME, COLUMNS, normal, plain
from supervisor.errors import Unavailable

FORMATS = (".xlsx", ".csv")
SHEET = "Alarms"


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a sheet, and where its cells are."""

    row: Row
    number: int
    """1-based, as the spreadsheet counts."""
    sheet: str
    """Empty in a CSV."""
    at: dict[str, int]
    """Column -> position, 1-based."""

    def place(self, column: str) -> str:
        """Where a cell is, as whoever has the sheet open looks for it."""
        where = f"{get_column_letter(self.at[column])}{self.number} ({column})" if column in self.at else (
            f"row {self.number} ({column})"
        )  # fmt: skip
        return f"{self.sheet}!{where}" if self.sheet else where


@dataclass(frozen=True, slots=True)
class Table:
    """What a file holds."""

    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    sheet: str = ""


def read(path: Path) -> Table:
    """The rows of a file. Raises Unavailable where it can't be read at all."""
    try:
        if _format(path) == ".xlsx":
            return _workbook(path)
        return _table("", csv.reader(*_dialect(path.read_bytes())))
    except OSError as error:
        raise Unavailable(f"{path} cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise Unavailable(f'{path} is not UTF-8: save it as "CSV UTF-8" in the spreadsheet') from None
    except (zipfile.BadZipFile, InvalidFileException, KeyError, csv.Error) as error:
        raise Unavailable(f"{path} is no spreadsheet that can be read: {error}") from None


def _format(path: Path) -> str:
    if path.suffix.lower() not in FORMATS:
        raise Unavailable(f"{path} does not say its format: end it in .xlsx or .csv")
    return path.suffix.lower()


def _dialect(raw: bytes) -> tuple[io.StringIO, type[csv.Dialect]]:
    text = raw.decode("utf-8-sig")
    head = text.partition("\n")[0]

    class Dialect(csv.excel):
        delimiter = ";" if head.count(";") > head.count(",") else ","
        strict = True

    return io.StringIO(text, newline=""), Dialect


def _workbook(path: Path) -> Table:
    """The sheet of ours, or the first one where somebody renamed it."""
    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    try:
        sheet = book[SHEET] if SHEET in book.sheetnames else book[book.sheetnames[0]]
        return _table(sheet.title, ([_text(cell) for cell in row] for row in sheet.iter_rows(values_only=True)))
    finally:
        book.close()


def _text(value: object) -> str:
    """What a spreadsheet made of a cell."""
    if isinstance(value, datetime):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else plain(value)


def _table(sheet: str, rows: Iterable[Sequence[str]]) -> Table:
    head: tuple[str, ...] = ()
    lines: list[Line] = []
    at: dict[str, int] = {}
    for number, cells in enumerate(rows, 1):
        cells = [cell.strip() for cell in cells]
        if not any(cells):
            continue
        if not head:
            head = tuple(cells)
            at = {name: position for position, name in enumerate(head, 1) if name}
            continue
        row = {name: normal(name, cells[place - 1]) if place <= len(cells) else "" for name, place in at.items()}
        lines.append(Line(row, number, sheet, at))
    return Table(tuple(name for name in head if name), tuple(lines), sheet)


def write(path: Path, rows: Iterable[Row], semicolons: bool = False) -> None:
    """All columns in their order, in one go: the file is whole or as it was. Raises Unavailable."""
    draft = path.with_name(f".{path.stem}.draft{_format(path)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        (_write_xlsx if draft.suffix == ".xlsx" else _write_csv)(draft, list(rows), semicolons)
        with draft.open("rb+") as whole:  # on the disk before it takes the place of the last one
            os.fsync(whole.fileno())
        os.replace(draft, path)
    except (OSError, XlsxWriterException) as error:
        with suppress(OSError):  # its folder may be a file, or the disk gone: what went wrong first is told
            draft.unlink(missing_ok=True)
        raise Unavailable(f"{path} cannot be written: {getattr(error, 'strerror', None) or error}") from None


def _write_csv(path: Path, rows: list[Row], semicolons: bool) -> None:
    with path.open("w", encoding="utf-8-sig" if semicolons else "utf-8", newline="") as file:
        out = csv.writer(file, delimiter=";" if semicolons else ",", lineterminator="\n")
        out.writerow([column.name for column in COLUMNS])
        out.writerows([[row.get(column.name, "") for column in COLUMNS] for row in rows])


def _write_xlsx(path: Path, rows: list[Row], semicolons: bool) -> None:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet(SHEET)
        fixed = book.add_format({"bold": True, "italic": True})
        free = book.add_format({"bold": True})
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        for at, column in enumerate(COLUMNS):
            sheet.write_string(0, at, column.name, free if column.check else fixed)
            sheet.set_column(at, at, 34 if column.name[-3:] in ("_fr", "_en") else 15, wrap)
        for number, row in enumerate(rows, 1):
            for at, column in enumerate(COLUMNS):
                _write_cell(sheet, number, at, row.get(column.name, ""))
        sheet.freeze_panes(1, 2)
        sheet.autofilter(0, 0, max(len(rows), 1), len(COLUMNS) - 1)


def _write_cell(sheet: xlsxwriter.worksheet.Worksheet, number: int, at: int, cell: str) -> None:
    """Figures as numbers, so that a spreadsheet can sort them; anything else as a text, never a formula."""
    if BY_NAME[COLUMNS[at].name].number and cell.replace(".", "", 1).lstrip("-").isdigit():
        sheet.write_number(number, at, float(cell))
    elif cell:
        sheet.write_string(number, at, cell)
