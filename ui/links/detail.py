"""One link in detail: where it leads, why it is down, its errors by kind and its month, asked of the station."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from PySide6.QtCore import QDate, QLocale, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from supervisor.availability import Share, next_month
from supervisor.errors import Refused, StoreError, Unavailable
from supervisor.holes import Hole, State
from supervisor.model import LinkSpec, Text
from supervisor.reasons import told as reason
from ui.hole_words import lasted
from ui.links import hole_list, words
from ui.links.hole_list import HoleList
from ui.links.strip import Day, DayStrip, percent
from ui.look import WAITING, Look
from ui.pages import Context
from ui.tables import HEIGHT, Table
from ui.values import quality_words
from ui.widgets import Button, Label, Line, Short, Words, clear, column, row

PERIOD_S = 2.0
"""How often the station is asked while the page is shown."""
MOST_KINDS = 6
ROWS = 4
"""Holes seen at once; the list scrolls."""
_WIDTHS = {hole_list.BEGAN: 122, hole_list.ENDED: 122, hole_list.LASTED: 104, hole_list.CAUSE: 190}
FACTS = (words.ADDRESS, words.LAST_GOOD, words.CAUSE, words.TECHNICAL, words.ERRORS)
NARROW = 860
"""Width at 100 % text size below which errors by kind are a line among the facts and have no column of their own."""


class Brief(Label):
    """A sentence of another's making on three lines at most; whole in its tool tip."""

    def __init__(self, look: Look) -> None:
        super().__init__(look, "body")
        self.setWordWrap(True)
        self.setAlignment(Qt.AlignmentFlag.AlignTop)

    def setText(self, text: str) -> None:
        super().setText(text)
        self.setToolTip(text)
        self.setMaximumHeight(3 * self.fontMetrics().lineSpacing() + 2)


class LinkDetail(QWidget):
    """See the module; `turn` to a link, `slow` once a second."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.link: LinkSpec | None = None
        self.month = _month_of(context)
        self._due = 0.0
        self._told: Mapping[str, Any] = {}
        look = context.look
        outside = column(self, 0, 0)
        self.hint = Words(look, words.CHOOSE, "body", 400, "text2")
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.hint.setMinimumHeight(56)
        outside.addWidget(self.hint)
        self._body = QWidget()
        outside.addWidget(self._body)
        inside = row(self._body, 0, 0)
        inside.setContentsMargins(16, 12, 16, 14)
        inside.setSpacing(20)
        inside.addLayout(self._make_facts(look), 5)
        inside.addWidget(Line(look, upright=True))
        self._by_kind = self._make_errors(look)
        inside.addWidget(self._by_kind, 4)
        inside.addLayout(self._make_month(look), 9)
        self._body.hide()
        look.changed.connect(self.dress)

    def _make_facts(self, look: Look) -> QVBoxLayout:
        box = column(spacing=8)
        head = row(spacing=10)
        self.name = Short(look, "value", 600)
        self.open = Button(look, words.FACEPLATE, "flat")
        head.addWidget(self.name, 1)
        head.addWidget(self.open)
        box.addLayout(head)
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        self.facts: dict[Text, Label] = {}
        for at, fact in enumerate(FACTS):
            said = Words(look, fact, "label", 500, "text2")
            grid.addWidget(said, at, 0, Qt.AlignmentFlag.AlignTop)
            if fact is words.ERRORS:
                self._errors_word = said
            self.facts[fact] = Brief(look) if fact is words.TECHNICAL else Short(look, "body")
            self.facts[fact].setMinimumWidth(60)
            grid.addWidget(self.facts[fact], at, 1)
        box.addLayout(grid)
        box.addStretch(1)
        return box

    def _make_errors(self, look: Look) -> QWidget:
        whole = QWidget()
        sides = row(whole, 0, 20)
        box = column(spacing=8)
        sides.addLayout(box, 1)
        sides.addWidget(Line(look, upright=True))
        title = Words(look, words.ERRORS_BY_KIND, "label", 500, "text2")
        title.setMinimumWidth(120)
        box.addWidget(title)
        self._errors = column(spacing=4)
        box.addLayout(self._errors)
        box.addStretch(1)
        return whole

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._suit()

    def _suit(self) -> None:
        """Where there is little room the errors are one line."""
        narrow = self.width() < NARROW * self._context.look.scale
        self._by_kind.setVisible(not narrow)
        self._errors_word.setVisible(narrow)
        self.facts[words.ERRORS].setVisible(narrow)
        self.open.setVisible(not narrow)  # Enter and a double click do the same

    def _make_month(self, look: Look) -> QVBoxLayout:
        box = column(spacing=8)
        head = row(spacing=6)
        self.title = Label(look, "label", 500, "text2")
        self.total = Short(look, "label", 500)
        earlier, later = Button(look, None, "flat"), Button(look, None, "flat")
        for button, sign, tip, by in ((earlier, "‹", words.EARLIER, -1), (later, "›", words.LATER, 1)):
            button.setText(sign)
            button.tip(tip)
            button.clicked.connect(lambda _=False, by=by: self._browse(by))
        for widget in (earlier, later, self.title):
            head.addWidget(widget)
        head.addStretch(1)
        box.addLayout(head)
        self.strip = DayStrip(look)
        box.addWidget(self.strip)
        box.addWidget(self.total)
        self.holes = HoleList(look)
        self.list = Table(look, self.holes, _WIDTHS, hole_list.FATE, words.HOLES)
        self.list.setSelectionMode(Table.SelectionMode.NoSelection)
        self.list.supple = {hole_list.CAUSE: 130}
        self.list.spare = (hole_list.ENDED,)
        box.addWidget(self.list)
        box.addStretch(1)
        return box

    def turn(self, link: LinkSpec | None) -> None:
        """Show another link, of the present month."""
        if link is self.link:
            return
        self.link, self.month, self._told, self._due = link, _month_of(self._context), {}, 0.0
        self.hint.setVisible(link is None)
        self._body.setVisible(link is not None)
        self.dress()
        self.slow()

    def jump(self) -> None:
        """What the station told is about the present; in the past it tells nothing."""
        if self.link is not None:
            self.month, self._told, self._due = _month_of(self._context), {}, 0.0
            self.dress()

    def slow(self) -> None:
        """Ask again from time to time."""
        now = self._context.clock.monotonic()
        if self.link is not None and now >= self._due:
            self._due = now + PERIOD_S
            self._context.spawn(self._pull(self.link, self.month))

    async def _pull(self, link: LinkSpec, month: date) -> None:
        try:
            told = await self._context.attachment.ask("link", id=link.id, month=f"{month:%Y-%m}")
        except (Unavailable, Refused, StoreError):  # the window's frame says that no station answers
            return
        if (link, month) == (self.link, self.month):
            self._told = told
            self.dress()

    def _browse(self, by: int) -> None:
        """A month back or on, never beyond the present one."""
        month = (
            next_month(self.month)
            if by > 0
            else date(self.month.year - (self.month.month == 1), (self.month.month - 2) % 12 + 1, 1)
        )
        if month <= _month_of(self._context):
            self.month, self._due = month, 0.0
            self.strip.show_days(())
            self._show_holes(())
            self.slow()

    def dress(self) -> None:
        """What is known, in the language of the moment."""
        self._suit()
        if self.link is None:
            return
        look, told = self._context.look, self._told
        self.name.setText(look.say(self.link.name))
        self.facts[words.ADDRESS].setText(self.link.url)
        good = int(told.get("good", 0))
        self.facts[words.LAST_GOOD].setText(f"{look.date(good)}, {look.clock(good)}" if good else WAITING)
        self.facts[words.CAUSE].setText(self._cause())
        self.facts[words.TECHNICAL].setText(look.say(reason(str(told.get("reason", "")))) or WAITING)
        errors: Mapping[str, int] = told.get("errors", {})
        self._show_errors(errors)
        by_kind = [f"{look.say(words.kind(kind))} {look.number(count, 0)}" for kind, count in _most(errors)]
        self.facts[words.ERRORS].setText(" · ".join(by_kind) or WAITING)
        self._show_month([(date.fromisoformat(day), Share(*spans)) for day, *spans in told.get("days", ())])
        self._show_holes([_hole(self.link.id, row) for row in told.get("holes", ())])

    def _show_holes(self, holes: Sequence[Hole]) -> None:
        """The list is as high as it needs to be, up to `ROWS`."""
        self.holes.show_holes(holes, self._context.clock.now())
        self.list.setVisible(bool(holes))
        height = HEIGHT * self._context.look.scale
        self.list.setFixedHeight(round(height * (min(len(holes), ROWS) + 1)) + 2)

    def _cause(self) -> str:
        look, told = self._context.look, self._told
        if not told or told["connected"]:
            return WAITING
        return look.say(quality_words(int(told["cause"])) if told["cause"] else words.NOT_TRIED)

    def _show_errors(self, errors: Mapping[str, int]) -> None:
        look = self._context.look
        clear(self._errors)
        for layout in [self._errors.takeAt(0) for _ in range(self._errors.count())]:
            del layout
        if not errors:
            said_so = words.NO_ERROR if self._told else words.UNTOLD
            empty = Words(look, said_so, "body", 400, "text2")
            empty.setWordWrap(True)
            self._errors.addWidget(empty)
        for kind, count in _most(errors):
            holder = QWidget()
            line = row(holder, 0, 10)
            said, number = Short(look, "body"), Label(look, "body", 600)
            said.setText(look.say(words.kind(kind)))
            number.setText(look.number(count, 0))
            line.addWidget(said, 1)
            line.addWidget(number)
            self._errors.addWidget(holder)

    def _show_month(self, days: Sequence[Day]) -> None:
        look = self._context.look
        locale = QLocale(QLocale.Language.English if look.language == "en" else QLocale.Language.French)
        month = locale.toString(QDate(self.month.year, self.month.month, 1), "MMMM yyyy")
        self.title.setText(look.say(words.AVAILABILITY).format(month))
        self.strip.show_days(days)
        up, down, unknown = (sum(getattr(share, word) for _, share in days) for word in ("up_s", "down_s", "unknown_s"))
        whole = Share(up, down, unknown)
        said = [look.say(words.OF_MONTH).format(percent(whole.percent, look))]
        if down:
            said.append(look.say(words.DOWN_FOR).format(lasted(down, look)))
        if unknown:
            said.append(look.say(words.UNKNOWN_FOR).format(lasted(unknown, look)))
        if self._told:
            said.append(_counted(int(self._told.get("hole_count", 0)), look))
        self.total.setText(
            " · ".join(said) if up or down else look.say(words.NOTHING_KNOWN if self._told else words.UNTOLD)
        )


def _most(errors: Mapping[str, int]) -> list[tuple[str, int]]:
    """The kinds that came most often, the first first."""
    return sorted(errors.items(), key=lambda one: -one[1])[:MOST_KINDS]


def _counted(holes: int, look: Look) -> str:
    return look.counted(words.SOME_HOLES, holes) if holes else look.say(words.NO_HOLE)


def _hole(link: str, row: Sequence[Any]) -> Hole:
    """As `LinkBook` tells it."""
    start, end, cause, state, *counts = row
    return Hole(link, start, end or None, cause, State(state), *counts)


def _month_of(context: Context) -> date:
    day = context.look.moment(context.clock.now()).date()
    return day.replace(day=1)
