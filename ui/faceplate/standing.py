"""The alarms of one equipment that stand now, with what to do about them; and what the journal last said."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from supervisor.clock import SECOND
from supervisor.errors import StoreError
from supervisor.journal import Row
from supervisor.model import Alarm, Equipment, Text
from ui.faceplate import words
from ui.naming import SEPARATOR
from ui.pages import Context
from ui.shapes import paint_priority
from ui.widgets import Label, Words, clear, column, row

SHOWN = 4
"""Standing alarms listed; the alarm page has them all."""
EVENTS = 4
_ASKED = "requested"
"""Kind of the journal's row that names a command."""


log = logging.getLogger(__name__)


class Shape(QWidget):
    """The shape of a priority."""

    def __init__(self, context: Context, alarm: Alarm) -> None:
        super().__init__()
        self._context, self._alarm = context, alarm
        self.setFixedSize(22, 22)

    def paintEvent(self, event: QPaintEvent) -> None:
        board = self._context.board
        with QPainter(self) as painter:
            acked = bool(board.acked[self._alarm.index])
            paint_priority(painter, QRectF(2, 2, 18, 18), int(self._alarm.rule.priority), acked, self._context.look)


class Standing(QWidget):
    """Rows of alarms; the guidance of the first is written out."""

    def __init__(self, context: Context, equipment: Equipment) -> None:
        super().__init__()
        self._context = context
        self._alarms = context.attachment.site.alarms_by_equipment.get(equipment.id, ())
        self._inside = column(self, 0, 4)
        self._spans: list[tuple[Alarm, Label]] = []
        context.look.changed.connect(self.read)
        self.read()

    def rows(self) -> list[Alarm]:
        """Those that stand, in the board's order."""
        own = {alarm.index: alarm for alarm in self._alarms}
        return [own[row] for row in self._context.board.rows.tolist() if row in own]

    def read(self) -> None:
        """The alarms moved."""
        clear(self._inside)
        self._spans = []
        rows = self.rows()
        self.setVisible(bool(rows))
        for alarm in rows[:SHOWN]:
            self._add(alarm)
        if rows:
            self._guide(rows[0])
        self.slow()

    def slow(self) -> None:
        """How long they have stood."""
        look, now, board = self._context.look, self._context.clock.now(), self._context.board
        for alarm, label in self._spans:
            span = look.span((now - int(board["raised_at"][alarm.index])) / SECOND)
            label.setText(look.say(words.SINCE).format(span=span))

    def _add(self, alarm: Alarm) -> None:
        look = self._context.look
        holder = QWidget()
        line = row(holder, 0, 8)
        line.addWidget(Shape(self._context, alarm))
        name = Words(look, alarm.rule.name, "body", 600)
        name.setWordWrap(True)
        line.addWidget(name, 1)
        span = Label(look, "hint", 400, "text2")
        line.addWidget(span)
        self._spans.append((alarm, span))
        self._inside.addWidget(holder)

    def _guide(self, alarm: Alarm) -> None:
        look, rule = self._context.look, alarm.rule
        pairs: Sequence[tuple[Text, Text]] = (
            (words.CAUSE, rule.cause),
            (words.CONSEQUENCE, rule.consequence),
            (words.ACTION, rule.action),
        )
        for name, text in pairs:
            if text.fr or text.en:
                self._inside.addWidget(Words(look, name, "hint", 600, "text2"))
                label = Words(look, text, "label", 600 if name is words.ACTION else 400)
                label.setWordWrap(True)
                self._inside.addWidget(label)


class Events(QWidget):
    """The last rows of the journal about the equipment."""

    PERIOD_S = 5.0

    def __init__(self, context: Context, equipment: Equipment) -> None:
        super().__init__()
        self._context, self._equipment = context, equipment
        site = context.attachment.site
        within = (equipment, *site.parts_by_equipment.get(equipment.id, ()))
        self._alarms = {alarm.id: alarm for one in within for alarm in site.alarms_by_equipment.get(one.id, ())}
        self._rows: list[Row] = []
        self._commands: dict[object, str] = {}
        """Command by the id of its page in the ledger; the row of an outcome names no more than that."""
        self._due = 0.0
        self._task: asyncio.Task[None] | None = None
        self._inside = column(self, 0, 3)
        context.look.changed.connect(self.dress)
        self.dress()

    def slow(self) -> None:
        """Ask again from time to time."""
        now = self._context.clock.monotonic()
        if now >= self._due:
            self._due = now + self.PERIOD_S
            self._task = self._context.spawn(self._pull())

    def stop(self) -> None:
        """Read no further; for a faceplate that turns away."""
        if self._task is not None:
            self._task.cancel()

    async def _pull(self) -> None:
        journal = self._context.attachment.journal
        try:
            rows = await asyncio.to_thread(journal.search, self._equipment.id, n=40)
        except StoreError as error:  # no station has ever run on this folder
            log.info("The journal says nothing of %s: %s", self._equipment.id, error)
            return
        told = [row for row in rows if row.kind in words.KINDS][:EVENTS]
        self._commands = {
            row.detail.get("id"): str(row.detail.get("command", "")) for row in rows if row.kind == _ASKED
        }
        if told != self._rows:
            self._rows = told
            self.dress()

    def dress(self) -> None:
        clear(self._inside)
        look = self._context.look
        if not self._rows:
            self._inside.addWidget(Words(look, words.NO_EVENT, "label", 400, "text2"))
        for entry in self._rows:
            holder = QWidget()
            line = row(holder, 0, 10)
            time = Label(look, "label", 500, "text2")
            time.setText(look.clock(entry.time))
            said = Label(look, "label")
            said.setText(self.said(entry))
            said.setWordWrap(True)
            line.addWidget(time)
            line.addWidget(said, 1)
            self._inside.addWidget(holder)

    def said(self, entry: Row) -> str:
        """One row in words."""
        look = self._context.look
        alarm = self._alarms.get(entry.subject)
        asked = self._context.attachment.site.equipment_by_id.get(entry.subject, self._equipment)
        spec = asked.type.commands.get(self._commands.get(entry.detail.get("id"), ""))
        name = look.say(alarm.rule.name) if alarm else look.say(spec.name) if spec else look.say(words.COMMAND)
        of = alarm.equipment if alarm else asked
        if of.id != self._equipment.id:
            name = f"{look.say(of.name)}{SEPARATOR}{name}"
        outcome = words.OUTCOMES.get(entry.result)
        return look.say(words.KINDS[entry.kind]).format(name=name, result=look.say(outcome).lower() if outcome else "")
