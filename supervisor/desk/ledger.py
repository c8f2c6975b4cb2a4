"""The ledger: every command and its steps, each time-stamped and chained in the journal, in the journal's own file.

A command without an outcome is one under way, or one a station died with: the next station gives it "unknown" before
it takes any other.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from supervisor.clock import Clock
from supervisor.database import SqliteDatabase, plain
from supervisor.desk.order import Command, Order
from supervisor.desk.states import Stage
from supervisor.errors import Refused
from supervisor.journal import Entry, Journal, chain
from supervisor.journal_tables import CommandTable, StepTable
from supervisor.model import NO_TEXT, Site, Text, User

RESTARTED = Text("Le poste a redémarré pendant la commande.", "station restarted")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a command."""

    stage: Stage
    """One of `supervisor.desk.states.OUTCOMES`."""
    reason: Text = NO_TEXT
    """Why, where it is not done."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step as it is written."""

    stage: Stage
    time: int
    result: str = ""
    detail: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """The command a step belongs to."""

    id: int
    who: str
    equipment: str
    area: str


class Ledger:
    """Writes; `supervisor.journal.JournalReader` reads. Futures hold StoreError where the file can't be written."""

    def __init__(self, journal: Journal, site: Site, clock: Clock) -> None:
        """Closes at once, ahead of anything else it is given, the commands another station left open."""
        self._journal = journal
        self._areas = {equipment.id: equipment.area for equipment in site.equipment}
        self._clock = clock
        self.recovered: Future[int] = journal.submit(self._recover)
        """How many commands were found open."""

    def open(self, order: Order, user: User, requested: int, interlocks: Mapping[str, float]) -> Future[Page]:
        """A command that passed its checks: its row and its first three steps, in one transaction."""
        checked = self._clock.now()
        what = {"command": order.spec.id, "tag": order.tag.id, "value": order.value, "raw": order.raw}

        def work(database: SqliteDatabase) -> Page:
            page = self._insert(database, requested, user, Command(order.equipment.id, order.spec.id))
            aim = CommandTable.update(tag=order.tag.id, value=order.value, raw_value=order.raw)
            aim.where(CommandTable.id == page.id).execute(database)
            _write(database, page, Step(Stage.REQUESTED, requested, detail=what))
            _write(database, page, Step(Stage.CHECKED, checked, detail={"interlocks": dict(interlocks)}))
            _write(database, page, Step(Stage.JOURNALLED, self._clock.now()))
            return page

        return self._journal.submit(work)

    def refuse(self, command: Command, user: User, requested: int, refused: Refused) -> Future[int]:
        """A command that was declined; it is kept like any other."""
        now = self._clock.now()

        def work(database: SqliteDatabase) -> int:
            page = self._insert(database, requested, user, command)
            what = {"command": command.command, "value": command.value}
            _write(database, page, Step(Stage.REQUESTED, requested, detail=what))
            _finish(database, page, Outcome(Stage.REFUSED, refused.text), now, refused.check)
            return page.id

        return self._journal.submit(work)

    def step(self, page: Page, stage: Stage, detail: Mapping[str, Any] | None = None) -> Future[int]:
        """One step, now."""
        step = Step(stage, self._clock.now(), detail=detail)
        return self._journal.submit(lambda database: _write(database, page, step))

    def close(self, page: Page, outcome: Outcome) -> Future[None]:
        """The last step."""
        now = self._clock.now()
        return self._journal.submit(lambda database: _finish(database, page, outcome, now))

    def _insert(self, database: SqliteDatabase, time: int, user: User, command: Command) -> Page:
        row = {"time": time, "who": user.id, "equipment": command.equipment, "command": command.command, "tag": ""}
        number = int(CommandTable.insert(row).execute(database))
        return Page(number, user.id, command.equipment, self._areas.get(command.equipment, ""))

    def _recover(self, database: SqliteDatabase) -> int:
        rows = list(CommandTable.select().where(CommandTable.outcome.is_null()).execute(database))
        for row in rows:
            page = Page(row.id, row.who, row.equipment, self._areas.get(row.equipment, ""))
            _finish(database, page, Outcome(Stage.UNKNOWN, RESTARTED), self._clock.now())
        return len(rows)


def _finish(database: SqliteDatabase, page: Page, outcome: Outcome, now: int, check: str = "") -> None:
    reason = outcome.reason
    _write(database, page, Step(outcome.stage, now, check, {"fr": reason.fr, "en": reason.en}), "outcome")
    end = {"outcome": outcome.stage.value, "refused_by": check, "reason_fr": reason.fr, "reason_en": reason.en}
    CommandTable.update(end, closed_at=now).where(CommandTable.id == page.id).execute(database)


def _write(database: SqliteDatabase, page: Page, step: Step, word: str = "") -> int:
    """One step and its row of the chain; `word` is what it is called where that is not its stage."""
    word, result = word or step.stage.value, step.stage.value if word else step.result
    detail = {"id": page.id, **(step.detail or {})}
    if word == "outcome" and step.result:
        detail["check"] = step.result
    entry = Entry("command", word, page.who, page.equipment, page.area, result, detail, step.time)
    row = chain(plain(database), entry, step.time)
    kept = {"step": word, "time": step.time, "result": result, "detail": dict(step.detail or {})}
    StepTable.insert(kept, command=page.id, journal=row).execute(database)
    return row
