"""The chip of whoever sits here, at the end of the top bar, and the menu of what a person may choose."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QAction, QActionGroup, QPainter, QPaintEvent
from PySide6.QtWidgets import QMenu, QPushButton

from supervisor.model import Text
from ui import words
from ui.look import Look
from ui.pages import Context
from ui.shapes import elided, paint_icon, saved, text_width

LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


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
