"""More: the pages that have no tab of their own, or none for now, in a menu of the top bar."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QMenu

from ui import words
from ui.look import Look
from ui.shell.places import PageRow
from ui.widgets import Button


class MoreTab(Button):
    """The pages that have no tab, in a menu. Its word never changes, or the tabs would move under the hand."""

    asked_for = Signal(object)
    """A page's id."""

    def __init__(self, look: Look, rows: Sequence[tuple[PageRow, str]]) -> None:
        """All pages, with the function key that shows each."""
        super().__init__(look, words.MORE_PAGES, "flat", "down")
        self._look = look
        self._rows = {page.id: (page, stroke) for page, stroke in rows}
        self._allowed: Sequence[str] = ()
        self._shown = ""
        self.setCheckable(True)
        self.clicked.connect(self._open)

    def show_page(self, page: str) -> None:
        """Mark it where one of its pages is shown."""
        self._shown = page
        self.setChecked(page in self._allowed)

    def show_rows(self, pages: Collection[str], folded: Collection[str]) -> None:
        """Those that whoever sits here may see, and among them those whose tab has no room."""
        self._allowed = [
            id_ for id_, (page, _) in self._rows.items() if id_ in pages and (page.behind or id_ in folded)
        ]
        self.setVisible(bool(self._allowed))
        self.setChecked(self._shown in self._allowed)

    def choices(self) -> QMenu:
        """What it offers now; the page that is shown is marked."""
        menu = QMenu(self)
        for page in self._allowed:
            told, stroke = self._rows[page]
            action = menu.addAction(self._look.say(told.words) + (f"\t{stroke}" if stroke else ""))
            action.setCheckable(True)
            action.setChecked(page == self._shown)
            action.triggered.connect(lambda _=False, page=page: self.asked_for.emit(page))
        return menu

    def _open(self) -> None:
        self.setChecked(self._shown in self._allowed)
        menu = self.choices()
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.mapToGlobal(QPoint(0, self.height() + 2)))
