"""Scheduler: sees to it that what is planned is so. It asks the Desk like anybody else, and writes nothing itself.

    plan ─ events ──┐
    restart ────────┤                     feedback differs,
    link came back ─┼─> due ─ so many a second ─> condition holds ─> Desk.submit ─> outcome
    override ended ─┘                     not asked for before

Rules:
- What should be now is compared with the feedback; only what differs is asked for. Missed events are not replayed.
- Nothing is asked for while the feedback is bad; what should be then is asked for when it is good.
- One target is asked for once. Refused, failed or unknown stays so until the next point of the programme: the ledger
  tells, so it holds over a restart and a kill too. What somebody commands at that moment is asked for behind them.
- Where the condition of a programme does not hold, it is looked at again until the next point: once it has held for a
  minute, what should be then is taken up. What was taken up is not undone. The end of a window asks for no condition.
- A command of a person on what a programme writes is an override: the programme leaves the equipment alone until it
  ends, by itself or by hand. Both ends are journalled.
- When the machine's clock is set, or the machine slept, it goes on with what should be then.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Sequence
from concurrent.futures import Future

import numpy as np

from supervisor.clock import SECOND, Clock
from supervisor.columns import Columns
from supervisor.desk.desk import Desk
from supervisor.desk.states import Stage
from supervisor.errors import Refused, StoreError
from supervisor.journal import CommandRow, Entry, Journal, JournalReader
from supervisor.model import BAD, NO_TEXT, Site, Text
from supervisor.schedule.conditions import holds, told
from supervisor.schedule.course import Course, Lack, behind, courses, end_of, lacking, watched
from supervisor.schedule.plan import Bundle, Event, State, Target, bundles
from supervisor.schedule.programmes import SCHEDULER, Schedule, Until
from supervisor.schedule.store import Override, Store

BOOK = "schedule"
"""Category of the journal."""
TICK_S = 1.0
JUMP_S = 90.0
"""Between two looks; after more the machine slept, or its clock was set."""
LOOKS = 500
"""Equipment compared in one look, some ten milliseconds: the rest follows in the next."""
MOST_HEARD = 50_000
"""Commands that may have been given since the last look: far more than a round for a whole city gives in a second."""
FAIR_S = 60.0
"""So long a condition that did not hold must hold before it counts: a rain gauge that flickers opens no valve."""
RECENT = 20
"""Commands of an equipment among which one for the same target is looked for."""
BUSY = "busy"
"""The check of the desk that refuses only as long as somebody else's command is under way."""
UNREAD = Text(
    "Le journal ne peut pas être lu : rien n'est commandé sans savoir ce qui l'a déjà été.",
    "The journal cannot be read: nothing is commanded without knowing what was before.",
)
HELD = Text(
    "La condition du programme n'est pas remplie ({}) : elle est surveillée jusqu'au prochain changement prévu.",
    "The condition of the programme does not hold ({}): it is watched until the next planned change.",
)

log = logging.getLogger(__name__)


class Scheduler:
    """See the module. `run` until cancelled, then `stop`."""

    def __init__(
        self, site: Site, schedule: Schedule, desk: Desk, parts: tuple[Columns, Journal, Store, Clock]
    ) -> None:
        """`parts`: the columns of the tag table, the journal, the own file, the time."""
        self.schedule = schedule
        self.bundles = bundles(schedule)
        self.courses = courses(site, self.bundles)
        self._site, self._desk = site, desk
        self._table, self._journal, self._store, self._clock = parts
        self._reader = JournalReader(self._journal.path)
        self._programmes = {one.id: one for one in schedule.programmes}
        self._watched = watched(site, self.courses)
        self._due: dict[str, None] = dict.fromkeys(self.courses)
        self._waiting: dict[str, None] = {}
        """Equipment whose condition did not hold."""
        self._next: list[Event | None] = []
        self._states: dict[int, State] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._looked = 0
        self._allowed = 0.0
        self._seen = 0
        self._open: dict[int, str] = {}
        """Commands of others whose outcome is not known yet, and their equipment."""
        self._rows = np.array([row for one in self.courses.values() for row in one.rows], np.intp)
        self._of = np.repeat(np.arange(len(self.courses)), [len(one.rows) for one in self.courses.values()])

    async def run(self) -> None:
        """For ever. Does nothing where the site has no programme."""
        await self._restore()
        while self.courses:
            await self._look()
            await self._clock.sleep(TICK_S)
        await asyncio.Event().wait()

    async def stop(self) -> None:
        """Ask for nothing more; a command that has left goes on at the desk."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def waiting(self) -> int:
        """Equipment that is to be compared, or under way."""
        return len(self._due) + sum(course.busy for course in self.courses.values())

    # ------------------------------------------------------------ looking
    async def _restore(self) -> None:
        kept = await self._store.recall(self._clock)
        self._seen = kept.heard
        for id_, course in self.courses.items():
            course.fresh = kept.resumed.get(id_, 0)
        for one in kept.overrides:
            if one.equipment in self.courses:
                self.courses[one.equipment].override = one
        if not self.courses:
            if self._seen >= 0:
                self._store.hear(-1)  # the next start with programmes is a first one again
        elif self._seen < 0:  # the first start with programmes: what was commanded before is nobody's override
            latest = await asyncio.to_thread(self._reader.commands, 1)
            self._seen = latest[0].id if latest else 0
            self._store.hear(self._seen)

    async def _look(self) -> None:
        """Once a second."""
        now = self._clock.now()
        passed = (now - self._looked) / SECOND
        if not -TICK_S <= passed <= JUMP_S:
            await self._begin(now)
        else:
            await self._events(now)
        self._looked = now
        await self._hear(now)
        self._return(now)
        self._links()
        self._states.clear()
        self._look_again(now)
        pace = self.schedule.per_second
        self._allowed = min(self._allowed + pace * max(passed, 0.0), max(pace, 1.0))
        self._start()

    async def _begin(self, now: int) -> None:
        """The first look, or the clock was set: everything is compared once more."""
        if self._looked:
            self._journal.append(Entry(BOOK, "clock", SCHEDULER.id, detail={"from": self._looked, "to": now}))
        self._due |= dict.fromkeys(self.courses)
        self._waiting.clear()
        for course in self.courses.values():
            course.fresh = min(course.fresh, now)  # by a clock that was ahead: what comes now is later all the same
        self._next = [await asyncio.to_thread(bundle.following, now) for bundle in self.bundles]

    async def _events(self, now: int) -> None:
        for number, bundle in enumerate(self.bundles):
            event = self._next[number]
            if event is None or event.instant > now:
                continue
            members = [id_ for id_ in bundle.members if id_ in self.courses]
            self._due |= dict.fromkeys(members)
            for id_ in members:
                self.courses[id_].trouble = None
                self._waiting.pop(id_, None)
            self._next[number] = await asyncio.to_thread(bundle.following, now)

    def _links(self) -> None:
        """What has lost its feedback, and what has it again."""
        bad = self._table["quality"][self._rows] >= BAD
        lost = np.bincount(self._of, bad, len(self.courses)) > 0
        for course, now_lost in zip(self.courses.values(), lost.tolist(), strict=True):
            if course.lost and not now_lost:
                self._due[course.equipment.id] = None
            course.lost = now_lost

    # ------------------------------------------------------------ overrides
    async def _hear(self, now: int) -> None:
        """Commands of people on what programmes write, once their outcome is known."""
        try:
            fresh = await asyncio.to_thread(self._reader.commands, MOST_HEARD, "", self._seen)
            again = [await asyncio.to_thread(self._reader.command, number) for number in sorted(self._open)]
        except StoreError as error:
            log.warning("Commands of others cannot be read: %s", error)
            return
        for row in [*(row for row in again if row), *reversed(fresh)]:
            self._open.pop(row.id, None)
            if row.who == SCHEDULER.id:
                continue
            if not row.outcome:
                self._open[row.id] = row.equipment
            elif row.outcome != Stage.REFUSED:
                self._taken(row, now)
        if fresh:
            self._seen = fresh[0].id
            self._store.hear(min(self._open, default=self._seen + 1) - 1)

    def _taken(self, row: CommandRow, now: int) -> None:
        """An override from the instant of the command; one that is over since, for the station was down, is none."""
        course = self.courses.get(self._watched.get(row.tag, ""))
        # somebody may have resumed it, or held it anew, before the outcome was known: then the later act counts
        if course is None or row.time <= max(course.fresh, course.override.since if course.override else 0):
            return
        state = course.bundle.state_at(row.time)
        programme = next((self._programmes[target.programme] for target in state.values()), None)
        mode = programme.override if programme else Until.EVENT
        until = end_of(course.bundle, mode, row.time)
        if until > now:
            id_ = course.equipment.id
            self.override(id_, Override(id_, row.who, row.time, until, mode, row.command))

    def next_of(self, equipment: str) -> Event | None:
        """What is planned next for an equipment."""
        number = self.bundles.index(self.courses[equipment].bundle)
        return self._next[number] if self._next else None

    def end_of(self, equipment: str, mode: Until) -> int:
        """When an override of now would end, ns UTC."""
        return end_of(self.courses[equipment].bundle, mode, self._clock.now())

    def override(self, equipment: str, override: Override) -> Future[int]:
        """Leave the equipment alone until then; journalled. The future is done once that is on disk."""
        course = self.courses[equipment]
        course.override = override
        if equipment in self._waiting:  # whoever takes it in hand waits for no condition
            del self._waiting[equipment]
            course.trouble = None
        detail = {"until": override.until, "mode": override.mode, "command": override.command}
        entry = Entry(BOOK, "override", override.who, equipment, course.equipment.area, "done", detail)
        return self._store.keep(override, entry)

    def resume(self, equipment: str, who: str) -> Future[int]:
        """The programme goes on with what should be now; journalled. The future is done once that is on disk."""
        course = self.courses[equipment]
        course.override, course.trouble, course.fresh = None, None, self._clock.now()
        course.held.clear()
        self._due[equipment] = None
        entry = Entry(BOOK, "resume", who, equipment, course.equipment.area, "done")
        return self._store.drop(equipment, course.fresh, entry)

    def _return(self, now: int) -> None:
        for id_, course in self.courses.items():
            if course.override and course.override.until <= now:
                self.resume(id_, SCHEDULER.id)

    # ------------------------------------------------------------ conditions
    def _look_again(self, now: int) -> None:
        """Whether a condition that did not hold does now; so many in one look, the others first in the next."""
        ready = [id_ for id_ in self._waiting if not self.courses[id_].busy]  # it may be at what does not hang on it
        for id_ in ready[:LOOKS]:
            course = self.courses[id_]
            del self._waiting[id_]
            aside = course.override or course.lost  # each of them ends with a comparison
            lacks = [] if aside else lacking(self._site, course, self._state(course.bundle), self._table)
            if not lacks:
                course.trouble = None
                continue
            held = [one for one in lacks if self._programmes[one.target.programme].condition]
            fair = any(self._fair(course, one.target) for one in held or lacks)
            course.fair = (course.fair or now) if fair else 0
            if fair and now - course.fair >= FAIR_S * SECOND:
                self._due[id_] = None
            else:
                self._waiting[id_] = None

    def _fair(self, course: Course, target: Target) -> bool:
        """Whether nothing but the equipment itself stands against asking for it."""
        condition = self._programmes[target.programme].condition
        return target.ends or condition is None or holds(condition, self._site, course.equipment, self._table)

    def _hold_back(self, course: Course, target: Target) -> None:
        """Look at the condition again; journalled once for each target."""
        programme, subject = self._programmes[target.programme], course.equipment
        condition, text = programme.condition, programme.condition.text if programme.condition else ""
        said = told(condition, self._site, subject) if condition else NO_TEXT
        course.trouble = ("held", Text(HELD.fr.format(said.fr), HELD.en.format(said.en)))
        course.fair = 0
        self._waiting[subject.id] = None
        if course.held.get(programme.id) != (target.since, target.action.command):
            course.held[programme.id] = (target.since, target.action.command)
            detail = {"programme": programme.id, "command": target.action.command, "only_if": text}
            self._journal.append(Entry(BOOK, "held", SCHEDULER.id, subject.id, subject.area, "", detail))

    # ------------------------------------------------------------ asking
    def _state(self, bundle: Bundle) -> State:
        key = id(bundle)
        if key not in self._states:
            self._states[key] = bundle.state_at(self._clock.now())
        return self._states[key]

    def _start(self) -> None:
        """Begin with as many as the pace allows. What needs nothing costs nothing of it; what others command waits."""
        looks, theirs = 0, set(self._open.values())
        for id_ in list(self._due):
            course = self.courses[id_]
            if course.lost or course.override or course.busy or id_ in theirs:
                continue
            looks += 1
            if looks > LOOKS:
                break
            lacks = lacking(self._site, course, self._state(course.bundle), self._table)
            if not lacks:
                del self._due[id_]
            elif self._allowed >= 1.0:
                self._allowed -= 1.0
                del self._due[id_]
                course.busy = True
                self._spawn(course)

    def _spawn(self, course: Course) -> None:
        task = asyncio.create_task(self._follow(course), name="programme")
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception():
            log.error("A programme failed", exc_info=task.exception())

    async def _follow(self, course: Course) -> None:
        """Ask for what is lacking, one after the other, as long as each is done. What a condition holds back holds up
        nothing but what hangs on it: another programme of the equipment goes on."""
        asked, held = set[str](), list[Lack]()
        try:
            while True:
                state = course.bundle.state_at(self._clock.now())
                left = (one for one in self._lacks(course, state) if one.target.tag not in asked)
                lack = next((one for one in left if not behind(self._site, one, held)), None)
                if lack is None:
                    return
                asked.add(lack.target.tag)
                if not await self._ask(course, lack, state):
                    if course.equipment.id not in self._waiting:
                        return
                    held.append(lack)
        except StoreError as error:
            log.warning("Whether %s was commanded before cannot be read: %s", course.equipment.id, error)
            course.trouble = (Stage.REFUSED, UNREAD)
        finally:
            course.busy = False

    def _lacks(self, course: Course, state: State) -> Sequence[Lack]:
        return [] if course.override else lacking(self._site, course, state, self._table)

    async def _ask(self, course: Course, lack: Lack, state: State) -> bool:
        """Whether to go on with what comes after."""
        newest = max(target.since for target in state.values())
        tried = await self._tried(lack, max(newest, course.fresh))
        if tried:
            course.trouble = (tried.outcome, Text(tried.reason_fr, tried.reason_en))
            return False
        if course.override:  # somebody took it in hand while the journal was read
            return False
        if not self._fair(course, lack.target):
            self._hold_back(course, lack.target)
            return False
        try:
            number = await self._desk.submit(lack.command, SCHEDULER)
        except Refused as refused:
            if refused.check == BUSY:
                self._due[course.equipment.id] = None
            else:
                course.trouble = (Stage.REFUSED, refused.text)
            return False
        return await self._outcome(course, number)

    async def _outcome(self, course: Course, number: int) -> bool:
        try:
            outcome = await self._desk.outcome(number)
            stage, reason = outcome.stage, outcome.reason
        except KeyError:  # it ended before it was asked about
            row = await asyncio.to_thread(self._reader.command, number)
            stage = Stage(row.outcome) if row and row.outcome else Stage.UNKNOWN
            reason = Text(row.reason_fr, row.reason_en) if row else NO_TEXT
        if stage is not Stage.DONE:
            course.trouble = (stage, reason)
        elif course.equipment.id not in self._waiting:
            course.trouble = None
        return stage is Stage.DONE

    async def _tried(self, lack: Lack, since: int) -> CommandRow | None:
        """The command for this very target that was not done, if there was one since."""
        rows = await asyncio.to_thread(self._reader.commands, RECENT, lack.order.equipment.id)
        action = lack.target.action
        for row in rows:
            same = row.command == action.command and (row.value is None or row.value == action.value)
            if row.who == SCHEDULER.id and row.time >= since and same and row.refused_by != BUSY:
                return row if row.outcome != Stage.DONE else None
        return None


def standing(known: Iterable[Course]) -> list[Override]:
    """Overrides, those that end first."""
    return sorted((course.override for course in known if course.override), key=lambda one: one.until)
