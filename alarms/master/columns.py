"""The columns of the master alarm database: one row per rule, each column's place and what its cells may say."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

Check = Callable[[str], str]
"""A cell that is not empty -> the remedy; empty where nothing is wrong."""
LONGEST_DELAY_S = 86_400.0
"""As `supervisor.site.rules` has it."""


@dataclass(frozen=True, slots=True)
class Column:
    """One of them. Ids of columns are those of the keys in types/*.toml."""

    name: str
    path: tuple[str, ...] = ()
    """Where it is in the table of the alarm, such as ("cause", "fr"); empty where it is not in the types."""
    check: Check | None = None
    """None: this column identifies the row, or tells of it; an import may not change it."""
    number: bool = False
    required: bool = False

    @property
    def configured(self) -> bool:
        return bool(self.path)


def number(low: float, high: float = math.inf, whole: bool = False) -> Check:
    """A number of a range."""
    upto = f"{low:g} or more" if math.isinf(high) else f"{low:g} to {high:g}"
    remedy = f"Write a {'whole number' if whole else 'number'}, {upto}, without a unit."

    def check(cell: str) -> str:
        value = as_number(cell)
        if value is None or not low <= value <= high or (whole and value != int(value)):
            return remedy
        return ""

    return check


def as_number(cell: str) -> float | None:
    """The number of a cell, with a point or a comma; None where it is none."""
    try:
        value = float(cell.replace(",", "."))
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _any(cell: str) -> str:
    return ""


def _flag(cell: str) -> str:
    return "" if cell in ("true", "false") else "Write true or false, or leave it empty for false."


def _day(cell: str) -> str:
    parts = cell.split("-")
    good = len(parts) == 3 and all(part.isdigit() for part in parts) and [len(part) for part in parts] == [4, 2, 2]
    return "" if good else "Write the day as 2026-12-31."


def _limit(cell: str) -> str:
    """A number, or the id of a state; which of them the tag takes is checked with the whole site."""
    return ""


def _texts(key: str, required: bool = False) -> tuple[Column, Column]:
    return tuple(Column(f"{key}_{side}", (key, side), _any, required=required) for side in ("fr", "en"))  # type: ignore[return-value]


COLUMNS = (
    Column("type"),
    Column("alarm"),
    Column("tag", ("tag",)),
    Column("when", ("when",)),
    Column("unit"),
    Column("equipment"),
    Column("limit", ("limit",), _limit, number=True),
    Column("deadband", ("deadband",), number(0), number=True),
    Column("on_delay_s", ("on_delay_s",), number(0, LONGEST_DELAY_S), number=True),
    Column("off_delay_s", ("off_delay_s",), number(0, LONGEST_DELAY_S), number=True),
    Column("latching", ("latching",), _flag),
    Column("realarm_min", ("realarm_min",), number(0, LONGEST_DELAY_S / 60), number=True),
    Column("priority", ("priority",), number(1, 4, whole=True), number=True, required=True),
    *_texts("name", required=True),
    *_texts("cause"),
    *_texts("consequence"),
    *_texts("action"),
    Column("response_min", ("response_min",), number(0), number=True),
    Column("severity", check=_any),
    Column("justification", check=_any),
    Column("class", check=_any),
    Column("approved_by", check=_any),
    Column("approved_on", check=_day),
    Column("notes", check=_any),
)
"""`unit` and `equipment` (how many the rule watches) are told for whoever reads the sheet, and are not read back.
`severity`, `justification` (of the priority), `class`, `approved_by`, `approved_on` and `notes` are the columns of the
rationalisation (ISA-18.2, clause 9)."""
BY_NAME = {column.name: column for column in COLUMNS}
KEY = ("type", "alarm")
TOLD = ("unit", "equipment")
CONFIGURED = tuple(column for column in COLUMNS if column.configured)
EDITABLE = tuple(column for column in CONFIGURED if column.check)
RATIONALISED = tuple(column for column in COLUMNS if column.check and not column.configured)


def plain(value: object) -> str:
    """A value of TOML or of a spreadsheet as the text of a cell, the same for equal values."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return f"{value:.12g}"
    return str(value).strip()


_FLAGS = {"vrai": "true", "oui": "true", "yes": "true", "faux": "false", "non": "false", "no": "false"}
_DAY = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})")


def normal(name: str, cell: str) -> str:
    """A cell as we write it: spreadsheets say TRUE or VRAI, and put the day of a date first."""
    if name == "latching":
        return _FLAGS.get(cell.casefold(), cell.casefold())
    day = _DAY.fullmatch(cell) if name == "approved_on" else None
    return f"{day[3]}-{day[2]:0>2}-{day[1]:0>2}" if day else cell


def same(column: Column, left: str, right: str) -> bool:
    """Whether two cells say the same; nothing said of a number or a flag is what the types take it for."""
    if column.number and column.name not in ("limit", "priority"):
        left, right = left or "0", right or "0"
    if column.name == "latching":
        left, right = left or "false", right or "false"
    if left == right:
        return True
    numbers = as_number(left), as_number(right)
    return column.number and None not in numbers and numbers[0] == numbers[1]
