"""MapPage: the map with its filters and legend, and the words it says of each sign."""

from __future__ import annotations

from collections import Counter

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from supervisor.model import Equipment, Tag
from ui.map import words
from ui.map.base import Base
from ui.map.canvas import MapCanvas
from ui.map.geometry import Plane, load
from ui.map.markers import Markers, Rows
from ui.map.side import MapSide
from ui.map.tip import Tip, TipAlarm, TipRow
from ui.naming import SEPARATOR, area_name
from ui.pages import FACEPLATE, Context, Page, Place
from ui.values import shown
from ui.widgets import Button, Card, Words

MOST_ALARMS, MOST_ROWS = 3, 6
"""Of a tip."""


class MapPage(Page):
    """See the module."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        site = context.attachment.site
        plane = Plane(site.latitude, site.longitude)
        shapes = load(site.folder / "map", plane)
        base = Base(shapes)
        self.markers = Markers(site, plane)
        self.canvas = MapCanvas(context.look, base, self.markers)
        self.canvas.tip = self._tip
        self.side = MapSide(context.look, site.systems, self.markers, base.tokens)
        self.canvas.systems = self.side.systems
        self.canvas.picked.connect(self._picked)
        self.canvas.opened.connect(self.asked_for)
        self.canvas.resized.connect(self._place_zoom)
        self.side.filtered.connect(self._filter)
        self.side.whole.connect(self.canvas.fit)
        self._lay_out(bool(shapes))
        context.look.changed.connect(self._dress)
        self.setFocusProxy(self.canvas)
        self._dress()

    def refresh(self, moved: NDArray[np.intp]) -> None:
        if self.markers.move(self.context.live):
            self.canvas.update()

    def rows(self) -> NDArray[np.intp]:
        return self.markers.rows()

    def refresh_locks(self) -> None:
        self.markers.lock(self.context.attachment.equipment)
        self.canvas.update()

    def refresh_alarms(self) -> None:
        self.markers.alarm(self.context.board)
        self.canvas.update()

    def show_equipment(self, equipment: Equipment) -> None:
        self.markers.move(self.context.live)
        row = self.markers.row(equipment)
        if row is not None:
            self.side.show_system(self.markers.equipment[row].system)
        self.canvas.show_equipment(equipment)

    def _lay_out(self, charted: bool) -> None:
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        line.addWidget(_card(self.canvas), 1)
        line.addWidget(_card(self.side))
        look = self.context.look
        self._zoom = QWidget(self.canvas)
        buttons = QVBoxLayout(self._zoom)
        buttons.setContentsMargins(0, 0, 0, 0)
        buttons.setSpacing(4)
        for symbol, text, factor in (("plus", words.CLOSER, 1.6), ("minus", words.FARTHER, 1 / 1.6)):
            button = Button(look, None, "", symbol)
            button.tip(text)
            button.setFixedSize(34, 34)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(lambda _=False, by=factor: self.canvas.zoom(by))
            buttons.addWidget(button)
        if not charted:
            note = Words(look, words.EMPTY, "body", 400, "text2")
            note.setParent(self.canvas)
            note.move(20, 16)

    def _place_zoom(self) -> None:
        self._zoom.adjustSize()
        self._zoom.move(self.canvas.width() - self._zoom.width() - 12, self.canvas.height() - self._zoom.height() - 12)

    def _dress(self) -> None:
        look, site = self.context.look, self.context.attachment.site
        self.canvas.names = [(area_name(site, area, look), place) for area, place in _middles(self.markers)]

    def _filter(self) -> None:
        self.canvas.systems = self.side.systems
        self.canvas.alarmed_only = self.side.alarmed_only
        self.canvas.update()

    def _picked(self, equipment: Equipment | None) -> None:
        if equipment:
            self.asked_for.emit(Place(FACEPLATE, equipment))

    # ------------------------------------------------------------ words of a sign
    def _tip(self, rows: Rows) -> Tip:
        return self._tip_of(self.markers.equipment[int(rows[0])]) if len(rows) == 1 else self._tip_of_group(rows)

    def _tip_of(self, equipment: Equipment) -> Tip:
        """Name, standing alarms and the headline values."""
        context = self.context
        site, say = context.attachment.site, context.look.say
        tags = [tag for path in equipment.type.headline if (tag := site.tag(equipment, path))]
        tags += [tag for path in ("headsign", "next_stop") if (tag := site.tag(equipment, path))]
        subtitle = [say(equipment.type.name), equipment.id, area_name(site, equipment.area, context.look)]
        rows = tuple(self._tip_row(tag) for tag in tags[:MOST_ROWS])
        return Tip(say(equipment.name), SEPARATOR.join(filter(None, subtitle)), self._tip_alarms(equipment), rows)

    def _tip_row(self, tag: Tag) -> TipRow:
        value = shown(tag, self.context.live, self.context.attachment.texts, self.context.look)
        return TipRow(self.context.look.say(tag.spec.name), f"{value.text} {value.unit}".strip(), value.bad)

    def _tip_alarms(self, equipment: Equipment) -> tuple[TipAlarm, ...]:
        board, alarms = self.context.board, self.context.attachment.site.alarms
        own = [
            number
            for number in board.rows.tolist()
            if equipment.id in (alarms[number].equipment.id, alarms[number].equipment.parent)
        ]
        say = self.context.look.say
        return tuple(
            TipAlarm(int(board.priority[number]), bool(board.acked[number]), say(alarms[number].rule.name))
            for number in own[:MOST_ALARMS]
        )

    def _tip_of_group(self, rows: Rows) -> Tip:
        """How many of which system, and the worst alarm."""
        context, markers = self.context, self.markers
        say, systems = context.look.say, context.attachment.site.systems
        count = Counter(markers.system[rows].tolist())
        lines = tuple(TipRow(say(systems[system].name), str(number)) for system, number in count.most_common())
        worst = markers.worst(rows)
        alarms: tuple[TipAlarm, ...] = ()
        if worst is not None:
            thing = markers.equipment[worst]
            found = self._tip_alarms(thing)[:1]
            alarms = tuple(TipAlarm(a.priority, a.acked, f"{say(thing.name)} – {a.words}") for a in found)
        return Tip(context.look.counted(words.MEMBERS, len(rows)), say(words.CLICK), alarms, lines)


def _middles(markers: Markers) -> list[tuple[str, tuple[float, float]]]:
    """Each area and the middle of what stands in it."""
    areas: dict[str, list[int]] = {}
    for row, thing in enumerate(markers.equipment):
        if not markers.vehicle[row] and thing.type.id != "transit_line":
            areas.setdefault(thing.area, []).append(row)
    middles = {area: np.median(markers.place[rows], axis=0).tolist() for area, rows in areas.items() if area}
    return [(area, (middle[0], middle[1])) for area, middle in middles.items()]


def _card(content: QWidget) -> Card:
    card = Card()
    layout = QVBoxLayout(card)
    layout.setContentsMargins(1, 1, 1, 1)
    layout.addWidget(content)
    return card
