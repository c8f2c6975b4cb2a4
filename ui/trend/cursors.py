"""Cursors: A and B, set with a click, a drag or a key; between them lies the selection."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from ui.trend.plot import TrendPlot


class Cursors(QObject):
    """See the module. They live in the plot's scene, which draws them."""

    changed = Signal()

    def __init__(self, plot: TrendPlot) -> None:
        super().__init__(plot)
        self._plot, self._scene = plot, plot.shown
        plot.box.clicked.connect(self.press)
        plot.box.moved.connect(self.move)
        plot.box.spanned.connect(self.select)

    @property
    def selection(self) -> tuple[float, float] | None:
        """From the earlier to the later one, seconds UTC, where both are set."""
        return self._scene.selection

    def press(self, instant: float) -> None:
        """The first click sets A, the second one measures to B, the third begins anew."""
        marks = self._scene.marks
        if len(marks) == 2:
            marks.clear()
        marks.append(instant)
        self.changed.emit()

    def move(self, number: int, instant: float) -> None:
        """Put A (0) or B (1) elsewhere."""
        self._scene.marks[number] = instant
        self.changed.emit()

    def select(self, start: float, end: float) -> None:
        """Put both."""
        self._scene.marks[:] = [start, end]
        self.changed.emit()

    def put(self, number: int) -> None:
        """By key: A (0) or B (1), at the pointer, or well inside the plot where there is none."""
        scene = self._scene
        inside = scene.start + (0.5 if number == 0 else 0.75) * (scene.end - scene.start)
        instant = inside if scene.cursor != scene.cursor else scene.cursor
        if number < len(scene.marks):
            scene.marks[number] = instant
        else:
            scene.marks.extend([instant] * (number + 1 - len(scene.marks)))
        self.changed.emit()

    def step(self, pixels: int) -> None:
        """Move the one that was set last; where none is, set A."""
        scene = self._scene
        if scene.marks:
            scene.marks[-1] += pixels * (scene.end - scene.start) / max(self._plot.box.width(), 1.0)
            self.changed.emit()
        else:
            self.put(0)

    def clear(self) -> None:
        self._scene.marks.clear()
        self.changed.emit()
