"""Answers: what the station would have answered at an instant to the questions that pages ask by themselves.

They are told from the files (`supervisor.then`), in a thread, and once for each instant: pages ask every second or two.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from alarms.notify.then import notices
from alarms.replay import Standings
from alarms.states import State
from alarms.suppression import Hidden as Ways
from supervisor.model import BAD, Quality, Site
from supervisor.on_call import OnCall
from supervisor.replay import JournalUntil, LockOuts
from supervisor.shift.gather import Stood, gravest
from supervisor.shift.sheet import Hidden, Lock, Override, Standing
from supervisor.site.on_call import on_call_of
from supervisor.then import rounds, shift
from supervisor.then.schedule import Lost, Programmes
from ui.past.seen import Answer, Scene

NOTICES = "notify.db"
"""Beside the journal."""


class Answers:
    """See the module. One for the window: what does not depend on the instant is read once."""

    def __init__(self, site: Site, path: Path, locks: LockOuts) -> None:
        self._site, self._path, self._locks = site, path, locks
        self._programmes = Programmes(site, path)
        self._priority = {alarm.id: int(alarm.rule.priority) for alarm in site.alarms}
        self._on_call: OnCall | None = None

    def at(self, standings: Standings, journal: JournalUntil) -> Mapping[str, Answer]:
        """By the question, for one instant."""
        path, instant = self._path, journal.instant
        plain: dict[str, Callable[..., Mapping[str, Any]]] = {
            "rounds": lambda: rounds.rounds(path, instant),
            "round": lambda number: rounds.one_of(path, int(number), instant),
            "shift": lambda: self._shift(standings, journal),
            "shift_sheet": lambda number: shift.sheet_of(path, int(number), instant),
            "notices": lambda: self._notices(instant),
        }
        found = {act: _kept(work) for act, work in plain.items()}
        found["schedule"] = _fresh(lambda lost: self._programmes.state(instant, lost))
        found["schedule_course"] = _fresh(lambda lost, equipment: self._programmes.course(equipment, instant, lost))
        return found

    def _shift(self, standings: Standings, journal: JournalUntil) -> Mapping[str, Any]:
        instant = journal.instant
        overrides = [Override(one.equipment, one.who, one.until) for one in self._programmes.overrides(instant)]
        return shift.shift(self._site, self._path, instant, self._stood(standings, journal), overrides)

    def _stood(self, standings: Standings, journal: JournalUntil) -> Stood:
        by_hand = int(Ways.SHELVED | Ways.OUT_OF_SERVICE)
        known = [(id_, one) for id_, one in standings.items() if one.state and id_ in self._priority]
        standing = [
            Standing(id_, self._priority[id_], State(one.state).word, one.raised_at, one.taken_by, one.suppression > 0)
            for id_, one in known
        ]
        asides = [journal.aside(id_) for id_, one in standings.items() if one.suppression & by_hand]
        hidden = [Hidden(one.alarm, one.how, one.who, one.reason, one.until) for one in asides if one]
        locks = [
            Lock(one.equipment, one.who, one.reason, one.time, bool(one.asked_by))
            for one in self._locks.standing(journal.instant)
        ]
        return Stood(
            gravest(standing),
            tuple(sorted(hidden, key=lambda one: (one.until == 0, one.until, one.alarm))),
            tuple(locks),
            tuple(one.command for one in journal.under_way()),
            shift.substitutes(self._path, journal.instant),
        )

    def _notices(self, instant: int) -> Mapping[str, Any]:
        if self._on_call is None:
            self._on_call = on_call_of(self._site)
        return notices(self._on_call, self._path.with_name(NOTICES), instant, ZoneInfo(self._site.zone))


def _kept(work: Callable[..., Mapping[str, Any]]) -> Answer:
    """Worked out once for the same words."""
    known: dict[frozenset[tuple[str, Any]], Mapping[str, Any]] = {}

    async def answer(scene: Scene, said: Mapping[str, Any]) -> Mapping[str, Any]:
        key = frozenset(said.items())
        if key not in known:
            known[key] = await asyncio.to_thread(work, **said)
        return known[key]

    return answer


def _fresh(work: Callable[..., Mapping[str, Any]]) -> Answer:
    """Worked out each time: whether a feedback was good is not known of every tag at once."""

    async def answer(scene: Scene, said: Mapping[str, Any]) -> Mapping[str, Any]:
        quality = scene.table["quality"].copy()
        return await asyncio.to_thread(work, _lost(quality), **said)

    return answer


def _lost(quality: Any) -> Lost:
    bad = (quality >= BAD) & (quality != Quality.NEVER_READ)

    def lost(rows: Sequence[int]) -> bool:
        return bool(bad[np.array(rows, np.intp)].any())

    return lost
