"""Small widgets that follow the look: labels that speak the window's language, cards, lines, buttons with icons.

Whatever holds a `Text` says it again when the language changes, so a page made of these needs no code for that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStyle,
    QStyleOptionButton,
    QVBoxLayout,
    QWidget,
)

from supervisor.model import NO_TEXT, Text
from ui.leaving import Gate
from ui.look import Look
from ui.shapes import elided, icon, paint_icon, text_width

Box = TypeVar("Box", bound=QBoxLayout)
_KEYS = {
    "Shift": Text("Maj", "Shift"),
    "Enter": Text("Entrée", "Enter"),
    "Esc": Text("Échap", "Esc"),
    "Del": Text("Suppr", "Del"),
}
"""Those that a French keyboard names otherwise."""


class Label(QLabel):
    """One font and one colour token of the look; `tone` is "text", "text2", "text3" or "accent" (style.qss)."""

    def __init__(self, look: Look, size: str = "body", weight: int = 400, tone: str = "text") -> None:
        super().__init__()
        self._look = look
        self._font = (size, weight)
        self.setProperty("tone", tone)
        look.changed.connect(self._fonts)
        self._fonts()

    def _fonts(self) -> None:
        self.setFont(self._look.font(*self._font))

    def setText(self, text: str) -> None:
        """Qt repaints and lays out again even for an equal text; a tenth of a second of labels would be wasted."""
        if text != self.text():
            super().setText(text)


class Short(Label):
    """A label that gives way: cut with an ellipsis, and whole in its tool tip, where there is too little room."""

    def minimumSizeHint(self) -> QSize:
        return QSize(24, super().minimumSizeHint().height())

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip:
            self.setToolTip(self.text() if self._said() != self.text() else "")
        return super().event(event)

    def _said(self) -> str:
        return elided(self.text(), self.font(), self.width())

    def paintEvent(self, event: QPaintEvent) -> None:
        said = self._said()
        with QPainter(self) as painter:
            painter.setFont(self.font())
            painter.setPen(self.palette().color(self.foregroundRole()))
            painter.drawText(self.rect(), int(self.alignment()), said)


class Words(Label):
    """A label that says a `Text`, in the language of the moment."""

    def __init__(self, look: Look, text: Text, size: str = "body", weight: int = 400, tone: str = "text") -> None:
        super().__init__(look, size, weight, tone)
        self._words = text
        look.changed.connect(self._say)
        self._say()

    def say(self, text: Text) -> None:
        """Say something else from now on."""
        self._words = text
        self._say()

    def _say(self) -> None:
        self.setText(self._look.say(self._words))


class Sentence(Words):
    """What somebody is told beneath the place where they asked for something; not there until it is said."""

    def __init__(self, look: Look, size: str = "label") -> None:
        super().__init__(look, NO_TEXT, size, 600)
        self.setWordWrap(True)
        self.hide()

    def say(self, text: Text | None) -> None:
        """None takes it away."""
        super().say(text or NO_TEXT)
        self.setVisible(text is not None)


class Button(QPushButton):
    """A button with words, an icon or both. `kind` is "", "primary", "flat" or "segment" (style.qss).

    One that a `Gate` guards is dead while that is shut, and its tool tip says why.
    """

    def __init__(self, look: Look, text: Text | None, kind: str = "", symbol: str = "", weight: int = 500) -> None:
        super().__init__()
        self._look = look
        self._words, self._symbol, self._weight = text, symbol, weight
        self._tip: Text | None = None
        self._key = ""
        self._gate: Gate | None = None
        self._wanted, self._told = True, ""
        self.size_name = "body"
        self.setProperty("kind", kind)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        look.changed.connect(self.dress)
        self.dress()

    def say(self, text: Text) -> None:
        self._words = text
        self.dress()

    def tip(self, text: Text, key: str = "") -> None:
        """Tool tip and accessible name, with the key that does the same, as an English keyboard names it."""
        self._tip, self._key = text, key
        self.dress()

    def obey(self, gate: Gate) -> None:
        """See `Gate.guard`."""
        self._gate = gate
        gate.turned.connect(self._heed)
        self._heed()

    def setEnabled(self, enabled: bool) -> None:
        """Remembered while the gate is shut."""
        self._wanted = enabled
        self._heed()

    def setToolTip(self, text: str) -> None:
        """Shown unless the gate is shut."""
        self._told = text
        self._heed()

    def _heed(self) -> None:
        why = self._gate.why if self._gate is not None else None
        super().setEnabled(self._wanted and why is None)
        super().setToolTip(self._told if why is None else self._look.say(why))

    def dress(self) -> None:
        """Words, font and icon again, in the look of the moment."""
        look = self._look
        self.setFont(look.font(self.size_name, self._weight))
        if self._words:
            self.setText(look.say(self._words))
        if self.property("kind") == "segment":
            self.setMinimumWidth(round(text_width(self.text(), look.font(self.size_name, 600))) + 22)
        if self._symbol:
            token = "accent_text" if self.property("kind") == "primary" else "text2"
            self.setIcon(icon(self._symbol, look.color(token)))
            self.setIconSize(QSize(18, 18))
        if self._tip:
            key = "+".join(look.say(_KEYS.get(part) or Text(part, part)) for part in self._key.split("+"))
            self.setToolTip(look.say(self._tip) + (f"  ({key})" if key else ""))
            self.setAccessibleName(look.say(self._tip))
        self._heed()


class Check(QCheckBox):
    """A check box whose frame is seen in both themes: Qt's own is a shade of its ground."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        look, option = self._look, QStyleOptionButton()
        self.initStyleOption(option)
        place = self.style().subElementRect(QStyle.SubElement.SE_CheckBoxIndicator, option, self)
        box = QRectF(place).adjusted(0.5, 0.5, -0.5, -0.5)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(look.color("accent" if self.isChecked() or self.hasFocus() else "text2"))
            painter.setBrush(look.color("accent" if self.isChecked() else "sunken"))
            painter.drawRoundedRect(box, 3, 3)
            if self.isChecked():
                paint_icon(painter, "check", box.adjusted(0.5, 0.5, -0.5, -0.5), look.color("accent_text"), 2.4)


class Symbol(QWidget):
    """An icon standing by itself."""

    def __init__(self, look: Look, name: str, size: int = 20, token: str = "text2") -> None:
        super().__init__()
        self._look, self.name, self._token = look, name, token
        self.setFixedSize(size, size)
        look.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            paint_icon(painter, self.name, QRectF(self.rect()), self._look.color(self._token))


class Card(QFrame):
    """A panel with the border of style.qss."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")


class Line(QWidget):
    """A hair line between two parts, lying or standing."""

    def __init__(self, look: Look, upright: bool = False) -> None:
        super().__init__()
        self._look = look
        if upright:
            self.setFixedWidth(1)
        else:
            self.setFixedHeight(1)
        look.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), self._look.color("border"))


def joined(buttons: Iterable[QPushButton]) -> QHBoxLayout:
    """Buttons side by side, as one control."""
    layout = row(spacing=0)
    for at, button in enumerate(buttons):
        button.setProperty("joined", at > 0)
        layout.addWidget(button, 1)
    return layout


def column(parent: QWidget | None = None, margin: int = 0, spacing: int = 0) -> QVBoxLayout:
    return _tidy(QVBoxLayout(parent) if parent else QVBoxLayout(), margin, spacing)


def row(parent: QWidget | None = None, margin: int = 0, spacing: int = 8) -> QHBoxLayout:
    return _tidy(QHBoxLayout(parent) if parent else QHBoxLayout(), margin, spacing)


def clear(layout: QBoxLayout, keep: Callable[[QWidget], bool] = lambda _: False) -> None:
    """Take every widget out of a layout and let it go."""
    for at in reversed(range(layout.count())):
        taken = layout.itemAt(at)
        widget = taken.widget() if taken else None
        if widget is None or not keep(widget):
            layout.takeAt(at)
            if widget is not None:
                widget.setParent(None)
                widget.deleteLater()


def _tidy(layout: Box, margin: int, spacing: int) -> Box:
    layout.setContentsMargins(margin, margin, margin, margin)
    layout.setSpacing(spacing)
    return layout
