"""Transport: the slider, and every other way to another instant: steps, alarms, a date, playing."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QLineEdit, QWidget

from supervisor.clock import SECOND
from supervisor.model import Text
from ui.look import Look
from ui.past import words
from ui.past.instant import read
from ui.past.machine import SPEEDS, Machine
from ui.past.rail import Rail
from ui.trend.ticks import DAY_S
from ui.widgets import Button, Line, column, joined, row

STEPS = ((3600, "1 h"), (600, "10 min"), (60, "1 min"))
RANGES = (
    (3600.0, words.HOUR),
    (DAY_S, words.DAY),
    (7 * DAY_S, words.WEEK),
    (30 * DAY_S, words.MONTH),
    (0.0, words.ALL),
)


class PlayButton(Button):
    """Says and shows what pressing it does."""

    def __init__(self, look: Look) -> None:
        super().__init__(look, words.PLAY, "primary", "play", 600)
        self.show_playing(False)

    def show_playing(self, playing: bool) -> None:
        """Whether the past is being played."""
        name = words.PAUSE if playing else words.PLAY
        if name is not self._tip:
            self._words, self._symbol = name, "pause" if playing else "play"
            self.tip(name, "Ctrl+␣")


class Transport(QFrame):
    """See the module."""

    said = Signal(str)
    """A sentence for the operator."""

    def __init__(self, look: Look, machine: Machine) -> None:
        super().__init__()
        self.setObjectName("transport")
        self._look, self._machine = look, machine
        self.oldest = 0
        """The first thing that is known, ns UTC; 0 while nobody has looked."""
        self.rail = Rail(look)
        self.rail.sought.connect(lambda instant: machine.go(round(instant * SECOND)))
        self.rail.stepped.connect(machine.step)
        self.play = PlayButton(look)
        self.play.clicked.connect(self.toggle)
        self.field = QLineEdit()
        self.field.returnPressed.connect(self._go)
        self.chosen_speed = 60
        self._speeds = self._segments([Text(f"× {speed}", f"× {speed}") for speed in SPEEDS], self._use_speed)
        self._ranges = self._segments([name for _, name in RANGES], self._use_range)
        self._sources = self._segments([words.BY_SOURCE, words.BY_ARRIVAL], lambda at: machine.use(at == 1))
        self._sources[0].tip(words.BY_SOURCE_WHY)
        self._sources[1].tip(words.BY_ARRIVAL_WHY)
        self._lay_out()
        machine.moved.connect(self.tell)
        machine.entered.connect(self.tell)
        look.changed.connect(self._dress)
        self._dress()

    def _segments(self, names: list[Text], use: Callable[[int], None]) -> list[Button]:
        group = QButtonGroup(self)
        made: list[Button] = []
        for name in names:
            button = Button(self._look, name, "segment")
            button.setCheckable(True)
            group.addButton(button, len(made))
            made.append(button)
        group.idClicked.connect(use)
        return made

    def _lay_out(self) -> None:
        look = self._look
        layout = column(self, 0, 2)
        layout.setContentsMargins(8, 6, 8, 8)
        layout.addWidget(self.rail)
        line = row(spacing=6)
        line.setContentsMargins(4, 0, 4, 0)
        ranges = joined(self._ranges)
        line.addLayout(ranges)
        line.addStretch(1)
        line.addWidget(self._seeker(words.BEFORE, False))
        back = [self._stepper(f"− {name}", words.BACK_BY, name, -seconds) for seconds, name in STEPS]
        on = [self._stepper(f"+ {name}", words.ON_BY, name, seconds) for seconds, name in STEPS]
        for button in back:
            line.addWidget(button)
        line.addWidget(self.play)
        line.addLayout(joined(self._speeds))
        for button in reversed(on):
            line.addWidget(button)
        line.addWidget(self._seeker(words.AFTER, True))
        line.addSpacing(6)
        line.addWidget(self.field)
        line.addStretch(1)
        line.addWidget(Line(look, True))
        line.addLayout(joined(self._sources))
        layout.addLayout(line)
        self._line, self._range_line = line, ranges
        self._spare: list[list[QWidget]] = [[back[1], on[1]], [*self._ranges], [back[0], on[0]]]
        """What a narrow window does without, the first one first: keys and the wheel do the same."""

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        for widget in (one for group in self._spare for one in group):
            widget.show()
        for group in self._spare:
            self._range_line.invalidate()
            self._line.invalidate()
            if self._line.sizeHint().width() <= self.width() - 24:
                break
            for widget in group:
                widget.hide()

    def _stepper(self, label: str, tip: Text, name: str, seconds: float) -> Button:
        button = Button(self._look, Text(label, label))
        key = {60: "Ctrl+→", 600: "Ctrl+Shift+→", -60: "Ctrl+←", -600: "Ctrl+Shift+←"}.get(int(seconds), "")
        button.tip(Text(tip.fr.format(name), tip.en.format(name)), key)
        button.clicked.connect(lambda: self._machine.step(seconds))
        return button

    def _seeker(self, tip: Text, forward: bool) -> Button:
        button = Button(self._look, None, "", "bell_back" if not forward else "bell_on")
        button.tip(tip, "Ctrl+↓" if forward else "Ctrl+↑")
        button.setFixedWidth(44)
        button.clicked.connect(lambda: self.seek(forward))
        return button

    # ------------------------------------------------------------ what the keys do too
    def toggle(self) -> None:
        """Play, or pause."""
        if self._machine.speed:
            self._machine.pause()
        else:
            self._machine.play(self.chosen_speed)

    def seek(self, forward: bool) -> None:
        """To the next alarm, or the one before."""
        self._machine.seek(forward, lambda: self.said.emit(self._look.say(words.NONE_BESIDE)))

    def _use_speed(self, at: int) -> None:
        self.chosen_speed = SPEEDS[at]
        if self._machine.speed:
            self._machine.play(self.chosen_speed)

    def _use_range(self, at: int) -> None:
        span = RANGES[at][0]
        if not span:
            now = self._machine.now()
            span = 1.02 * (now - (self.oldest or now - DAY_S * SECOND)) / SECOND
        self.rail.show_range(span)

    def _go(self) -> None:
        text = self.field.text()
        instant = read(text, self._machine.now(), self._look.zone)
        if instant is None:
            self.said.emit(self._look.say(words.NOT_A_TIME).format(text))
            return
        self._machine.go(instant)
        self.field.clear()
        self.rail.setFocus()

    # ------------------------------------------------------------ telling
    def tell(self) -> None:
        """Where one is, and whether it plays."""
        machine = self._machine
        self.rail.show_instant(machine.wished / SECOND, machine.now() / SECOND)
        self._sources[int(machine.by_arrival)].setChecked(True)
        self._speeds[SPEEDS.index(machine.speed or self.chosen_speed)].setChecked(True)
        self.play.show_playing(bool(machine.speed))

    def _dress(self) -> None:
        look = self._look
        self.field.setFont(look.font("body"))
        self.field.setFixedSize(QSize(round(150 * look.scale), round(32 * look.scale)))
        self.field.setPlaceholderText(look.say(words.GO_TO))
        self.field.setToolTip(look.say(words.GO_TO_HINT))
        self.field.setAccessibleName(look.say(words.GO_TO))
        self.field.setAlignment(Qt.AlignmentFlag.AlignLeft)
        self.play.setMinimumWidth(round(104 * look.scale))
        self._fit()
        self.tell()
