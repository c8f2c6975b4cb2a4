"""Commands: everything an operator may ask of one equipment, and how far the last command has come.

press ──> submit ──> progress                                       an ordinary command
  └─────> select ──> card ──confirm──> operate ──> progress         one that is selected before it is operated
                       └───cancel, expiry, turning away──> cancel
progress at "awaiting" ──> approval card                            one for two persons, in every window
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from PySide6.QtWidgets import QBoxLayout, QWidget

from supervisor.desk.demands import commands
from supervisor.errors import Refused, Unavailable
from supervisor.model import CommandClass, CommandSpec, Equipment, Text
from supervisor.people import CLASSES, ROLES, People
from ui.faceplate import words
from ui.faceplate.approval import ApprovalCard
from ui.faceplate.confirm import EXPIRY_S, ConfirmCard
from ui.faceplate.controls import Buttons, Choice, Control, Setpoint
from ui.faceplate.locks import blocking
from ui.faceplate.progress import Progress
from ui.faceplate.proof import ProofMaker
from ui.padlock import locks
from ui.pages import Context
from ui.widgets import Label, Words, column, row

log = logging.getLogger(__name__)

__all__ = ["Buttons", "Choice", "Commands", "Setpoint"]


class Commands(QWidget):
    """See the module."""

    def __init__(self, context: Context, equipment: Equipment) -> None:
        super().__init__()
        self.context, self.equipment = context, equipment
        self._people = People(context.attachment.site)
        self._specs = commands(context.attachment.site, equipment)
        self.card: ConfirmCard | None = None
        self._selected = 0
        """Number of the command the card is about; 0 for one that is only confirmed here."""
        self.progress = Progress(context, equipment, self.read)
        self.approval = ApprovalCard(context, equipment)
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
        self.proof = ProofMaker(context)
        for widget in (self._why, self.progress, self.approval, self.proof):
            self._body.addWidget(widget)
        self._busy = self._gone = False
        context.gate.turned.connect(self.read)
        self.read()

    def _controls(self) -> list[Control]:
        by_tag: dict[str, list[CommandSpec]] = {}
        for spec in self._specs.values():
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

    # ------------------------------------------------------------ showing
    def blocked(self, spec: CommandSpec) -> Text | None:
        """Why this command would be refused now: no act leaves, no right, a lock-out, a link that is down, then the
        first interlock that does not hold."""
        if self.context.gate.why is not None:
            return self.context.gate.why
        user = self.context.user
        if spec.class_ is not CommandClass.EMERGENCY and not self._people.may(user, spec, self.equipment):
            if self._people.holds(user, spec.role, self.equipment.area):
                class_ = CLASSES[spec.class_]
                return Text(words.NO_CLASS.fr.format(name=class_.fr), words.NO_CLASS.en.format(name=class_.en))
            role = ROLES[spec.role]
            return Text(words.NO_RIGHT.fr.format(role=role.fr), words.NO_RIGHT.en.format(role=role.en))
        if locks(self.context, self.equipment):
            return words.LOCKED
        return blocking(self.context, self.equipment, spec)

    def busy(self, spec: CommandSpec) -> bool:
        """Whether another command is in the way of this one; only what is asked here is in that of an emergency."""
        urgent = spec.class_ is CommandClass.EMERGENCY
        return self._busy or self.card is not None or (self.progress.busy and not urgent)

    def read(self) -> None:
        """Follow the live values."""
        look = self.context.look
        for control in self.controls:
            control.read()
        reasons = (self.blocked(spec) for control in self.controls for spec in control.specs)
        said = list(dict.fromkeys(look.say(why) for why in reasons if why is not None))
        self._why.setText("\n".join(said[:2]))
        self._why.setVisible(bool(said) and self.card is None)
        self._rights.setText(look.say(words.RIGHTS).format(role=look.say(ROLES[self.context.user.role])))
        if self.card is not None:
            self.card.read()
        self.progress.setVisible(self.card is None and self.progress.command is not None)
        self.approval.show_command(self.progress.command, self.progress.steps)
        self.proof.show_command(self.progress.command if self.card is None else None)

    def slow(self) -> None:
        """The countdowns; and a command that somebody else gave is followed here too."""
        if self.card is not None and self.card.slow():
            self._selected = 0  # the desk lets a selection lapse by itself
            self._put_away(words.EXPIRED)
        number = int(self.context.attachment.equipment["command"][self.equipment.index])
        known = self.progress.command.id if self.progress.command else 0
        if number > known and not self._busy and self.card is None:
            self.progress.follow(number)
        self.progress.slow()
        self.approval.slow()
        self.read()

    # ------------------------------------------------------------ acting
    def press(self, spec: CommandSpec, value: float | None, control: Control) -> None:
        """A control was used: critical commands are selected, or at least asked about, first."""
        control.say(None)
        control.read()  # a segment shows where things stand, not where the finger went
        if self._urgent(spec) and not self.context.session.acting:
            self._emergency(spec, value, control)  # the form that asks for a name is the second look
        elif spec.select_s:
            self._send(spec, value, control, "select")
        elif spec.critical:
            self._ask(spec, value, control, 0)
        else:
            self._give(spec, value, control)

    def _urgent(self, spec: CommandSpec) -> bool:
        """Whether it leaves although this seat has no right to it: an emergency."""
        return spec.class_ is CommandClass.EMERGENCY and not self._people.may(self.context.user, spec, self.equipment)

    def _give(self, spec: CommandSpec, value: float | None, control: Control) -> None:
        if self._urgent(spec):
            self._emergency(spec, value, control)
        else:
            self._send(spec, value, control, "submit")

    def _ask(self, spec: CommandSpec, value: float | None, control: Control, number: int) -> None:
        """Put the card up; `number` of the selected command, 0 where none is selected."""
        self._asked, self._selected = control, number

        def closed(confirmed: bool) -> None:
            selected, self._selected = self._selected, 0
            self._put_away(None)
            if not selected and confirmed:
                self._give(spec, value, control)
            elif selected:
                self._spawn_act("operate" if confirmed else "cancel", selected, control)

        expiry_s = spec.select_s if number else EXPIRY_S
        self.card = ConfirmCard(self.context, self.equipment, spec, value, closed, expiry_s)
        self.context.gate.guard(self.card.confirm)
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
        self.card.cancel.click()
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

    def _send(self, spec: CommandSpec, value: float | None, control: Control, act: str) -> None:
        self._busy = True
        control.setFocus()  # before its button is disabled; Qt would pass the focus on to another command
        self.read()
        self.context.spawn(self._submit(spec, value, control, act))

    def _emergency(self, spec: CommandSpec, value: float | None, control: Control) -> None:
        """From a seat that watches, is locked, or lacks the right: it leaves all the same, with somebody's name."""
        given = {"equipment": self.equipment.id, "command": spec.id, **({} if value is None else {"value": value})}

        async def give(name: str) -> None:
            answer = await self.context.attachment.ask("emergency", **given, name=name)
            if not self._gone:
                self._sent(int(answer["id"]), control)

        session = self.context.session
        if session.acting:
            self.context.spawn(give(""))
        else:
            session.name_wanted.emit(spec.name, give)

    async def _submit(self, spec: CommandSpec, value: float | None, control: Control, act: str) -> None:
        given = {} if spec.value is not None else {"value": value}
        answer = await self._answer(control, act, {"equipment": self.equipment.id, "command": spec.id, **given})
        self._busy = False
        if answer is None:
            return
        number = int(answer["id"])
        if act == "submit":
            if not self._gone:
                self._sent(number, control)
        elif self._gone:
            await self._answer(control, "cancel", {"id": number})
        else:
            self._ask(spec, value, control, number)

    def _spawn_act(self, act: str, number: int, control: Control) -> None:
        self._busy = True
        self.read()
        self.context.spawn(self._go_on(act, number, control))

    async def _go_on(self, act: str, number: int, control: Control) -> None:
        """Operate or cancel what is selected."""
        answer = await self._answer(control, act, {"id": number})
        self._busy = False
        if not self._gone:
            self._sent(number, control, done=answer is not None)

    async def _answer(self, control: Control, act: str, given: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """What the station answers; None after telling why not."""
        try:
            return await self.context.attachment.ask(act, **given)
        except (Refused, Unavailable) as declined:
            self._busy = False
            if self._gone:  # nobody sees the control any more: the window's own message line tells it
                raise
            control.say(declined.text if isinstance(declined, Refused) else words.SILENT)
            self.read()
        return None

    def _sent(self, command: int, control: Control, done: bool = True) -> None:
        self.progress.follow(command)
        if done and isinstance(control, Setpoint):
            control.field.setModified(False)

    def stop(self) -> None:
        """The faceplate turns away: a command under way goes on without it, a selection is given back."""
        self._gone = True
        self.progress.stop()
        self.approval.stop()
        self.proof.stop()
        if self._selected:
            self.context.spawn(self._release(self._selected))

    async def _release(self, number: int) -> None:
        try:
            await self.context.attachment.ask("cancel", id=number)
        except (Refused, Unavailable) as error:  # it lapses by itself
            log.info("Selection %d is not given back: %s", number, error)
