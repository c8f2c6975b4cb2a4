"""TrendDock: a few pens of the equipment shown, under its synoptic; can be folded away to its title."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from supervisor.model import Equipment
from ui import naming
from ui.pages import Context
from ui.trend import words
from ui.trend.choice import pens_of
from ui.trend.view import TrendView
from ui.widgets import Button

HEIGHT, FOLDED_HEIGHT = 236, 44
SPAN_S = 8 * 3600.0
OPEN_FROM_PX = 1200
"""Height of the window from which the dock is open unless the operator folded it."""


class TrendDock(QWidget):
    """See the module. Fed by the page it belongs to, like a page."""

    folded = Signal(bool)
    """The operator folded or unfolded it."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._equipment: Equipment | None = None
        self.wished: bool | None = None
        """Whether the operator wants it open; None where they have not said."""
        self.setObjectName("card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.view = TrendView(context, SPAN_S, docked=True)
        self.fold, self.unfold = Button(context.look, None, "flat", "down"), Button(context.look, None, "flat", "up")
        self.fold.tip(words.FOLD)
        self.unfold.tip(words.UNFOLD)
        line = self.view.bar.layout()
        for button in (self.fold, self.unfold):
            button.clicked.connect(self._turn)
            if line is not None:
                line.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.addWidget(self.view)
        context.look.changed.connect(self._speak)
        self.open(True)

    @property
    def is_open(self) -> bool:
        return not self.view.plot.isHidden()

    def open(self, opened: bool) -> None:
        """Show the plot, or the title alone."""
        self.view.show_body(opened)
        self.setFixedHeight(HEIGHT if opened else FOLDED_HEIGHT)
        self.fold.setVisible(opened)
        self.unfold.setVisible(not opened)

    def suit(self, window_height: int) -> None:
        """Open where there is room for it, unless the operator has said what they want."""
        wanted = window_height >= OPEN_FROM_PX if self.wished is None else self.wished
        if wanted != self.is_open:
            self.open(wanted)

    def show_equipment(self, equipment: Equipment) -> None:
        """Turn to its pens; those of the operator's choice are on the page of trends."""
        if equipment is self._equipment:
            return
        self._equipment = equipment
        self.view.legend.whole = equipment.id
        self.view.show_only(pens_of(self._context.attachment.site, equipment))
        self._speak()

    def refresh(self, moved: NDArray[np.intp]) -> None:
        if self.is_open:
            self.view.refresh(moved)

    def refresh_alarms(self) -> None:
        self.view.refresh_alarms()

    def slow(self) -> None:
        if self.is_open:
            self.view.slow()

    def _turn(self) -> None:
        self.wished = not self.is_open
        self.open(self.wished)
        self.folded.emit(not self.wished)

    def _speak(self) -> None:
        if self._equipment:
            name = naming.full_name(self._context.attachment.site, self._equipment, self._context.look)
            self.view.bar.subtitle.setText(f"{self._equipment.id} · {name}")
