"""Sheet: one CSV list. UTF-8, comma, a header row; lines that start with # are comments.

Engineers keep these in spreadsheets, so what a spreadsheet does is forgiven (byte-order mark, empty rows, empty
cells at the end) or told in its words (semicolons, another encoding, a comma inside a name).
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from supervisor.site.document import read_text
from supervisor.site.findings import Findings, Place, closest, suggest


class Sheet:
    """Columns, and rows that know their line."""

    def __init__(self, file: Path, columns: tuple[str, ...], header_line: int) -> None:
        self.file = file
        self.columns = columns
        self.header = Place(file, header_line)
        self.rows: list[Line] = []
        self.position = {column: number for number, column in enumerate(columns)}


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a sheet."""

    sheet: Sheet
    number: int
    cells: list[str]

    @property
    def place(self) -> Place:
        return Place(self.sheet.file, self.number)

    def get(self, column: str) -> str:
        """The cell without the spaces around it; empty where the row or the sheet has none."""
        position = self.sheet.position.get(column, -1)
        return self.cells[position] if 0 <= position < len(self.cells) else ""

    def number_in(self, column: str, default: float, findings: Findings) -> float:
        """The cell as a number; the default where it is empty or, after adding the problem, is none."""
        cell = self.get(column)
        if not cell:
            return default
        try:
            value = float(cell)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            remedy = "Write it with a point, not a comma." if "," in cell else "Write digits, such as 12 or 0.5."
            findings.add(self.place, f'{column} "{cell}" is not a number', remedy)
            return default
        return value


def read_sheet(folder: Path, file: Path, required: Collection[str], findings: Findings) -> Sheet | None:
    """The rows of a file; None after adding why there are none."""
    text = read_text(folder, file, findings)
    if text is None:
        return None
    lines = _Lines(text)
    reader = csv.reader(lines, strict=True)
    sheet: Sheet | None = None
    try:
        for cells in reader:
            cells = [cell.strip() for cell in cells]
            number = lines.begin()
            if not any(cells):
                continue
            if sheet is None:
                sheet = _header(file, number, cells, required, findings)
                if sheet is None:
                    return None
            else:
                sheet.rows.append(_row(sheet, number, cells, findings))
    except csv.Error as error:
        remedy = "Look for a quote that is opened and not closed, or a quote inside a name (write it twice)."
        findings.add(Place(file, max(lines.begin(), 1)), f"CSV can't be read here: {error}", remedy)
        return None
    if sheet is None:
        findings.add(Place(file, 0), "This file has no header row", f"Begin with the line {','.join(required)}.")
    return sheet


def unknown_columns(sheet: Sheet, known: Collection[str], findings: Findings) -> None:
    """Add every column that means nothing."""
    for column in sheet.columns:
        if column and column not in known:
            findings.add(sheet.header, f'There is no column "{column}"', suggest(column, known))


def mistyped_columns(sheet: Sheet, known: Collection[str], findings: Findings) -> None:
    """Add every further column that is a known one mistyped: any column may be an argument, so only near misses."""
    missing = [column for column in known if column not in sheet.position]
    for column in sheet.columns:
        match = closest(column, missing, cutoff=0.8) if column not in known else ""
        if match:
            findings.add(sheet.header, f'There is no column "{column}"', f'Did you mean "{match}"?')


class _Lines:
    """The lines of a text without its comments, one by one as `csv` asks; remembers where the present row began."""

    def __init__(self, text: str) -> None:
        self._lines = enumerate(io.StringIO(text, newline=""), 1)
        self._begin = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        for number, line in self._lines:
            if not line.startswith("#") or self._begin:
                self._begin = self._begin or number
                return line
        raise StopIteration

    def begin(self) -> int:
        """The first line of the row that was just read."""
        begin, self._begin = self._begin, 0
        return begin


def _header(file: Path, number: int, cells: list[str], required: Collection[str], findings: Findings) -> Sheet | None:
    place = Place(file, number)
    if len(cells) == 1 and ";" in cells[0]:
        remedy = "Save it again with commas between the cells (format CSV UTF-8, separator comma)."
        findings.add(place, "The cells of this file are separated by semicolons", remedy)
        return None
    for position, column in enumerate(cells):
        if column and column in cells[:position]:
            findings.add(place, f'The column "{column}" is there twice', "Remove one of them.")
    missing = [column for column in required if column not in cells]
    for column in missing:
        near = closest(column, [cell for cell in cells if cell not in required])
        remedy = f'Is "{near}" meant?' if near else "Add it to the header row."
        findings.add(place, f'The column "{column}" is missing', remedy)
    return None if missing else Sheet(file, tuple(cells), number)


def _row(sheet: Sheet, number: int, cells: list[str], findings: Findings) -> Line:
    line = Line(sheet, number, cells)
    if len(cells) > len(sheet.columns):
        message = f"This row has {len(cells)} cells for {len(sheet.columns)} columns"
        findings.add(line.place, message, 'A name with a comma in it goes in quotes: "Rue X, sud".')
        del cells[len(sheet.columns) :]
    for column, cell in zip(sheet.columns, cells, strict=False):
        if cell and not column:
            findings.add(line.place, f'"{cell}" stands under no column', "Give the column a name in the header row.")
    return line
