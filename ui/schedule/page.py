"""The page of programmes: what is planned, what stands against it, and a year of it as a picture.

programmes        year: day x hour
taken in hand     day in detail · figures
calendars
"""

from __future__ import annotations

import asyncio
from calendar import monthrange
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from supervisor.clock import SECOND
from supervisor.errors import Refused, Unavailable
from supervisor.model import Role, Text
from supervisor.schedule.preview import CELL_S, Year, events_of, shown_at
from ui.pages import FACEPLATE, Context, Page, Place
from ui.schedule import words
from ui.schedule.known import Group, Known
from ui.schedule.lists import Lines
from ui.schedule.outlet import Outlet
from ui.schedule.paper import Sheet, figures
from ui.schedule.picture import Legend, YearView
from ui.schedule.telling import Telling
from ui.tables import HEIGHT, Table
from ui.widgets import Button, Card, Label, Line, Short, Words, column, row

PERIOD_S = 2.0
LEFT_WIDTH = 720
"""At most; more is of use to the year."""
HEAD_PX, MOST_PX = 62, 16_777_215
"""Of the card of what is in hand: above its list; and what Qt takes for no limit."""
_GROUPS = (words.GROUP, words.COUNT, words.NOW, words.NEXT, words.HAND)
_HANDS = (words.EQUIPMENT, words.WHO, words.UNTIL)
_DAYS = (words.CALENDAR, words.UNTIL)
_EVENTS = (words.TIME, words.WHAT, words.WHY, words.WHICH)


class SchedulePage(Page):
    """See the module."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.known: Known | None = None
        self.year_shown = 0
        self.years: dict[tuple[int, int], Year] = {}
        """(group, year) -> worked out once."""
        self.state: Mapping[str, Any] = {}
        """What the station says; nothing where it has not."""
        self.telling = Telling(context)
        self._due = 0.0
        self._reading = False
        look = context.look
        self.groups, self.hands = Lines(look, _GROUPS), Lines(look, _HANDS)
        self.calendars, self.events = Lines(look, _DAYS), Lines(look, _EVENTS)
        self.table = Table(look, self.groups, {1: 56, 2: 98, 3: 152, 4: 76}, 0, words.TITLE)
        self.table.supple, self.table.spare, self.table.LEAST = {3: 128, 2: 92}, (4, 1), 170
        self.table.ample, self.table.ENOUGH = {2: 118}, 268
        self.hand_table = Table(look, self.hands, {1: 130, 2: 190}, 0, words.OVERRIDES)
        self.calendar_table = Table(look, self.calendars, {1: 230}, 0, words.CALENDARS)
        self.event_table = Table(look, self.events, {0: 104, 1: 190, 2: 250}, 3, words.WHAT)
        self.event_table.supple = {2: 140, 1: 140}
        self.event_table.spare = (2,)
        self.picture, self.legend = YearView(look), Legend(look)
        self.count, self.chosen = Label(look, "body", 400, "text2"), Short(look, "title", 600)
        self.figures, self.day_title = Short(look, "body", 500, "text2"), Short(look, "value", 600)
        self.condition = Short(look, "label", 400, "text2")
        self.pointer, self.year_label = Short(look, "label", 400, "text2"), Label(look, "value", 600)
        self.empty = Words(look, words.READING, "value", 500, "text2")
        self.resume = Button(look, words.RESUME)
        self.resume.tip(words.RESUME_TIP)
        context.gate.guard(self.resume)
        self._lay_out()
        self._connect()

    # ------------------------------------------------------------ putting it together
    def _lay_out(self) -> None:
        layout = row(self, 0, 8)
        self.left = QWidget()
        side = self.side = column(self.left, 0, 8)
        side.addWidget(self._card(words.TITLE, self.table, self.count), 4)
        self.followed = Words(self.context.look, words.READING, "body", 400, "text2")
        self.followed.setContentsMargins(10, 10, 10, 12)
        self.hand_card = self._card(words.OVERRIDES, self.hand_table, self.resume, self.followed)
        side.addWidget(self.hand_card, 3)
        side.addWidget(self._card(words.CALENDARS, self.calendar_table), 3)
        self.left.setMaximumWidth(LEFT_WIDTH)
        layout.addWidget(self.left, 43)
        self.right = Card()
        self._lay_out_year(column(self.right, 1, 0))
        layout.addWidget(self.right, 57)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout.addWidget(self.empty)
        self.left.hide()
        self.right.hide()
        self.setFocusProxy(self.table)

    def _card(self, name: Text, table: Table, right: QWidget | None = None, note: QWidget | None = None) -> Card:
        """`note` stands where the table is, when that is hidden."""
        look, card = self.context.look, Card()
        inner = column(card, 1, 0)
        head = row(spacing=10)
        head.setContentsMargins(16, 8, 12, 8)
        head.addWidget(Words(look, name, "value", 600))
        head.addStretch(1)
        if right is not None:
            head.addWidget(right)
        inner.addLayout(head)
        inner.addWidget(Line(look))
        body = column()
        body.setContentsMargins(6, 0, 4, 0)
        if note is not None:
            body.addWidget(note, 1, Qt.AlignmentFlag.AlignTop)
        body.addWidget(table, 1)
        inner.addLayout(body, 1)
        return card

    def _lay_out_year(self, inner: QVBoxLayout) -> None:
        look = self.context.look
        inner.addLayout(self._year_head())
        inner.addWidget(Line(look))
        body = column(None, 0, 0)
        body.setContentsMargins(10, 8, 10, 4)
        body.addWidget(self.picture, 1)
        body.addWidget(self.legend)
        inner.addLayout(body, 3)
        inner.addWidget(Line(look))
        line = row(spacing=12)
        line.setContentsMargins(16, 7, 16, 7)
        line.addWidget(self.day_title, 1)
        line.addWidget(self.pointer, 1)
        inner.addLayout(line)
        inner.addWidget(Line(look))
        below = row()
        below.setContentsMargins(6, 0, 4, 0)
        below.addWidget(self.event_table)
        inner.addLayout(below, 1)

    def _year_head(self) -> QHBoxLayout:
        look, head = self.context.look, row(spacing=8)
        head.setContentsMargins(16, 8, 12, 8)
        names = column(None, 0, 0)
        names.addWidget(self.chosen)
        names.addWidget(self.figures)
        names.addWidget(self.condition)
        head.addLayout(names, 1)
        self.earlier, self.later = Button(look, None, "flat", "left"), Button(look, None, "flat", "right")
        self.today, self.out = Button(look, words.TODAY), Button(look, words.EXPORT)
        self.earlier.tip(words.EARLIER)
        self.later.tip(words.LATER)
        for widget in (self.earlier, self.year_label, self.later, self.today, self.out):
            head.addWidget(widget)
        self.outlet = Outlet(self, self.context, self.save)
        return head

    def _connect(self) -> None:
        self.table.selectionModel().currentChanged.connect(lambda *_: self._show_year())
        self.hand_table.selectionModel().currentChanged.connect(lambda *_: self._tell_hand())
        self.hand_table.activated.connect(lambda _: self._open_hand())
        self.picture.chosen_day.connect(self._show_day)
        self.picture.pointed.connect(self._point)
        self.resume.clicked.connect(lambda: self.context.spawn(self._resume(self._chosen_hand())))
        self.earlier.clicked.connect(lambda: self.turn(self.year_shown - 1))
        self.later.clicked.connect(lambda: self.turn(self.year_shown + 1))
        self.today.clicked.connect(self._go_today)
        self.out.clicked.connect(lambda: self.outlet.drop(self.out))
        self.context.look.changed.connect(self._dress)

    # ------------------------------------------------------------ living
    def arrive(self, place: Place) -> None:
        """Of an equipment its group."""
        self._wanted = place.equipment.id if place.equipment else ""
        if self.known is None and not self._reading:
            self._reading = True
            self.context.spawn(self._read())
        elif self._wanted:
            self._choose_group()
        self.table.setFocus()

    def slow(self) -> None:
        if self.known is None:
            return
        now = self.context.clock.monotonic()
        if now >= self._due:
            self._due = now + PERIOD_S
            self.context.spawn(self._pull())

    def jump(self) -> None:
        """What comes next after another instant, and what stood against it."""
        if self.known is not None:
            self.known.next = {}
            self._due = 0.0
            self._dress()

    async def _read(self) -> None:
        self.known = await asyncio.to_thread(Known, self.context.attachment.site)
        present = bool(self.known.groups)
        self.empty.say(words.NONE)
        self.empty.setVisible(not present)
        self.left.setVisible(present)
        self.right.setVisible(present)
        self.year_shown = self._today().year
        self._dress()
        if present:
            self._choose_group()
        await self._pull()

    async def _pull(self) -> None:
        state: Mapping[str, Any] = {}  # what it said before may have ended since
        with suppress(Unavailable, Refused):
            state = await self.context.attachment.ask("schedule")
        if self.known is not None:
            await asyncio.to_thread(self.known.look_ahead, self.context.clock.now())
        kept, self.state = self._chosen_hand(), state
        self.followed.say(words.NO_OVERRIDE if state else words.UNTOLD)
        self._tell()
        self._choose_hand(kept)

    def _choose_group(self) -> None:
        """That of the equipment somebody came for, else the first."""
        known = self.known
        if known is not None:
            group = known.of.get(self._wanted)
            self.table.selectRow(known.groups.index(group) if group else max(self.table.currentIndex().row(), 0))

    @property
    def group(self) -> Group | None:
        """The one chosen."""
        at = self.table.currentIndex().row()
        return self.known.groups[at] if self.known and 0 <= at < len(self.known.groups) else None

    def _today(self) -> date:
        return self.context.look.moment(self.context.clock.now()).date()

    # ------------------------------------------------------------ lists
    def _dress(self) -> None:
        """Everything in the language of the moment."""
        self.groups.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(_GROUPS) - 1)
        self._tell()
        self._tell_year()
        if self.picture.day:
            self._show_day(self.picture.day)

    def _tell(self) -> None:
        """What is so now."""
        if self.known is None:
            return
        look, now = self.context.look, self.context.clock.now()
        if abs(now - self.picture.now) >= CELL_S * SECOND:  # the mark of the present goes with it
            self.picture.show_year(self.picture.year, now)
        self.groups.rename(_GROUPS.index(words.NOW), words.THEN if self.context.past else words.NOW)
        known = self.known
        lines = [self.telling.group(one, now, self.state, known.next.get(n)) for n, one in enumerate(known.groups)]
        self.groups.show_lines(lines)
        self.hands.show_lines(
            [*map(self.telling.hand, self._overrides()), *map(self.telling.trouble, self._troubles())]
        )
        self.calendars.show_lines([self.telling.calendar(*one) for one in self.known.ends(self._today())])
        many = look.counted(words.SUMMARY, sum(len(group.bundle.members) for group in self.known.groups))
        told = [look.say(words.AS_TODAY) if self.context.past else many]
        for text, key in ((words.WAITING, "waiting"), (words.LOST, "lost")):
            if self.state.get(key):
                told.append(look.say(text).format(self.state[key]))
        self.count.setText(" · ".join(told))
        self.count.setToolTip(look.say(words.AS_TODAY_WHY) if self.context.past else "")
        self.hand_table.setVisible(bool(self.hands.lines))
        self.followed.setVisible(not self.hands.lines)
        # what has little to show leaves its room to the others
        rows = len(self.hands.lines)
        self.side.setStretch(1, 3 if rows else 0)
        self.hand_card.setMaximumHeight(round((HEAD_PX + HEIGHT * (rows + 1)) * look.scale) if rows else MOST_PX)
        self._tell_hand()

    def _overrides(self) -> list[Mapping[str, Any]]:
        return list(self.state.get("overrides", ()))

    def _troubles(self) -> list[Mapping[str, Any]]:
        return list(self.state.get("troubles", ()))

    def _tell_hand(self) -> None:
        at = self.hand_table.currentIndex().row()
        may = self.context.user.role >= Role.OPERATOR
        self.resume.setVisible(bool(self.hands.lines))
        self.resume.setEnabled(may and 0 <= at < len(self.hands.lines))

    def _chosen_hand(self) -> str:
        """Id of the equipment selected among those taken in hand or not done."""
        rows = [*self._overrides(), *self._troubles()]
        at = self.hand_table.currentIndex().row()
        return str(rows[at]["equipment"]) if 0 <= at < len(rows) else ""

    def _choose_hand(self, equipment: str) -> None:
        """Stay on the equipment that was selected wherever it is now, on none where it is gone: never on another."""
        if equipment != self._chosen_hand():
            rows = [str(one["equipment"]) for one in (*self._overrides(), *self._troubles())]
            at = rows.index(equipment) if equipment in rows else -1
            self.hand_table.setCurrentIndex(self.hands.index(at, 0) if at >= 0 else QModelIndex())
            self._tell_hand()

    def _open_hand(self) -> None:
        thing = self.context.attachment.site.equipment_by_id.get(self._chosen_hand())
        if thing:
            self.asked_for.emit(Place(FACEPLATE, thing))

    async def _resume(self, equipment: str) -> None:
        if equipment:
            await self.context.attachment.ask("schedule_resume", equipment=[equipment])
            await self._pull()

    # ------------------------------------------------------------ the year
    def turn(self, year: int) -> None:
        """Show another year."""
        self.year_shown = year
        self._show_year()

    def _go_today(self) -> None:
        self.turn(self._today().year)
        self.picture.choose(self._today())

    def _show_year(self) -> None:
        if self.group is not None:
            self.context.spawn(self._work_out(self.table.currentIndex().row(), self.year_shown))

    async def _work_out(self, at: int, wanted: int) -> None:
        group = self.group
        if group is None or not 2000 <= wanted <= 2100:
            return
        if (at, wanted) not in self.years:
            self.years[at, wanted] = await asyncio.to_thread(group.year, wanted)
        if (at, wanted) != (self.table.currentIndex().row(), self.year_shown):
            return  # another was chosen meanwhile
        self.legend.year = self.years[at, wanted]
        self.picture.show_year(self.years[at, wanted], self.context.clock.now())
        self._tell_year()
        day = self.picture.day or self._today()
        self.picture.choose(date(wanted, day.month, min(day.day, monthrange(wanted, day.month)[1])))

    def _tell_year(self) -> None:
        group, year, look = self.group, self.picture.year, self.context.look
        if group is None or year is None:
            return
        texts = self.context.attachment.texts
        self.chosen.setText(group.title(look))
        self.figures.setText(figures(group, year, texts, look))
        self.condition.setText(look.say(words.ON_CONDITION).format(look.say(group.condition)))
        self.condition.setVisible(bool(group.condition.fr))
        self.legend.ends = group.ends(texts, look)
        self.legend.update()
        self.year_label.setText(str(year.year))

    def _show_day(self, day: date) -> None:
        """Its changes with their exact times, and when the sun does what."""
        group, year, look = self.group, self.picture.year, self.context.look
        if group is None or year is None or day not in year.days:
            return
        kind, why = year.kinds[year.days.index(day)]
        noon = group.bundle.base.place.begins(day) + 6 * 3600 * SECOND
        name = look.date(noon if year.noon else group.bundle.base.place.begins(day) + 12 * 3600 * SECOND)
        called = look.say(why) or look.say(kind.name)
        suns = self.telling.suns(year, day)
        self.day_title.setText(f"{look.say(words.NIGHT_OF if year.noon else words.DAY_OF).format(name)} · {called}")
        self.pointer.setText(" · ".join(suns))
        lines = [self.telling.event(group, event) for event in events_of(year, group.bundle, day)]
        self.events.show_lines(lines or [self.telling.nothing()])

    def _point(self, where: tuple[date, int] | None) -> None:
        """What should be where the mouse is."""
        group, year, look = self.group, self.picture.year, self.context.look
        if group is None or year is None or where is None:
            if self.picture.day:
                self._show_day(self.picture.day)
            return
        instant = shown_at(group.bundle.base.place, *where)
        if instant < 0:
            self.pointer.setText(look.say(words.SKIPPED))
            return
        asked = group.asked(list(group.bundle.state_at(instant).values()), self.context.attachment.texts, look)
        said = f"{look.date(instant)} {look.clock(instant, False)}"
        self.pointer.setText(look.say(words.AT).format(said, asked or look.say(words.NOTHING_PLANNED)))

    # ------------------------------------------------------------ what leaves
    async def save(self, path: Path) -> None:
        """Raises StoreError, which the window shows."""
        group, year = self.group, self.picture.year
        if group is not None and year is not None:
            context = self.context
            site, texts = context.attachment.site, context.attachment.texts
            Sheet(site, context.user, context.look, texts, group, year, context.present).save(path)
