"""Programmes as they were: the plan is a function of the instant, the ledger is its memory (ADR 0020).

The plan is that of the programmes as they are configured today: what they were then, no file of the station says. What
was still to be asked for is not known either.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from supervisor.clock import SECOND
from supervisor.database import Connection, reading
from supervisor.desk.states import Stage
from supervisor.journal_tables import OVERRIDING
from supervisor.model import Site
from supervisor.replay import command_by
from supervisor.schedule.acts import MOST, told_target
from supervisor.schedule.course import Course, courses, end_of
from supervisor.schedule.plan import bundles
from supervisor.schedule.programmes import SCHEDULER, Schedule, Until
from supervisor.schedule.store import Override
from supervisor.site.programmes import schedule_of

BACK = 2 * 86_400 * SECOND
"""How far back a command of a programme is looked for; those that matter are younger than the last point."""
Lost = Callable[[Sequence[int]], bool]
"""Whether any of these rows of the table had no good value."""


class Programmes:
    """See the module. Reads the programmes at the first question; what was taken in hand is kept in mind."""

    def __init__(self, site: Site, path: Path, read: Callable[[Site], Schedule] = schedule_of) -> None:
        self._site, self._path, self._read = site, path, read
        self._lock = threading.Lock()
        self._courses: dict[str, Course] | None = None
        self._rows: list[tuple[int, Override | None, str]] = []
        """Time, the override that began, None where one ended, and its equipment."""
        self._last = 0

    def state(self, instant: int, lost: Lost) -> Mapping[str, Any]:
        """As the act `schedule`."""
        known, tried = self._known(), self._tried(instant)
        troubles = [
            {"equipment": id_, "outcome": found[0], "fr": found[1], "en": found[2]}
            for id_ in tried if id_ in known and (found := self._trouble(known[id_], tried, instant))
        ]  # fmt: skip
        overrides = [msgspec.to_builtins(one) for one in self.overrides(instant)]
        return {
            "overrides": overrides[:MOST], "troubles": troubles[:MOST], "waiting": 0,
            "lost": sum(lost(one.rows) for one in known.values()), "count": len(known),
        }  # fmt: skip

    def course(self, id_: str, instant: int, lost: Lost) -> Mapping[str, Any]:
        """As the act `schedule_course`."""
        course = self._known().get(id_)
        if course is None:
            return {"scheduled": False}
        event = course.bundle.following(instant)
        override = next((one for one in self.overrides(instant) if one.equipment == id_), None)
        trouble = self._trouble(course, self._tried(instant, id_), instant)
        return {
            "scheduled": True,
            "targets": [told_target(one) for one in course.bundle.state_at(instant).values()],
            "next": {"at": event.instant, "targets": [told_target(one) for one in event.changes]} if event else None,
            "override": msgspec.to_builtins(override) if override else None,
            "trouble": list(trouble) if trouble else None,
            "sunrise": end_of(course.bundle, Until.NIGHT, instant),
            "lost": lost(course.rows),
        }

    def overrides(self, instant: int) -> list[Override]:
        """What people had in hand, what ends first before the others."""
        with self._lock:
            self._extend()
            found: dict[str, Override] = {}
            for time, one, equipment in self._rows:
                if time > instant:
                    continue
                found.pop(equipment, None)
                if one is not None:
                    found[equipment] = one
        standing = sorted((one for one in found.values() if one.until > instant), key=lambda one: one.until)
        with reading(self._path) as connection:
            return [_since(connection, one) for one in standing]

    def _known(self) -> dict[str, Course]:
        with self._lock:
            if self._courses is None:
                self._courses = courses(self._site, bundles(self._read(self._site)))
            return self._courses

    def _extend(self) -> None:
        query = f"SELECT id, time, kind, who, subject, detail FROM journal WHERE id > ? AND {OVERRIDING} ORDER BY id"
        with reading(self._path) as connection:
            rows = connection.execute(query, (self._last,)).fetchall()
        for id_, time, kind, who, equipment, detail in rows:
            self._last, one = id_, None
            if kind == "override":
                said = msgspec.json.decode(detail)
                one = Override(equipment, who, time, int(said["until"]), str(said["mode"]), str(said["command"]))
            self._rows.append((time, one, equipment))

    def _tried(self, instant: int, equipment: str = "") -> dict[str, tuple[int, str, str, str]]:
        """Equipment -> time, outcome and reason of the last command of a programme, where it was not done."""
        query = (
            "SELECT equipment, time, closed_at, outcome, reason_fr, reason_en FROM commands"
            " WHERE who = ?1 AND time > ?2 AND time <= ?3 AND id > ?5 AND (?4 = '' OR equipment = ?4) ORDER BY id"
        )
        found: dict[str, tuple[int, str, str, str]] = {}
        with reading(self._path) as connection:
            first = command_by(connection, instant - BACK)
            words = (SCHEDULER.id, instant - BACK, instant, equipment, first)
            for id_, time, closed_at, outcome, fr, en in connection.execute(query, words):
                found.pop(id_, None)
                if outcome and closed_at <= instant and outcome != Stage.DONE:
                    found[id_] = (time, str(outcome), fr, en)
        return found

    def _trouble(
        self, course: Course, tried: Mapping[str, tuple[int, str, str, str]], instant: int
    ) -> tuple[str, str, str] | None:
        """What was not done of what is planned: until the next point, and as long as nobody has it in hand."""
        last = tried.get(course.equipment.id)
        if last is None:
            return None
        newest = max((target.since for target in course.bundle.state_at(instant).values()), default=instant)
        return last[1:] if last[0] >= newest else None


def _since(connection: Connection, one: Override) -> Override:
    """From the command that began it, where one did: it is heard of once its outcome is known."""
    query = "SELECT max(time) FROM commands WHERE equipment = ? AND command = ? AND who = ? AND time <= ?"
    row = connection.execute(query, (one.equipment, one.command, one.who, one.since)).fetchone()
    return replace(one, since=int(row[0])) if row[0] else one
