"""Notices: bars across the window for the two things nobody may overlook: a silent station, and a bug of ours."""

from __future__ import annotations

import traceback

from PySide6.QtCore import QRectF
from PySide6.QtGui import QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QWidget

from supervisor.model import Text
from ui import words
from ui.look import Look
from ui.shapes import paint_icon
from ui.widgets import Button, Words, column, row


class Notice(QFrame):
    """One bar: a sign, a sentence, and what it means. Hidden until it has something to say."""

    def __init__(self, look: Look, title: Text, why: Text | None, kind: str) -> None:
        super().__init__()
        self.setObjectName("notice")
        self.setProperty("kind", kind)
        self._token = "panel"
        layout = row(self, 0, 14)
        layout.setContentsMargins(14, 6, 12, 6)
        layout.addWidget(Sign(look))
        self.title = Words(look, title, "value", 600, "inverse")
        layout.addWidget(self.title)
        self.why = Words(look, why or Text("", ""), "body", 400, "inverse")
        layout.addWidget(self.why, 1)
        self.row = layout
        self.hide()


class Sign(QWidget):
    """The sign of a notice."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.setFixedSize(22, 22)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            paint_icon(painter, "warning", QRectF(self.rect()), self._look.color("panel"), 2)


class Notices(QWidget):
    """The two bars."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._details = ""
        self.silent = Notice(look, words.STATION_SILENT, words.STATION_SILENT_WHY, "silent")
        self.bug = Notice(look, words.INTERNAL_ERROR, None, "bug")
        copy = Button(look, words.COPY_DETAILS)
        copy.clicked.connect(self._copy)
        close = Button(look, words.CLOSE)
        close.clicked.connect(self.bug.hide)
        self.bug.row.addWidget(copy)
        self.bug.row.addWidget(close)
        layout = column(self)
        layout.addWidget(self.silent)
        layout.addWidget(self.bug)

    def show_liveness(self, alive: bool) -> None:
        """The station died or came back."""
        self.silent.setVisible(not alive)

    def show_bug(self, error: BaseException) -> None:
        """Something of ours failed; the details are for whoever mends it."""
        self._details = "".join(traceback.format_exception(error))
        told = f"{type(error).__name__}: {error}"
        self.bug.why.say(Text(told, told))
        self.bug.show()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._details)
