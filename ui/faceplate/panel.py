"""Faceplate: the panel at the right of every page. One equipment: how it is, why, and what may be done to it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QScrollArea, QStackedLayout, QWidget

from supervisor.desk.interlocks import tags
from supervisor.health import LINK_TYPE
from supervisor.model import BAD, Equipment, Interlock, Kind, Tag, Text
from ui.faceplate import lock_words, words
from ui.faceplate.commands import Commands
from ui.faceplate.lock_outs import LockOutSection, Padlock
from ui.faceplate.locks import LockRow, connection
from ui.faceplate.measures import Figure, Measure, PartRow
from ui.faceplate.paper import SheetMaker, offered
from ui.faceplate.standing import Events, Standing
from ui.faceplate.substitute import SubstituteCard, may
from ui.padlock import marked
from ui.pages import Context, Page
from ui.scales import scale_of
from ui.schedule import words as schedule_words
from ui.schedule.strip import ProgrammeStrip
from ui.spark import Sparkline, Strips, ends
from ui.values import quality_advice, quality_words, shown
from ui.widgets import Button, Card, Label, Line, Words, column, row

WIDTH = 336
SIDE = 16
BARS = 7
"""Measured values shown with a bar; what comes after is a line."""


class Faceplate(Page):
    """See the module. Everything is built again when it turns to another equipment: some ten milliseconds."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.setMinimumWidth(WIDTH)
        self.equipment: Equipment | None = None
        self.content: Content | None = None
        empty = Words(context.look, words.CHOOSE, "body", 400, "text2")
        empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        empty.setWordWrap(True)
        card = Card()
        column(self).addWidget(card)
        self._stack = QStackedLayout(card)
        self._stack.addWidget(empty)
        context.look.changed.connect(self._again)

    def show_equipment(self, equipment: Equipment) -> None:
        if self.equipment is not None and equipment.id == self.equipment.id:
            return
        self.equipment = equipment
        self._again()

    def _again(self) -> None:
        """Build it for the equipment and the look of the moment."""
        if self.equipment is None:
            return
        old = self.content
        self.content = Content(self.context, self.equipment)
        self.content.close_button.clicked.connect(self.closed)
        self._stack.addWidget(self.content)
        self._stack.setCurrentWidget(self.content)
        if old is not None:
            old.stop()
            self._stack.removeWidget(old)
            old.setParent(None)
            old.deleteLater()

    def rows(self) -> NDArray[np.intp]:
        return self.content.rows if self.content is not None else np.empty(0, np.intp)

    def person_changed(self) -> None:
        """Built again for who may do other things; a card that was open and a password that was typed are nobody's."""
        if self.content is not None and self.content.user != self.context.user:
            at = self.content.scrolled
            self._again()
            self.content.scrolled = at

    def jump(self) -> None:
        """Built again: its strip, its events and its last command are others, and a card that was open is put away."""
        self._again()

    def refresh(self, moved: NDArray[np.intp]) -> None:
        if self.content is not None:
            self.content.refresh(moved)

    def refresh_alarms(self) -> None:
        if self.content is not None:
            self.content.refresh_alarms()

    def refresh_locks(self) -> None:
        if self.content is not None:
            self.content.refresh_locks()

    def slow(self) -> None:
        if self.content is not None:
            self.content.slow()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape puts the confirm card away first, then the faceplate."""
        if event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
        elif self.content is None or self.content.commands is None or not self.content.commands.cancel():
            self.closed.emit()


class Content(QWidget):
    """The faceplate of one equipment."""

    def __init__(self, context: Context, equipment: Equipment) -> None:
        super().__init__()
        self.context, self.equipment, self.user = context, equipment, context.user
        self.site = context.attachment.site
        self.tags = self.site.tags_by_equipment.get(equipment.id, ())
        self.alarms = self.site.alarms_by_equipment.get(equipment.id, ())
        self.measures: list[Measure | PartRow] = []
        self.locks: list[LockRow] = []
        self.strips = Strips(context)
        self.spark: Sparkline | None = None
        self.commands: Commands | None = None
        self.close_button = Button(context.look, None, "flat", "cross")
        self.close_button.tip(words.CLOSE, "Esc")
        self._outside = column(self)
        self._head()
        self._outside.addWidget(Line(context.look))
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inside = QWidget()
        self._inside = column(inside)
        self._sections()
        self._inside.addStretch(1)
        area.setWidget(inside)
        self._outside.addWidget(area, 1)
        self._area = area
        self.lock_outs.form.installEventFilter(self)
        self.lock_outs.hung.connect(self._show_held)
        self._bottom()
        rows = {tag.index for tag in self._watched()}
        self._rows = np.array(sorted(rows), np.intp)

    @property
    def rows(self) -> NDArray[np.intp]:
        """Rows of every tag something here depends on."""
        return self._rows

    @property
    def scrolled(self) -> int:
        """How far down it is read, in pixels."""
        return self._area.verticalScrollBar().value()

    @scrolled.setter
    def scrolled(self, to: int) -> None:
        """Once it is laid out."""
        QTimer.singleShot(0, self, lambda: self._area.verticalScrollBar().setValue(to))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A form that opens is seen whole, with the buttons at its foot; its words make it grow once it is laid out."""
        if watched is self.lock_outs.form and event.type() in (QEvent.Type.Show, QEvent.Type.Resize):
            QTimer.singleShot(0, self, self._show_form)
        return super().eventFilter(watched, event)

    def _show_form(self) -> None:
        if self.lock_outs.form.isVisible():
            self._area.ensureWidgetVisible(self.lock_outs.form, 0, 12)

    # building

    def _head(self) -> None:
        look, equipment = self.context.look, self.equipment
        holder = QWidget()
        line = row(holder, 0, 12)
        line.setContentsMargins(SIDE, 12, 10, 10)
        self.figure = Figure(self.context, equipment)
        line.addWidget(self.figure)
        names = column(None, 0, 1)
        name = Words(look, equipment.name, "title", 600)
        name.setWordWrap(True)
        names.addWidget(name)
        parent = self.site.equipment_by_id.get(equipment.parent)
        kind = Label(look, "label", 400, "text2")
        of = "" if parent is None else " · " + look.say(parent.name)
        kind.setText(look.say(equipment.type.name) + of)
        kind.setWordWrap(True)
        names.addWidget(kind)
        id_ = Label(look, "hint", 400, "text2")
        id_.setText(equipment.id)
        names.addWidget(id_)
        line.addLayout(names, 1)
        self.padlock = Padlock(self.context, 24)
        line.addWidget(self.padlock, 0, Qt.AlignmentFlag.AlignTop)
        self.close_button.setFixedSize(28, 28)
        line.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        self._outside.addWidget(holder)

    def _sections(self) -> None:
        self._state()
        self.standing = Standing(self.context, self.equipment)
        self._alarm_box = self._section(words.ALARMS, self.standing)
        self._values()
        self._parts()
        self._interlocks()
        self.programme = ProgrammeStrip(self.context, self.equipment, lambda: self._programme_box.show())
        self._programme_box = self._section(schedule_words.PROGRAMME, self.programme)
        self._programme_box.hide()
        self.lock_outs = LockOutSection(self.context, self.equipment)
        self._lock_box = self._section(lock_words.LOCK_OUTS, self.lock_outs)
        self.events = Events(self.context, self.equipment)
        self._event_box = self._section(words.EVENTS, self.events)
        self.sheet = SheetMaker(self.context, self.equipment) if offered(self.context, self.equipment) else None
        if self.sheet is not None:
            self._section(None, self.sheet)
        self.refresh_alarms()

    def _section(self, name: Text | None, *widgets: QWidget, right: Label | None = None) -> QWidget:
        holder = QWidget()
        inside = column(holder, 0, 3)
        inside.setContentsMargins(SIDE, 8, SIDE, 8)
        if name is not None:
            head = row()
            head.addWidget(Words(self.context.look, name, "label", 600, "text2"))
            head.addStretch(1)
            if right is not None:
                head.addWidget(right)
            inside.addLayout(head)
        for widget in widgets:
            inside.addWidget(widget)
        block = QWidget()
        whole = column(block)
        whole.addWidget(holder)
        whole.addWidget(Line(self.context.look))
        self._inside.addWidget(block)
        return block

    def _state(self) -> None:
        """The state in one word, large, and why the values can't be believed where they can't."""
        look = self.context.look
        self._state_tag = (
            self.site.tag(self.equipment, self.equipment.type.state) if self.equipment.type.state else None
        )
        self._word = Label(look, "title", 600)
        self._quality = Label(look, "hint", 600, "text2")
        self._quality.hide()
        self._word.setVisible(self._state_tag is not None)
        name = self._state_tag.spec.name if self._state_tag else words.STATE
        label = Words(look, name, "hint", 400, "text2")
        label.setVisible(self._state_tag is not None)
        self._state_box = self._section(None, label, self._word, self._quality)
        self._read_state()

    def _values(self) -> None:
        """Headline values first, those with a scale as bars; then the strip of the first of them."""
        first = [tag for tag in map(self._own, self.equipment.type.headline) if tag is not None]
        rest = [tag for tag in self.tags if tag not in first]
        order = [tag for tag in (*first, *rest) if tag != self._state_tag]
        numbers = [tag for tag in order if tag.spec.kind is Kind.NUMBER]
        others = [tag for tag in order if tag not in numbers]
        shown_ = [*numbers[:BARS], *others, *numbers[BARS:]]
        rows = [Measure(self.context, tag, self.site.alarms_by_equipment.get(tag.equipment.id, ())) for tag in shown_]
        self.measures += rows
        widgets: list[QWidget] = list(rows)
        if numbers:
            widgets.insert(len(numbers[:BARS]), self._strip(numbers[0]))
        if widgets:
            self._section(None, *widgets)

    def _own(self, path: str) -> Tag | None:
        return self.site.tag(self.equipment, path)

    def _strip(self, tag: Tag) -> QWidget:
        look = self.context.look
        strip = self.strips.want(tag, 30)
        self.spark = Sparkline(look, strip, scale_of(tag.spec, self.alarms))
        self._strip_tag = tag
        holder = QWidget()
        inside = column(holder, 0, 3)
        inside.setContentsMargins(0, 4, 0, 6)
        head = row()
        name = Label(look, "hint", 400, "text2")
        name.setText(look.say(words.LAST_MINUTES).format(name=look.say(tag.spec.name)))
        self._ends = Label(look, "hint", 400, "text2")
        head.addWidget(name)
        head.addStretch(1)
        head.addWidget(self._ends)
        inside.addLayout(head)
        inside.addWidget(self.spark)
        return holder

    def _parts(self) -> None:
        rows = []
        for part in self.site.parts_by_equipment.get(self.equipment.id, ()):
            path = part.type.state or next(iter(part.type.headline), "")
            tag = self.site.tag(part, path) if path else None
            if tag is not None and part.id.startswith(f"{self.equipment.id}."):
                rows.append(PartRow(self.context, part, tag))
        self.measures += rows
        if rows:
            self._section(words.PARTS, *rows)

    def _interlocks(self) -> None:
        """Every interlock of every command once."""
        locks: dict[Interlock, None] = {}
        for spec in self.equipment.type.commands.values():
            if self.site.tag(self.equipment, spec.tag) is not None:
                locks |= dict.fromkeys((*spec.interlocks, *spec.permissives))
        self.locks = [LockRow(self.context, self.equipment, lock) for lock in locks]
        self._held = Label(self.context.look, "label", 600, "text2")
        if self.locks:
            self._section(words.INTERLOCKS, *self.locks, right=self._held)
        self._count()

    def _bottom(self) -> None:
        self.substitute = SubstituteCard(self.context)
        self._outside.addWidget(self.substitute)
        for measure in self.measures:
            if isinstance(measure, Measure) and may(self.context, measure.tag):
                measure.menu.connect(self.substitute.open)
        commands = Commands(self.context, self.equipment)
        if not commands.controls:
            commands.deleteLater()
            return
        self.commands = commands
        holder = QWidget()
        inside = column(holder, 0, 0)
        inside.setContentsMargins(SIDE, 10, SIDE, 12)
        inside.addWidget(commands)
        self._outside.addWidget(Line(self.context.look))
        self._outside.addWidget(holder)
        commands.progress.recall()

    def _watched(self) -> list[Tag]:
        """Every tag something here depends on."""
        found = [measure.tag for measure in self.measures]
        found += list(self.tags)
        specs = self.equipment.type.commands.values()
        found += [tag for tag in map(self._own, {spec.feedback or spec.tag for spec in specs}) if tag is not None]
        found += [tag for spec in specs if (tag := connection(self.site, self.equipment, spec))]
        for lock in {lock for spec in specs for lock in (*spec.interlocks, *spec.permissives)}:
            found += tags(self.site, self.equipment, lock)
        return found

    # showing

    def refresh(self, moved: NDArray[np.intp]) -> None:
        """Show the tags of these rows again."""
        if not np.isin(self._rows, moved).any():
            return
        self._read_state()
        self.figure.read()
        for measure in self.measures:
            measure.read()
        for lock in self.locks:
            lock.read()
        self._count()
        if self.commands is not None:
            self.commands.read()

    def _read_state(self) -> None:
        context, look = self.context, self.context.look
        if self._state_tag is not None:
            self._word.setText(shown(self._state_tag, context.live, context.attachment.texts, look).text)
        tags = self.tags
        if self.equipment.type is LINK_TYPE:  # its figures are no measurements: one it does not have says nothing of it
            tags = tuple(tag for tag in tags if tag is self._state_tag)
        qualities = context.live.quality[[tag.index for tag in tags]] if tags else np.empty(0)
        worst = int(max(qualities, key=lambda one: (one >= BAD, one > 0), default=0))
        text = look.say(words.QUALITY).format(quality=look.say(quality_words(worst))) if worst else ""
        self._quality.setToolTip(look.say(quality_advice(worst)) if worst else "")
        self._quality.setText(text)
        self._quality.setVisible(bool(text))
        self._state_box.setVisible(bool(text) or self._state_tag is not None)

    def refresh_alarms(self) -> None:
        self.standing.read()
        self._alarm_box.setVisible(bool(self.standing.rows()))
        for measure in self.measures:
            measure.update()

    def refresh_locks(self) -> None:
        self.lock_outs.slow()
        self._lock()
        if self.commands is not None:
            self.commands.read()

    def slow(self) -> None:
        self._read_state()
        self.strips.slow()
        self.standing.slow()
        self.lock_outs.slow()
        self._lock()
        self.events.slow()
        self.programme.slow()
        if self.spark is not None:
            self.spark.update()
            low_high = ends(self.spark.strip)
            spec = self._strip_tag.spec
            figures = " – ".join(self.context.look.number(value, spec.decimals) for value in low_high)
            self._ends.setText(f"{figures} {spec.unit}" if figures else "")
        if self.commands is not None:
            self.commands.slow()

    def _lock(self) -> None:
        """The padlock beside the name, and where the section stands; none where it has nothing to tell or to do."""
        self.padlock.setVisible(marked(self.context.attachment, self.equipment))
        useful = bool(self.lock_outs.held) or self.lock_outs.offered
        self._lock_box.setVisible(useful and (self.commands is not None or bool(self.lock_outs.held)))
        self._inside.removeWidget(self._lock_box)  # first of all where it holds, far down where it is only offered
        self._inside.insertWidget(1 if self.lock_outs.held else self._inside.indexOf(self._event_box), self._lock_box)

    def _show_held(self) -> None:
        """Whoever has just hung a lock-out sees it, and not the place it was asked for at."""
        self._lock()
        self.scrolled = 0

    def _count(self) -> None:
        held = sum(lock.holds is True for lock in self.locks)
        self._held.setText(f"{held} / {len(self.locks)}")

    def stop(self) -> None:
        """Follow nothing any more."""
        self.events.stop()
        self.programme.stop()
        self.lock_outs.stop()
        self.substitute.stop()
        if self.sheet is not None:
            self.sheet.stop()
        if self.commands is not None:
            self.commands.stop()
