"""The rows of a link's holes in a month: the newest first, with cause, duration and what has become of them."""

from __future__ import annotations

from collections.abc import Sequence

from supervisor.clock import SECOND
from supervisor.holes import Hole, State
from ui.hole_words import SAMPLES, TAGS, cause_words, lasted, state_words
from ui.links import words
from ui.look import Look
from ui.models.cells import Cells
from ui.tables import RIGHT, Cell

COLUMNS = (words.HOLE_BEGAN, words.HOLE_ENDED, words.HOLE_LASTED, words.HOLE_CAUSE, words.HOLE_FATE)
BEGAN, ENDED, LASTED, CAUSE, FATE = range(len(COLUMNS))
_TOKENS = {State.FILLED: "text2", State.PARTLY: "text"}
"""What is not filled has the colour of what can't be believed."""


class HoleList(Cells):
    """See the module."""

    def __init__(self, look: Look) -> None:
        super().__init__(look, COLUMNS, (LASTED,))
        self._now = 0
        self.holes: Sequence[Hole] = ()

    def show_holes(self, holes: Sequence[Hole], now: int) -> None:
        """Newest first; `now` is where one that goes on has come to."""
        self._now = now
        if tuple(holes) == tuple(self.holes):
            self.repaint()
            return
        self.beginResetModel()
        self.holes = tuple(holes)
        self.endResetModel()

    def count(self) -> int:
        return len(self.holes)

    def cell(self, row: int, column: int) -> Cell:
        """What stands there."""
        look, hole = self._look, self.holes[row]
        if column == BEGAN:
            return Cell(self._when(hole.start))
        if column == ENDED:
            return Cell(self._when(hole.end) if hole.end is not None else "")
        if column == LASTED:
            end = self._now if hole.end is None else hole.end
            return Cell(lasted(max(end - hole.start, 0) / SECOND, look), side=RIGHT)
        if column == CAUSE:
            return Cell(look.say(cause_words(hole.cause)))
        return Cell(self._fate(hole), _TOKENS.get(hole.state, "bad"), heavy=hole.state is State.OPEN)

    def _when(self, instant: int) -> str:
        moment = self._look.moment(instant)
        return f"{moment:%d/%m} {self._look.clock(instant)}"

    def _fate(self, hole: Hole) -> str:
        look, said = self._look, self._look.say(state_words(hole.state))
        if hole.state is State.PARTLY:
            said += f", {look.counted(TAGS, hole.filled, hole.tags)}"
        if hole.samples:
            said += f" ({look.counted(SAMPLES, hole.samples)})"
        return said
