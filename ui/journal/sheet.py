"""Sheet: rows of the journal as a table for others, with the codes, the names and the hash of each. No Qt.

CSV and XLSX are for people; JSON lines carry the row as it is hashed, so that whoever has them can check the chain.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import xlsxwriter

from supervisor.clock import SECOND
from supervisor.errors import StoreError, Unavailable
from supervisor.journal import JournalReader
from supervisor.journal_rows import Row, Wish
from supervisor.model import Site, Text
from supervisor.names import Met
from ui import journal_words, words
from ui.wording import happened

PIECE = 5_000
"""Rows read at a time."""
COLUMNS = (
    Text("n°", "no."),
    journal_words.WHEN,
    Text("Date UTC", "UTC"),
    Text("Catégorie", "Category"),
    journal_words.WHAT,
    Text("Code", "Code"),
    Text("Identifiant", "Id"),
    journal_words.WHERE,
    words.AREA,
    journal_words.RESULT,
    journal_words.WHO,
    Text("Nom", "Name"),
    journal_words.DETAIL,
    Text("Empreinte", "Hash"),
)
FORMATS = ("csv", "xlsx", "jsonl")


def every(journal: JournalReader, wish: Wish) -> Iterator[Row]:
    """All rows of a wish, newest first, however many. Raises StoreError."""
    before = 0
    while True:
        found = journal.find(wish, PIECE, before, within_s=10.0)
        yield from found.rows
        if not found.before:
            return
        before = found.before


def write(rows: Iterable[Row], path: Path, names: Names, tell: Callable[[int], None] = lambda _: None) -> int:
    """How many rows were written; the ending of the name says how. `tell` is told how many there are already.

    Raises StoreError where the file can't be written and Unavailable for an ending that means nothing.
    """
    suffix = path.suffix.lower().removeprefix(".")
    if suffix not in FORMATS:
        raise Unavailable(f'"{path.name}" ends in none of .{", .".join(FORMATS)}')
    count = 0

    def counted() -> Iterator[Row]:
        nonlocal count
        for count, row in enumerate(rows, 1):
            if count % PIECE == 0:
                tell(count)
            yield row

    try:
        {"csv": _csv, "xlsx": _xlsx, "jsonl": _jsonl}[suffix](counted(), path, names)
    except (OSError, xlsxwriter.exceptions.XlsxWriterException) as error:
        raise StoreError(f"{path}: {getattr(error, 'strerror', None) or error}") from error
    return count


class Names:
    """A row in the words of one language; `met` are those whom the site folder does not list."""

    def __init__(self, site: Site, language: str, met: Met) -> None:
        self.language, self._met = language, met
        self._site, self._zone = site, ZoneInfo(site.zone)
        self._alarms = {alarm.id: alarm for alarm in site.alarms}

    def head(self) -> list[str]:
        return [self._say(text) for text in COLUMNS]

    def cells(self, row: Row) -> list[str]:
        area = self._site.areas.get(row.area)
        utc = datetime.fromtimestamp(row.time / SECOND, UTC)
        return [
            str(row.id),
            utc.astimezone(self._zone).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3],
            utc.isoformat(timespec="milliseconds"),
            self._word(journal_words.BOOK_NAMES.get(row.category), row.category),
            self._word(happened(row), row.kind),
            f"{row.category}.{row.kind}",
            row.subject,
            self._subject(row.subject),
            self._word(area.name if area else None, row.area),
            self._word(journal_words.RESULTS.get(row.result), row.result),
            row.who,
            self._person(row.who),
            json.dumps(dict(row.detail), ensure_ascii=False) if row.detail else "",
            row.hash,
        ]

    def _person(self, who: str) -> str:
        """The name beside the id; empty for whom nobody knows, and for what is no person."""
        user = self._site.users.get(who)
        return user.name if user else self._met.name(who)

    def _subject(self, subject: str) -> str:
        if subject in journal_words.SUBJECTS:
            return self._say(journal_words.SUBJECTS[subject])
        alarm = self._alarms.get(subject)
        equipment = alarm.equipment if alarm else self._site.equipment_by_id.get(subject)
        if equipment is None:
            return ""
        name = self._say(equipment.name)
        return f"{name} – {self._say(alarm.rule.name)}" if alarm else name

    def _word(self, text: Text | None, code: str) -> str:
        return self._say(text) if text else code

    def _say(self, text: Text) -> str:
        return text.fr if self.language == "fr" else text.en


def _csv(rows: Iterator[Row], path: Path, names: Names) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        sheet = csv.writer(file, delimiter=";" if names.language == "fr" else ",")
        sheet.writerow(names.head())
        sheet.writerows(names.cells(row) for row in rows)


def _xlsx(rows: Iterator[Row], path: Path, names: Names) -> None:
    with xlsxwriter.Workbook(path, {"constant_memory": True, "strings_to_formulas": False}) as book:
        heavy = book.add_format({"bold": True})
        sheet, line = None, 0
        for row in rows:
            if sheet is None or line > 1_000_000:  # a sheet has 1 048 576 lines
                sheet, line = _sheet(book, names, heavy), 1
            sheet.write_row(line, 0, names.cells(row))
            line += 1
        if sheet is None:
            _sheet(book, names, heavy)


def _sheet(book: xlsxwriter.Workbook, names: Names, heavy: object) -> xlsxwriter.workbook.Worksheet:
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, names.head(), heavy)
    sheet.freeze_panes(1, 0)
    for column, width in enumerate((8, 23, 25, 14, 24, 20, 22, 40, 18, 12, 14, 20, 60, 20)):
        sheet.set_column(column, column, width)
    return sheet


def _jsonl(rows: Iterator[Row], path: Path, names: Names) -> None:
    fields = ("id", "time", "category", "kind", "who", "subject", "area", "result", "detail", "hash")
    with path.open("w", encoding="utf-8") as file:
        for row in rows:
            line = {name: dict(row.detail) if name == "detail" else getattr(row, name) for name in fields}
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
