"""Top bar: who we are, where we are, what is wrong, what time it is, who sits here."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QWidget

from ui import alarm_words, words
from ui.look import Look
from ui.pages import ALARMS, Context
from ui.past.seen import SeenClock
from ui.past.strip import Counted
from ui.past.words import OPEN as GO_BACK
from ui.shapes import paint_logo, paint_priority, text_width
from ui.shell.chip import UserChip
from ui.shell.horn import Horn
from ui.shell.more import MoreTab
from ui.shell.places import PageRow, key
from ui.shell.search import Finder, SearchField
from ui.widgets import Button, Words, row

HEIGHT = 48
FIELD = 150
"""Least width of the search where there is room for one."""
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class TopBar(QFrame):
    """See the module. `asked_for` carries a page's id or what the search found."""

    asked_for = Signal(object)

    def __init__(self, context: Context, rows: tuple[PageRow, ...], horn: Horn, finder: Finder) -> None:
        super().__init__()
        self.setObjectName("top")
        look = context.look
        self.name = Words(look, context.attachment.site.name, "value", 600)
        self.search = SearchField(context, finder)
        self.search.chosen.connect(self.asked_for)
        self.counts = Counts(context)
        self.counts.clicked.connect(lambda: self.asked_for.emit(ALARMS))
        self.clock = ClockFace(context)
        self.chip = UserChip(context)
        self.rewind = Button(look, None, "flat", "rewind")
        self.rewind.tip(GO_BACK, "F12")
        self.rewind.setFixedSize(34, 32)
        self._look = look
        layout = row(self, 0, 10)
        layout.setContentsMargins(16, 0, 14, 0)
        layout.addWidget(Logo(look))
        layout.addWidget(self.name)
        layout.addSpacing(6)
        self.tabs = self._tabs(rows)
        self._allowed: Collection[str] = tuple(self.tabs)
        self._folded: tuple[str, ...] = ()
        """Pages whose tab has no room now: they are behind "More" as well."""
        self.more = MoreTab(look, [(page, key(number)) for number, page in enumerate(rows)])
        self.more.asked_for.connect(self.asked_for)
        for tab in (*self.tabs.values(), self.more):
            layout.addWidget(tab)
            layout.addSpacing(-6)
        layout.addStretch(1)
        layout.addWidget(self.search)
        layout.addWidget(self.counts)
        layout.addWidget(HornButton(look, horn))
        layout.addWidget(self.rewind)
        layout.addWidget(self.clock)
        layout.addWidget(self.chip)
        look.changed.connect(self._fit)
        self._fit()

    def show_page(self, page: str) -> None:
        """Mark the tab of the page that is shown."""
        if page in self.tabs:
            self.tabs[page].setChecked(True)
        elif checked := self._group.checkedButton():
            self._group.setExclusive(False)
            checked.setChecked(False)
            self._group.setExclusive(True)
        self.more.show_page(page)

    def show_rows(self, pages: Collection[str]) -> None:
        """The tabs of the pages that whoever sits here may see; the others keep their keys."""
        self._allowed = pages
        self._fit()

    def _tabs(self, rows: tuple[PageRow, ...]) -> dict[str, Button]:
        self._group = group = QButtonGroup(self)
        tabs = {}
        for number, page in enumerate(rows):
            if page.behind:
                continue
            tab = Button(self._look, page.words, "flat")
            tab.setCheckable(True)
            tab.tip(page.words, key(number))
            tab.clicked.connect(lambda _, page=page.id: self.asked_for.emit(page))
            group.addButton(tab)
            tabs[page.id] = tab
        return tabs

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def event(self, event: QEvent) -> bool:
        """The style comes with the first showing, alarms are counted later: both may want more room than there is."""
        done = super().event(event)
        layout = self.layout()
        wanted = layout.minimumSize().width() if layout is not None else 0
        if event.type() == QEvent.Type.LayoutRequest and wanted > self.width() and len(self._folded) < len(self.tabs):
            self._fit()
        return done

    def _fit(self) -> None:
        """Large text on a small screen costs the site's name first, then the date and the user's, then the search;
        after that the last tabs go behind "More". What counts alarms is never cut."""
        self.setFixedHeight(round(HEIGHT * self._look.scale))
        self._fold(())
        for named, small, field in (
            (True, False, FIELD),
            (False, False, FIELD),
            (False, True, FIELD),
            (False, True, 90),
        ):
            self.name.setVisible(named)
            self.search.setMinimumWidth(field)
            self.clock.small = self.chip.small = small
            for part in (self.clock, self.chip):
                part.updateGeometry()  # the layout keeps the sizes it was told until it is told that they are others
            if self._fits():
                return
        shown = [page for page in self.tabs if page in self._allowed]
        for kept in range(len(shown) - 1, -1, -1):
            self._fold(shown[kept:])
            if self._fits():
                return

    def _fits(self) -> bool:
        layout = self.layout()
        if layout is None:
            return True
        layout.invalidate()  # what was measured before the parts changed their size would be used again
        return layout.minimumSize().width() <= self.width()

    def _fold(self, pages: Sequence[str]) -> None:
        """These tabs have no room."""
        self._folded = tuple(pages)
        for page, tab in self.tabs.items():
            tab.setVisible(page in self._allowed and page not in pages)
        self.more.show_rows(self._allowed, pages)


class Logo(QWidget):
    """The mark of Vigie."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.setFixedSize(28, 28)
        look.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            paint_logo(painter, QRectF(self.rect()).adjusted(1, 1, -1, -1), self._look)


class Counts(Counted):
    """Standing alarms by priority; a filled shape means that somebody still has to acknowledge one."""

    clicked = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._board, self._look = context.board, context.look
        self._shown: tuple[tuple[int, int], ...] = ()
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._look.changed.connect(self.show_board)
        self.show_board()

    def show_board(self) -> None:
        """Count again."""
        self._shown = tuple(self._board.counts(priority) for priority in (1, 2, 3, 4))
        look = self._look
        parts = [
            f"{look.say(name)} : {number} ({look.say(alarm_words.OF_WHICH_UNACKED).format(unacked)})"
            for name, (number, unacked) in zip(words.PRIORITIES.values(), self._shown, strict=True)
        ]
        self.setToolTip("\n".join(parts))
        self.setAccessibleName("; ".join(parts))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        width = sum(self._width(number) for number, _ in self._shown)
        return QSize(round(width), round(32 * self._look.scale))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _width(self, number: int) -> float:
        return 20 * self._look.scale + 7 + max(text_width(str(number), self._look.font("value", 600)), 10) + 12

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.clicked.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        look, size = self._look, 20 * self._look.scale
        x = 2.0
        with QPainter(self) as painter:
            for priority, (number, unacked) in enumerate(self._shown, 1):
                painter.setOpacity(1.0 if number else 0.4)
                shape = QRectF(x, (self.height() - size) / 2 + 0.5, size, size - 1)
                paint_priority(painter, shape, priority, unacked == 0, look)
                painter.setFont(look.font("value", 600 if unacked else 500))
                painter.setPen(look.color("text" if number else "text2"))
                painter.drawText(QRectF(shape.right() + 7, 0, 60, self.height()), LEFT, str(number))
                x += self._width(number)


class ClockFace(QWidget):
    """The wall clock and the date, in the site's zone."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._clock, self._look = context.clock, context.look
        self.small = False
        """Without the date."""
        self._look.changed.connect(self.updateGeometry)
        self._look.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        width = text_width("00:00:00", self._look.font("value", 600))
        if not self.small:
            width = max(width, text_width(self._date(), self._look.font("hint")))
        return QSize(round(width) + 14, round(36 * self._look.scale))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _date(self) -> str:
        now = self._clock.now()
        return f"{self._look.date(now)} · {self._look.moment(now):%Z}"

    def paintEvent(self, event: QPaintEvent) -> None:
        look, rect = self._look, QRectF(self.rect())
        past = isinstance(self._clock, SeenClock) and self._clock.past
        with QPainter(self) as painter:
            if past:
                painter.fillRect(rect, look.color("past"))
                rect = rect.adjusted(0, 0, -7, 0)
            time = rect if self.small else rect.adjusted(0, 0, 0, -rect.height() * 0.42)
            painter.setFont(look.font("value", 600))
            painter.setPen(look.color("past_text" if past else "text"))
            painter.drawText(time, RIGHT, look.clock(self._clock.now()))
            if not self.small:
                painter.setFont(look.font("hint"))
                painter.setPen(look.color("past_text" if past else "text2"))
                painter.drawText(rect.adjusted(0, rect.height() * 0.54, 0, 0), RIGHT, self._date())


class HornButton(Button):
    """F9: silence. Lit while the horn sounds."""

    def __init__(self, look: Look, horn: Horn) -> None:
        super().__init__(look, None, "flat", "horn_off")
        self.tip(words.HORN_OFF, "F9")
        self.setFixedSize(34, 32)
        self.setCheckable(True)
        self._horn = horn
        self.clicked.connect(self._silence)
        horn.changed.connect(self.show_horn)
        self.show_horn()

    def show_horn(self) -> None:
        """Lit or not."""
        self._symbol = "horn" if self._horn.sounding else "horn_off"
        self.setChecked(self._horn.sounding)
        self.setEnabled(self._horn.sounding)
        self.tip(words.HORN_OFF if self._horn.sounding else words.HORN_QUIET, "F9")

    def _silence(self) -> None:
        self._horn.silence()
        self.show_horn()
