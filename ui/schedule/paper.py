"""Paper: the year as a picture, as a page A4 across, and every change of it as a table."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPdfWriter

from supervisor.clock import SECOND
from supervisor.errors import StoreError
from supervisor.model import Site, User
from supervisor.schedule.preview import Year, switch_of
from supervisor.texts import Texts
from ui.a4 import ACROSS, HEIGHT, WIDTH, fit
from ui.look import Look
from ui.schedule import words
from ui.schedule.known import Group
from ui.schedule.picture import Painting, paint_legend

HEAD_PX, LEGEND_PX, FOOT_PX = 66.0, 24.0, 22.0
PICTURE = QSize(2120, 1300)
DPI = 300


@dataclass(frozen=True)
class Sheet:
    """What leaves."""

    site: Site
    user: User
    look: Look
    """Of the window: language and zone are taken from it; paper is always light."""
    texts: Texts
    group: Group
    year: Year
    now: int

    def save(self, path: Path) -> None:
        """By the ending of its name: csv, pdf or png. Raises StoreError where it can't be written."""
        if path.suffix == ".csv":
            self._csv(path)
        elif path.suffix == ".pdf":
            self._pdf(path)
        else:
            self._png(path)

    def _png(self, path: Path) -> None:
        picture = QImage(PICTURE, QImage.Format.Format_ARGB32)
        picture.fill(self._light().color("raised"))
        with QPainter(picture) as painter:
            painter.scale(PICTURE.width() / WIDTH, PICTURE.height() / (PICTURE.height() / 2))
            self._paint(painter, QRectF(0, 0, WIDTH, PICTURE.height() / 2))
        if not picture.save(str(path)):
            raise StoreError(f"{path} cannot be written")

    def _pdf(self, path: Path) -> None:
        try:
            path.touch()
        except OSError as error:
            raise StoreError(f"{path}: {error.strerror or error}") from error
        writer = QPdfWriter(str(path))
        writer.setResolution(DPI)
        writer.setCreator("Vigie")
        writer.setPageLayout(ACROSS)
        with QPainter(writer) as painter:
            fit(painter)
            self._paint(painter, QRectF(0, 0, WIDTH, HEIGHT))

    def _light(self) -> Look:
        return Look(self.look.zone.key, "light", self.look.language)

    def _paint(self, painter: QPainter, room: QRectF) -> None:
        look, year = self._light(), self.year
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(look.color("text"))
        painter.setFont(look.font("key", 700))
        left, right = int(Qt.AlignmentFlag.AlignLeft), int(Qt.AlignmentFlag.AlignRight)
        painter.drawText(QRectF(4, 0, WIDTH * 0.6, 26), left, look.say(self.site.name))
        painter.setFont(look.font("title", 600))
        painter.drawText(QRectF(4, 28, WIDTH * 0.7, 24), left, self.group.title(look))
        painter.setFont(look.font("body"))
        of = look.counted(words.YEAR_OF, len(self.group.bundle.members), year.year)
        painter.drawText(QRectF(WIDTH * 0.5, 4, WIDTH * 0.5 - 4, 20), right, of)
        painter.drawText(
            QRectF(WIDTH * 0.5, 30, WIDTH * 0.5 - 4, 20), right, figures(self.group, year, self.texts, look)
        )
        bottom = room.height() - FOOT_PX
        plot = QRectF(0, HEAD_PX, WIDTH, bottom - LEGEND_PX - HEAD_PX)
        Painting(look, year, 0).paint(painter, plot)
        paint_legend(
            painter, QRectF(0, bottom - LEGEND_PX, WIDTH, LEGEND_PX), look, year, self.group.ends(self.texts, look)
        )
        painter.setFont(look.font("hint"))
        painter.setPen(look.color("text"))
        made = look.say(words.MADE).format(f"{look.date(self.now)} {look.clock(self.now, False)}", self.user.name)
        painter.drawText(QRectF(4, bottom + 4, WIDTH - 8, FOOT_PX - 4), left, made)

    def _csv(self, path: Path) -> None:
        french = self.look.language == "fr"
        try:
            with path.open("w", encoding="utf-8-sig", newline="") as file:
                csv.writer(file, delimiter=";" if french else ",").writerows(self.rows())
        except OSError as error:
            raise StoreError(f"{path}: {error.strerror or error}") from error

    def rows(self) -> list[list[str]]:
        """A row for each change of each tag."""
        look, group = self.look, self.group
        kinds = dict(zip(self.year.days, self.year.kinds, strict=True))
        rows = [[look.say(head) for head in words.COLUMNS]]
        for event in self.year.events:
            kind, why = kinds[group.bundle.base.place.day_of(event.instant)]
            utc = datetime.fromtimestamp(event.instant // SECOND, UTC)
            for target in event.changes:
                spec = group.type.commands.get(target.action.command)
                rows.append([
                    look.moment(event.instant).strftime("%Y-%m-%d %H:%M:%S"), utc.strftime("%Y-%m-%dT%H:%M:%SZ"),
                    look.say(kind.name), look.say(why), look.say(group.names[target.programme]),
                    look.say(spec.name) if spec else target.action.command, group.asked([target], self.texts, look),
                    str(len(group.bundle.members)),
                ])  # fmt: skip
        return rows


def figures(group: Group, year: Year, texts: Texts, look: Look) -> str:
    """Hours of each state; of what is dimmed those at full, what it saves, and the energy where its power is known."""
    switch = switch_of(group.bundle, group.type)
    if switch:
        hours = [
            (group.said(switch, value, texts, look), look.number(hours, 0)) for value, hours in year.hours if value
        ]
        joined = " · ".join(look.say(words.STATE_HOURS).format(*one) for one in hours)
        return look.say(words.IN_THE_YEAR).format(joined) if joined else look.say(words.NOTHING_PLANNED)
    told = [
        look.say(words.HOURS).format(look.number(year.on_h, 0)),
        look.say(words.FULL_HOURS).format(look.number(year.full_h, 0)),
    ]
    if year.saved >= 0.005:
        told.append(look.say(words.SAVED_SHARE).format(look.number(100 * year.saved, 0)))
    if group.power_kw == group.power_kw:
        told.append(look.say(words.ENERGY).format(look.number(group.power_kw * year.full_h, 0)))
    return " · ".join(told)
