"""Fit: texts of a page that are wider than their place, in either language. Needs fonts, hence Qt.

The page is painted once into a picture nobody keeps, for an equipment that has it, and what had to be cut is told.
"""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QImage, QPainter

from supervisor.model import Equipment
from supervisor.site.problems import Problem
from ui.synoptic.binding import bind
from ui.synoptic.page import Synoptic
from ui.synoptic.sheet import Sheet
from ui.synoptic.view import SynopticView


def overflows(page: Synoptic, equipment: Equipment, sheet: Sheet) -> list[Problem]:
    """Texts that do not fit in the language of the sheet's look."""
    view = SynopticView(sheet)
    view.resize(round(page.size[0]), round(page.size[1]))
    view.show_drawing(bind(page, sheet.site, equipment))
    problems = []
    for item in view.items_shown:
        sheet.overflows.clear()
        image = QImage(QSize(round(item.rect.width()) + 1, round(item.rect.height()) + 1), QImage.Format.Format_RGB32)
        with QPainter(image) as painter:
            item.draw(painter)
        symbol = item.bound.symbol
        problems += [
            Problem(page.file, symbol.line, f"{symbol.id}: « {text} » is cut off.", "Widen it or shorten the words.")
            for text in sorted(sheet.overflows)
        ]
    view.deleteLater()
    return problems
