"""Outlet: in which forms a year leaves the window, and where to."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from ui.pages import Context
from ui.schedule import words


class Outlet:
    """A menu of forms, then a question where to; `save` writes by the ending of the path."""

    def __init__(self, page: QWidget, context: Context, save: Callable[[Path], Coroutine[Any, Any, None]]) -> None:
        self._page, self._context, self._save = page, context, save
        self.menu = QMenu(page)

    def drop(self, button: QWidget) -> None:
        """Under the button."""
        menu, say = self.menu, self._context.look.say
        menu.clear()
        for text, suffix in ((words.AS_PNG, "png"), (words.AS_PDF, "pdf"), (words.AS_CSV, "csv")):
            menu.addAction(say(text), partial(self.ask, suffix))
        menu.popup(button.mapToGlobal(QPoint(0, button.height() + 2)))
        menu.setActiveAction(menu.actions()[0])

    def ask(self, suffix: str) -> None:
        """Ask where to."""
        dialog = QFileDialog(self._page, self._context.look.say(words.SAVE_TITLE))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(suffix)
        dialog.setNameFilter(f"{suffix.upper()} (*.{suffix})")
        dialog.fileSelected.connect(lambda path: self._context.spawn(self._save(Path(path))))
        dialog.open()
