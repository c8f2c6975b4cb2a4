"""Plans: what is to be done about an alarm that comes too often, stands too long or is never believed; who, until when.

ISA-18.2 asks for an action plan for every alarm among the ten most frequent, the chattering, the fleeting and the
stale ones. A plan is a row of the journal and one of the table of plans, in one transaction; a new one takes the place
of the last, one without text lets it go.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from supervisor.clock import Clock
from supervisor.database import SqliteDatabase, plain, snapshot
from supervisor.errors import Refused, StoreError
from supervisor.journal import Entry, Journal, chain, safe
from supervisor.journal_tables import PlanTable
from supervisor.model import Alarm, Role, Site, Text, User
from supervisor.people import People
from supervisor.serve import Act

log = logging.getLogger(__name__)

LONGEST = 400
"""Characters of a plan."""
LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Plan:
    """One that stands."""

    alarm: str
    """Id of the alarm."""
    text: str
    who: str
    """Who is to do it: a name, for it need not be a user of Vigie."""
    due: str
    """Day, such as 2026-12-31; empty where none is set."""
    author: str
    """Id of the user who wrote it."""
    time: int
    """When, ns UTC."""


class _Plan(msgspec.Struct, frozen=True):
    alarm: str
    text: str = ""
    who: str = ""
    due: str = ""


class Plans:
    """See the module."""

    def __init__(self, site: Site, people: People, journal: Journal, clock: Clock) -> None:
        self._alarms = {alarm.id: alarm for alarm in site.alarms}
        self._people = people
        self._journal = journal
        self._clock = clock

    async def set(self, ask: _Plan, user: User) -> None:
        """Keep it, or let it go where there is no text. Raises Refused, which is journalled too."""
        try:
            alarm = self._checked(ask, user)
            plan = Plan(alarm.id, ask.text.strip(), ask.who.strip(), ask.due.strip(), user.id, self._clock.now())
            await safe(self._journal.submit(lambda database: _write(database, plan, alarm.equipment.area)))
        except Refused as refused:
            detail = {"act": "plan", "text": ask.text[:LONGEST]}
            self._journal.append(Entry("access", "refused", user.id, ask.alarm, "", refused.check, detail))
            raise
        except StoreError as error:
            log.error("The plan for %s can't be journalled: %s", ask.alarm, error)
            raise Refused("journal", UNWRITTEN) from error

    def _checked(self, ask: _Plan, user: User) -> Alarm:
        alarm = self._alarms.get(ask.alarm)
        if alarm is None:
            raise Refused("unknown", NO_ALARM)
        if not self._people.holds(user, Role.OPERATOR, alarm.equipment.area):
            raise Refused("right", NO_RIGHT)
        if len(ask.text) > LONGEST or len(ask.who) > LONGEST_NAME:
            raise Refused("text", TOO_LONG)
        if ask.text.strip() and not ask.who.strip():
            raise Refused("text", NO_NAME)
        if ask.due.strip() and not _day(ask.due.strip()):
            raise Refused("text", NO_DAY)
        return alarm


def _day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text  # it reads 20261231 and 2026-W53-4 too
    except ValueError:
        return False


def _write(database: SqliteDatabase, plan: Plan, area: str) -> None:
    """The row of the chain and that of the table, together or not at all."""
    detail = {"text": plan.text, "responsible": plan.who, "due": plan.due}
    chain(plain(database), Entry("alarm", "plan", plan.author, plan.alarm, area, "done", detail), plan.time)
    table = PlanTable
    if not plan.text:
        table.delete().where(table.alarm == plan.alarm).execute(database)
        return
    row = {name: getattr(plan, name) for name in Plan.__slots__}
    table.insert(row).on_conflict_replace().execute(database)


def standing(path: Path) -> dict[str, Plan]:
    """Alarm id -> its plan, for any process and thread. Raises StoreError."""
    with snapshot(path) as database:
        rows = PlanTable.select(*(getattr(PlanTable, name) for name in Plan.__slots__)).tuples().execute(database)
        return {row[0]: Plan(*row) for row in rows}


def plan_acts(plans: Plans) -> dict[str, Act]:
    """That of the page of performance."""

    async def plan(user: User, words: Mapping[str, Any]) -> Mapping[str, Any]:
        await plans.set(msgspec.convert(words, _Plan), user)
        return {}

    return {"plan": plan}


NO_ALARM = Text("Cette alarme n'existe pas sur ce site.", "The site knows no such alarm.")
NO_RIGHT = Text(
    "Il faut être opérateur du secteur pour écrire un plan d'action.",
    "It takes an operator of the area to write an action plan.",
)
TOO_LONG = Text(
    f"Un plan d'action a {LONGEST} caractères au plus, et son responsable {LONGEST_NAME}.",
    f"An action plan has {LONGEST} characters at most, and who does it {LONGEST_NAME}.",
)
NO_NAME = Text("Indiquez qui s'en charge.", "Say who is to do it.")
NO_DAY = Text(
    "L'échéance s'écrit année-mois-jour, par exemple 2026-12-31.",
    "The due date is written year-month-day, such as 2026-12-31.",
)
UNWRITTEN = Text(
    "Le plan d'action ne peut pas être journalisé : il n'est pas enregistré.",
    "The action plan can't be journalled: it is not kept.",
)
