"""The ledger: every command and its steps, each time-stamped and chained in the journal, in the journal's own file.

A command without an outcome is one under way, or one a station died with: the next station gives it "unknown" before
it takes any other.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

import msgspec

from supervisor.clock import Clock
from supervisor.database import Connection
from supervisor.desk.order import Command, Order
from supervisor.desk.states import Stage
from supervisor.errors import Refused
from supervisor.journal import Entry, Journal, chain
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

        def work(connection: Connection) -> Page:
            page = self._insert(connection, requested, user, order.equipment.id, order.spec.id)
            connection.execute(
                "UPDATE commands SET tag = ?, value = ?, raw = ? WHERE id = ?",
                (order.tag.id, order.value, order.raw, page.id),
            )
            _write(connection, page, Step(Stage.REQUESTED, requested, detail=what))
            _write(connection, page, Step(Stage.CHECKED, checked, detail={"interlocks": dict(interlocks)}))
            _write(connection, page, Step(Stage.JOURNALLED, self._clock.now()))
            return page

        return self._journal.submit(work)

    def refuse(self, command: Command, user: User, requested: int, refused: Refused) -> Future[int]:
        """A command that was declined; it is kept like any other."""
        now = self._clock.now()

        def work(connection: Connection) -> int:
            page = self._insert(connection, requested, user, command.equipment, command.command)
            what = {"command": command.command, "value": command.value}
            _write(connection, page, Step(Stage.REQUESTED, requested, detail=what))
            _finish(connection, page, Outcome(Stage.REFUSED, refused.text), now, refused.check)
            return page.id

        return self._journal.submit(work)

    def step(self, page: Page, stage: Stage, detail: Mapping[str, Any] | None = None) -> Future[int]:
        """One step, now."""
        step = Step(stage, self._clock.now(), detail=detail)
        return self._journal.submit(lambda connection: _write(connection, page, step))

    def close(self, page: Page, outcome: Outcome) -> Future[None]:
        """The last step."""
        now = self._clock.now()
        return self._journal.submit(lambda connection: _finish(connection, page, outcome, now))

    def _insert(self, connection: Connection, time: int, user: User, equipment: str, command: str) -> Page:
        cursor = connection.execute(
            "INSERT INTO commands(time, who, equipment, command, tag) VALUES(?,?,?,?,'')",
            (time, user.id, equipment, command),
        )
        assert cursor.lastrowid is not None
        return Page(cursor.lastrowid, user.id, equipment, self._areas.get(equipment, ""))

    def _recover(self, connection: Connection) -> int:
        rows = connection.execute("SELECT id, who, equipment FROM commands WHERE outcome IS NULL").fetchall()
        for number, who, equipment in rows:
            page = Page(number, who, equipment, self._areas.get(equipment, ""))
            _finish(connection, page, Outcome(Stage.UNKNOWN, RESTARTED), self._clock.now())
        return len(rows)


def _finish(connection: Connection, page: Page, outcome: Outcome, now: int, check: str = "") -> None:
    detail = {"fr": outcome.reason.fr, "en": outcome.reason.en}
    _write(connection, page, Step(outcome.stage, now, check, detail), "outcome")
    connection.execute(
        "UPDATE commands SET outcome = ?, refused_by = ?, reason_fr = ?, reason_en = ?, closed_at = ? WHERE id = ?",
        (outcome.stage.value, check, outcome.reason.fr, outcome.reason.en, now, page.id),
    )


def _write(connection: Connection, page: Page, step: Step, word: str = "") -> int:
    """One step and its row of the chain; `word` is what it is called where that is not its stage."""
    word, result = word or step.stage.value, step.stage.value if word else step.result
    detail = {"id": page.id, **(step.detail or {})}
    if word == "outcome" and step.result:
        detail["check"] = step.result
    entry = Entry("command", word, page.who, page.equipment, page.area, result, detail, step.time)
    row = chain(connection, entry, step.time)
    text = msgspec.json.encode(dict(step.detail or {})).decode()
    connection.execute(
        "INSERT INTO steps(command, step, time, result, detail, journal) VALUES(?,?,?,?,?,?)",
        (page.id, word, step.time, result, text, row),
    )
    return row
