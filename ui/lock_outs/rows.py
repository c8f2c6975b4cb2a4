"""The rows of the page of lock-outs: what stands, and what waits for a person; read from the file of the journal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

from supervisor.clock import SECOND
from supervisor.desk.demands import spec_of
from supervisor.desk.lock_outs import LockOut
from supervisor.desk.states import Stage
from supervisor.journal import CommandRow, JournalReader
from supervisor.model import Equipment, Text
from ui import words as common
from ui.faceplate import lock_words as words
from ui.faceplate import words as plate
from ui.faceplate.lock_outs import gone_name
from ui.models.cells import Cells
from ui.naming import area_name, full_name, person
from ui.pages import Context
from ui.tables import Cell

T = TypeVar("T")
Column = tuple[Text, Callable[[T], Cell]]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A command that waits for a person."""

    row: CommandRow
    stage: str
    until: int
    """When it lapses, ns UTC."""


def waiting(journal: JournalReader, numbers: Sequence[int]) -> list[Waiting]:
    """Those of these commands that wait for a person. Raises StoreError."""
    found = []
    for number in numbers:
        row, steps = journal.command(number), journal.steps(number)
        if row is not None and not row.outcome and steps and steps[-1].step in (Stage.SELECTED, Stage.AWAITING):
            within_s = float(steps[-1].detail.get("within_s", 0.0))
            found.append(Waiting(row, steps[-1].step, steps[-1].time + round(within_s * SECOND)))
    return found


def occupied(context: Context) -> list[int]:
    """Numbers of the commands that have an equipment now."""
    column = context.attachment.equipment["command"]
    return sorted(int(number) for number in np.unique(column[column > 0]))


class Rows(Cells, Generic[T]):
    """Rows under named columns; `place` tells the equipment of one."""

    def __init__(self, context: Context, columns: Sequence[Column[T]], place: Callable[[T], str]) -> None:
        super().__init__(context.look, [name for name, _ in columns])
        self._context, self._columns, self._place = context, columns, place
        self.rows: list[T] = []

    def show_rows(self, rows: Sequence[T]) -> None:
        """These and no others."""
        if len(rows) == len(self.rows):
            self.rows = list(rows)
            self.repaint()
            return
        self.beginResetModel()
        self.rows = list(rows)
        self.endResetModel()

    def equipment(self, at: int) -> Equipment | None:
        return self._context.attachment.site.equipment_by_id.get(self._place(self.rows[at]))

    def count(self) -> int:
        return len(self.rows)

    def cell(self, row: int, column: int) -> Cell:
        return self._columns[column][1](self.rows[row])


def lock_rows(context: Context) -> Rows[LockOut]:
    """The lock-outs that stand."""
    look = context.look

    def when(one: LockOut) -> Cell:
        return Cell(f"{look.moment(one.time):%d/%m/%Y} {look.clock(one.time, False)}", "text2")

    def state(one: LockOut) -> Cell:
        if not one.asked_by:
            known = one.equipment in context.attachment.site.equipment_by_id
            return Cell(look.say(words.STANDS if known else words.LEFT_STATE), heavy=not known)
        return Cell(look.say(words.ASKED).format(who=_person(context, one.asked_by)), heavy=True)

    columns: list[Column[LockOut]] = [
        (common.EQUIPMENT, lambda one: Cell(_locked(context, one), heavy=True, padlock=True)),
        (common.AREA, lambda one: Cell(_area(context, one.equipment, one.area), "text2")),
        (words.HOLDER, lambda one: Cell(_person(context, one.who))),
        (words.SINCE, when),
        (words.REASON, lambda one: Cell(one.reason)),
        (words.STATE, state),
    ]
    return Rows(context, columns, lambda one: one.equipment)


def waiting_rows(context: Context) -> Rows[Waiting]:
    """The commands that wait for a person."""
    look = context.look

    def command(one: Waiting) -> Cell:
        site = context.attachment.site
        thing = site.equipment_by_id.get(one.row.equipment)
        spec = spec_of(site, thing, one.row.command) if thing else None
        return Cell(look.say(spec.name) if spec else one.row.command)

    def left(one: Waiting) -> Cell:
        return Cell(look.span(max((one.until - context.clock.now()) / SECOND, 0.0)), "text2")

    columns: list[Column[Waiting]] = [
        (common.EQUIPMENT, lambda one: Cell(_named(context, one.row.equipment), heavy=True, symbol=_symbol(one))),
        (words.COMMAND, command),
        (words.BY, lambda one: Cell(_person(context, one.row.who))),
        (words.AT, lambda one: Cell(look.clock(one.row.time), "text2")),
        (words.STATE, lambda one: Cell(look.say(plate.WAITING[one.stage]))),
        (words.EXPIRES, left),
    ]
    return Rows(context, columns, lambda one: one.row.equipment)


def _symbol(one: Waiting) -> str:
    return "two" if one.stage == Stage.AWAITING else "padlock_open"


def _named(context: Context, id_: str) -> str:
    thing = context.attachment.site.equipment_by_id.get(id_)
    return full_name(context.attachment.site, thing, context.look) if thing else id_


def _locked(context: Context, one: LockOut) -> str:
    known = one.equipment in context.attachment.site.equipment_by_id
    return _named(context, one.equipment) if known else gone_name(one, context.look)


def _area(context: Context, id_: str, was: str) -> str:
    """Of an equipment; where it left the site, the one it stood in."""
    thing = context.attachment.site.equipment_by_id.get(id_)
    return area_name(context.attachment.site, thing.area if thing else was, context.look)


def _person(context: Context, who: str) -> str:
    return person(context.attachment.site, who, context.look)
