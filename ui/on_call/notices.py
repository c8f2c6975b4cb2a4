"""The list of notices, newest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from supervisor.model import Site
from supervisor.reasons import told as reason
from ui.look import Look
from ui.models.cells import Cells
from ui.naming import full_name
from ui.on_call import words
from ui.tables import Cell

COLUMNS = (words.MADE, words.STATE, words.TO, words.BY, words.STEP, words.ABOUT, words.WHY)
MADE, STATE, TO, BY, STEP, ABOUT, WHY = range(len(COLUMNS))
GRAVE = frozenset({"failed", "unknown"})
"""States of which somebody must know: nobody was told, or perhaps nobody."""


class NoticeList(Cells):
    """Rows are the words of the act `notices`."""

    def __init__(self, site: Site, look: Look) -> None:
        super().__init__(look, COLUMNS)
        self._site = site
        self._alarms = {alarm.id: alarm for alarm in site.alarms}
        self._names: Mapping[str, str] = {}
        self.rows: list[Mapping[str, Any]] = []

    def show_rows(self, rows: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> None:
        """These and no others; `names` of the contacts."""
        if list(rows) != self.rows or names != self._names:
            self.beginResetModel()
            self.rows, self._names = list(rows), names
            self.endResetModel()

    def count(self) -> int:
        return len(self.rows)

    def cell(self, row: int, column: int) -> Cell:
        notice = self.rows[row]
        grave = column == STATE and notice["state"] in GRAVE
        quiet = column in (MADE, WHY) or notice["state"] in ("sent", "dropped")
        text = self._text(notice, column)
        return Cell(text, "text2" if quiet else "text", symbol="warning" if grave else "", heavy=grave)

    def _text(self, row: Mapping[str, Any], column: int) -> str:
        say = self._look.say
        if column == MADE:
            return self._moment(int(row["made_at"]))
        if column == STATE:
            return say(words.STATES[row["state"]])
        if column == TO:
            return self._names.get(row["contact"], row["contact"])
        if column == BY:
            return say(words.MEDIA[row["medium"]])
        if column == STEP:
            return say(words.END) if row["step"] < 0 else str(row["step"] + 1)
        return self._about(str(row["alarm"])) if column == ABOUT else self.remark(row)

    def _about(self, id_: str) -> str:
        alarm = self._alarms.get(id_)
        if alarm is None:
            return id_ or self._look.say(words.TEST_NOTICE)
        return f"{full_name(self._site, alarm.equipment, self._look)} – {self._look.say(alarm.rule.name)}"

    def remark(self, row: Mapping[str, Any]) -> str:
        """Why it is as it is, and when it is tried again."""
        error = str(row["error"])
        told = self._look.say(words.REMARKS.get(error) or reason(error))
        if row["state"] == "waiting" and row["tries"]:
            return f"{self._look.say(words.AGAIN_AT).format(self._look.clock(int(row['next_at'])))} · {told}"
        return told

    def _moment(self, instant: int) -> str:
        return f"{self._look.moment(instant):%d/%m} {self._look.clock(instant)}"
