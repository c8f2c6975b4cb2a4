"""Links and interlocks, evaluated on live values for the eye: the desk decides again when the command is given."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from supervisor.desk.desk_words import CUT_OFF
from supervisor.desk.interlocks import Found, judge
from supervisor.health import CONNECTED
from supervisor.model import BAD, CommandSpec, Equipment, Interlock, Site, Tag, Text
from ui.faceplate import words
from ui.pages import Context
from ui.shapes import elided, paint_icon


def verdict(context: Context, equipment: Equipment, lock: Interlock) -> Found:
    """Evaluate one interlock now, by the function that the desk decides with."""

    def read(tag: Tag) -> tuple[float, int]:
        return float(context.live.value[tag.index]), int(context.live.quality[tag.index])

    return judge(context.attachment.site, equipment, lock, read)


def blocking(context: Context, equipment: Equipment, spec: CommandSpec) -> Text | None:
    """Why its link, an interlock or a permissive would refuse this command now; None where none stands in its way."""
    if cut_off(context, equipment, spec):
        return CUT_OFF
    for lock in (*spec.interlocks, *spec.permissives):
        found = verdict(context, equipment, lock)
        if not found.holds:
            said = words.UNVERIFIED if found.holds is None else words.BLOCKED
            return Text(
                said.fr.format(command=spec.name.fr, lock=lock.name.fr),
                said.en.format(command=spec.name.en, lock=lock.name.en),
            )
    return None


def connection(site: Site, equipment: Equipment, spec: CommandSpec) -> Tag | None:
    """The tag that says whether the link a command leaves by is up; None for one that leaves by none."""
    tag = site.tag(equipment, spec.tag)
    return site.tag_by_id.get(f"{tag.link}.{CONNECTED}") if tag is not None else None


def cut_off(context: Context, equipment: Equipment, spec: CommandSpec) -> bool:
    """Whether the link is known to be down: a write would fail at once, and is never kept for later. One that nobody
    knows of yet is left to the desk."""
    tag = connection(context.attachment.site, equipment, spec)
    return tag is not None and context.live.quality[tag.index] < BAD and context.live.value[tag.index] == 0


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
