"""What a window may ask of the scheduler: how things stand, to hold a programme back, to let it go on."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from concurrent.futures import Future
from typing import Annotated, Any

import msgspec

from supervisor.clock import Clock
from supervisor.errors import Refused
from supervisor.journal import Entry, Journal, safe
from supervisor.model import Role, Text, User
from supervisor.people import People
from supervisor.schedule.plan import Target
from supervisor.schedule.programmes import Until
from supervisor.schedule.scheduler import BOOK, Scheduler, standing
from supervisor.schedule.store import Override
from supervisor.serve import Act

MOST = 500
"""Troubles told at once."""


class _Hold(msgspec.Struct, frozen=True):
    equipment: list[str]
    mode: Until = Until.EVENT
    until: Annotated[int, msgspec.Meta(ge=0, le=(1 << 63) - 1)] = 0
    """ns UTC; of the mode "time"."""


class _Resume(msgspec.Struct, frozen=True):
    equipment: list[str]


class _Of(msgspec.Struct, frozen=True):
    equipment: str


class ScheduleDesk:
    """The rights and the records of what is asked here."""

    def __init__(self, scheduler: Scheduler, people: People, journal: Journal, clock: Clock) -> None:
        self._scheduler, self._people, self._journal, self._clock = scheduler, people, journal, clock

    async def hold(self, ask: _Hold, user: User) -> None:
        """Done once it is on disk. Raises Refused, which is journalled too; either all or none."""
        now = self._clock.now()
        self._check(ask.equipment, user, "hold")
        if ask.mode is Until.TIME and ask.until <= now:
            raise self._refuse(Refused("range", PAST), user, "", "hold")
        ends = {
            id_: ask.until if ask.mode is Until.TIME else self._scheduler.end_of(id_, ask.mode) for id_ in ask.equipment
        }
        await _kept([
            self._scheduler.override(id_, Override(id_, user.id, now, until, ask.mode)) for id_, until in ends.items()
        ])  # fmt: skip

    async def resume(self, ask: _Resume, user: User) -> None:
        """Done once it is on disk. Raises Refused."""
        self._check(ask.equipment, user, "resume")
        await _kept([self._scheduler.resume(id_, user.id) for id_ in ask.equipment])

    def state(self) -> Mapping[str, Any]:
        """Overrides, what could not be done, and how many still wait."""
        courses = self._scheduler.courses
        troubles = [
            {"equipment": id_, "outcome": str(one.trouble[0]), "fr": one.trouble[1].fr, "en": one.trouble[1].en}
            for id_, one in courses.items() if one.trouble
        ]  # fmt: skip
        overrides = [msgspec.to_builtins(one) for one in standing(courses.values())]
        return {
            "overrides": overrides[:MOST], "troubles": troubles[:MOST], "waiting": self._scheduler.waiting,
            "lost": sum(one.lost for one in courses.values()), "count": len(courses),
        }  # fmt: skip

    def course(self, id_: str) -> Mapping[str, Any]:
        """One equipment: what should be, what comes next, and what stands against it; nothing where it has none."""
        course = self._scheduler.courses.get(id_)
        if course is None:
            return {"scheduled": False}
        now, bundle = self._clock.now(), course.bundle
        state, event = bundle.state_at(now), self._scheduler.next_of(id_)
        return {
            "scheduled": True,
            "targets": [told_target(target) for target in state.values()],
            "next": {"at": event.instant, "targets": [told_target(one) for one in event.changes]} if event else None,
            "override": msgspec.to_builtins(course.override) if course.override else None,
            "trouble": [str(course.trouble[0]), course.trouble[1].fr, course.trouble[1].en] if course.trouble else None,
            "sunrise": self._scheduler.end_of(id_, Until.NIGHT),
            "lost": course.lost,
        }

    def _check(self, equipment: list[str], user: User, act: str) -> None:
        for id_ in equipment:
            course = self._scheduler.courses.get(id_)
            if course is None:
                raise self._refuse(Refused("unknown", _unscheduled(id_)), user, id_, act)
            if not self._people.holds(user, Role.OPERATOR, course.equipment.area):
                raise self._refuse(Refused("right", NO_RIGHT), user, id_, act)

    def _refuse(self, refused: Refused, user: User, id_: str, act: str) -> Refused:
        self._journal.append(Entry(BOOK, "refused", user.id, id_, "", refused.check, {"act": act}))
        return refused


def schedule_acts(desk: ScheduleDesk) -> dict[str, Act]:
    """Those of the page of programmes and of the faceplate."""

    async def schedule(user: User, words: Mapping[str, Any]) -> Mapping[str, Any]:
        return desk.state()

    async def schedule_course(user: User, words: Mapping[str, Any]) -> Mapping[str, Any]:
        return desk.course(msgspec.convert(words, _Of).equipment)

    async def schedule_hold(user: User, words: Mapping[str, Any]) -> Mapping[str, Any]:
        await desk.hold(msgspec.convert(words, _Hold), user)
        return {}

    async def schedule_resume(user: User, words: Mapping[str, Any]) -> Mapping[str, Any]:
        await desk.resume(msgspec.convert(words, _Resume), user)
        return {}

    return {act.__name__: act for act in (schedule, schedule_course, schedule_hold, schedule_resume)}


async def _kept(futures: list[Future[int]]) -> None:
    """What can't be written is owed to the journal and stands all the same."""
    await asyncio.gather(*map(safe, futures), return_exceptions=True)


def told_target(target: Target) -> Mapping[str, Any]:
    action = target.action
    return {"programme": target.programme, "command": action.command, "tag": action.tag, "value": action.value}


NO_RIGHT = Text(
    "Vous n'avez pas le droit de reprendre ou de suspendre un programme ici : il faut y être opérateur.",
    "You have no right to hold or resume a programme here: it takes an operator of the area.",
)
PAST = Text("Cette heure est déjà passée : choisissez-en une à venir.", "That time has passed: choose one to come.")


def _unscheduled(id_: str) -> Text:
    return Text(f"Aucun programme ne commande « {id_} ».", f'No programme commands "{id_}".')
