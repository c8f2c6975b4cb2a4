"""The page of alarm performance: the table of the standard, the days, four lists with action plans.

    journal.db ─ thread: Reader.study() ─> Study ─> table, chart, lists      every few seconds while it is live

A month that is over is read once. Nothing is read while the page is hidden.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping, Sequence
from datetime import datetime

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QVBoxLayout, QWidget

from alarms import verdicts
from supervisor.clock import SECOND
from supervisor.holes import HoleReader
from supervisor.model import Text
from supervisor.site.positions import positions
from ui.fields import Choice
from ui.pages import Context, Page, Place
from ui.performance import rows, words
from ui.performance.chart import ClassSteps, DayChart
from ui.performance.outlet import Outlet
from ui.performance.periods import Periods
from ui.performance.plan_card import PlanCard
from ui.performance.report import Report, report
from ui.performance.sheet import Sheet
from ui.performance.study import Period, Reader, Study, months
from ui.shapes import text_width
from ui.tables import Cell, Table
from ui.widgets import Button, Card, Line, Short, Words, column, joined, row

AGAIN_S = 5.0
"""How often the live figures are read again."""
_LIST_WIDTHS = {0: 200, 1: 200, 2: 72, 3: 92, 5: 120, 6: 150}
_WIDEST = {0: 260, 1: 340, 2: 100, 3: 130, 5: 190, 6: 150}
_WIDEST_OF_TABLE = {1: 110, 2: 220, 3: 150}
"""Columns as wide as what they say, up to that; the plan, or the name of the measure, takes the rest."""
_MARGIN = 20
"""Pixels of a cell beside its text."""
_PLANNED = (5, 6)
"""Columns that say nothing until somebody has written a plan."""


class PerformancePage(Page):
    """See the module."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        look, site = context.look, context.attachment.site
        self.positions = positions(site.folder)
        self.study: Study | None = None
        self._turns = 0
        """How often another time was looked at."""
        self.list = "top"
        self._reader = Reader(site, context.attachment.journal.path, HoleReader(context.attachment.holes.folder))
        self._lists = rows.Lists(site, look)
        self._reading, self._due = False, 0.0
        self.periods = Periods(look)
        self.periods.currentIndexChanged.connect(self._ask_again)
        self.position = Choice(look, words.WHOLE_SITE, [(one.id, one.name) for one in self.positions.values()])
        self.position.setMaximumWidth(400)
        self.position.setVisible(bool(self.positions))
        self.position.currentIndexChanged.connect(self._ask_again)
        self.outlet = Outlet(context, self, self._report)
        self.export = Button(look, words.EXPORT, symbol="journal")
        self.export.clicked.connect(lambda: self.outlet.drop(self.export))
        self.table = Table(look, Sheet(look, rows.HEADS, (1,)), {1: 90, 2: 200, 3: 136}, 0, words.TITLE)
        self.table.supple, self.table.LEAST = {2: 104, 3: 116, 1: 76}, 190
        self.chart, self.steps = DayChart(look), ClassSteps(look)
        self.counted = self._make_list()
        self.card = PlanCard(context)
        self.card.asked_for.connect(self.asked_for)
        self.card.kept.connect(lambda *words_: self.context.spawn(self._keep(*words_)))
        self.told = Short(look, "body", 400, "text2")
        self.said = Short(look, "body", 500)
        self.outlet.said.connect(self.said.setText)
        self.nothing = Words(look, words.READING, "value", 500, "text2")
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._lay_out()
        self.setFocusProxy(self.counted)
        look.changed.connect(self._tell)
        self._tell()

    # ------------------------------------------------------------ putting it together
    def _make_list(self) -> Table:
        table = Table(
            self.context.look, Sheet(self.context.look, self._lists.heads("top"), (2, 3)), _LIST_WIDTHS, 4, words.TOP
        )
        table.supple, table.spare = {5: 96, 1: 150, 0: 150}, (3, 5)
        table.LEAST = 150
        table.selectionModel().currentRowChanged.connect(lambda now, _: self._choose(now))
        table.activated.connect(self._go)
        return table

    def _lay_out(self) -> None:
        layout = column(self, 0, 8)
        head = Card()
        head.setLayout(self._make_head())
        layout.addWidget(head)
        self.body = QWidget()
        body = row(self.body, 0, 8)
        for made, share in ((self._make_left(), 4), (self._make_right(), 5)):
            card = Card()
            card.setLayout(made)
            body.addWidget(card, share)
        layout.addWidget(self.body, 1)
        self.blank = Card()
        column(self.blank, 16).addWidget(self.nothing)
        layout.addWidget(self.blank, 1)

    def _make_head(self) -> QHBoxLayout:
        head = row(spacing=10)
        head.setContentsMargins(16, 10, 12, 10)
        head.addWidget(Words(self.context.look, words.TITLE, "title", 600))
        head.addWidget(self.periods)
        head.addWidget(self.position)
        head.addWidget(self.told, 1)
        head.addWidget(self.said)
        head.addWidget(self.export)
        return head

    def _make_left(self) -> QVBoxLayout:
        look = self.context.look
        left = column(margin=1, spacing=0)
        top = row(spacing=12)
        top.setContentsMargins(16, 10, 12, 10)
        top.addWidget(Words(look, words.CLASS, "body", 600))
        top.addWidget(self.steps, 1)
        left.addLayout(top)
        left.addWidget(Line(look))
        inner = row()
        inner.setContentsMargins(8, 0, 4, 0)
        inner.addWidget(self.table)
        left.addLayout(inner, 1)
        left.addWidget(Line(look))
        days = row()
        days.setContentsMargins(16, 8, 12, 6)
        days.addWidget(self.chart)
        left.addLayout(days)
        return left

    def _make_right(self) -> QVBoxLayout:
        look = self.context.look
        right = column(margin=1, spacing=0)
        top = row(spacing=8)
        top.setContentsMargins(16, 10, 12, 10)
        self.choices: dict[str, Button] = {}
        group = QButtonGroup(self)
        for name, text in rows.LISTS.items():
            button = Button(look, text, "segment")
            button.setCheckable(True)
            button.setChecked(name == self.list)
            button.clicked.connect(lambda _, name=name: self.show_list(name))
            group.addButton(button)
            self.choices[name] = button
        top.addLayout(joined(self.choices.values()))
        top.addStretch(1)
        right.addLayout(top)
        right.addWidget(Line(look))
        inner = row()
        inner.setContentsMargins(8, 0, 4, 0)
        inner.addWidget(self.counted)
        right.addLayout(inner, 1)
        self.none = Words(look, words.NOTHING["top"], "value", 500, "text2")
        self.none.setAlignment(Qt.AlignmentFlag.AlignCenter)
        right.addWidget(self.none, 1)
        right.addWidget(Line(look))
        right.addWidget(self.card)
        return right

    # ------------------------------------------------------------ reading
    def slow(self) -> None:
        """Read again when it is time, unless the last reading still waits for the disk."""
        over = self.study is not None and not self.study.period.live and self.study.period == self._period()
        if not over and self.context.clock.monotonic() >= self._due:
            self._ask_again()

    def jump(self) -> None:
        """Other days, and of a month that is over only those until the instant."""
        self._due, self._turns = 0.0, self._turns + 1
        if self.isVisible():
            self._ask_again()
        else:
            self.study = None

    def arrive(self, place: Place) -> None:
        self._due = 0.0
        self._ask_again()
        self.counted.setFocus()

    def _period(self) -> Period:
        return Period.named(self.periods.chosen())

    def _ask_again(self) -> None:
        if not self._reading:
            self._reading = True
            self._due = self.context.clock.monotonic() + AGAIN_S
            self.context.spawn(self._read())

    async def _read(self) -> None:
        wanted = (self._period(), self.position.chosen(), self._turns)
        try:
            study = await asyncio.to_thread(
                self._reader.study, wanted[0], self.positions.get(wanted[1]), self.context.clock.now()
            )
        finally:
            self._reading = False
        if wanted != (self._period(), self.position.chosen(), self._turns):
            self._ask_again()  # somebody chose another meanwhile, or another time
            return
        self.study = study
        look = self.context.look
        self.periods.offer(months(study.begin, self.context.clock.now(), look.zone))
        self._tell()

    # ------------------------------------------------------------ telling
    def _tell(self) -> None:
        study, look = self.study, self.context.look
        self.position.setMinimumWidth(round(240 * look.scale))
        known = study is not None and study.figures.days_known > 0
        self.body.setVisible(known)
        self.blank.setVisible(not known)
        self.export.setEnabled(known)
        self.nothing.say(words.READING if study is None else words.EMPTY)
        if study is None or not known:
            self.told.setText("")
            return
        counted = look.counted(words.COUNTED, study.figures.count)
        self.told.setText(f"{rows.told_period(study, look)} – {rows.told_days(study, look)} – {counted}")
        measures = rows.measures(study, look)
        self._sheet(self.table).show_rows(measures)
        self.table.suit(self._needed(rows.HEADS, measures, _WIDEST_OF_TABLE))
        self.steps.show_class(verdicts.performance_class(study.figures))
        self.chart.show_days(study.figures.days)
        for name, button in self.choices.items():
            button.setText(f"{look.say(rows.LISTS[name])} ({look.number(len(getattr(study.figures, name)), 0)})")
            button.setMinimumWidth(button.sizeHint().width())
        self._tell_list(study)

    def _tell_list(self, study: Study) -> None:
        today = datetime.fromtimestamp(self.context.clock.now() / SECOND, self.context.look.zone).date()
        counted = self._lists.rows(self.list, study, today)
        sheet = self._sheet(self.counted)
        sheet.use_heads(self._lists.heads(self.list))
        before = self.card.alarm
        sheet.show_rows([one.cells for one in counted], [one.id for one in counted])
        self.counted.suit(self._needed(self._lists.heads(self.list), [one.cells for one in counted], _WIDEST))
        self.counted.want(() if any(one.id in study.plans for one in counted) else _PLANNED)
        self.counted.setVisible(bool(counted))
        self.none.setVisible(not counted)
        self.none.say(words.NOTHING[self.list])
        at = sheet.ids.index(before.id) if before and before.id in sheet.ids else 0
        if counted and self.counted.currentIndex().row() != at:
            self.counted.selectRow(at)
        self._choose(self.counted.currentIndex())

    def _needed(
        self, heads: Sequence[Text], lines: Sequence[tuple[Cell, ...]], widest: Mapping[int, int]
    ) -> dict[int, int]:
        """How wide columns are to be, in pixels at 100 % text size."""
        look, needed = self.context.look, {}
        for column_, most in widest.items():
            cells = [line[column_] for line in lines]
            texts = [text_width(one.text, look.font("body", 600 if one.heavy else 400)) + 24 * bool(one.symbol)
                     for one in cells]  # fmt: skip
            head = text_width(look.say(heads[column_]), look.font("label", 500))
            needed[column_] = min(math.ceil(max([head, *texts]) / look.scale) + _MARGIN, most)
        return needed

    def _sheet(self, table: Table) -> Sheet:
        model = table.model()
        assert isinstance(model, Sheet)
        return model

    def show_list(self, name: str) -> None:
        """One of the four lists."""
        self.list = name
        self.choices[name].setChecked(True)
        if self.study is not None:
            self._tell_list(self.study)

    def _choose(self, index: QModelIndex) -> None:
        ids = self._sheet(self.counted).ids
        id_ = ids[index.row()] if index.isValid() and index.row() < len(ids) else ""
        self.card.show_alarm(self._lists.alarm(id_), self.study.plans.get(id_) if self.study else None)

    def _go(self, index: QModelIndex) -> None:
        if self.card.alarm is not None:
            self.asked_for.emit(self.card.alarm)

    # ------------------------------------------------------------ acting
    async def _keep(self, alarm: str, text: str, who: str, due: str) -> None:
        """Ask the station, then read what it kept."""
        await self.context.attachment.ask("plan", alarm=alarm, text=text, who=who, due=due)
        self.said.setText(self.context.look.say(words.KEPT if text else words.LET_GO))
        self._ask_again()

    def _report(self) -> Report | None:
        if self.study is None:
            return None
        return report(self.study, self.context.attachment.site, self.context.look, self.context.clock.now())
