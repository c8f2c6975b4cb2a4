"""SpanBar: the row over a plot: title, time spans, direct mode, fitted scales, export."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QWidget

from supervisor.model import Text
from ui.look import Look
from ui.trend import words
from ui.trend.comparison import COMPARISONS, Comparison
from ui.widgets import Button, Label, Words


class SpanBar(QWidget):
    """See the module. `spare` leaves out what a dock has no room for."""

    span = Signal(float)
    """The last so many seconds, moving on."""
    direct = Signal()
    fit = Signal(bool)
    export = Signal()
    shelving = Signal()
    """Somebody wants to see the saved workspaces."""
    noting = Signal()
    """Somebody wants to write a note."""
    compared = Signal(object)
    """The comparisons that are wanted, a tuple."""

    def __init__(self, look: Look, title: Text, spare: bool) -> None:
        super().__init__()
        self._look = look
        self.title = Words(look, title, "title" if not spare else "value", 600)
        self.subtitle = Label(look, "body", 400, "text2")
        self.places = QHBoxLayout()
        """Where a page puts its own, after the title."""
        self._leaving: list[QWidget] = []
        self._spans: list[tuple[Button, float]] = []
        self.live = self._button(words.LIVE, words.LIVE_TIP)
        self.live.clicked.connect(self.direct)
        self.fitted = self._button(words.FITTED, words.FITTED_TIP, "segment")
        self.fitted.toggled.connect(self.fit)
        self.compare = self._button(words.COMPARE, words.COMPARE_TIP, "segment")
        self._comparisons = QMenu(self)
        self.compare.clicked.connect(lambda: self._drop(self._comparisons, self.compare))
        self.note = Button(look, words.NOTE)
        self.note.tip(words.NOTE_TIP, "N")
        self.note.clicked.connect(self.noting)
        self.save = Button(look, words.EXPORT)
        self.save.clicked.connect(self.export)
        self._lay_out(spare)

    def show_state(self, direct: bool, span_s: float) -> None:
        for button, seconds in self._spans:
            button.setChecked(direct and seconds == span_s)
        self.live.setChecked(direct)
        kind = "primary" if direct else ""
        if self.live.property("kind") != kind:
            self.live.setProperty("kind", kind)
            self.live.style().unpolish(self.live)
            self.live.style().polish(self.live)

    def show_compared(self, wanted: tuple[Comparison, ...]) -> None:
        """Which comparisons are drawn."""
        self._comparisons.clear()
        for one in COMPARISONS:
            act = self._comparisons.addAction(self._look.say(one.words))
            act.setCheckable(True)
            act.setChecked(one in wanted)
            after = tuple(other for other in COMPARISONS if (other in wanted) != (other is one))
            act.triggered.connect(lambda _=False, after=after: self.compared.emit(after))
        self.compare.setChecked(bool(wanted))

    def _drop(self, menu: QMenu, under: Button) -> None:
        """A menu below its button; the button stays as it was."""
        under.setChecked(not under.isChecked())
        menu.popup(under.mapToGlobal(QPoint(0, under.height() + 2)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.suit()

    def suit(self) -> None:
        """Where there is too little room the least missed go first."""
        line = self.layout()
        for widget in self._leaving:
            widget.setVisible(True)
        for widget in self._leaving:
            if line is None or line.sizeHint().width() <= self.width():
                break
            widget.setVisible(False)

    def _button(self, text: Text, tip: Text, kind: str = "") -> Button:
        """One that stays down; a segment shows that it does."""
        button = Button(self._look, text, kind)
        button.setCheckable(True)
        button.tip(tip)
        return button

    def _lay_out(self, spare: bool) -> None:
        line = QHBoxLayout(self)
        line.setContentsMargins(14, 5, 10, 5)
        line.setSizeConstraint(QHBoxLayout.SizeConstraint.SetNoConstraint)
        line.setSpacing(4)
        line.addWidget(self.title)
        line.addSpacing(6)
        line.addWidget(self.subtitle)
        line.addLayout(self.places)
        line.addStretch(1)
        for text, seconds in words.SPANS[: -1 if spare else None]:
            button = Button(self._look, text, "flat")
            button.setCheckable(True)
            button.clicked.connect(lambda _=False, s=float(seconds): self.span.emit(s))
            self._spans.append((button, float(seconds)))
            line.addWidget(button)
        line.addSpacing(6)
        line.addWidget(self.live)
        line.addWidget(self.fitted)
        line.addWidget(self.compare)
        line.addWidget(self.note)
        line.addWidget(self.save)
        spans = [button for button, _ in self._spans]
        acts = [self.note, self.fitted, self.compare, self.save]
        self._leaving = [self.title, self.subtitle, spans[0], spans[-1], *acts]
        if spare:
            for button in (self.fitted, self.compare, self.note):
                self._leaving.remove(button)
                button.hide()
        self._look.changed.connect(self.suit)
