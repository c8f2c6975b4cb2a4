"""Outlet: what is seen leaves as a table (CSV), as a page (PDF) or on a printer."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint
from PySide6.QtGui import QPagedPaintDevice, QPdfWriter
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QDialog, QFileDialog, QMenu

from ui.a4 import ACROSS
from ui.pages import Context
from ui.trend import export, paper, words

if TYPE_CHECKING:
    from ui.trend.view import TrendView

DPI = 300


class Outlet(QObject):
    """See the module."""

    def __init__(self, context: Context, view: TrendView) -> None:
        super().__init__(view)
        self._context, self._look, self._view = context, context.look, view
        self.menu = QMenu(view)

    def drop(self) -> None:
        """Show what can be done below the button."""
        menu, say, under = self.menu, self._look.say, self._view.bar.save
        menu.clear()
        menu.addAction(say(words.AS_CSV), lambda: self.ask("csv"))
        menu.addAction(say(words.AS_PDF), lambda: self.ask("pdf"))
        menu.addAction(say(words.PRINT), self.ask_printer)
        menu.popup(under.mapToGlobal(QPoint(0, under.height() + 2)))
        menu.setActiveAction(menu.actions()[0])

    def ask(self, suffix: str) -> None:
        """Ask where to."""
        dialog = QFileDialog(self._view, self._look.say(words.SAVE_TITLE))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(suffix)
        dialog.setNameFilter(f"{suffix.upper()} (*.{suffix})")
        dialog.fileSelected.connect(self.save)
        dialog.open()

    def ask_printer(self) -> None:
        """Ask which one, then print."""
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setPageLayout(ACROSS)
        dialog = QPrintDialog(printer, self._view)
        dialog.accepted.connect(lambda: self.print(printer))
        QDialog.open(dialog)  # QPrintDialog has an `open` of its own, for receivers of Qt 4

    def save(self, path: str) -> None:
        """Write what is on the screen: a page where the name ends so, else a table with one row per value."""
        if path.lower().endswith(".pdf"):
            writer = QPdfWriter(path)
            writer.setResolution(DPI)
            writer.setCreator("Vigie")
            writer.setTitle(self._look.say(words.TITLE))
            writer.setPageLayout(ACROSS)
            if self.print(writer):
                self._view.said.emit(self._look.say(words.SAVED).format(path))
            return
        view = self._view
        sheet = export.Sheet.of(view.pens, view.span, view.plot.shown.now, self._look)
        self._context.spawn(self._write(sheet, Path(path)))

    def print(self, device: QPagedPaintDevice) -> bool:
        """Draw the page; a device that refuses is said."""
        view, site = self._view, self._context.attachment.site
        scene, fitted = view.plot.shown, view.bar.fitted.isChecked()
        made = self._context.present, self._context.user
        sheet = paper.Sheet(site, *made, self._look, scene, view.table, fitted)
        done = sheet.print(device)
        if not done:
            view.said.emit(self._look.say(words.UNPRINTED))
        return done

    async def _write(self, sheet: export.Sheet, path: Path) -> None:
        await asyncio.to_thread(sheet.write, path)
        self._view.said.emit(self._look.say(words.SAVED).format(path))
