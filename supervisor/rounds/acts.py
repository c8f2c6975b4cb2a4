"""What a window may ask of rounds: a dry run, to keep it, to let a stage go, to stop, to end, and how things stand."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec

from supervisor.clock import Clock
from supervisor.columns import Columns
from supervisor.desk.desk import Desk
from supervisor.errors import Refused, StoreError
from supervisor.journal import Journal, JournalReader
from supervisor.model import Site, Text, User
from supervisor.rounds.plan import Choice, Wish
from supervisor.rounds.runner import UNWRITTEN, Runner, operator
from supervisor.rounds.states import Mark, State
from supervisor.rounds.store import Counts, Round, Store, latest, one_of
from supervisor.rounds.trial import Trial, dry_run
from supervisor.serve import Act

MOST = 100
"""Rounds told at once."""


class _Plan(Wish, frozen=True):
    same: bool = True
    """Leave out what is already so."""
    refused: bool = True
    """Leave out what the dry run is refused."""


class _Of(msgspec.Struct, frozen=True):
    number: int


class _Release(msgspec.Struct, frozen=True):
    number: int
    stage: int
    """From 0: the one the person saw."""


class RoundDesk:
    """The records and the answers; the rules are in `runner`."""

    def __init__(self, site: Site, desk: Desk, table: Columns, journal: Journal, clock: Clock) -> None:
        """Raises StoreError where the rounds can't be read."""
        self._site, self._desk, self._table, self._path = site, desk, table, journal.path
        self._store = Store(site, journal, clock)
        self._counts: Counts = {}
        self.runner = Runner(site, desk, self._store, JournalReader(journal.path), clock)

    async def try_out(self, wish: Wish, user: User) -> Mapping[str, Any]:
        """Writes nothing. Raises Refused."""
        return _tried(await dry_run(self._site, self._desk, self._table, wish, user))

    async def plan(self, ask: _Plan, user: User) -> Mapping[str, Any]:
        """Tried out once more, and kept. Raises Refused."""

        async def work() -> Mapping[str, Any]:
            operator(user)
            trial = await dry_run(self._site, self._desk, self._table, _wish(ask), user)
            one = await self.runner.plan(trial, Choice(ask.same, ask.refused), user)
            return {"number": one.number}

        return await self._noted(work, 0, "plan", user)

    async def release(self, ask: _Release, user: User) -> Mapping[str, Any]:
        return await self._noted(lambda: self.runner.release(ask.number, ask.stage, user), ask.number, "release", user)

    async def stop(self, number: int, user: User) -> Mapping[str, Any]:
        return await self._noted(lambda: self.runner.halt(number, user), number, "stop", user)

    async def end(self, number: int, user: User) -> Mapping[str, Any]:
        return await self._noted(lambda: self.runner.end(number, user), number, "end", user)

    async def rounds(self) -> Mapping[str, Any]:
        """The newest ones, newest first."""
        return {"rounds": [self._told(*one) for one in await asyncio.to_thread(latest, self._path, MOST, self._counts)]}

    async def round(self, number: int) -> Mapping[str, Any]:
        """One with all its targets. Raises Refused."""
        one = self.runner.rounds.get(number) or await asyncio.to_thread(one_of, self._path, number)
        if one is None:
            raise Refused("unknown", NONE)
        counts: dict[str, int] = {}
        for target in one.targets:
            counts[target.state] = counts.get(target.state, 0) + 1
        return {**self._told(one, counts), **told_targets(one)}

    def _told(self, one: Round, counts: Mapping[str, int]) -> Mapping[str, Any]:
        return told(self.runner.rounds.get(one.number, one), counts, self.runner.busy(one.number))

    async def _noted(
        self, work: Callable[[], Awaitable[Mapping[str, Any] | None]], number: int, act: str, user: User
    ) -> Mapping[str, Any]:
        """The answer; a refusal is journalled on its way to who asked."""
        try:
            return await work() or {}
        except StoreError as error:
            raise Refused("journal", UNWRITTEN) from error
        except Refused as refused:
            self._store.refuse(self.runner.rounds.get(number), user.id, act, refused)
            raise


def round_acts(desk: RoundDesk) -> dict[str, Act]:
    """Those of the page of rounds."""

    async def round_dry_run(user: User, words: Mapping[str, Any]) -> Mapping[str, Any]:
        return await desk.try_out(msgspec.convert(words, Wish), user)

    async def round_plan(user: User, words: Mapping[str, Any]) -> Mapping[str, Any]:
        return await desk.plan(msgspec.convert(words, _Plan), user)

    async def round_release(user: User, words: Mapping[str, Any]) -> Mapping[str, Any]:
        return await desk.release(msgspec.convert(words, _Release), user)

    async def round_stop(user: User, words: Mapping[str, Any]) -> Mapping[str, Any]:
        return await desk.stop(msgspec.convert(words, _Of).number, user)

    async def round_end(user: User, words: Mapping[str, Any]) -> Mapping[str, Any]:
        return await desk.end(msgspec.convert(words, _Of).number, user)

    async def rounds(user: User, words: Mapping[str, Any]) -> Mapping[str, Any]:
        return await desk.rounds()

    async def round_(user: User, words: Mapping[str, Any]) -> Mapping[str, Any]:
        return await desk.round(msgspec.convert(words, _Of).number)

    made = (round_dry_run, round_plan, round_release, round_stop, round_end, rounds)
    return {act.__name__: act for act in made} | {"round": round_}


def _wish(ask: _Plan) -> Wish:
    return Wish(ask.type, ask.command, ask.value, ask.areas, ask.equipment, ask.without)


def _tried(trial: Trial) -> Mapping[str, Any]:
    """A dry run as it goes over the socket; reasons once, for a thousand cabinets may be refused for the same one."""
    reasons = _Reasons()
    rows = [
        [
            look.equipment.id, _number(look.now), _number(look.expected), look.same,
            reasons.at(look.refused.text) if look.refused else -1, look.refused.check if look.refused else "",
        ]
        for look in trial.looks
    ]  # fmt: skip
    return {
        "targets": rows, "reasons": reasons.told, "refused": dict(trial.refused), "same": trial.same,
        "changing": trial.changing, "power_kw": _number(trial.power_kw), "effect": [trial.effect.fr, trial.effect.en],
    }  # fmt: skip


def told(one: Round, counts: Mapping[str, int], busy: bool) -> Mapping[str, Any]:
    """A round as it goes over the socket; `counts` of its targets by state, `busy` while something is under way."""
    return {
        "number": one.number, "time": one.time, "who": one.who, "wish": msgspec.to_builtins(one.wish),
        "effect": [one.effect.fr, one.effect.en], "state": one.state.value, "changed_at": one.changed_at,
        "reason": [one.reason.fr, one.reason.en], "released_by": one.released_by, "counts": dict(counts),
        "busy": busy, "stage": one.stage if one.state is not State.ENDED else -1,
    }  # fmt: skip


def told_targets(one: Round) -> Mapping[str, Any]:
    """What became of each of its targets."""
    reasons = _Reasons()
    rows = [
        [
            target.equipment, target.stage, target.state.value, _number(target.before), _number(target.expected),
            0 if target.state is Mark.ASKING else target.command, reasons.at(target.reason), target.time,
        ]
        for target in one.targets
    ]  # fmt: skip
    return {"targets": rows, "reasons": reasons.told}


class _Reasons:
    """Sentences, each told once; -1 for none."""

    def __init__(self) -> None:
        self._known: dict[Text, int] = {}

    def at(self, text: Text) -> int:
        return self._known.setdefault(text, len(self._known)) if text.fr else -1

    @property
    def told(self) -> list[list[str]]:
        return [[text.fr, text.en] for text in self._known]


def _number(value: float) -> float | None:
    """JSON knows no NaN."""
    return None if value != value else value


NONE = Text("Cette commande groupée n'existe pas.", "There is no such round.")
