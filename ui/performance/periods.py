"""The picker of months: the thirty days up to now, then every month of the journal, the newest first."""

from __future__ import annotations

from collections.abc import Sequence

from ui.fields import Combo
from ui.look import Look
from ui.performance import words
from ui.performance.study import Period


class Periods(Combo):
    """See the module. Its data are ids of `Period`."""

    def __init__(self, look: Look) -> None:
        super().__init__(look)
        self._periods: list[Period] = [Period()]
        self.addItem("", "")
        look.changed.connect(self._dress)
        self._dress()

    def chosen(self) -> str:
        """The id of the period; empty for the live one."""
        return str(self.currentData() or "")

    def choose(self, period: Period) -> None:
        self.setCurrentIndex(max(self.findData(period.id), 0))

    def offer(self, months: Sequence[Period]) -> None:
        """These months; what is chosen stays chosen."""
        wanted = [Period(), *months]
        if wanted == self._periods:
            return
        chosen = self.chosen()
        self.blockSignals(True)
        self._periods = wanted
        self.clear()
        for period in wanted:
            self.addItem("", period.id)
        self._dress()
        self.setCurrentIndex(max(self.findData(chosen), 0))
        self.blockSignals(False)

    def _dress(self) -> None:
        look = self._look
        self.setFont(look.font("body"))
        self.view().setFont(look.font("body"))
        self.setFixedHeight(round(32 * look.scale))
        self.setMinimumWidth(round(190 * look.scale))
        self.setAccessibleName(look.say(words.LIVE))
        for at, period in enumerate(self._periods):
            text = words.LIVE if period.live else words.month(period.year, period.month)
            self.setItemText(at, look.say(text))
