"""Top bar: who we are, where we are, what is wrong, what time it is, who sits here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QMenu, QPushButton, QWidget

from supervisor.model import Text
from ui import words
from ui.look import Look
from ui.pages import ALARMS, Context
from ui.past.seen import SeenClock
from ui.past.strip import Counted
from ui.past.words import OPEN as GO_BACK
from ui.shapes import elided, paint_icon, paint_logo, paint_priority, saved, text_width
from ui.shell.horn import Horn
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
            f"{look.say(name)} : {number} ({look.say(words.OF_WHICH_UNACKED).format(unacked)})"
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


class UserChip(QPushButton):
    """Who sits here; its menu holds what a person may choose for himself."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._session, self._look = context.session, context.look
        self.extend: Callable[[QMenu], None] = lambda menu: None
        """Puts what may be done about the session at the top of the menu."""
        self.small = False
        """Only the initials."""
        self.setProperty("kind", "flat")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.clicked.connect(self._open)
        self._session.changed.connect(self.show_person)
        self._look.changed.connect(self.show_person)
        self.show_person()

    def show_person(self) -> None:
        """Somebody else sits here, or nobody."""
        self.setAccessibleName(" – ".join(self._said()))
        self.setToolTip(" – ".join(self._said()))
        self.updateGeometry()
        self.update()

    def _said(self) -> tuple[str, str]:
        """Name, and role or state."""
        now, look = self._session.now, self._look
        if now.person is None:
            return look.say(words.NOBODY), now.seat
        role = look.say(words.ROLES[now.person.role])
        return now.person.name, f"{role} · {look.say(words.SESSION_LOCKED)}" if now.locked else role

    def sizeHint(self) -> QSize:
        look = self._look
        if self.small:
            return QSize(38, round(38 * look.scale))
        said = self._said()
        name = text_width(said[0], look.font("body", 600))
        role = text_width(said[1], look.font("hint"))
        return QSize(round(max(name, role)) + 52, round(38 * look.scale))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        look, rect = self._look, QRectF(self.rect())
        badge = QRectF(4, (rect.height() - 30) / 2, 30, 30)
        with QPainter(self) as plain, saved(plain) as painter:
            painter.setPen(Qt.PenStyle.NoPen)
            if self.underMouse() or self.hasFocus():
                painter.setBrush(look.color("sunken"))
                painter.drawRoundedRect(rect, 5, 5)
            painter.setBrush(look.color("accent_bg"))
            painter.drawEllipse(badge)
            painter.setPen(look.color("text"))
            painter.setFont(look.font("label", 600))
            if self._session.acting:
                painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, _initials(self._said()[0]))
            else:
                symbol = "padlock" if self._session.now.locked else "user"
                paint_icon(painter, symbol, badge.adjusted(7, 7, -7, -7), look.color("text2"))
            if not self.small:
                self._write(painter, rect.adjusted(42, 0, -4, 0))

    def _write(self, painter: QPainter, rect: QRectF) -> None:
        look = self._look
        middle = rect.center().y()
        who, what = self._said()
        name = elided(who, look.font("body", 600), rect.width())
        painter.setFont(look.font("body", 600))
        painter.drawText(QRectF(rect.left(), middle - 19, rect.width(), 20), LEFT, name)
        painter.setFont(look.font("hint"))
        painter.setPen(look.color("text2"))
        painter.drawText(QRectF(rect.left(), middle + 1, rect.width(), 16), LEFT, what)

    def menu_of_choices(self) -> QMenu:
        """The session; theme, language and text size, as they are now."""
        look = self._look
        menu = QMenu(self)
        menu.setFont(look.font("body"))
        self.extend(menu)
        _choices(menu, look.say(words.THEME), look.theme.name, _named(look, _THEMES), lambda name: look.use(theme=name))
        _choices(
            menu,
            look.say(words.LANGUAGE),
            look.language,
            _named(look, _LANGUAGES),
            lambda name: look.use(language=name),
        )
        _choices(menu, look.say(words.TEXT_SIZE), f"{look.scale:.2f}", _SCALES, lambda s: look.use(scale=float(s)))
        return menu

    def _open(self) -> None:
        menu = self.menu_of_choices()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.mapToGlobal(self.rect().bottomLeft()))


_THEMES = {"light": words.LIGHT, "dark": words.DARK}
_LANGUAGES = {"fr": words.FRENCH, "en": words.ENGLISH}
_SCALES = {"1.00": "100 %", "1.15": "115 %", "1.30": "130 %"}


def _named(look: Look, rows: dict[str, Text]) -> dict[str, str]:
    return {value: look.say(name) for value, name in rows.items()}


def _choices(menu: QMenu, title: str, now: str, rows: Mapping[str, str], use: Callable[[str], None]) -> None:
    """One section of the menu: the choices, the present one ticked."""
    heading = menu.addAction(title)
    heading.setEnabled(False)
    group = QActionGroup(menu)
    for value, name in rows.items():
        choice = QAction(name, menu)
        choice.setCheckable(True)
        choice.setChecked(value == now)
        choice.triggered.connect(lambda _, value=value: use(value))
        group.addAction(choice)
        menu.addAction(choice)
    menu.addSeparator()


def _initials(name: str) -> str:
    return "".join(word[0] for word in name.replace(".", " ").split()[:2]).upper()
