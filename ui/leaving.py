"""Gate: whether an act may leave this window at all, and if not, why. One for the whole window, whoever sits there.

Whatever asks the station for something is guarded by it: while the gate is shut it is dead, whatever its page says of
it, and its tool tip is the reason. When the gate opens it is again what its page said last. Keys that act ask `passes`
first.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtWidgets import QWidget

from supervisor.model import Text


@runtime_checkable
class Obedient(Protocol):
    """A widget that asks the gate by itself, as every `ui.widgets.Button`."""

    def obey(self, gate: Gate) -> None: ...


class Gate(QObject):
    """See the module. Open until somebody shuts it."""

    turned = Signal()
    """Shut or opened."""
    refused = Signal()
    """Something was about to leave all the same."""

    def __init__(self) -> None:
        super().__init__()
        self.why: Text | None = None
        """Why nothing leaves; None while it is open."""

    def turn(self, why: Text | None) -> None:
        """Shut it, and say why; None opens it."""
        if why is not self.why:
            self.why = why
            self.turned.emit()

    def guard(self, *widgets: QWidget) -> None:
        """What these ask for leaves the window; fields, lists and whole cards as well as buttons."""
        for widget in widgets:
            if isinstance(widget, Obedient):
                widget.obey(self)
            else:
                Bar(self, widget)

    def passes(self) -> bool:
        """Whether it is open; who asks while it is shut is told why not."""
        if self.why is not None:
            self.refused.emit()
        return self.why is None


class Bar(QObject):
    """Keeps a widget that knows no gate disabled while that is shut, whoever enables it meanwhile."""

    def __init__(self, gate: Gate, widget: QWidget) -> None:
        super().__init__(widget)
        self._gate, self._widget = gate, widget
        self._wanted = widget.isEnabled()
        self._heeding = False
        gate.turned.connect(self.heed)
        widget.installEventFilter(self)
        self.heed()

    def heed(self) -> None:
        """The gate was shut or opened."""
        if self._gate.why is not None and self._widget.isEnabled():
            self._wanted = True
        self._set(self._wanted and self._gate.why is None)

    def _set(self, enabled: bool) -> None:
        self._heeding = True
        self._widget.setEnabled(enabled)
        self._heeding = False

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.EnabledChange and not self._heeding:
            self._wanted = self._widget.isEnabled()
            if self._wanted and self._gate.why is not None:
                self._set(False)
        return False
