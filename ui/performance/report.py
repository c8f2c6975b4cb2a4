"""What leaves the page: the figures and lists of one span as tables; written as CSV, XLSX or HTML for paper. No Qt."""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from datetime import datetime
from html import escape
from pathlib import Path
from typing import NamedTuple

import xlsxwriter
from xlsxwriter.exceptions import XlsxWriterException

from alarms import verdicts
from supervisor.clock import SECOND
from supervisor.errors import StoreError
from supervisor.model import Site, Text
from ui.commissioning.paper import document, table
from ui.look import Look
from ui.performance import rows, words
from ui.performance.study import Study
from ui.tables import Cell


class Part(NamedTuple):
    """One table of the report."""

    title: str
    heads: tuple[str, ...]
    rows: list[tuple[str, ...]]


class Report(NamedTuple):
    """All of it, in the words of one language."""

    title: str
    about: tuple[str, ...]
    parts: tuple[Part, ...]
    language: str


def report(study: Study, site: Site, look: Look, now: int) -> Report:
    """What is on the page, and all four lists."""
    say, figures = look.say, study.figures
    position = study.position.name if study.position else words.WHOLE_SITE
    found = words.CLASSES[verdicts.performance_class(figures)]
    about = (
        say(site.name),
        f"{say(words.POSITION)} : {say(position)}",
        rows.told_period(study, look),
        f"{rows.told_days(study, look)} – {look.counted(words.COUNTED, figures.count)}",
        f"{say(words.CLASS)} : {say(found)}",
    )
    parts = [_part(words.TITLE, rows.HEADS, [_texts(cells) for cells in rows.measures(study, look)], look)]
    lists, today = rows.Lists(site, look), datetime.fromtimestamp(now / SECOND, look.zone).date()
    for name, title in rows.LISTS.items():
        counted = [_texts(one.cells) for one in lists.rows(name, study, today)]
        parts.append(_part(title, lists.heads(name), counted, look))
    return Report(say(words.TITLE), about, tuple(parts), look.language)


def _texts(cells: Sequence[Cell]) -> tuple[str, ...]:
    return tuple(cell.text for cell in cells)


def _part(title: Text, heads: Sequence[Text], lines: list[tuple[str, ...]], look: Look) -> Part:
    return Part(look.say(title), tuple(look.say(head) for head in heads), lines)


def html(made: Report) -> str:
    """A page for paper; every part with its words even where it is empty."""
    body = [f"<h1>{escape(made.title)}</h1>", "<p>", "<br>".join(escape(line) for line in made.about), "</p>"]
    for part in made.parts:
        body.append(f"<h2>{escape(part.title)}</h2>")
        cells = [tuple(escape(text) for text in line) for line in part.rows]
        body.append(table(part.heads, cells) if cells else "<p>—</p>")
    return document(made.title, "".join(body), made.language)


def write(made: Report, path: Path) -> None:
    """CSV or XLSX by the file's ending, whole or not at all. Raises StoreError where it can't be written."""
    draft = path.with_name(f".{path.stem}.draft{path.suffix}")
    try:
        _xlsx(made, draft) if path.suffix.lower() == ".xlsx" else _csv(made, draft)
        os.replace(draft, path)
    except (OSError, XlsxWriterException) as error:
        draft.unlink(missing_ok=True)
        raise StoreError(f"{path}: {getattr(error, 'strerror', None) or error}") from error


def _csv(made: Report, path: Path) -> None:
    """As the spreadsheet of the language opens it; one part below the other."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        out = csv.writer(file, delimiter=";" if made.language == "fr" else ",")
        out.writerows([[made.title], *([line] for line in made.about)])
        for part in made.parts:
            out.writerows([[], [part.title], part.heads, *part.rows])


def _xlsx(made: Report, path: Path) -> None:
    """A sheet for each part; every cell a text, as it stands on the screen, so that none is taken for a formula."""
    with xlsxwriter.Workbook(path) as book:
        bold = book.add_format({"bold": True})
        for number, part in enumerate(made.parts):
            sheet = book.add_worksheet(part.title[:31])
            top = 0
            if not number:
                for line in (made.title, *made.about):
                    sheet.write_string(top, 0, line, bold if not top else None)
                    top += 1
                top += 1
            for column, head in enumerate(part.heads):
                sheet.write_string(top, column, head, bold)
            for at, line_ in enumerate(part.rows, top + 1):
                for column, text in enumerate(line_):
                    sheet.write_string(at, column, text)
            sheet.set_column(0, 0, 46)
            sheet.set_column(1, len(part.heads), 24)
