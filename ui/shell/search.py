"""Search: from a few letters to an equipment, a tag or a page.

One string holds everything that can be found, folded to plain small letters ("Éclairage" is found by "eclai"), and
one `str.find` walks it: half a million tags take a few milliseconds, and nothing is kept per tag but its place.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import NamedTuple

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from supervisor.model import Equipment, Site, Tag
from ui import words
from ui.drag import Carrier
from ui.look import Look
from ui.naming import area_name, full_name
from ui.padlock import marked, paint_padlock
from ui.pages import Context
from ui.shapes import elided, paint_icon, saved, system_icon, text_width
from ui.shell.places import PageRow

_ACCENTS = re.compile("[\u0300-\u036f]")
MOST = 12
"""Hits shown; who needs more writes another letter."""
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_TARGET = Qt.ItemDataRole.UserRole


class Hit(NamedTuple):
    """One line of the answer."""

    target: PageRow | Equipment | Tag
    name: str
    place: str
    symbol: str


class Finder:
    """What can be found on a site. No widget; built at the first search."""

    def __init__(self, site: Site, pages: Sequence[PageRow]) -> None:
        self._site, self._pages = site, pages
        self._targets: list[PageRow | Equipment | Tag] = []
        self._starts: list[int] = []
        self._haystack = ""

    def find(self, text: str, look: Look, most: int = MOST) -> list[Hit]:
        """Pages first, then equipment, then tags; every word of `text` must occur, in any order."""
        needles = fold(text).split()
        if not needles:
            return []
        if not self._haystack:
            self.build()
        longest = max(needles, key=len)
        hits: list[Hit] = []
        at = self._haystack.find(longest)
        while at >= 0 and len(hits) < most:
            row = bisect_right(self._starts, at) - 1
            end = self._starts[row + 1] if row + 1 < len(self._starts) else len(self._haystack)
            line = self._haystack[self._starts[row] : end]
            if all(needle in line for needle in needles):
                hits.append(self._hit(self._targets[row], look))
            at = self._haystack.find(longest, end)
        return hits

    def build(self) -> None:
        """Make the string; may be called from any thread, ahead of the first search."""
        targets, lines = [], []
        for target, line in self._lines():
            targets.append(target)
            lines.append(line)
        haystack = fold("\n".join(lines))
        starts = [0, *(match.end() for match in re.finditer("\n", haystack))]
        self._targets, self._starts, self._haystack = targets, starts, haystack

    def _lines(self) -> Iterable[tuple[PageRow | Equipment | Tag, str]]:
        for page in self._pages:
            yield page, f"{page.words.fr} {page.words.en}"
        for thing in self._site.equipment:
            yield thing, f"{thing.id} {thing.name.fr} {thing.name.en} {thing.type.name.fr} {thing.type.name.en}"
        for tag in self._site.tags:
            named = tag.equipment.name
            yield tag, f"{tag.id} {named.fr} {named.en} {tag.spec.name.fr} {tag.spec.name.en}"

    def _hit(self, target: PageRow | Equipment | Tag, look: Look) -> Hit:
        if isinstance(target, PageRow):
            return Hit(target, look.say(target.words), "", target.symbol)
        if isinstance(target, Tag):
            name = f"{full_name(self._site, target.equipment, look)} – {look.say(target.spec.name)}"
            return Hit(target, name, target.id, "trend")
        place = f"{target.id} · {area_name(self._site, target.area, look)}".rstrip(" ·")
        return Hit(target, full_name(self._site, target, look), place, system_icon(target.system))


def fold(text: str) -> str:
    """Small letters without accents."""
    return _ACCENTS.sub("", unicodedata.normalize("NFD", text)).casefold()


class SearchField(QLineEdit):
    """Ctrl+K. The answers stand below it; the focus stays here, arrows and Enter choose."""

    chosen = Signal(object)
    """A page's id, an Equipment or a Tag."""
    left = Signal()
    """Nothing was chosen: the page wants its keys back."""

    def __init__(self, context: Context, finder: Finder) -> None:
        super().__init__()
        self._look, self._finder, self._attachment = context.look, finder, context.attachment
        self._answers: Answers | None = None
        self.setMinimumWidth(150)
        self.setMaximumWidth(320)
        self.setTextMargins(22, 0, 46, 0)
        self.textEdited.connect(self._search)
        self._look.changed.connect(self._dress)
        self._dress()

    def sizeHint(self) -> QSize:
        return QSize(320, super().sizeHint().height())

    def _dress(self) -> None:
        self.setFont(self._look.font("body"))
        self.setFixedHeight(round(32 * self._look.scale))
        self._hint()
        self.setAccessibleName(self._look.say(words.SEARCH))
        self.setToolTip(f"{self._look.say(words.SEARCH)}  (Ctrl+K)")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._hint()

    def _hint(self) -> None:
        """What it is for, as long as there is room for it, and never cut."""
        look, margins = self._look, self.textMargins()
        room = self.width() - margins.left() - margins.right() - 24
        said = [
            text for text in map(look.say, (words.SEARCH, words.SEARCH_SHORT)) if text_width(text, self.font()) <= room
        ]
        self.setPlaceholderText(said[0] if said else "")

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        with QPainter(self) as painter:
            color = self._look.color("text2")
            paint_icon(painter, "search", QRectF(9, self.height() / 2 - 8, 16, 16), color, 1.6)
            if not self.text() and not self.hasFocus():
                painter.setFont(self._look.font("hint", 500))
                painter.setPen(color)
                painter.drawText(QRectF(self.rect()).adjusted(0, 0, -10, 0), RIGHT, "Ctrl K")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key == Qt.Key.Key_Escape:
            self._leave()
            self.left.emit()
        elif self._answers and key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self._answers.step(1 if key == Qt.Key.Key_Down else -1)
        elif self._answers and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose(self._answers.target())
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        QTimer.singleShot(150, self, self._hide)  # a click on an answer takes the focus first

    def _search(self, text: str) -> None:
        hits = self._finder.find(text, self._look)
        if not text.strip():
            self._hide()
            return
        if self._answers is None:
            self._answers = Answers(self._look, self.window(), partial(marked, self._attachment))
            self._answers.clicked.connect(self._choose)
            self._answers.carried.connect(self._leave)
        self._answers.show_hits(hits, self.mapTo(self.window(), QPoint(0, self.height() + 4)))

    def _choose(self, target: object) -> None:
        if target is None:
            return
        self._leave()
        self.chosen.emit(target.id if isinstance(target, PageRow) else target)

    def _leave(self) -> None:
        self.clear()
        self._hide()
        self.clearFocus()

    def _hide(self) -> None:
        if self._answers:
            self._answers.hide()
            self._answers.deleteLater()
            self._answers = None


class Answers(QFrame):
    """The list below the field."""

    clicked = Signal(object)
    carried = Signal()
    """One of them was dragged somewhere."""
    WIDTH = 520

    def __init__(self, look: Look, parent: QWidget, locked: Callable[[Equipment], bool]) -> None:
        super().__init__(parent)
        self.setObjectName("raised")
        self._look = look
        self._list = Hits(look)
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setMouseTracking(True)
        self._list.setItemDelegate(AnswerDelegate(look, self._list, locked))
        self._list.itemClicked.connect(lambda item: self.clicked.emit(item.data(_TARGET).target))
        self._list.carrier.left.connect(self.carried)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        layout.addWidget(self._list)

    def show_hits(self, hits: Sequence[Hit], below: QPoint) -> None:
        """Show these, or say that there is nothing."""
        self._list.clear()
        for hit in hits:
            line = QListWidgetItem(hit.name)
            line.setData(_TARGET, hit)
            self._list.addItem(line)
        if not hits:
            empty = QListWidgetItem(self._look.say(words.NOTHING_FOUND))
            empty.setFlags(Qt.ItemFlag.NoItemFlags)
            self._list.addItem(empty)
        self._list.setCurrentRow(0)
        height = max(len(hits), 1) * self._list.sizeHintForRow(0) + 12
        left = min(below.x(), self.window().width() - self.WIDTH - 8)
        self.setGeometry(max(left, 0), below.y(), self.WIDTH, height)
        self.raise_()
        self.show()

    def step(self, by: int) -> None:
        """The next or the previous one."""
        self._list.setCurrentRow((self._list.currentRow() + by) % self._list.count())

    def target(self) -> object:
        """The chosen one; None where there is nothing to choose."""
        hit = self._list.currentItem().data(_TARGET) if self._list.currentItem() else None
        return hit.target if hit else None


class Hits(QListWidget):
    """The lines; equipment and tags may be dragged out."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.carrier = Carrier(self.viewport(), look)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        line = self.itemAt(event.position().toPoint())
        hit = line.data(_TARGET) if line else None
        self.carrier.press(event, hit.target if hit and isinstance(hit.target, Equipment | Tag) else None)
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not self.carrier.move(event):
            super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if not self.carrier.release():
            super().mouseReleaseEvent(event)


class AnswerDelegate(QStyledItemDelegate):
    """Icon, name, and where it is."""

    def __init__(self, look: Look, parent: QWidget, locked: Callable[[Equipment], bool]) -> None:
        super().__init__(parent)
        self._look, self._locked = look, locked

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(200, round(34 * self._look.scale))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        look, rect = self._look, QRectF(option.rect)
        hit = index.data(_TARGET)
        with saved(painter):
            if option.state & QStyle.StateFlag.State_Selected and hit:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(look.color("accent_bg"))
                painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), 4, 4)
            painter.setFont(look.font("body"))
            painter.setPen(look.color("text" if hit else "text2"))
            if hit is None:
                painter.drawText(rect.adjusted(12, 0, -8, 0), LEFT, index.data())
                return
            paint_icon(painter, hit.symbol, QRectF(rect.left() + 9, rect.center().y() - 9, 18, 18), look.color("text2"))
            place = min(text_width(hit.place, look.font("label")), rect.width() * 0.45)
            left = 38
            if isinstance(hit.target, Equipment) and self._locked(hit.target):
                paint_padlock(painter, QRectF(rect.left() + 36, rect.center().y() - 8, 16, 16), look)
                left += 22
            name = rect.adjusted(left, 0, -place - 20, 0)
            painter.drawText(name, LEFT, elided(hit.name, look.font("body"), name.width()))
            painter.setFont(look.font("label"))
            painter.setPen(look.color("text2"))
            painter.drawText(rect.adjusted(0, 0, -10, 0), RIGHT, elided(hit.place, look.font("label"), place))
