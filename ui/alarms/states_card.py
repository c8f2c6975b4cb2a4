"""The help on states: both machines, drawn from the rows the station uses. E shows and hides it, as a click does."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QByteArray, QRectF, QSize
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QFrame, QGridLayout, QVBoxLayout, QWidget

from alarms import diagrams
from supervisor.model import Text
from ui.look import Look
from ui.widgets import Words, column

SCALE = 0.68
"""So that two diagrams stand side by side on a screen of 1920."""
TITLE = Text("États d'une alarme (E)", "States of an alarm (E)")
PLAIN = Text("Règle ordinaire", "Ordinary rule")
LATCHING = Text("Règle à mémorisation : il faut réarmer", "Latching rule: it takes a reset")
HIDING = Text(
    "Ce qui la cache, par-dessus : elle continue de vivre en dessous",
    "What hides it, above the other: it lives on beneath",
)


class Diagram(QWidget):
    """One sheet, in the colours and the language of the window."""

    def __init__(self, look: Look, draw: Callable[[str, diagrams.Ink], str]) -> None:
        super().__init__()
        self._look, self._draw = look, draw
        look.changed.connect(self._dress)
        self._dress()

    def _dress(self) -> None:
        look = self._look
        ink = diagrams.Ink(*(look.color(token).name() for token in ("text", "text2", "raised", "accent_bg", "panel")))
        self._sheet = QSvgRenderer(QByteArray(self._draw(look.language, ink).encode()))
        self.setFixedSize(self._sheet.defaultSize() * SCALE * look.scale)
        self.update()

    def sizeHint(self) -> QSize:
        return self.size()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._sheet.render(painter, QRectF(self.rect()))


class StatesCard(QFrame):
    """See the module; over the middle of its parent."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("raised")
        layout = column(self, 20, 10)
        layout.addWidget(Words(look, TITLE, "title", 600))
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        sheets = (
            (PLAIN, lambda language, ink: diagrams.process(False, language, ink)),
            (LATCHING, lambda language, ink: diagrams.process(True, language, ink)),
            (HIDING, diagrams.hiding),
        )
        for at, (title, draw) in enumerate(sheets):
            place = QVBoxLayout()
            place.addWidget(Words(look, title, "label", 600, "text2"))
            place.addWidget(Diagram(look, draw))
            place.addStretch(1)
            grid.addLayout(place, at // 2, at % 2)
        layout.addLayout(grid)
        self.hide()

    def toggle(self) -> None:
        """Show it over the page, or put it away."""
        parent = self.parentWidget()
        self.setVisible(not self.isVisible())
        if self.isVisible() and parent is not None:
            self.adjustSize()
            self.move(max((parent.width() - self.width()) // 2, 0), max((parent.height() - self.height()) // 2, 0))
            self.raise_()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.hide()
