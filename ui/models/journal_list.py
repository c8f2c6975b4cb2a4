"""The rows of the journal page: the latest, newest first, told in the words of the window's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QModelIndex

from supervisor.journal import Row
from supervisor.model import Equipment, Site, TagSpec, Text
from supervisor.reasons import told
from supervisor.rounds.store import BOOK as ROUND
from supervisor.site.on_call import on_call_of
from supervisor.texts import Texts
from ui import journal_words as words
from ui.look import Look
from ui.models.cells import Cells
from ui.naming import full_name, person
from ui.tables import Cell
from ui.values import worded
from ui.wording import happened

COLUMNS = (words.WHEN, words.WHAT, words.WHERE, words.RESULT, words.WHO, words.DETAIL)
WHEN, WHAT, WHERE, RESULT, WHO, DETAIL = range(len(COLUMNS))
_UNTOLD = frozenset({"until", "id", "raw", "tag", "fr", "en", "raised_at", "at", "note", "lock", "proof", "equipment"})
"""Details that mean nothing to a reader, or are told another way."""
_PERSONS = frozenset({"by", "for", "from", "holder", "asked_by", "seat"})
"""Details that may be the id of somebody."""
_ACCESS = "access"
"""Book of acts about people; its subjects are accounts and seats."""
_MACHINES = frozenset({"forward", "notify"})
"""Books, and happenings, whose reasons are those of a program."""
_WORDED = words.RESULTS | words.KINDS


class JournalList(Cells):
    """See the module."""

    def __init__(self, site: Site, texts: Texts, look: Look) -> None:
        super().__init__(look, COLUMNS)
        self._site, self._texts = site, texts
        self.rows: list[Row] = []
        self._alarms = {alarm.id: alarm for alarm in site.alarms}
        self._contacts = {one.id: one.name for one in on_call_of(site).contacts.values()}
        self._cells: dict[int, Callable[[Row], Cell]] = {
            WHEN: lambda row: Cell(f"{look.moment(row.time):%d/%m/%Y} {look.clock(row.time)}", "text2"),
            WHAT: self._what,
            WHERE: lambda row: Cell(self.subject(row)),
            RESULT: lambda row: Cell(_say(look, words.RESULTS, row.result), heavy=row.result in words.GRAVE),
            WHO: lambda row: Cell(self.person(row.who)),
            DETAIL: lambda row: Cell(self.detail(row), "text2"),
        }

    def show_rows(self, rows: Sequence[Row]) -> None:
        """These and no others; nothing happens where they are the ones shown."""
        if [row.id for row in rows] == [row.id for row in self.rows]:
            return
        fresh = list(rows)
        added = len(fresh) - len(self.rows)
        if added > 0 and fresh[added:] == self.rows:  # the usual case: what is shown moves down under the new ones
            self.beginInsertRows(QModelIndex(), 0, added - 1)
            self.rows = fresh
            self.endInsertRows()
            return
        self.beginResetModel()
        self.rows = fresh
        self.endResetModel()

    def person(self, who: str) -> str:
        """The name of a user, or of what acts by itself; the id of one whom nobody knows."""
        return person(self._site, who, self._look)

    def subject(self, row: Row) -> str:
        """What an act was about: an alarm, an equipment, a tag or a link, by its name."""
        if row.subject in self._alarms:
            return self._alarm(row.subject)
        if row.subject in words.SUBJECTS:
            return self._look.say(words.SUBJECTS[row.subject])
        thing, target = self._thing(row.subject), self._target(row)
        if target:
            return f"{row.subject} · {full_name(self._site, target, self._look)}"
        if row.category == _ACCESS and thing is None:  # an account
            return self.person(row.subject)
        return full_name(self._site, thing, self._look) if thing else row.subject

    def _alarm(self, id_: str) -> str:
        alarm = self._alarms[id_]
        return f"{full_name(self._site, alarm.equipment, self._look)} – {self._look.say(alarm.rule.name)}"

    def equipment(self, at: int) -> Equipment | None:
        """The equipment a shown row concerns; None where it concerns none."""
        row = self.rows[at]
        return self._thing(row.subject) or self._target(row)

    def detail(self, row: Row) -> str:
        """What else was written, as `word value`; a sentence where the station wrote one in both languages."""
        told = []
        if "fr" in row.detail and "en" in row.detail:
            told.append(self._look.say(Text(str(row.detail["fr"]), str(row.detail["en"]))))
        for name, value in _flat(row.detail):
            said = name == "reason" and value == row.detail.get("en")
            if name not in _UNTOLD and value not in ("", None) and not said:
                told.append(f"{_say(self._look, words.DETAILS, name)} {self._value(row, name, value)}")
        return " · ".join(text for text in told if text)

    def _thing(self, subject: str) -> Equipment | None:
        """The equipment of an id, or of the longest id that `subject` lies in."""
        while subject:
            if subject in self._site.equipment_by_id:
                return self._site.equipment_by_id[subject]
            subject = subject.rpartition(".")[0]
        return None

    def _target(self, row: Row) -> Equipment | None:
        """Of a row in the thread of a round, the equipment it tells of."""
        return self._thing(str(row.detail.get("equipment", ""))) if row.category == ROUND else None

    def _what(self, row: Row) -> Cell:
        name = happened(row)
        return Cell(self._look.say(name) if name else row.kind, symbol=words.BOOKS.get(row.category, "journal"))

    def _value(self, row: Row, name: str, value: object) -> str:
        spec = self._spec(row) if name == "value" else None
        if spec and isinstance(value, (int, float)):
            return " ".join(worded(spec, float(value), self._texts, self._look)).rstrip()
        if name == "command":
            thing = self._thing(row.subject)
            command = thing.type.commands.get(str(value)) if thing else None
            return self._look.say(command.name) if command else str(value)
        if name == "reason" and value in words.REASONS:
            return self._look.say(words.REASONS[str(value)])
        if name == "reason" and (row.kind in _MACHINES or row.category in _MACHINES):
            return self._look.say(_WORDED.get(str(value)) or told(str(value)))
        if value in self._alarms:
            return self._alarm(str(value))
        if name in _PERSONS and isinstance(value, str) and value not in _WORDED:
            return self.person(value)
        if name == "contact":
            return self._contacts.get(str(value), str(value))
        if isinstance(value, float):
            return self._look.number(value, 2 if value % 1 else 0)
        return _say(self._look, _WORDED, value) if isinstance(value, str) else str(value)

    def _spec(self, row: Row) -> TagSpec | None:
        """What the value of a row is a value of; None where the row does not say."""
        if row.subject in self._alarms:
            return self._alarms[row.subject].tag.spec
        tag = self._site.tag_by_id.get(str(row.detail.get("tag", "")))
        return tag.spec if tag else None

    def count(self) -> int:
        return len(self.rows)

    def cell(self, row: int, column: int) -> Cell:
        return self._cells[column](self.rows[row])


def _say(look: Look, table: Mapping[str, Text], word: str) -> str:
    """The word of a journal row in the window's language; as it was written where nobody translated it."""
    return look.say(table[word]) if word in table else word


def _flat(detail: Mapping[str, Any]) -> list[tuple[str, object]]:
    return [(name, value) for name, value in detail.items() if not isinstance(value, (dict, list))]
