"""The ledger: every command and its steps, each time-stamped and chained in the journal, in the journal's own file.

A command without an outcome is one under way, or one a station died with. The next station gives it one before it takes
any other, by the last step that is written:

    nothing had left (`Stage.held`)          refused: it was not sent
    the step that proves it stands there     done
    anything else                            unknown: the field may have obeyed
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Any

from peewee import fn

from supervisor.clock import SECOND, Clock
from supervisor.database import SqliteDatabase, plain
from supervisor.desk.order import Command, Order
from supervisor.desk.states import Stage
from supervisor.errors import Refused
from supervisor.journal import Entry, Journal, chain
from supervisor.journal_tables import CommandTable, StepTable
from supervisor.model import NO_TEXT, Site, Text, User

RESTARTED = Text("Le poste a redémarré pendant la commande.", "station restarted")
UNSENT = Text(
    "Le poste a redémarré avant l'envoi : rien n'est parti.", "The station restarted before it was sent: nothing left."
)
PROVED = Text(
    "Le poste a redémarré, mais la preuve était déjà inscrite.", "The station restarted, but the proof was written."
)
RECENT_NS, RECENT = 86_400 * SECOND, 50_000
"""How far back a new station looks for when a command was last given: time, and steps."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a command."""

    stage: Stage
    """One of `supervisor.desk.states.OUTCOMES`."""
    reason: Text = NO_TEXT
    """Why, where it is not done."""
    check: str = ""
    """What said no at the last instant; empty where Vigie did not."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step as it is written."""

    stage: Stage
    time: int
    result: str = ""
    detail: Mapping[str, Any] | None = None
    who: str = ""
    """Who did it, where that is not who gave the command."""


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
        self.given: dict[tuple[str, str], int] = {}
        """(equipment, command) -> when it last left, ns UTC; of the last day, complete once `recovered` is."""
        self.recovered: Future[int] = journal.submit(self._recover)
        """How many commands were found open."""

    def open(
        self,
        order: Order,
        user: User,
        requested: int,
        interlocks: Mapping[str, float],
        stages: Sequence[Stage] = (Stage.JOURNALLED,),
    ) -> Future[Page]:
        """A command that passed its checks: its row, its first two steps and `stages`, in one transaction."""
        checked = self._clock.now()
        what = {"command": order.spec.id, "tag": order.tag.id, "value": order.value, "raw": order.raw}

        def work(database: SqliteDatabase) -> Page:
            page = self._insert(database, requested, user, Command(order.equipment.id, order.spec.id))
            aim = CommandTable.update(tag=order.tag.id, value=order.value, raw_value=order.raw)
            aim.where(CommandTable.id == page.id).execute(database)
            _write(database, page, Step(Stage.REQUESTED, requested, detail=what))
            _write(database, page, Step(Stage.CHECKED, checked, detail={"interlocks": dict(interlocks)}))
            for stage in stages:
                _write(database, page, Step(stage, self._clock.now(), detail=_detail(order, stage)))
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

    def go_on(self, page: Page, order: Order, steps: Sequence[Step]) -> Future[None]:
        """Several steps of a command that waited for a person, in one transaction."""

        def work(database: SqliteDatabase) -> None:
            for step in steps:
                _write(database, page, replace(step, detail={**_detail(order, step.stage), **(step.detail or {})}))

        return self._journal.submit(work)

    def close(self, page: Page, outcome: Outcome, check: str = "", who: str = "") -> Future[None]:
        """The last step; `check` is what refused it, and `who` the person where that is not who gave it."""
        now = self._clock.now()
        page = replace(page, who=who or page.who)
        return self._journal.submit(lambda database: _finish(database, page, outcome, now, check))

    def _insert(self, database: SqliteDatabase, time: int, user: User, command: Command) -> Page:
        row = {"time": time, "who": user.id, "equipment": command.equipment, "command": command.command, "tag": ""}
        number = int(CommandTable.insert(row).execute(database))
        return Page(number, user.id, command.equipment, self._areas.get(command.equipment, ""))

    def _recover(self, database: SqliteDatabase) -> int:
        rows = list(CommandTable.select().where(CommandTable.outcome.is_null()).execute(database))
        for row in rows:
            page = Page(row.id, row.who, row.equipment, self._areas.get(row.equipment, ""))
            outcome, check = _found(database, row.id)
            _finish(database, page, outcome, self._clock.now(), check)
        self._recall(database)
        return len(rows)

    def _recall(self, database: SqliteDatabase) -> None:
        """When each command was last given, for those that may not be given often."""
        table = StepTable
        left = table.select(table.time, CommandTable.equipment, CommandTable.command).join(CommandTable)
        newest = table.select(fn.MAX(table.id)).scalar(database) or 0  # a walk through all of them would take minutes
        late = (table.id > newest - RECENT) & (table.time > self._clock.now() - RECENT_NS)
        left = left.where((table.step == Stage.JOURNALLED) & late)
        for time, equipment, command in left.order_by(table.id).tuples().execute(database):
            self.given[equipment, command] = time


def _detail(order: Order, stage: Stage) -> dict[str, Any]:
    """What a step says of itself: how long it may wait, and what will prove the command."""
    spec = order.spec
    if stage is Stage.JOURNALLED:
        return {"proof": (Stage.CONFIRMED if spec.confirmation else Stage.READ_BACK).value}
    if stage is Stage.SELECTED:
        return {"within_s": spec.select_s}
    return {"within_s": spec.approval_s} if stage is Stage.AWAITING else {}


def _found(database: SqliteDatabase, command: int) -> tuple[Outcome, str]:
    """The outcome of a command a station died with, and the check that refused it."""
    table = StepTable
    steps = table.select(table.step, table.detail).where(table.command == command).order_by(table.id)
    told = {str(step): dict(detail) for step, detail in steps.tuples().execute(database)}
    last = Stage(next(reversed(told))) if told else Stage.REQUESTED
    if last.held:
        return Outcome(Stage.REFUSED, UNSENT), "restarted"
    if told.get(Stage.JOURNALLED.value, {}).get("proof") == last.value:
        return Outcome(Stage.DONE, PROVED), ""
    return Outcome(Stage.UNKNOWN, RESTARTED), ""


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
    entry = Entry("command", word, step.who or page.who, page.equipment, page.area, result, detail, step.time)
    row = chain(plain(database), entry, step.time)
    kept = {"step": word, "time": step.time, "result": result, "detail": dict(step.detail or {})}
    StepTable.insert(kept, command=page.id, journal=row).execute(database)
    return row
