"""Interlocks, evaluated on live values for the eye: the desk decides again when the command is given."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from supervisor.desk.order import holds
from supervisor.model import BAD, CommandSpec, Equipment, Interlock, Text
from ui.faceplate import words
from ui.pages import Context
from ui.shapes import elided, paint_icon


class Verdict(NamedTuple):
    """One interlock and what live values say of it; None where it can't be verified."""

    lock: Interlock
    holds: bool | None


def verdict(context: Context, equipment: Equipment, lock: Interlock) -> Verdict:
    """Evaluate one interlock now."""
    tag = context.attachment.site.tag(equipment, lock.when.tag)
    if tag is None or context.live.quality[tag.index] >= BAD:
        return Verdict(lock, None)
    return Verdict(lock, holds(lock.when, float(context.live.value[tag.index])))


def blocking(context: Context, equipment: Equipment, spec: CommandSpec) -> Text | None:
    """Why this command would be refused by an interlock now; None where none stands in its way."""
    for lock in spec.interlocks:
        found = verdict(context, equipment, lock)
        if not found.holds:
            said = words.UNVERIFIED if found.holds is None else words.BLOCKED
            return Text(
                said.fr.format(command=spec.name.fr, lock=lock.name.fr),
                said.en.format(command=spec.name.en, lock=lock.name.en),
            )
    return None


class LockRow(QWidget):
    """A tick, a cross or a question mark, and the words of the interlock."""

    def __init__(self, context: Context, equipment: Equipment, lock: Interlock) -> None:
        super().__init__()
        self._context, self._equipment, self._lock = context, equipment, lock
        self.holds: bool | None = None
        self.setFixedHeight(round(23 * context.look.scale))
        self.setToolTip(context.look.say(lock.name))
        context.look.changed.connect(self.update)
        self.read()

    def read(self) -> None:
        now = verdict(self._context, self._equipment, self._lock).holds
        if now != self.holds:
            self.holds = now
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        look, rect = self._context.look, QRectF(self.rect())
        with QPainter(self) as painter:
            name = "minus" if self.holds is None else "check" if self.holds else "cross"
            place = QRectF(0, rect.center().y() - 8, 16, 16)
            paint_icon(painter, name, place, look.color("text2" if self.holds else "text"), 1.9)
            font = look.font("body", 400 if self.holds else 600)
            painter.setFont(font)
            painter.setPen(look.color("text"))
            said = look.say(self._lock.name)
            said = elided(said[:1].upper() + said[1:], font, rect.width() - 24)
            painter.drawText(rect.adjusted(24, 0, 0, 0), int(Qt.AlignmentFlag.AlignVCenter), said)
