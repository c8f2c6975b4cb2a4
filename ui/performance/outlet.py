"""Outlet: what the page shows leaves as a workbook, a table, a page or on a printer. No dialog runs its own loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtGui import QTextDocument
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QDialog, QFileDialog, QMenu, QWidget

from ui.commissioning.printing import print_pdf
from ui.pages import Context
from ui.performance import report, words
from ui.performance.report import Report


class Outlet(QObject):
    """See the module."""

    said = Signal(str)
    """What became of it."""

    def __init__(self, context: Context, parent: QWidget, made: Callable[[], Report | None]) -> None:
        super().__init__(parent)
        self._context, self._parent, self._made = context, parent, made
        self.menu = QMenu(parent)

    def drop(self, under: QWidget) -> None:
        """Show what can be done below the button."""
        say = self._context.look.say
        self.menu.clear()
        for text, suffix in ((words.AS_XLSX, "xlsx"), (words.AS_CSV, "csv"), (words.AS_PDF, "pdf")):
            self.menu.addAction(say(text), partial(self.ask, suffix))
        self.menu.addAction(say(words.PRINT), self.ask_printer)
        self.menu.popup(under.mapToGlobal(QPoint(0, under.height() + 2)))
        self.menu.setActiveAction(self.menu.actions()[0])

    def ask(self, suffix: str) -> None:
        """Ask where to."""
        dialog = QFileDialog(self._parent, self._context.look.say(words.SAVE_TITLE))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(suffix)
        dialog.setNameFilter(f"{suffix.upper()} (*.{suffix})")
        dialog.fileSelected.connect(lambda path: self._context.spawn(self.save(Path(path))))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    async def save(self, path: Path) -> None:
        """Write it, as its name ends. Raises StoreError or Unavailable, which the status bar tells."""
        made = self._made()
        if made is None:
            return
        if path.suffix.lower() == ".pdf":
            print_pdf(report.html(made), path, made.title)
        else:
            await asyncio.to_thread(report.write, made, path)
        self.said.emit(self._context.look.say(words.SAVED).format(path))

    def ask_printer(self) -> None:
        """Ask which one, then print."""
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        dialog = QPrintDialog(printer, self._parent)
        dialog.accepted.connect(lambda: self._print(printer))
        QDialog.open(dialog)  # QPrintDialog has an `open` of its own, for receivers of Qt 4

    def _print(self, printer: QPrinter) -> None:
        made = self._made()
        if made is not None:
            paper = QTextDocument()
            paper.setHtml(report.html(made))
            paper.print_(printer)
