"""Store: the rounds in the file of the journal. What changes is written with its row of the chain in one transaction.

One thread of the journal per round: book "round", subject "R12".
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from peewee import fn

from supervisor.clock import Clock
from supervisor.database import SqliteDatabase, plain, snapshot
from supervisor.errors import Refused, StoreError
from supervisor.journal import Entry, Journal, chain, safe
from supervisor.journal_tables import RoundTable, RoundTargetTable
from supervisor.model import NO_TEXT, Site, Text, User
from supervisor.rounds.plan import Choice, Wish
from supervisor.rounds.stages import stage_of
from supervisor.rounds.states import Event, Mark, State, mark, step
from supervisor.rounds.trial import TWO_PERSONS, Look, Trial

log = logging.getLogger(__name__)

BOOK = "round"
"""Category of the journal."""
_KINDS = {Event.THROUGH: "held", Event.LAST: "done"}
"""What the journal calls an event where that is another word."""
_OVER = [state.value for state in State if state.final]
SAME = Text("Déjà ainsi : rien à demander.", "Already so: nothing to ask.")
NOTHING_LEFT = Text(
    "Il ne reste rien à demander : tout est refusé, ou déjà ainsi.",
    "Nothing is left to ask for: all of it is refused, or already so.",
)


@dataclass(slots=True)
class Target:
    """One equipment of a round."""

    equipment: str
    stage: int
    """From 0; -1 for one that is left out."""
    state: Mark
    before: float = float("nan")
    """What the feedback read when it was planned; NaN where nobody knew."""
    expected: float = float("nan")
    command: int = 0
    """Its number in the ledger, 0 for none; while it is being asked the newest number there was before."""
    reason: Text = NO_TEXT
    time: int = 0
    """When it came to its state, ns UTC; 0 while it waits."""


@dataclass(slots=True)
class Round:
    """A round as it stands."""

    number: int
    time: int
    who: str
    """Who planned it."""
    wish: Wish
    effect: Text
    state: State
    reason: Text = NO_TEXT
    """Why it is stopped."""
    released_by: str = ""
    """Who released it last: the commands since go in their name."""
    changed_at: int = 0
    targets: list[Target] = field(default_factory=list)

    @property
    def subject(self) -> str:
        """What the journal calls it."""
        return f"R{self.number}"

    @property
    def stage(self) -> int:
        """The stage that is under way or comes next: the first one in which somebody waits; -1 where nobody does."""
        return min((one.stage for one in self.targets if one.state is Mark.WAITING), default=-1)

    def of(self, stage: int) -> list[Target]:
        return [one for one in self.targets if one.stage == stage]


class Store:
    """The writing end. Everything raises StoreError where the file can't be written, and then nothing has changed."""

    def __init__(self, site: Site, journal: Journal, clock: Clock) -> None:
        self._site = site
        self._areas = {equipment.id: equipment.area for equipment in site.equipment}
        self._journal, self._clock = journal, clock

    def open(self) -> list[Round]:
        """Those that are not over. Waits for the disk."""
        return self._journal.submit(lambda database: read(database, unfinished=True)).result()

    async def keep(self, trial: Trial, choice: Choice, user: User) -> Round:
        """A dry run becomes a round. Raises Refused where there is nothing to do."""
        targets = list(_targets(trial.looks, choice))
        if not any(one.state is Mark.WAITING for one in targets):
            raise Refused("empty", NOTHING_LEFT)
        now = self._clock.now()
        made = Round(0, now, user.id, trial.wish, trial.effect, State.PLANNED, changed_at=now, targets=targets)

        def work(database: SqliteDatabase) -> int:
            row = {"time": now, "who": user.id, "wish": msgspec.to_builtins(trial.wish), "state": made.state.value}
            row |= {"effect_fr": made.effect.fr, "effect_en": made.effect.en, "changed_at": now}
            made.number = int(RoundTable.insert(row).execute(database))
            # plain SQL: for thousands of them the query builder takes a second, and other rows wait meanwhile
            insert = "INSERT INTO round_targets VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            plain(database).executemany(insert, ((made.number, *_row(one).values()) for one in targets))
            chain(plain(database), self._entry(made, "plan", user.id, self._planned(made)), now)
            return made.number

        await safe(self._journal.submit(work))
        return made

    async def move(self, one: Round, event: Event, who: str, reason: Text = NO_TEXT) -> None:
        """A round changes its state, at once for everybody else who asks; back again where that can't be written, but
        for a stop: that counts in any case, and its row is owed. Raises NoSuchRow."""
        before = (one.state, one.reason, one.released_by, one.changed_at)
        stage = one.stage
        one.state, one.changed_at, one.reason = step(one.state, event), self._clock.now(), reason
        one.released_by = who if event is Event.RELEASE else one.released_by
        detail: dict[str, Any] = {"fr": reason.fr, "en": reason.en} if reason.fr else {}
        if event is Event.RELEASE:
            waiting = sum(target.state is Mark.WAITING for target in one.of(stage))
            detail |= {"stage": stage + 1, "count": waiting}
        entry = self._entry(one, _KINDS.get(event, event.value), who, detail)
        try:
            await safe(self._journal.submit(self._moving(one, entry)))
        except StoreError as error:
            if event is not Event.STOP:
                one.state, one.reason, one.released_by, one.changed_at = before
                raise
            log.error("Round %d is stopped, which is not in its file: %s", one.number, error)
            self._journal.append(entry)

    def _moving(self, one: Round, entry: Entry) -> Callable[[SqliteDatabase], int]:
        row = {
            "state": one.state.value, "reason_fr": one.reason.fr, "reason_en": one.reason.en,
            "released_by": one.released_by, "changed_at": one.changed_at,
        }  # fmt: skip
        now = one.changed_at

        def work(database: SqliteDatabase) -> int:
            RoundTable.update(row).where(RoundTable.id == one.number).execute(database)
            return chain(plain(database), entry, now)

        return work

    async def turn(
        self, one: Round, target: Target, to: Mark, command: int | None = None, reason: Text = NO_TEXT
    ) -> None:
        """A target changes its state; its outcome is a row of the thread too. What can't be written before it is asked
        is not asked; an outcome that can't be written is true all the same. Raises NoSuchRow."""
        before = (target.state, target.time, target.command)
        target.state, target.time, target.reason = mark(target.state, to), self._clock.now(), reason
        target.command = target.command if command is None else command
        entry = self._outcome(one, target) if to.final else None
        row, now = _row(target), target.time

        def work(database: SqliteDatabase) -> None:
            table = RoundTargetTable
            here = (table.round == one.number) & (table.equipment == target.equipment)
            table.update(row).where(here).execute(database)
            if entry:
                chain(plain(database), entry, now)

        try:
            await safe(self._journal.submit(work))
        except StoreError:
            if to is Mark.ASKING:
                target.state, target.time, target.command = before
            if entry:
                self._journal.append(entry)  # owed: what became of it is told once the disk takes rows again
            raise

    def refuse(self, one: Round | None, who: str, act: str, refused: Refused) -> None:
        """Somebody asked for what they may not; kept without waiting."""
        self._journal.append(
            Entry(BOOK, "refused", who, one.subject if one else "", "", refused.check, {"act": f"round_{act}"})
        )

    def _planned(self, one: Round) -> Mapping[str, Any]:
        """What the first row of the thread says: what is asked of whom, and what the dry run expects of it."""
        type_ = self._site.types[one.wish.type]
        name, effect = type_.commands[one.wish.command].name, one.effect
        return {
            "count": len(one.targets), "left_out": sum(target.state is Mark.LEFT_OUT for target in one.targets),
            "fr": f"{name.fr} – {type_.name.fr} – {effect.fr}", "en": f"{name.en} – {type_.name.en} – {effect.en}",
            "wish": msgspec.to_builtins(one.wish),
        }  # fmt: skip

    def _outcome(self, one: Round, target: Target) -> Entry:
        detail: dict[str, Any] = {"equipment": target.equipment, "id": target.command}
        if target.reason.fr:
            detail |= {"fr": target.reason.fr, "en": target.reason.en}
        area = self._areas.get(target.equipment, "")
        return Entry(BOOK, "round_target", one.released_by, one.subject, area, target.state.value, detail)

    def _entry(self, one: Round, kind: str, who: str, detail: Mapping[str, Any]) -> Entry:
        return Entry(BOOK, f"round_{kind}", who, one.subject, "", "", detail)


def _targets(looks: Sequence[Look], choice: Choice) -> Iterable[Target]:
    """What is asked, by stages, in the order of the site; then what is not."""
    out = [
        look
        for look in looks
        if (look.refused and (choice.refused or look.refused.check == TWO_PERSONS)) or (choice.same and look.same)
    ]
    left = {look.equipment.id for look in out}
    asked = [look for look in looks if look.equipment.id not in left]
    for look, stage in zip(asked, stage_of(len(asked)), strict=True):
        yield Target(look.equipment.id, stage, Mark.WAITING, look.now, look.expected)
    for look in out:
        why = look.refused.text if look.refused else SAME
        yield Target(look.equipment.id, -1, mark(Mark.WAITING, Mark.LEFT_OUT), look.now, look.expected, reason=why)


def _row(target: Target) -> dict[str, Any]:
    return {
        "equipment": target.equipment, "stage": target.stage, "state": target.state.value,
        "before": _known(target.before), "expected": _known(target.expected), "command": target.command,
        "reason_fr": target.reason.fr, "reason_en": target.reason.en, "time": target.time,
    }  # fmt: skip


def _known(value: float) -> float | None:
    """The file keeps no NaN."""
    return None if value != value else value


# ------------------------------------------------------------ reading
Counts = dict[int, Mapping[str, int]]
"""Round -> how many of its targets are in which state."""


def latest(path: Path, n: int, known: Counts) -> list[tuple[Round, Mapping[str, int]]]:
    """The newest rounds, and all that are not over, newest first, without their targets but with their counts. Those of
    rounds that are over are counted once, and kept in `known`."""
    with snapshot(path) as database:
        newest = RoundTable.select(RoundTable.id).order_by(RoundTable.id.desc()).limit(n)
        listed = RoundTable.select().where(RoundTable.id.in_(newest) | RoundTable.state.not_in(_OVER))
        rounds = [_round(row) for row in listed.order_by(RoundTable.id.desc()).execute(database)]
        table = RoundTargetTable
        query = table.select(table.round, table.state, fn.COUNT(table.equipment)).group_by(table.round, table.state)
        query = query.where(table.round.in_([one.number for one in rounds if one.number not in known]))
        counts: dict[int, dict[str, int]] = {one.number: {} for one in rounds}
        for number, state, count in query.tuples().execute(database):
            counts[number][state] = count
        known.update({one.number: counts[one.number] for one in rounds if one.state.final and one.number not in known})
        return [(one, known.get(one.number, counts[one.number])) for one in rounds]


def bare(database: SqliteDatabase, instant: int, n: int) -> list[Round]:
    """The newest rounds that were planned by an instant, newest first, without their targets."""
    query = RoundTable.select().where(RoundTable.time <= instant).order_by(RoundTable.id.desc()).limit(n)
    return [_round(row) for row in query.execute(database)]


def one_of(path: Path, number: int) -> Round | None:
    """One round with its targets; None where there is none of that number."""
    with snapshot(path) as database:
        return next(iter(read(database, number=number)), None)


def read(database: SqliteDatabase, number: int = 0, unfinished: bool = False) -> list[Round]:
    """Rounds with their targets."""
    query = RoundTable.select()
    if number:
        query = query.where(RoundTable.id == number)
    if unfinished:
        query = query.where(RoundTable.state.not_in(_OVER))
    rounds = {row.id: _round(row) for row in query.order_by(RoundTable.id).execute(database)}
    table = RoundTargetTable
    rows = table.select().where(table.round.in_(list(rounds))).order_by(table.round, table.stage, table.equipment)
    for row in rows.tuples().execute(database):
        rounds[row[0]].targets.append(_target(row[1:]))
    return list(rounds.values())


def _round(row: RoundTable) -> Round:
    effect, reason = Text(row.effect_fr, row.effect_en), Text(row.reason_fr, row.reason_en)
    wish = msgspec.convert(row.wish, Wish)
    return Round(row.id, row.time, row.who, wish, effect, State(row.state), reason, row.released_by, row.changed_at)


def _target(row: Sequence[Any]) -> Target:
    equipment, stage, state, before, expected, command, reason_fr, reason_en, time = row
    nan = float("nan")
    before, expected = (nan if value is None else value for value in (before, expected))
    return Target(equipment, stage, Mark(state), before, expected, command, Text(reason_fr, reason_en), time)
