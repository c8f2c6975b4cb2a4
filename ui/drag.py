"""Drag: equipment and tags carried by the mouse from wherever they are named to whatever draws them.

Qt's own drag runs a loop of its own while it lasts, in which tasks would be entered again; this one is three mouse
events and a small label. A source says what lies under the pointer; a target is any widget with an `ask_for` and a
`take`: the nearest one above the pointer gets what is let go on it. Escape, or letting go elsewhere, does nothing.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtGui import QMouseEvent, QShortcut
from PySide6.QtWidgets import QApplication, QWidget

from supervisor.model import Equipment, Tag
from ui.look import Look
from ui.widgets import Label

Load = Equipment | Tag


@runtime_checkable
class Target(Protocol):
    """A widget on which things may be let go."""

    def ask_for(self, wanted: bool) -> None:
        """Show, or no longer, that what is carried may be let go here."""

    def take(self, load: Load) -> None:
        """It was let go here."""


class Carrier(QObject):
    """Makes one widget a source, which hands it its mouse events.

    No event filter: Qt would call into Python for every event of the widget, those of its destruction among them.
    """

    left = Signal()
    """Something was let go on a target."""

    def __init__(self, source: QWidget, look: Look) -> None:
        super().__init__(source)
        self._source, self._look = source, look
        self._load: Load | None = None
        self._pressed = QPoint()
        self._sign: Label | None = None
        self._escape: QShortcut | None = None
        self._target: Target | None = None

    @property
    def carrying(self) -> bool:
        return self._sign is not None

    def press(self, event: QMouseEvent, load: Load | None) -> None:
        """The left button went down on something, or on nothing that can be carried."""
        left = event.button() == Qt.MouseButton.LeftButton
        self._load, self._pressed = load if left else None, event.position().toPoint()

    def move(self, event: QMouseEvent) -> bool:
        """Whether it is a drag by now."""
        place = event.position().toPoint()
        if self._load is None or not event.buttons() & Qt.MouseButton.LeftButton:
            return False
        far = (place - self._pressed).manhattanLength() >= QApplication.startDragDistance()
        if far or self.carrying:
            self._move(self._source.mapTo(self._source.window(), place))
        return self.carrying

    def release(self) -> bool:
        """Whether it was a drag; a target under the pointer has taken it then. Else it was a click."""
        load, target, carried = self._load, self._target, self.carrying
        self.stop()
        if carried and target and load:
            target.take(load)
            self.left.emit()
        return carried

    def stop(self) -> None:
        """Let it go nowhere."""
        self._tell(None)
        self._load = None
        if self._sign and self._escape:
            for gone in (self._sign, self._escape):
                gone.deleteLater()
            self._sign.hide()
            self._sign = self._escape = None

    def _move(self, place: QPoint) -> None:
        window = self._source.window()
        if self._sign is None:
            self._sign = self._make(window)
            self._escape = QShortcut(Qt.Key.Key_Escape, window, self.stop)  # heard wherever the focus is
        self._sign.move(place + QPoint(14, 10))
        found = _target(window.childAt(place))
        if found is not self._target:
            self._tell(found)

    def _make(self, window: QWidget) -> Label:
        assert self._load is not None
        say = self._look.say
        thing = self._load
        name = f"{thing.id}  {say(thing.spec.name if isinstance(thing, Tag) else thing.name)}"
        sign = Label(self._look, "label", 600)
        sign.setParent(window)
        sign.setObjectName("raised")
        sign.setMargin(6)
        sign.setText(name)
        sign.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        sign.adjustSize()
        sign.show()
        sign.raise_()
        return sign

    def _tell(self, target: Target | None) -> None:
        if self._target:
            self._target.ask_for(False)
        self._target = target
        if target:
            target.ask_for(True)


def _target(widget: QWidget | None) -> Target | None:
    while widget is not None and not isinstance(widget, Target):
        widget = widget.parentWidget()
    return widget
