"""The form of a new round: what, where, the dry run, and then to keep it. Everything can be done by the keyboard.

type ─ command ─ value ─ where ─> dry run ─> totals and a line for each equipment ─> keep
                                    ^ Delete takes an equipment out and tries again
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from PySide6.QtCore import QLocale, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from supervisor.model import CommandSpec, EquipmentType, Kind, Site, TagSpec, Text
from supervisor.rounds.stages import counts
from supervisor.rounds.trial import TWO_PERSONS
from ui import journal_words
from ui.fields import Combo
from ui.pages import Context
from ui.rounds import words
from ui.rounds.telling import Telling
from ui.rounds.why import Why
from ui.schedule.lists import Lines
from ui.tables import Table
from ui.widgets import Button, Check, Label, Line, Sentence, Short, Words, column, row

_HEADS = (words.EQUIPMENT, words.NOW, words.EXPECTED, words.PLANNED, words.REASON)
SELECTION = "="
"""What stands for the equipment somebody came with, in the list of places."""


class Form(QWidget):
    """See the module."""

    kept = Signal(int)
    """The number of the round that was made."""
    left = Signal()

    def __init__(self, context: Context, telling: Telling) -> None:
        super().__init__()
        look = context.look
        self.context, self.telling = context, telling
        self.selection: list[str] = []
        self.without: list[str] = []
        self.tried: Mapping[str, Any] | None = None
        self._shown: list[str] = []
        self.type, self.command, self.states, self.where = Combo(look), Combo(look), Combo(look), Combo(look)
        self.value, self.unit = QLineEdit(), Label(look, "body", 400, "text2")
        self.same, self.refused = Check(look), Check(look)
        self.run, self.keep = Button(look, words.DRY_RUN), Button(look, words.KEEP_NONE, "primary")
        self.cancel = Button(look, words.CANCEL, "flat")
        self.take_out, self.again = Button(look, words.TAKE_OUT, "flat"), Button(look, words.ALL_AGAIN, "flat")
        self.run.tip(words.DRY_RUN_TIP)
        self.take_out.tip(words.TAKE_OUT_TIP, "Del")
        self.effect, self.told = Short(look, "title", 600), Short(look, "body", 400, "text2")
        self.consequence, self.sentence = Short(look, "body", 600), Sentence(look, "body")
        self.lines = Lines(look, _HEADS)
        self.table = Table(look, self.lines, {0: 340, 1: 120, 2: 120, 3: 140}, 4, words.DRY_RUN)
        self.table.supple = {0: 240}
        self.why = Why(look, self.table, 4)
        self.hint = Words(look, words.ASK_FIRST, "value", 400, "text2")
        self._lay_out()
        self._connect()
        self._dress()

    # ------------------------------------------------------------ putting it together
    def _lay_out(self) -> None:
        look, whole = self.context.look, column(self)
        head = row(spacing=8)
        head.setContentsMargins(16, 9, 12, 9)
        head.addWidget(Words(look, words.NEW_TITLE, "title", 600), 1)
        head.addWidget(self.cancel)
        whole.addLayout(head)
        whole.addWidget(Line(look))
        whole.addLayout(self._fields())
        whole.addLayout(self._choices())
        whole.addWidget(self.sentence)
        self.sentence.setContentsMargins(16, 4, 16, 4)
        whole.addWidget(Line(look))
        self.result = QWidget()
        self._lay_out_result(column(self.result))
        whole.addWidget(self.result, 1)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.hint.setWordWrap(True)
        self.hint.setContentsMargins(60, 0, 60, 0)
        whole.addWidget(self.hint, 1)

    def _fields(self) -> QHBoxLayout:
        line = row(spacing=12)
        line.setContentsMargins(16, 12, 16, 4)
        self.value_box = QWidget()
        values = row(self.value_box, 0, 6)
        values.addWidget(self.value)
        values.addWidget(self.states)
        values.addWidget(self.unit)
        boxes = (
            (words.TYPE, self.type),
            (words.WHAT, self.command),
            (words.VALUE, self.value_box),
            (words.WHERE, self.where),
        )
        for name, widget in boxes:
            part = column(None, 0, 3)
            label = Words(self.context.look, name, "label", 500, "text2")
            part.addWidget(label)
            part.addWidget(widget)
            line.addLayout(part, 0 if widget is self.value_box else 1)
            if widget is self.value_box:
                self.value_label = label
        return line

    def _choices(self) -> QHBoxLayout:
        line = row(spacing=18)
        line.setContentsMargins(16, 6, 16, 12)
        for check in (self.same, self.refused):
            check.setChecked(True)
            line.addWidget(check)
        line.addStretch(1)
        line.addWidget(self.run)
        line.addWidget(self.keep)
        return line

    def _lay_out_result(self, inner: QVBoxLayout) -> None:
        said = column(None, 0, 4)
        said.setContentsMargins(16, 10, 16, 10)
        for widget in (self.effect, self.told, self.consequence):
            said.addWidget(widget)
        inner.addLayout(said)
        inner.addWidget(Line(self.context.look))
        body = row()
        body.setContentsMargins(8, 0, 4, 0)
        body.addWidget(self.table)
        inner.addLayout(body, 1)
        foot = row(spacing=8)
        foot.setContentsMargins(12, 6, 12, 8)
        foot.addWidget(self.take_out)
        foot.addWidget(self.again)
        foot.addWidget(self.why, 1)
        foot.addStretch()  # where there is no reason to tell
        inner.addLayout(foot)

    def _connect(self) -> None:
        self.type.currentIndexChanged.connect(self._type_chosen)
        self.command.currentIndexChanged.connect(self._command_chosen)
        self.where.currentIndexChanged.connect(self._forget_all)
        self.states.currentIndexChanged.connect(self._forget)
        self.value.textEdited.connect(self._forget)
        self.value.returnPressed.connect(self.run.click)
        self.same.toggled.connect(self._tell)
        self.refused.toggled.connect(self._tell)
        self.run.clicked.connect(lambda: self.context.spawn(self._try()))
        self.keep.clicked.connect(lambda: self.context.spawn(self._keep()))
        self.cancel.clicked.connect(self.left)
        self.take_out.clicked.connect(self._take_out)
        self.again.clicked.connect(self._take_all)
        for key, act in ((Qt.Key.Key_Delete, self._take_out), (Qt.Key.Key_Escape, self.left.emit)):
            shortcut = QShortcut(QKeySequence(key), self.table if key == Qt.Key.Key_Delete else self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(act)
        self.context.look.changed.connect(self._dress)

    # ------------------------------------------------------------ what may be chosen
    @property
    def _site(self) -> Site:
        return self.context.attachment.site

    def begin(self, equipment: list[str], area: str = "") -> None:
        """A new one; for what somebody has selected, or in an area."""
        self.selection, self.without = equipment, []
        self.where.blockSignals(True)
        self._fill_places()
        self.where.setCurrentIndex(max(self.where.findData(SELECTION if equipment else area), 0))
        self.where.blockSignals(False)
        wanted = self._type_of(equipment)
        if wanted:
            self.type.setCurrentIndex(max(self.type.findData(wanted), 0))
        self._forget()
        self.type.setFocus()

    def _type_of(self, equipment: list[str]) -> str:
        """The type that the selection has commands for: its own, or that of its parts."""
        things = [self._site.equipment_by_id[id_] for id_ in equipment]
        parts = [part for thing in things for part in self._site.parts_by_equipment.get(thing.id, ())]
        return next((one.type.id for one in (*parts, *things) if one.type.commands), "")

    def _types(self) -> Iterator[EquipmentType]:
        present = self._site.equipment_by_type
        return (one for one in self._site.types.values() if one.commands and present.get(one.id))

    def _dress(self) -> None:
        """Every list in the language of the moment, with what was chosen."""
        look, say = self.context.look, self.context.look.say
        types = sorted(((say(one.name), one.id) for one in self._types()), key=lambda row_: row_[0].casefold())
        _fill(self.type, types)
        _fill(self.command, self._commands())
        self._fill_places()
        self.same.setText(say(words.LEAVE_SAME))
        self.refused.setText(say(words.LEAVE_REFUSED))
        for box in (self.type, self.command, self.where, self.states, self.value, self.same, self.refused):
            box.setFont(look.font("body"))
        for box in (self.type, self.command, self.where, self.states, self.value):
            box.setFixedHeight(round(34 * look.scale))
        names = (
            (self.type, words.TYPE),
            (self.command, words.WHAT),
            (self.where, words.WHERE),
            (self.value, words.VALUE),
        )
        for box, name in names:
            box.setAccessibleName(say(name))
        self._fill_value()
        self._tell()

    def _fill_places(self) -> None:
        """The areas, each under the one it lies in; and what somebody came with."""
        look, say = self.context.look, self.context.look.say
        rows = [(say(words.WHOLE_SITE), "")]
        if self.selection:
            first = self.telling.equipment(self.selection[0])
            more = len(self.selection) - 1
            name = look.counted(words.AND_MORE, more, first) if more else first
            rows.insert(0, (say(words.SELECTION).format(name), SELECTION))
        rows += [(f"{'   ' * depth}{look.say(self._site.areas[id_].name)}", id_) for id_, depth in _nested(self._site)]
        _fill(self.where, rows)

    def _commands(self) -> list[tuple[str, str]]:
        type_ = self._site.types.get(str(self.type.currentData() or ""))
        return [(self.context.look.say(one.name), one.id) for one in type_.commands.values()] if type_ else []

    @property
    def spec(self) -> CommandSpec | None:
        """The command chosen."""
        type_ = self._site.types.get(str(self.type.currentData() or ""))
        return type_.commands.get(str(self.command.currentData() or "")) if type_ else None

    @property
    def _tag(self) -> TagSpec | None:
        type_, spec = self._site.types.get(str(self.type.currentData() or "")), self.spec
        return type_.tags.get(spec.tag) if type_ and spec else None

    def _fill_value(self) -> None:
        """The field of a setpoint, or the list of its states; neither where the command says its value."""
        spec, tag, look = self.spec, self._tag, self.context.look
        asks = spec is not None and spec.value is None and tag is not None
        states = bool(asks and tag and tag.kind in (Kind.ENUM, Kind.BOOLEAN) and tag.states)
        self.value_box.setVisible(asks)
        self.value_label.setVisible(asks)
        self.states.setVisible(states)
        self.value.setVisible(not states)
        self.unit.setText(tag.unit if tag and not states else "")
        if tag and states:
            _fill(self.states, [(look.say(state.name), state.value) for state in tag.states])
        if spec and tag and asks:
            low, high = (
                (tag.low if spec.low != spec.low else spec.low),
                (tag.high if spec.high != spec.high else spec.high),
            )
            self.value.setPlaceholderText("" if low != low or high != high else f"{low:g} … {high:g}")
        self.value.setFixedWidth(round(130 * look.scale))

    def _type_chosen(self) -> None:
        _fill(self.command, self._commands())
        self._command_chosen()

    def _command_chosen(self) -> None:
        self.value.clear()
        self._fill_value()
        self._forget_all()

    # ------------------------------------------------------------ the dry run
    def wish(self) -> dict[str, Any]:
        """What is asked for; without a value where it is none."""
        place = str(self.where.currentData() or "")
        return {
            "type": self.type.currentData(), "command": self.command.currentData(), "value": self._entered(),
            "areas": [place] if place and place != SELECTION else [],
            "equipment": self.selection if place == SELECTION else [], "without": self.without,
        }  # fmt: skip

    def _entered(self) -> float | None:
        if not self.value_box.isVisibleTo(self):
            return None
        if self.states.isVisibleTo(self):
            return float(self.states.currentData())
        value, good = QLocale.c().toDouble(self.value.text().strip().replace(",", ".").replace("\u202f", ""))
        return value if good else None

    def _forget_all(self) -> None:
        self.without = []
        self._forget()

    def _forget(self) -> None:
        """What was tried is of another wish."""
        self.tried = None
        self._tell()

    async def _try(self) -> None:
        spec = self.spec
        if spec and spec.value is None and self._entered() is None:
            self.sentence.say(words.NO_VALUE)
            self.value.setFocus()
            return
        wish = self.wish()
        self.sentence.say(None)
        self.run.setEnabled(False)
        try:
            told = await self.context.attachment.ask("round_dry_run", **wish)
        finally:
            self.run.setEnabled(True)
        if wish == self.wish():
            self.tried = told
            self._tell()
            self.table.setFocus()

    async def _keep(self) -> None:
        if self.tried is None:
            return
        self.keep.setEnabled(False)
        try:
            choice = {"same": self.same.isChecked(), "refused": self.refused.isChecked()}
            told = await self.context.attachment.ask("round_plan", **self.wish(), **choice)
        finally:
            self._tell()
        self.kept.emit(int(told["number"]))

    def _take_out(self) -> None:
        at = self.table.currentIndex().row()
        if self.tried is not None and 0 <= at < len(self._shown):
            self.without = [*self.without, self._shown[at]]
            self.context.spawn(self._try())

    def _take_all(self) -> None:
        self.without = []
        self.context.spawn(self._try())

    # ------------------------------------------------------------ telling
    def asked(self) -> int:
        """How many equipment would be asked."""
        if self.tried is None:
            return 0
        rows = self.tried["targets"]
        out = sum((self.refused.isChecked() and row_[4] >= 0) or (self.same.isChecked() and row_[3]) for row_ in rows)
        two = 0 if self.refused.isChecked() else int(self.tried["refused"].get(TWO_PERSONS, 0))
        return len(rows) - int(out) - two

    def _tell(self) -> None:
        told, look = self.tried, self.context.look
        count = self.asked()
        self.result.setVisible(told is not None)
        self.hint.setVisible(told is None)
        self.keep.setEnabled(count > 0)
        said = words.KEEP_NONE if not count else words.KEEP_ONE if count == 1 else words.KEEP
        self.keep.say(Text(said.fr.format(count), said.en.format(count)))
        if told is None:
            return
        rows = self.telling.tried(self.wish(), told)
        self._shown = [id_ for id_, _ in rows]
        self.lines.show_lines([line for _, line in rows])
        self.effect.setText(look.say(Text(*told["effect"])))
        self.told.setText(" · ".join(self._figures(told, count)))
        self.consequence.setText(self.telling.consequence(self.wish()))
        self.consequence.setVisible(bool(self.consequence.text()))
        self.again.setVisible(bool(self.without))

    def _figures(self, told: Mapping[str, Any], count: int) -> Iterator[str]:
        """Refusals by reason, stages, what is drawn now, what was taken out."""
        look, say = self.context.look, self.context.look.say
        for check, number in told["refused"].items():
            yield f"{say(journal_words.RESULTS[check]) if check in journal_words.RESULTS else check} × {number}"
        ends = counts(count)
        sizes = [end - before for end, before in zip(ends, (0, *ends), strict=False)]
        if sizes:
            yield say(words.SHARES).format(say(words.THEN).join(map(str, sizes)))
        if told["power_kw"] is not None:
            yield say(words.POWER).format(look.number(told["power_kw"], 1))
        if self.without:
            yield look.counted(words.WITHOUT, len(self.without))


def _fill(box: QComboBox, rows: list[tuple[str, Any]]) -> None:
    """These, and what was chosen stays so where it is among them."""
    chosen = box.currentData()
    box.blockSignals(True)
    box.clear()
    for name, id_ in rows:
        box.addItem(name[:1].upper() + name[1:], id_)
    box.setCurrentIndex(max(box.findData(chosen), 0) if chosen is not None else 0)
    box.blockSignals(False)


def _nested(site: Site) -> Iterator[tuple[str, int]]:
    """Areas with their depth, each behind the one it lies in."""
    inside: dict[str, list[str]] = {}
    for area in site.areas.values():
        inside.setdefault(area.parent if area.parent in site.areas else "", []).append(area.id)
    yield from _under(inside.get, "", 0)


def _under(inside: Callable[[str, list[str]], list[str]], parent: str, depth: int) -> Iterator[tuple[str, int]]:
    for id_ in inside(parent, []):
        yield id_, depth
        yield from _under(inside, id_, depth + 1)
