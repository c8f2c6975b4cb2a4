"""Own: cells of `alarms/overrides.csv` changed where they stand; comments, order and other rows stay as they were."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

Cell = tuple[int, str, str]
"""Line of the row, column, and what it becomes."""


def with_cells(text: str, cells: Sequence[Cell]) -> str:
    """The text with these. Raises ValueError for a row over several lines and for a column that is not there."""
    lines = list(io.StringIO(text, newline=""))  # as the sheet was read: a text may have separators of its own
    head = next((line for line in lines if line.strip(" ,\r\n") and not line.startswith("#")), "")
    columns = [name.strip().lstrip("\ufeff") for name in _cells(head)]
    for number, column, value in cells:
        if column not in columns:
            raise ValueError(f'it has no column "{column}": add it to its header')
        line = lines[number - 1]
        row = _cells(line.rstrip("\r\n"))
        row += [""] * (len(columns) - len(row))
        row[columns.index(column)] = value
        lines[number - 1] = _line(row) + line[len(line.rstrip("\r\n")) :]
    return "".join(lines)


def _cells(line: str) -> list[str]:
    if line.count('"') % 2:
        raise ValueError("a row of it goes over several lines")
    return next(csv.reader([line.rstrip("\r\n")]), [])


def _line(row: Sequence[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(row)
    return out.getvalue()
