"""TrendView: plot, legend and the choice of time span; the page and the dock under a synoptic are both one.

In direct mode the span ends now and moves on, a pixel at a time; moving the plot by hand leaves it. When the history is
read: fetch.py.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from supervisor.clock import SECOND
from supervisor.model import BAD, Alarm, Kind, Tag
from ui.drag import Load
from ui.pages import Context
from ui.scales import Limit, scale_of
from ui.trend import words
from ui.trend.bar import SpanBar
from ui.trend.choice import pens_of
from ui.trend.comparison import Comparison
from ui.trend.cursors import Cursors
from ui.trend.fetch import Fetch, timer
from ui.trend.figures import TableOfFigures
from ui.trend.keys import act_of
from ui.trend.legend import Legend
from ui.trend.nights import Nights
from ui.trend.outlet import Outlet
from ui.trend.pen import MOST_PENS, Pen
from ui.trend.plot import TrendPlot
from ui.trend.scales import key_of
from ui.words import TRENDS

TELL_MS = 80
AHEAD = 0.025
"""Room right of now in direct mode, as part of the span; the numbers of the pens stand there."""
DOCK_LEGEND_PX = 464


class TrendView(QWidget):
    """See the module. `docked` puts the legend beside the plot and leaves out what a dock has no room for."""

    said = Signal(str)
    """A sentence for the operator."""
    pens_changed = Signal()

    def __init__(self, context: Context, span_s: float = 3600.0, docked: bool = False) -> None:
        super().__init__()
        self._context, self._look = context, context.look
        self._pens: list[Pen] = []
        self._chosen: Pen | None = None
        self._direct = True
        self._fitted = False
        self._span_s = span_s
        self._start = 0.0
        self._drawn = 0.0
        self.docked = docked
        site = context.attachment.site
        self.bar = SpanBar(context.look, TRENDS, docked)
        self.plot = TrendPlot(context.look, Nights(site.latitude, site.longitude, context.look.zone), docked)
        self.cursors = Cursors(self.plot)
        self.table = TableOfFigures(context, self.plot.shown)
        shown = self.table.columns(docked)
        self.legend = Legend(site, context.look, shown, *((150, False) if docked else (210, True)))
        self.legend.joint = self.table.states
        self._fetch = Fetch(context, self, self._draw, self._note)
        self._telling = timer(self, TELL_MS, self.legend.update)
        self.outlet = Outlet(context, self)
        context.gate.guard(self.bar.note)
        self._lay_out()
        self._connect()
        self._dress()

    def _connect(self) -> None:
        box = self.plot.box
        box.wished.connect(self.show_past)
        box.doubled.connect(self.go_direct)
        self.cursors.changed.connect(self._marked)
        self.plot.pointed.connect(self._point)
        self.plot.scales.picked.connect(self.choose)
        self.legend.parted.connect(self._part)
        self.bar.compared.connect(self.compare)
        self.legend.chosen.connect(self.choose)
        self.legend.removed.connect(self.remove)
        self.bar.span.connect(self.show_span)
        self.bar.direct.connect(self.go_direct)
        self.bar.fit.connect(self._fit)
        self.bar.export.connect(self.outlet.drop)
        self._look.changed.connect(self._dress)

    # ------------------------------------------------------------ pens
    @property
    def pens(self) -> Sequence[Pen]:
        return self._pens

    @property
    def reading(self) -> bool:
        """Whether history is on its way, or about to be asked for."""
        return self._fetch.busy

    @property
    def tags(self) -> list[Tag]:
        return [pen.tag for pen in self._pens]

    @property
    def span(self) -> tuple[float, float]:
        """What is visible, seconds UTC."""
        return self._start, self._start + self._span_s

    @property
    def direct(self) -> bool:
        """Whether it follows the present."""
        return self._direct

    def show_only(self, tags: Sequence[Tag]) -> None:
        """Draw exactly these tags."""
        self._pens = [pen for pen in self._pens if pen.tag in tags]
        self.add(tags)

    def add(self, tags: Sequence[Tag]) -> None:
        """Draw these tags too; those that are drawn already, and texts, which have no curve, are left out."""
        drawn = set(self.tags)
        for tag in tags:
            if tag in drawn or tag.spec.kind is Kind.TEXT:
                continue
            if len(self._pens) >= MOST_PENS:
                self.said.emit(self._look.say(words.FULL))
                break
            free = min(set(range(1, MOST_PENS + 1)) - {pen.number for pen in self._pens})
            pen = Pen(tag, free)
            self._pens.append(pen)
            self._take(pen)
        self.choose(self._chosen if self._chosen in self._pens else next(iter(self._pens), None))
        self.pens_changed.emit()
        self._fetch.curves()

    def ask_for(self, wanted: bool) -> None:
        """Something that could be drawn is held over the plot, or no longer."""
        self.plot.shown.offered = self._look.say(words.DROP) if wanted else ""
        self.plot.point(self.plot.shown.cursor)

    def take(self, load: Load) -> None:
        """Draw a tag, or what is worth drawing of an equipment, that was dragged here."""
        tags = [load] if isinstance(load, Tag) else pens_of(self._context.attachment.site, load)
        if not tags or all(tag.spec.kind is Kind.TEXT for tag in tags):
            self.said.emit(self._look.say(words.NOT_DRAWN).format(load.id))
        self.add(tags)

    def remove(self, pen: Pen) -> None:
        self._pens.remove(pen)
        self.choose(self._chosen if self._chosen in self._pens else next(iter(self._pens), None))
        self.pens_changed.emit()

    def choose(self, pen: Pen | None) -> None:
        """Make one pen thick, its scale the axis and its alarm limits those that are drawn."""
        self._chosen = pen
        self.plot.show_pens(self._pens, pen, self._limits(pen))
        self.legend.show_pens(self._pens, pen)
        self.empty_words.setVisible(not self._pens)
        self.bar.save.setEnabled(bool(self._pens))
        self._sized()
        self._draw()

    # ------------------------------------------------------------ time
    def refresh(self, moved: NDArray[np.intp]) -> None:
        """Take live values of the pens; move on as soon as that is a pixel."""
        touched = [pen for pen in self._pens if _contains(moved, pen.tag.index)]
        for pen in touched:
            self._take(pen)
        if self._direct and self._now() - self._drawn >= self._span_s / max(self.plot.width(), 200):
            self._draw()
        elif touched:
            self.legend.update()

    @property
    def rows(self) -> NDArray[np.intp]:
        """Rows of the tags that are drawn."""
        return np.array([pen.tag.index for pen in self._pens], np.intp)

    def jump(self) -> None:
        """Another instant is looked at: what was known up to the last one is forgotten, and the right end is there."""
        self._fetch.forget()
        for pen in self._pens:
            pen.forget()
        self._say_when()
        self.go_direct()

    def _say_when(self) -> None:
        """Nothing of the past is called live or now."""
        self.bar.live.say(words.LIVE_THEN if self._context.past else words.LIVE)
        self.legend.use(self.table.columns(self.docked))

    def slow(self) -> None:
        """Once a second: figures, the last second of the curves, standing alarms; now and then the history."""
        if self._direct:
            self._fetch.follow()
        self._draw()

    def refresh_alarms(self) -> None:
        self.plot.shown.standing = frozenset(self._context.board.rows.tolist())

    def show_span(self, seconds: float) -> None:
        """The last `seconds`, moving on."""
        self._span_s = seconds
        self.go_direct()

    def go_direct(self) -> None:
        """Follow the present again; cursors A and B stay where they are."""
        self._direct = True
        self.bar.show_state(True, self._span_s)
        self._draw()
        self._fetch.curves()

    def show_past(self, start: float, end: float) -> None:
        """Stand still on a span, seconds UTC; it may reach a little into the future."""
        late = max(end - self._now() - 0.2 * (end - start), 0.0)
        self._direct, self._start, self._span_s = False, start - late, end - start
        self.bar.show_state(False, self._span_s)
        self._draw()
        self._fetch.soon()

    # ------------------------------------------------------------ drawing
    def _lay_out(self) -> None:
        scroll = QScrollArea()
        scroll.setWidget(self.legend)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll = scroll
        body: QHBoxLayout | QVBoxLayout = QHBoxLayout() if self.docked else QVBoxLayout()
        body.setSpacing(0)
        body.addWidget(self.plot, 1)
        body.addWidget(scroll)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addLayout(body, 1)
        self.empty_words = QLabel(self.plot)
        self.empty_words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty_words.setWordWrap(True)
        self.empty_words.setMargin(40)
        self.empty_words.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusProxy(self.plot)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.empty_words.setGeometry(self.plot.rect())
        self._sized()
        self._fetch.soon()

    def showEvent(self, event: QShowEvent) -> None:
        self._fetch.soon()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if act := act_of(self, event):
            act()
        else:
            super().keyPressEvent(event)

    def show_body(self, shown_: bool) -> None:
        """Plot and legend, or the bar alone."""
        self.plot.setVisible(shown_)
        self._scroll.setVisible(shown_)
        if shown_:
            self._fetch.soon()

    def _sized(self) -> None:
        """The legend takes what its rows need, the plot the rest."""
        if self.docked:
            self._scroll.setFixedWidth(round(min(DOCK_LEGEND_PX * self._look.scale, self.width() * 0.45)))
        else:
            wanted = self.legend.height_for(max(len(self._pens), 1))
            self._scroll.setFixedHeight(min(wanted, self.height() // 2) if self._pens else 0)

    def _dress(self) -> None:
        self.empty_words.setText(self._look.say(words.NO_PEN_DOCK if self.docked else words.NO_PEN))
        self.empty_words.setFont(self._look.font("value"))
        self._say_when()
        self.bar.show_state(self._direct, self._span_s)
        self.bar.show_compared(self.plot.shown.ghosts)
        self._sized()
        self._draw()

    def _now(self) -> float:
        return self._context.clock.now() / SECOND

    def _draw(self) -> None:
        now = self._drawn = self._now()
        if self._direct:
            self._start = now - self._span_s
        self.plot.show_span(self._start, self._start + self._span_s * (1 + AHEAD if self._direct else 1))
        self.plot.feed(now, self._fitted)
        self._tell()
        self._note()

    def _note(self) -> None:
        """What the plot says where it has nothing to draw."""
        blank = all(pen.figures.mean != pen.figures.mean for pen in self._pens)
        note = words.READING if self._fetch.reading else words.NOTHING_HERE
        self.plot.shown.note = self._look.say(note) if self._pens and blank and not self._fetch.patient else ""
        unsure = max((pen.curve.past.unsure for pen in self._pens), default=0.0)
        told = self._look.say(words.UNSURE).format(self._look.date(round(unsure * SECOND)))
        self.plot.shown.caution = told if unsure > self._start else ""

    def _limits(self, pen: Pen | None) -> tuple[Limit, ...]:
        if pen is None:
            return ()
        scale = scale_of(pen.tag.spec, self._alarms(pen.tag))
        return scale.limits if scale else ()

    def _alarms(self, tag: Tag) -> list[Alarm]:
        """Those that watch a tag: its equipment's own, and those of what it is a part of."""
        of = self._context.attachment.site.alarms_by_equipment
        near = (*of.get(tag.equipment.id, ()), *of.get(tag.equipment.parent, ()))
        return [alarm for alarm in near if alarm.tag is tag]

    # ------------------------------------------------------------ cursor
    def _point(self, instant: float) -> None:
        self.plot.point(instant)
        self._tell()

    def _tell(self) -> None:
        """The figures again, soon: nobody reads them thirty times a second."""
        if not self._telling.isActive():
            self._telling.start()

    def _marked(self) -> None:
        """A or B moved: values at once, exact figures when they come to rest."""
        self.legend.use(self.table.columns(self.docked))
        self._point(self.plot.shown.cursor)
        self._fetch.figures_soon()

    def zoom_selection(self) -> None:
        if selection := self.cursors.selection:
            self.show_past(*selection)

    def fold_chosen(self) -> None:
        """Fold the scale of the chosen pen away, or bring it back."""
        if self._chosen:
            self.plot.fold(key_of(self._chosen))

    def _part(self, pen: Pen) -> None:
        pen.apart = not pen.apart
        self._draw()

    def compare(self, wanted: tuple[Comparison, ...]) -> None:
        """Draw these days behind the curves."""
        self.plot.shown.ghosts = wanted
        self.bar.show_compared(wanted)
        self.legend.use(self.table.columns(self.docked))
        self._draw()
        self._fetch.curves()

    def _fit(self, fitted: bool) -> None:
        self._fitted = fitted
        self._draw()

    # ------------------------------------------------------------ values
    def _take(self, pen: Pen) -> None:
        """The live value of a pen; what a dead station said last is bad from now on."""
        live, row = self._context.live, pen.tag.index
        time = int(live.source_time[row]) / SECOND if live.alive else self._now()
        if self._context.past and time > self._now():  # of a device whose clock is ahead: that is still to come
            return
        if time:
            pen.curve.add(time, float("nan") if live.quality[row] >= BAD else float(live.value[row]))


def _contains(rows: NDArray[np.intp], row: int) -> bool:
    """Whether growing `rows` have this one."""
    at = int(np.searchsorted(rows, row))
    return at < len(rows) and int(rows[at]) == row
