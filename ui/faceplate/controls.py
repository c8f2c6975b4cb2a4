"""Controls: what an operator uses to give the commands on one tag, and the sentence when one of them is refused.

    several fixed values of one enumeration -> segments      one fixed value -> a button
    a setpoint of an enumeration -> a choice                 a setpoint -> a field with its range

What they show is what came back up, never what was asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale, Qt
from PySide6.QtWidgets import QBoxLayout, QLineEdit, QWidget

from supervisor.model import CommandSpec, Kind, Tag, Text
from ui.faceplate import words
from ui.faceplate.confirm import label_of
from ui.fields import Combo
from ui.shapes import text_width
from ui.values import worded
from ui.widgets import Button, Label, Sentence, Words, column, row

if TYPE_CHECKING:
    from ui.faceplate.commands import Commands


ROOM = 304.0
"""Pixels of the faceplate between its margins."""
PADDING = 26.0
"""Beside the words of a button."""


class Control(QWidget):
    """The commands on one tag, and the sentence of the last refusal beneath them."""

    def __init__(self, commands: Commands, specs: Sequence[CommandSpec], tag: Tag) -> None:
        super().__init__()
        self.commands, self.specs, self.tag = commands, specs, tag
        self.context = commands.context
        self.sentence = Sentence(self.context.look)
        self.inside = column(self, 0, 4)
        self.build()
        self.inside.addWidget(self.sentence)

    def build(self) -> None:
        """Make the widgets."""
        raise NotImplementedError

    def read(self) -> None:
        """Follow the live values."""
        raise NotImplementedError

    def blocked(self, spec: CommandSpec) -> Text | None:
        """Why this command would be refused now."""
        return self.commands.blocked(spec)

    def say(self, text: Text | None) -> None:
        """The sentence under the control; None takes it away."""
        self.sentence.say(text)


class Buttons(Control):
    """Fixed values: segments where they are states of one enumeration, else large buttons side by side."""

    def build(self) -> None:
        look = self.context.look
        self.segmented = self.tag.spec.kind is Kind.ENUM and len(self.specs) > 1
        if self.segmented:
            self.inside.addWidget(Words(look, self.tag.spec.name, "hint", 400, "text2"))
        self.buttons: dict[str, Button] = {}
        line = self._line()
        for spec in self.specs:
            text = label_of(spec, self.tag) if self.segmented else spec.name
            ellipsis = Text(f"{text.fr}…", f"{text.en}…") if spec.critical else text
            button = Button(look, ellipsis, "segment" if self.segmented else "", weight=500 if self.segmented else 600)
            button.setFixedHeight(round((32 if self.segmented else 40) * look.scale))
            button.setCheckable(self.segmented)
            button.setMinimumWidth(0)
            button.clicked.connect(lambda _=False, spec=spec: self.commands.press(spec, spec.value, self))
            line.addWidget(button, 1)
            self.buttons[spec.id] = button
        self.inside.addLayout(line)

    def _line(self) -> QBoxLayout:
        """Side by side; below one another where the words of this language are too long for that."""
        look = self.context.look
        words_ = [label_of(spec, self.tag) if self.segmented else spec.name for spec in self.specs]
        said = [look.say(text) + ("…" if spec.critical else "") for text, spec in zip(words_, self.specs, strict=True)]
        wide = sum(text_width(one, look.font("body", 600)) + PADDING for one in said)
        if wide > ROOM * look.scale:
            return column(None, 0, 4)
        return row(None, 0, 0 if self.segmented else 8)

    def read(self) -> None:
        live = self.context.live
        now = float(live.value[self.tag.index])
        for spec in self.specs:
            button = self.buttons[spec.id]
            why = self.blocked(spec)
            button.setEnabled(not self.commands.busy(spec) and why is None)
            button.setToolTip(self.context.look.say(why) if why else "")
            if self.segmented:
                button.setChecked(now == spec.value)


class Choice(Control):
    """A setpoint that is one of the states of an enumeration."""

    def build(self) -> None:
        look = self.context.look
        self.inside.addWidget(Words(look, self.specs[0].name, "hint", 400, "text2"))
        self.box = Combo(look)
        self.box.setFixedHeight(round(34 * look.scale))
        self.button = Button(look, words.WRITE)
        self.button.setFixedHeight(round(34 * look.scale))
        line = row()
        line.addWidget(self.box, 1)
        line.addWidget(self.button)
        self.inside.addLayout(line)
        self._fill()
        look.changed.connect(self._fill)
        self.button.clicked.connect(lambda: self.commands.press(self.specs[0], float(self.box.currentData()), self))

    def _fill(self) -> None:
        chosen = self.box.currentData()
        self.box.clear()
        for state in self.tag.spec.states:
            said = self.context.look.say(state.name)
            self.box.addItem(said[:1].upper() + said[1:], state.value)
        now = self.context.live.value[self.tag.index] if chosen is None else chosen
        self.box.setCurrentIndex(max(self.box.findData(int(now)) if now == now else 0, 0))

    def read(self) -> None:
        why = self.blocked(self.specs[0])
        for widget in (self.box, self.button):
            widget.setEnabled(not self.commands.busy(self.specs[0]) and why is None)
            widget.setToolTip(self.context.look.say(why) if why else "")


class Setpoint(Control):
    """A number with its unit and its range."""

    def build(self) -> None:
        look, spec = self.context.look, self.specs[0]
        head = row()
        head.addWidget(Words(look, spec.name, "hint", 400, "text2"), 1)
        head.addWidget(Words(look, self._range(), "hint", 400, "text2"))
        self.inside.addLayout(head)
        self.field = QLineEdit()
        self.field.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.field.setFixedHeight(round(34 * look.scale))
        self.field.setFont(look.font("value", 600))
        self.button = Button(look, words.WRITE)
        self.button.setFixedHeight(round(34 * look.scale))
        line = row()
        line.addWidget(self.field, 1)
        unit = Label(look, "label", 400, "text2")
        unit.setText(self.tag.spec.unit)
        line.addWidget(unit)
        line.addWidget(self.button)
        self.inside.addLayout(line)
        self.field.returnPressed.connect(self._send)
        self.button.clicked.connect(self._send)

    def _ends(self) -> tuple[float, float]:
        """The command's own range, or that of its tag, as the desk takes it."""
        spec, tag = self.specs[0], self.tag.spec
        return (tag.low if spec.low != spec.low else spec.low), (tag.high if spec.high != spec.high else spec.high)

    def _range(self) -> Text:
        low, high = self._ends()
        if low != low or high != high:
            return Text("", "")
        fr, en = (
            said.format(low=f"{low:g}".replace(".", point), high=f"{high:g}".replace(".", point), unit=unit)
            for said, point, unit in (
                (words.RANGE.fr, ",", self.tag.spec.unit),
                (words.RANGE.en, ".", self.tag.spec.unit),
            )
        )
        return Text(fr.strip(), en.strip())

    def entered(self) -> float | None:
        """The number in the field, with a comma or a point; None where it is none."""
        value, good = QLocale.c().toDouble(self.field.text().strip().replace(",", ".").replace("\u202f", ""))
        return value if good else None

    def _send(self) -> None:
        value, (low, high) = self.entered(), self._ends()
        if value is None:
            self.say(words.NOT_A_NUMBER)
        elif value < low or value > high:
            said, limits = words.OUTSIDE, self._range()
            self.say(Text(said.fr.format(range=limits.fr), said.en.format(range=limits.en)))
        else:
            self.commands.press(self.specs[0], value, self)

    def read(self) -> None:
        why = self.blocked(self.specs[0])
        for widget in (self.field, self.button):
            widget.setEnabled(not self.commands.busy(self.specs[0]) and why is None)
            widget.setToolTip(self.context.look.say(why) if why else "")
        if not self.field.hasFocus() and not self.field.isModified():
            value = float(self.context.live.value[self.tag.index])
            self.field.setText(worded(self.tag.spec, value, self.context.attachment.texts, self.context.look)[0])
