"""The filters above the alarm list: which list, which priorities, which area and system, which words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QPushButton, QWidget

from supervisor.model import Site, Text
from ui import alarm_words, words
from ui.fields import Choice, FilterText
from ui.look import Look
from ui.models.alarm_list import Filter, Which
from ui.naming import systems
from ui.shapes import paint_priority, text_width
from ui.widgets import Button, column, joined, row

_LISTS = (
    (Which.STANDING, alarm_words.STANDING),
    (Which.UNACKED, alarm_words.UNACKED),
    (Which.ACKED, alarm_words.ACKED),
    (Which.ASIDE, alarm_words.ASIDE),
)
_ASIDE = (
    (Which.ASIDE, alarm_words.ALL_ASIDE),
    (Which.SHELVED, alarm_words.SHELVED),
    (Which.SUPPRESSED, alarm_words.SUPPRESSED),
    (Which.OUT_OF_SERVICE, alarm_words.OUT_OF_SERVICE),
)
"""The lists of what is set aside; shown once one of them is."""


class Filters(QWidget):
    """See the module; `changed` carries the new Filter."""

    changed = Signal(object)

    def __init__(self, look: Look, site: Site) -> None:
        super().__init__()
        self._look, self._site = look, site
        self.filter = Filter()
        self._which = Which.STANDING
        both = column(self, 0, 8)
        both.setContentsMargins(16, 0, 12, 8)
        layout = row(spacing=8)
        both.addLayout(layout)
        self._lists = self._make_lists(_LISTS)
        self._asides = self._make_lists(_ASIDE)
        layout.addLayout(joined(self._lists.values()))
        self._kinds = QWidget()
        kinds = row(self._kinds, 0, 0)
        kinds.addLayout(joined(self._asides.values()))
        kinds.addStretch(1)
        both.addWidget(self._kinds)
        layout.addSpacing(4)
        self._priorities = [PriorityToggle(look, number) for number in (1, 2, 3, 4)]
        for toggle in self._priorities:
            toggle.clicked.connect(self._read)
            layout.addWidget(toggle)
        layout.addSpacing(4)
        self.area = Choice(look, alarm_words.ALL_AREAS, [(area.id, area.name) for area in site.areas.values()])
        self.system = Choice(look, alarm_words.ALL_SYSTEMS, [(system.id, system.name) for system in systems(site)])
        for choice in (self.area, self.system):
            choice.currentIndexChanged.connect(self._read)
            layout.addWidget(choice, 2)
        self.text = FilterText(look)
        """Shown by the page, beside its title."""
        self.text.settled.connect(self._read)
        layout.addStretch(1)
        self.clear_button = Button(look, alarm_words.CLEAR_FILTERS, "flat", "cross")
        self.clear_button.clicked.connect(lambda: self.show_filter(Filter()))
        layout.addWidget(self.clear_button)
        self.show_filter(Filter())

    def _make_lists(self, rows: Iterable[tuple[Which, Text]]) -> dict[Which, Button]:
        group = QButtonGroup(self)
        lists = {}
        for which, name in rows:
            button = Button(self._look, name, "segment")
            button.setCheckable(True)
            button.clicked.connect(lambda _, which=which: self._choose(which))
            group.addButton(button)
            lists[which] = button
        return lists

    def resizeEvent(self, event: QResizeEvent) -> None:
        """On a narrow window one filters by text."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        scale = self._look.scale
        self.system.setVisible(self.width() > 860 * scale)
        self.area.setVisible(self.width() > 680 * scale)

    def show_filter(self, filter_: Filter) -> None:
        """Set every control to this filter."""
        self.blockSignals(True)
        self._mark(filter_.which)
        for toggle in self._priorities:
            toggle.setChecked(toggle.priority in filter_.priorities)
        self.area.choose(filter_.area)
        self.system.choose(filter_.system)
        self.text.setText(filter_.text)
        self.blockSignals(False)
        self._use(filter_)

    def _mark(self, which: Which) -> None:
        """Press the button of a list."""
        self._lists[Which.ASIDE if which.hidden else which].setChecked(True)
        self._kinds.setVisible(which.hidden > 0)
        if which.hidden:
            self._asides[which].setChecked(True)

    def _choose(self, which: Which) -> None:
        self._mark(which)
        self._which = which
        self._read()

    def _read(self) -> None:
        wanted = frozenset(toggle.priority for toggle in self._priorities if toggle.isChecked())
        self._use(
            replace(
                self.filter,
                which=self._which,
                priorities=wanted,
                area=self.area.chosen(),
                system=self.system.chosen(),
                text=self.text.text().strip(),
            )
        )

    def show_counts(self, counts: Mapping[Which, str]) -> None:
        """How many are set aside, behind the name of each list."""
        for (which, name), button in zip(_ASIDE, self._asides.values(), strict=True):
            button.setText(f"{self._look.say(name)} {counts.get(which, '')}".rstrip())
            button.setMinimumWidth(round(text_width(button.text(), self._look.font("body", 600))) + 24)

    def _use(self, filter_: Filter) -> None:
        self.filter = filter_
        self._which = filter_.which
        self.clear_button.setVisible(filter_ != Filter(which=filter_.which))
        self._fit()
        self.changed.emit(filter_)


class PriorityToggle(QPushButton):
    """The shape of a priority, pressed while its alarms are shown."""

    def __init__(self, look: Look, priority: int) -> None:
        super().__init__()
        self._look, self.priority = look, priority
        self.setCheckable(True)
        self.setChecked(True)
        self.setProperty("kind", "flat")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        look.changed.connect(self._dress)
        self._dress()

    def _dress(self) -> None:
        name = self._look.say(words.PRIORITIES[self.priority])  # type: ignore[index]
        self.setToolTip(name)
        self.setAccessibleName(name)
        self.setFixedSize(QSize(34, round(32 * self._look.scale)))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        with QPainter(self) as painter:
            painter.setOpacity(1.0 if self.isChecked() else 0.35)
            size = 18.0
            box = QRectF((self.width() - size) / 2, (self.height() - size) / 2 + 0.5, size, size - 1)
            paint_priority(painter, box, self.priority, not self.isChecked(), self._look)
