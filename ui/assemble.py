"""The station, put together. No Qt.

    site → columns → links with drivers → alarms → historian → desk → socket

`vigie station`, the tests and the benchmarks all start here.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from types import TracebackType

import drivers
from alarms.engine import Alarms
from alarms.marks import Marks
from alarms.notify.acts import NotifyDesk, notify_acts
from alarms.notify.notifier import Notifier
from alarms.notify.store import Store as Notices
from alarms.replay import Plant
from supervisor.accounts.accounts import Accounts
from supervisor.accounts.acts import people_acts
from supervisor.accounts.directory import LdapDirectory
from supervisor.accounts.follow import follow, renew
from supervisor.accounts.sessions import Sessions
from supervisor.calculated.calculator import Calculator
from supervisor.calculated.past import Past
from supervisor.clock import Clock, SystemClock
from supervisor.columns import Columns
from supervisor.desk.acts import acts, link_acts, substitution_acts
from supervisor.desk.alarm_desk import AlarmDesk
from supervisor.desk.board import FIELDS as BOARD
from supervisor.desk.bypass import bypass_acts
from supervisor.desk.desk import Desk
from supervisor.desk.emergency import emergency_acts
from supervisor.desk.lock_outs import LockOuts, lock_acts
from supervisor.desk.plans import Plans, plan_acts
from supervisor.desk.substitution import Substitutions
from supervisor.desk.trust_desk import TrustDesk, trust_acts
from supervisor.driver import Traffic
from supervisor.errors import StoreError
from supervisor.faults import Faults, endure
from supervisor.historian.check import Damage
from supervisor.historian.history import History
from supervisor.historian.writer import Historian, Pace
from supervisor.holes import HoleReader, Holes
from supervisor.journal import Entry, Journal
from supervisor.journal_words import JournalIndex
from supervisor.link import Link
from supervisor.link_book import LinkBook
from supervisor.model import Site
from supervisor.rounds.acts import RoundDesk, round_acts
from supervisor.schedule.acts import ScheduleDesk, schedule_acts
from supervisor.schedule.scheduler import Scheduler, standing
from supervisor.schedule.store import Store
from supervisor.serve import Server
from supervisor.shift.desk import ShiftDesk, shift_acts
from supervisor.shift.sheet import Override
from supervisor.site.on_call import on_call_of
from supervisor.site.programmes import schedule_of
from supervisor.site.territory import journal_bytes, policy, retention
from supervisor.station import Station
from supervisor.table import TagTable
from supervisor.texts import Texts
from supervisor.trust import TrustStore
from ui.folder import DataFolder
from ui.pager import ways
from ui.wording import Wording

log = logging.getLogger(__name__)


@dataclass
class Assembly:
    """A station with all its parts, running from `async with` to its end."""

    site: Site
    folder: DataFolder
    clock: Clock
    table: TagTable
    journal: Journal
    alarms: Alarms
    historian: Historian
    station: Station
    desk: Desk
    substitutions: Substitutions
    history: History
    """What the historian wrote, read back: the availability of links."""
    server: Server
    sessions: Sessions
    """Who has signed in where; its `accounts` prove who somebody is."""
    faults: Faults
    holes: Holes
    """What the history has missed; `supervisor.holes.holes` reads it."""
    past: Past
    """Calculated tags where samples came late."""
    scheduler: Scheduler
    notifier: Notifier
    rounds: RoundDesk

    @classmethod
    def of(cls, site: Site, folder: DataFolder, clock: Clock | None = None) -> Assembly:
        """Everything made and restored, nothing running. Raises StoreError or Unavailable."""
        clock = clock or SystemClock()
        folder.make()
        files = folder.fresh_columns()
        table = TagTable(site.tags, files.tags, Texts.create(files.texts))
        journal = Journal(folder.journal, clock)
        alarms = Alarms(site, folder.alarms, journal, clock, files.alarms)
        pace = Pace(retention=retention(site.folder))
        historian = Historian(folder.history, site.tags, table.texts, clock, pace)
        station = Station(site, table, clock)
        accounts = Accounts(site, folder.accounts, journal, clock)
        board = Columns.create(len(site.equipment), BOARD, files.equipment)
        lock_outs = LockOuts(site, journal, clock, board, accounts.prove)
        desk = Desk(site, table.columns, station.links, journal, clock, lock_outs)
        calculator = Calculator(site, table.columns, station.absorb)
        holes = Holes(folder.history, site, clock.now(), historian.recovery.known, drivers.REMEMBERS)
        past = Past(site, calculator.fan, folder.history, historian, clock)
        station.consumers += [alarms.absorb, historian.absorb, desk.absorb, holes.absorb, past.absorb]
        station.consumers.append(calculator.absorb)
        faults = Faults(clock)
        station.history, station.faults = historian.vitals, faults.recent
        station.alarms = alarms.rate
        historian.report = partial(_note_damage, journal)
        historian.missed = holes.miss
        rows = acts(desk, AlarmDesk(site, alarms, journal, station.links))
        rows |= lock_acts(lock_outs) | bypass_acts(site, journal, desk.people, lock_outs)
        rows |= trust_acts(TrustDesk(site, TrustStore(folder.vault(site).pki), journal))
        rows |= plan_acts(Plans(site, desk.people, journal, clock))
        history = History(folder.history)
        substitutions = Substitutions(site, journal, clock, station.substitute)
        ledger = HoleReader(folder.history)
        rows |= link_acts(LinkBook(site, station.links, history, ledger, clock)) | substitution_acts(substitutions)
        limit = journal_bytes(site.folder)
        station.journal = lambda: (float(journal.owed), 100.0 * journal.size / limit)
        rules = policy(site.folder)
        sessions = Sessions(accounts, journal, clock, rules)
        desk.rights, lock_outs.persons = sessions.now, sessions.rights
        desk.renew = partial(renew, accounts)
        if rules.directory:
            accounts.directory = LdapDirectory(rules.directory, site.folder, folder.vault(site))
        rows |= people_acts(accounts, site)
        sessions.acts |= emergency_acts(site, desk, sessions, journal)
        book = Store(journal, folder.schedule)
        scheduler = Scheduler(site, schedule_of(site), desk, (table.columns, journal, book, clock))
        rows |= schedule_acts(ScheduleDesk(scheduler, desk.people, journal, clock))
        rows |= shift_acts(ShiftDesk(site, journal, clock, accounts.prove, partial(_held, scheduler)))
        rounds = RoundDesk(site, desk, table.columns, journal, clock)
        rows |= round_acts(rounds)
        on_call = on_call_of(site)
        senders = ways(site, on_call, folder.vault(site))
        notifier = Notifier(site, on_call, Notices(folder.notify), (alarms.columns, journal, clock), senders)
        station.notices = lambda: float(notifier.failing)
        rows |= notify_acts(NotifyDesk(site, notifier, journal, clock))
        server = Server(sessions, rows, journal, site.fingerprint, files.folder.name)
        parts = (alarms, historian, station, desk, substitutions, history, server, sessions, faults, holes)
        return cls(site, folder, clock, table, journal, *parts, past, scheduler, notifier, rounds)

    async def __aenter__(self) -> Assembly:
        """Where one part cannot start, or end, the others are ended all the same: the journal last of all."""
        async with AsyncExitStack() as ends:
            self.faults.begin()
            ends.callback(self.faults.end)
            ends.callback(self.journal.close)
            ends.callback(self._note, "stop")
            ends.callback(self.alarms.close)
            ends.callback(self.historian.close)
            ends.callback(self.holes.close)
            ends.callback(self.notifier.store.close)
            self.historian.start()
            ends.callback(self.history.close)
            ends.callback(self.past.close)
            self.past.start()
            self.substitutions.restore()
            index = JournalIndex(self.folder.journal, Wording(self.site, self.journal.people))
            ends.callback(index.close)
            marks = Marks(self.folder.journal, Plant.of(self.site), self.clock)
            ends.callback(marks.close)
            for work, name in (
                (self.alarms.run, "alarms"),
                (self.journal.run, "journal"),
                (partial(index.run, self.clock), "journal words"),
                (marks.run, "marks of alarms"),
                (self.sessions.run, "seats"),
                (partial(follow, self.sessions.accounts, self.clock), "directory"),
            ):
                task = asyncio.create_task(endure(work, name, self.clock), name=name)
                ends.push_async_callback(_cancel, task)
            self.station.start({link.spec.id: link for link in self._links()})
            ends.push_async_callback(self.station.stop)
            ends.push_async_callback(_settle, asyncio.create_task(self._look_back(), name="availability"))
            ends.push_async_callback(self.desk.stop)
            ends.push_async_callback(self.scheduler.stop)
            ends.push_async_callback(self.rounds.runner.stop)
            await self.rounds.runner.restore()
            ends.push_async_callback(self.notifier.stop)
            notices = asyncio.create_task(endure(self.notifier.run, "notices", self.clock), name="notices")
            ends.push_async_callback(_cancel, notices)
            house = asyncio.create_task(endure(self.notifier.keep_house, "old notices", self.clock), name="old notices")
            ends.push_async_callback(_cancel, house)
            programmes = asyncio.create_task(endure(self.scheduler.run, "programmes", self.clock), name="programmes")
            ends.push_async_callback(_cancel, programmes)
            await self.server.start(self.folder.station)
            ends.push_async_callback(self.server.stop)
            self._note("start")
            self._ends = ends.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._ends.aclose()

    async def _look_back(self) -> None:
        """What the running day and month of the links were before this start."""
        try:
            await asyncio.to_thread(self.station.running.read, self.history, self.historian.recovery.known)
        except StoreError as error:
            log.warning("How available the links were cannot be read, and is not shown until the next start: %s", error)

    def _note(self, kind: str) -> None:
        self.journal.append(Entry("system", kind, result="done", detail={"site": self.site.id}))

    def _links(self) -> list[Link]:
        links, vault = [], self.folder.vault(self.site)
        for spec in self.site.links.values():
            tags, traffic = self.site.tags_by_link.get(spec.id, ()), Traffic()
            driver = drivers.TABLE[spec.protocol].driver(spec, tags, self.clock, traffic, vault)
            links.append(Link(spec, tags, driver, traffic, self.station.absorb, self.clock))
        return links


def _note_damage(journal: Journal, damage: Damage) -> None:
    """One row of the journal; called in a thread of the historian."""
    detail = {"file": damage.file, "part": damage.part, "from": damage.span[0], "to": damage.span[1]}
    journal.append(Entry("system", "damage", subject=damage.tag, result="failed", detail=detail))


def _held(scheduler: Scheduler) -> list[Override]:
    """What the shift book tells of the schedules."""
    return [Override(one.equipment, one.who, one.until) for one in standing(scheduler.courses.values())]


async def _settle(task: asyncio.Task[None]) -> None:
    """A thread that reads cannot be cancelled; its files are closed once it is done."""
    await asyncio.gather(task, return_exceptions=True)


async def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
