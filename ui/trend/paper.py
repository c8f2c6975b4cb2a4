"""Paper: what the plot shows as one page A4 across, for a printer or a PDF: title block, curves, table, notes.

Always in the light theme, whatever the screen is in; the curves are drawn anew as lines, not as a picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QPagedPaintDevice, QPainter, QPen

from supervisor.clock import SECOND
from supervisor.model import Site, User
from ui.a4 import HEIGHT, WIDTH, fit
from ui.look import Look
from ui.naming import full_name, person
from ui.shapes import elided
from ui.trend import words
from ui.trend.badge import dash, paint_badge
from ui.trend.figures import TableOfFigures
from ui.trend.hatching import told
from ui.trend.layers import Scene
from ui.trend.missed import Missed
from ui.trend.nights import Nights
from ui.trend.pen import Pen
from ui.trend.plot import TrendPlot

HEAD_PX, ROW_PX, FOOT_PX = 74.0, 19.0, 18.0
LEAST_PLOT_PX = 240.0
MOST_HOLES = 6
"""Lines for holes; the rest of them are counted."""
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True)
class Sheet:
    """One page."""

    site: Site
    made: int
    """When, ns UTC: not the instant that is shown."""
    user: User
    look: Look
    """Of the window: language and zone are taken from it."""
    scene: Scene
    table: TableOfFigures
    fitted: bool

    def print(self, device: QPagedPaintDevice) -> bool:
        """Draw the page; whether the device, whose layout must be `a4.ACROSS`, took it."""
        painter = QPainter()
        if not painter.begin(device):
            return False
        try:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            fit(painter)
            _Page(self, painter).paint()
        finally:
            painter.end()
        return True


class _Page:
    """One page being drawn."""

    def __init__(self, sheet: Sheet, painter: QPainter) -> None:
        self._sheet, self._painter = sheet, painter
        self._look = Look(sheet.look.zone.key, "light", sheet.look.language)
        self._pens = [replace(pen, item=None, ghost_items={}) for pen in sheet.scene.pens]

    def paint(self) -> None:
        notes = [one for one in self._sheet.scene.notes if self._inside(one.at / SECOND)]
        holes = self._holes()
        table_px = ROW_PX * (len(self._pens) + 1) + 8
        most = max(int((HEIGHT - HEAD_PX - table_px - FOOT_PX - LEAST_PLOT_PX) / ROW_PX), 0)
        missing = holes[: MOST_HOLES if len(holes) <= MOST_HOLES else MOST_HOLES - 1]
        if len(missing) < len(holes):
            missing.append(self._look.counted(words.MORE_HOLES, len(holes) - len(missing)))
        most = max(most - len(missing), 0)
        shown = notes[: most if len(notes) <= most else max(most - 1, 0)]
        lines = [self._note(one.at, one.text, one.who, one.tag) for one in shown]
        if len(shown) < len(notes):
            lines.append(self._look.counted(words.MORE_NOTES, len(notes) - len(shown)))
        lines = missing + lines
        below = HEIGHT - FOOT_PX - ROW_PX * len(lines)
        self._head()
        self._plot(QRectF(0, HEAD_PX, WIDTH, below - table_px - HEAD_PX))
        self._table(below - table_px + 4)
        for at, line in enumerate(lines):
            self._text(QRectF(4, below + at * ROW_PX, WIDTH - 8, ROW_PX), line, "label")
        self._foot()

    def _holes(self) -> list[str]:
        """A line for each hole in view, with the numbers of the pens that have it."""
        scene, found = self._sheet.scene, dict[Missed, list[int]]()
        for pen in self._pens:
            for hole in pen.curve.past.missing.within(scene.start, min(scene.end, scene.now)):
                found.setdefault(hole, []).append(pen.number)
        name = self._look.say(words.HOLE)
        return [
            f"{name} {', '.join(map(str, numbers))}  ·  {told(hole, self._look, scene.now)}"
            for hole, numbers in sorted(found.items(), key=lambda one: one[0].start)
        ]

    def _head(self) -> None:
        """Whose curves, of when, in which time."""
        look, scene, site = self._look, self._sheet.scene, self._sheet.site
        self._text(QRectF(4, 0, WIDTH / 2, 26), look.say(site.name), "key", 700)
        self._text(QRectF(4, 26, WIDTH / 2, 20), look.say(words.TITLE), "value", 600)
        end = min(scene.end, max(scene.now, scene.start))
        span = f"{self._when(scene.start)}  →  {self._when(end)}"
        self._text(QRectF(WIDTH / 3, 0, WIDTH * 2 / 3 - 4, 26), span, "value", 600, RIGHT)
        zone = look.say(words.ZONE).format(look.zone.key, self._offset(scene.start), look.span(end - scene.start))
        self._text(QRectF(WIDTH / 3, 26, WIDTH * 2 / 3 - 4, 20), zone, "label", 400, RIGHT)
        compared = " · ".join(look.say(one.words) for one in scene.ghosts)
        more = f"{look.say(words.COMPARED_WITH)} {compared}" if compared else ""
        if scene.selection:
            ends = "  →  ".join(self._when(instant) for instant in scene.selection)
            more = "   ".join(part for part in (f"{look.say(words.FIGURES_OF)} {ends}", more) if part)
        self._text(QRectF(4, 48, WIDTH - 8, 18), more, "label")
        self._rule(HEAD_PX - 4)

    def _plot(self, place: QRectF) -> None:
        """The curves, by a plot of the page's own."""
        site, scene, sheet = self._sheet.site, self._sheet.scene, self._sheet
        plot = TrendPlot(self._look, Nights(site.latitude, site.longitude, self._look.zone))
        plot.resize(round(place.width()), round(place.height()))
        chosen = next((pen for pen in self._pens if scene.chosen and pen.number == scene.chosen.number), None)
        plot.shown.ghosts, plot.shown.notes = scene.ghosts, scene.notes
        plot.shown.marks.extend(scene.marks)
        plot.show_pens(self._pens, chosen, scene.limits)
        plot.setBackground(self._look.color("raised"))
        for _ in range(2):  # the first one gives the axes their width
            plot.show_span(scene.start, scene.end)
            plot.feed(scene.now, sheet.fitted)
            plot.plotItem.layout.activate()
            plot.grab()
        plot.render(self._painter, place, QRect(0, 0, plot.width(), plot.height()))
        plot.close()
        plot.deleteLater()

    def _table(self, top: float) -> None:
        look, painter = self._look, self._painter
        names = (words.TAG, words.UNIT, words.SCALE, words.LOWEST, words.MEAN, words.HIGHEST, words.COUNT, words.GOOD)
        for text, place in zip(names, self._cells(top), strict=True):
            side = LEFT if text is words.TAG else RIGHT
            self._text(place, look.say(text), "hint", 600, side)
        self._rule(top + ROW_PX)
        for at, pen in enumerate(self._pens):
            y = top + ROW_PX * (at + 1) + 2
            paint_badge(painter, QRectF(4, y + 2, 15, 15), pen.number, look)
            painter.setPen(QPen(look.color(f"pen{pen.number}"), 1.6, dash(pen.number)))
            painter.drawLine(QPointF(22, y + ROW_PX / 2), QPointF(40, y + ROW_PX / 2))
            self._row(pen, y)

    def _row(self, pen: Pen, top: float) -> None:
        table, look = self._sheet.table, self._look
        name = f"{full_name(self._sheet.site, pen.tag.equipment, look)} – {look.say(pen.tag.spec.name)}  ({pen.tag.id})"
        cells = self._cells(top)
        states = table.states(pen) if pen.tag.spec.states else ""
        figures = [table.lowest(pen), table.mean(pen), table.highest(pen)]
        texts = [name, pen.tag.spec.unit, table.scale(pen), *figures, table.count(pen), table.good(pen)]
        for at, (text, place) in enumerate(zip(texts, cells, strict=True)):
            if not (states and 2 <= at <= 5):
                self._text(place, text, "label", 500 if at == 0 else 400, LEFT if at == 0 else RIGHT)
        if states:
            self._text(cells[2].united(cells[5]), states, "hint", 400, RIGHT)

    def _cells(self, top: float) -> list[QRectF]:
        """Name, unit, range, lowest, mean, highest, count, good."""
        widths = (70.0, 100.0, 80.0, 80.0, 80.0, 80.0, 70.0)
        left = WIDTH - sum(widths) - 4
        cells = [QRectF(46, top, left - 52, ROW_PX)]
        for width in widths:
            cells.append(QRectF(left, top, width - 4, ROW_PX))
            left += width
        return cells

    def _foot(self) -> None:
        look = self._look
        made = look.say(words.MADE).format(self._when(self._sheet.made / SECOND), self._sheet.user.name)
        self._rule(HEIGHT - FOOT_PX + 1)
        self._text(QRectF(4, HEIGHT - FOOT_PX + 2, WIDTH - 8, FOOT_PX - 2), made, "hint")
        self._text(QRectF(4, HEIGHT - FOOT_PX + 2, WIDTH - 8, FOOT_PX - 2), "Vigie", "hint", 600, RIGHT)

    def _note(self, at: int, text: str, who: str, tag: str) -> str:
        author = person(self._sheet.site, who, self._look)
        parts: Sequence[str] = (self._when(at / SECOND), tag, text, author)
        return "  ·  ".join(part for part in parts if part)

    def _inside(self, instant: float) -> bool:
        return self._sheet.scene.start <= instant <= self._sheet.scene.end

    def _when(self, instant: float) -> str:
        stamp = round(instant * SECOND)
        return f"{self._look.date(stamp)} {self._look.clock(stamp)}"

    def _offset(self, instant: float) -> str:
        """Of the wall clock from UTC, such as +01:00."""
        return self._look.moment(round(instant * SECOND)).isoformat()[-6:]

    def _rule(self, y: float) -> None:
        self._painter.setPen(QPen(self._look.color("border2"), 0.8))
        self._painter.drawLine(QPointF(0, y), QPointF(WIDTH, y))

    def _text(self, place: QRectF, text: str, size: str, weight: int = 400, side: Qt.AlignmentFlag = LEFT) -> None:
        font = self._look.font(size, weight)
        self._painter.setFont(font)
        self._painter.setPen(self._look.color("text"))
        self._painter.drawText(place, int(side), elided(text, font, place.width() + 1))
