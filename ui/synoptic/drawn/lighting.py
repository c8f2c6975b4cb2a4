"""Night check: what the sun, the order, the contactor and the current each say, side by side.

The cabinet's programme is not a tag: what is expected is read from the sun and from the order given, what is
measured from the contactor and the current. Where they differ the words say which one to doubt.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from supervisor.model import Text
from ui.synoptic import words
from ui.synoptic.drawn.basic import paint_tick
from ui.synoptic.item import Item
from ui.synoptic.sheet import CENTRE, HEAD, HINT, LABEL, LEFT, RIGHT, STRONG, Ink

NO_CURRENT = 0.3
"""Amperes below which no luminaire can be lit: what the contactor's own suppressor draws."""
MET = 100
"""Pixels from sunrise or sunset that their words take."""


@lru_cache(maxsize=16)
def sun_times(latitude: float, longitude: float, day: datetime) -> tuple[float, float]:
    """Sunrise and sunset as hours of the wall clock of `day` (midnight, with its zone); (0, 24) where it never sets."""
    from astral import Observer  # astral takes a tenth of a second to load; only this page wants it
    from astral.sun import sun

    try:
        found = sun(Observer(latitude, longitude), date=day.date(), tzinfo=day.tzinfo or UTC)
    except ValueError:
        return 0.0, 24.0
    rise, down = ((found[name] - day) / timedelta(hours=1) for name in ("sunrise", "sunset"))
    return float(rise), float(down)


class Agreement(Item):
    """Whether order, contactor and current of a circuit agree, in words."""

    frame = False

    def look_at(self) -> object:
        return self.verdict()

    def verdict(self) -> tuple[bool | None, Text]:
        """Whether they agree (None where it can't be known), and the words for it."""
        sheet, tags = self.sheet, self.bound.tags
        order, feedback = (sheet.state(tags.get(name)) for name in ("order", "feedback"))
        current = sheet.value(tags.get("current"))
        if not order or not feedback or current != current:
            return None, words.UNKNOWN
        if order != feedback:
            return False, words.ORDERED_ON if order == "on" else words.ORDERED_OFF
        if feedback == "on" and current < NO_CURRENT:
            return False, words.NO_CURRENT
        if feedback == "off" and current >= NO_CURRENT:
            return False, words.STRAY_CURRENT
        return True, words.AGREES_ON if feedback == "on" else words.AGREES_OFF

    def draw(self, painter: QPainter) -> None:
        good, said = self.verdict()
        paint_tick(painter, QPointF(0, (self.rect.height() - 16) / 2), good, self.sheet)
        ink = LABEL._replace(weight=400) if good else Ink("label", 600, "text")
        text = self.sheet.say(said)
        self.sheet.write(painter, self.rect.adjusted(22, 0, 0, 0), text, ink)


class Sun(Item):
    """Today as a strip from midnight to midnight: night dark, day bright, the present moment marked."""

    frame = False

    def slow(self) -> bool:
        moment = self.sheet.look.moment(self.sheet.context.clock.now())
        seen = (moment.hour, moment.minute)
        changed = seen != self._seen
        self._seen = seen
        return changed

    def hours(self) -> tuple[float, float, float]:
        """Sunrise, sunset and now, in hours of the wall clock."""
        moment = self.sheet.look.moment(self.sheet.context.clock.now())
        midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
        equipment, site = self.equipment, self.sheet.site
        known = equipment.latitude == equipment.latitude
        where = (equipment.latitude, equipment.longitude) if known else (site.latitude, site.longitude)
        rise, down = sun_times(*where, midnight)
        return rise, down, (moment - midnight) / timedelta(hours=1)

    def draw(self, painter: QPainter) -> None:
        sheet, width = self.sheet, self.rect.width()
        rise, down, now = self.hours()
        strip = QRectF(0, 24, width, 22)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(sheet.color("eq_stop"))
        painter.drawRoundedRect(strip, 3, 3)
        painter.setBrush(sheet.color("eq_run" if sheet.look.theme.name == "light" else "pipe_flow"))
        painter.drawRect(QRectF(width * rise / 24, 24, width * (down - rise) / 24, 22))
        x = width * now / 24
        self._times(painter, rise, down, x)
        painter.setBrush(sheet.color("mark"))
        painter.drawRect(QRectF(x - 1, 22, 2, 26))
        painter.drawPolygon([QPointF(x, 24), QPointF(x - 6, 14), QPointF(x + 6, 14)])
        night = not rise <= now < down
        said = sheet.say(words.NIGHT if night else words.DAY)
        left = x > width / 2
        room = QRectF(x - 360, 0, 350, 18) if left else QRectF(x + 10, 0, 350, 18)
        sheet.write(painter, room, said, STRONG, RIGHT if left else LEFT)

    def _times(self, painter: QPainter, rise: float, down: float, hand: float) -> None:
        """Hours, sunrise and sunset: these two in the day, or in the night while the hand, at `hand`, stands there."""
        sheet, width = self.sheet, self.rect.width()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for hour in range(0, 25, 3):
            x = width * hour / 24
            painter.setPen(sheet.pen("text2", 1))
            painter.drawLine(QPointF(x, 46), QPointF(x, 50))
            room = QRectF(x - 24, 50, 48, 15)
            if 0 < hour < 24:
                sheet.write(painter, room, f"{hour:02d}:00", HINT, CENTRE)
        for moment, name in ((rise, words.SUNRISE), (down, words.SUNSET)):
            x = width * moment / 24
            text = f"{sheet.say(name)} {int(moment):02d}:{int(moment % 1 * 60):02d}"
            day = 1 if name is words.SUNRISE else -1
            met = 0 < (hand - x) * day < MET
            right = (day > 0) is not met
            room = QRectF(x + 6, 24, 140, 22) if right else QRectF(x - 146, 24, 140, 22)
            ink = HEAD._replace(token="text" if met else "eq_in")
            sheet.write(painter, room, text, ink, LEFT if right else RIGHT)
