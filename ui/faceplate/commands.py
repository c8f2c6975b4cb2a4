"""Commands: the controls an operator may use on one equipment, and the sentence when one of them is refused.

    several fixed values of one enumeration -> segments      one fixed value -> a button
    a setpoint of an enumeration -> a choice                 a setpoint -> a field with its range

What the controls show is what came back up, never what was asked for.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QLocale, Qt
from PySide6.QtWidgets import QBoxLayout, QLineEdit, QWidget

from supervisor.errors import Refused, Unavailable
from supervisor.model import CommandSpec, Equipment, Kind, Tag, Text
from supervisor.people import ROLES, People
from ui.faceplate import words
from ui.faceplate.confirm import ConfirmCard, label_of
from ui.faceplate.locks import blocking
from ui.faceplate.progress import Progress
from ui.fields import Combo
from ui.pages import Context
from ui.values import worded
from ui.widgets import Button, Label, Words, column, row


class Control(QWidget):
    """The commands on one tag, and the sentence of the last refusal beneath them."""

    def __init__(self, commands: Commands, specs: Sequence[CommandSpec], tag: Tag) -> None:
        super().__init__()
        self.commands, self.specs, self.tag = commands, specs, tag
        self.context = commands.context
        self.sentence = Label(self.context.look, "label", 600)
        self.sentence.setWordWrap(True)
        self.sentence.hide()
        self.inside = column(self, 0, 4)
        self.build()
        self.inside.addWidget(self.sentence)

    def build(self) -> None:
        """Make the widgets."""
        raise NotImplementedError

    def read(self, busy: bool) -> None:
        """Follow the live values; `busy` while a command is under way."""
        raise NotImplementedError

    def blocked(self, spec: CommandSpec) -> Text | None:
        """Why this command would be refused now."""
        return self.commands.blocked(spec)

    def say(self, text: Text | None) -> None:
        """The sentence under the control; None takes it away."""
        self.sentence.setVisible(text is not None)
        if text is not None:
            self.sentence.setText(self.context.look.say(text))


class Buttons(Control):
    """Fixed values: segments where they are states of one enumeration, else large buttons side by side."""

    def build(self) -> None:
        look = self.context.look
        self.segmented = self.tag.spec.kind is Kind.ENUM and len(self.specs) > 1
        if self.segmented:
            self.inside.addWidget(Words(look, self.tag.spec.name, "hint", 400, "text2"))
        line = row(None, 0, 0 if self.segmented else 8)
        self.buttons: dict[str, Button] = {}
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

    def read(self, busy: bool) -> None:
        live = self.context.live
        now = float(live.value[self.tag.index])
        for spec in self.specs:
            button = self.buttons[spec.id]
            why = self.blocked(spec)
            button.setEnabled(not busy and why is None)
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

    def read(self, busy: bool) -> None:
        why = self.blocked(self.specs[0])
        for widget in (self.box, self.button):
            widget.setEnabled(not busy and why is None)
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

    def read(self, busy: bool) -> None:
        why = self.blocked(self.specs[0])
        for widget in (self.field, self.button):
            widget.setEnabled(not busy and why is None)
            widget.setToolTip(self.context.look.say(why) if why else "")
        if not self.field.hasFocus() and not self.field.isModified():
            value = float(self.context.live.value[self.tag.index])
            self.field.setText(worded(self.tag.spec, value, self.context.attachment.texts, self.context.look)[0])


class Commands(QWidget):
    """Everything an operator may ask of one equipment; see the module."""

    def __init__(self, context: Context, equipment: Equipment) -> None:
        super().__init__()
        self.context, self.equipment = context, equipment
        self._people = People(context.attachment.site)
        self.card: ConfirmCard | None = None
        self.progress = Progress(context, equipment, self.read)
        self._rights = Label(context.look, "hint", 400, "text2")
        self._why = Label(context.look, "label", 400, "text2")
        self._why.setWordWrap(True)
        self._body = column(self, 0, 8)
        head = row()
        head.addWidget(Words(context.look, words.COMMAND, "label", 600, "text2"))
        head.addStretch(1)
        head.addWidget(self._rights)
        self._body.addLayout(head)
        self.controls = self._controls()
        for control in self.controls:
            self._body.addWidget(control)
        self._body.addWidget(self._why)
        self._body.addWidget(self.progress)
        self._busy = self._gone = False
        self.read()

    def _controls(self) -> list[Control]:
        by_tag: dict[str, list[CommandSpec]] = {}
        for spec in self.equipment.type.commands.values():
            tag = self.context.attachment.site.tag(self.equipment, spec.tag)
            if tag is not None and (tag.source is None or tag.source.writable):
                by_tag.setdefault(spec.tag + ("" if spec.value is not None else f" {spec.id}"), []).append(spec)
        controls: list[Control] = []
        for specs in by_tag.values():
            tag = self.context.attachment.site.tag(self.equipment, specs[0].tag)
            assert tag is not None
            if specs[0].value is not None:
                controls.append(Buttons(self, specs, tag))
            else:
                controls.append((Choice if tag.spec.states else Setpoint)(self, specs, tag))
        return controls

    def blocked(self, spec: CommandSpec) -> Text | None:
        """Why this command would be refused now: right first, then the first interlock that does not hold."""
        if not self._people.may(self.context.user, spec, self.equipment):
            role = ROLES[spec.role]
            return Text(words.NO_RIGHT.fr.format(role=role.fr), words.NO_RIGHT.en.format(role=role.en))
        return blocking(self.context, self.equipment, spec)

    def read(self) -> None:
        """Follow the live values."""
        look = self.context.look
        busy = self._busy or self.progress.busy or self.card is not None
        for control in self.controls:
            control.read(busy)
        reasons = (self.blocked(spec) for control in self.controls for spec in control.specs)
        said = list(dict.fromkeys(look.say(why) for why in reasons if why is not None))
        self._why.setText("\n".join(said[:2]))
        self._why.setVisible(bool(said) and self.card is None)
        self._rights.setText(look.say(words.RIGHTS).format(role=look.say(ROLES[self.context.user.role])))
        if self.card is not None:
            self.card.read()
        self.progress.setVisible(self.card is None and self.progress.command is not None)

    def slow(self) -> None:
        """The countdown of the card."""
        if self.card is not None and self.card.slow():
            self._put_away(words.EXPIRED)
        self.progress.slow()
        self.read()

    def press(self, spec: CommandSpec, value: float | None, control: Control) -> None:
        """A control was used: critical commands ask first."""
        control.say(None)
        control.read(False)  # a segment shows where things stand, not where the finger went
        if not spec.critical:
            self._send(spec, value, control)
            return
        self._asked = control

        def closed(confirmed: bool) -> None:
            self._put_away(None)
            if confirmed:
                self._send(spec, value, control)

        self.card = ConfirmCard(self.context, self.equipment, spec, value, closed)
        at = self._body.indexOf(control)
        box: QBoxLayout = self._body
        box.insertWidget(at + 1, self.card)
        for other in self.controls:
            other.setVisible(False)
        self.card.cancel.setFocus()
        self.read()

    def cancel(self) -> bool:
        """Escape; whether there was a card to put away."""
        if self.card is None:
            return False
        self._put_away(None)
        return True

    def _put_away(self, text: Text | None) -> None:
        """Without the card. The focus stays here: Qt would pass it on to any button of the window."""
        card, self.card = self.card, None
        self._asked.setFocus()
        if card is not None:
            card.hide()
            self._body.removeWidget(card)
            card.deleteLater()
        for control in self.controls:
            control.setVisible(True)
        if text is not None:
            self._asked.say(text)
        self.read()

    def _send(self, spec: CommandSpec, value: float | None, control: Control) -> None:
        self._busy = True
        control.setFocus()  # before its button is disabled; Qt would pass the focus on to another command
        self.read()
        self.context.spawn(self._submit(spec, value, control))

    async def _submit(self, spec: CommandSpec, value: float | None, control: Control) -> None:
        given = {} if spec.value is not None else {"value": value}
        try:
            answer = await self.context.attachment.ask("submit", equipment=self.equipment.id, command=spec.id, **given)
        except (Refused, Unavailable) as declined:
            if self._gone:  # nobody sees the control any more: the window's own message line tells it
                raise
            control.say(declined.text if isinstance(declined, Refused) else words.SILENT)
        else:
            if not self._gone:
                self._sent(int(answer["id"]), control)
        finally:
            self._busy = False
            if not self._gone:
                self.read()

    def _sent(self, command: int, control: Control) -> None:
        self.progress.follow(command)
        if isinstance(control, Setpoint):
            control.field.setModified(False)

    def stop(self) -> None:
        """The faceplate turns away: a command under way goes on without it."""
        self._gone = True
        self.progress.stop()
