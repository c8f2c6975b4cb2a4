"""Notifier: looks at the alarms once a second, makes the notices that are due, and hands them over.

Rules:
- A notice is on disk as *sending* before its first byte leaves: whatever happens then, it is not told twice.
- One message at a time to one contact by one way, `gap_s` apart; what has come due meanwhile goes together.
- An alarm that is acknowledged, taken over or hidden is told no further; what waits of it is dropped.
- It reads the columns of the alarms like any screen, and nothing waits for it.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import groupby
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from alarms.notify.message import compose, ranked
from alarms.notify.notice import BACKOFF_S, END, TEST, Key, Notice, State, step
from alarms.notify.send import Delayed, Doubtful, Partly, Rejected, Sender
from alarms.notify.store import Store
from alarms.states import State as Alarmed
from supervisor.clock import SECOND, Clock
from supervisor.columns import Columns
from supervisor.errors import StoreError
from supervisor.journal import Entry, Journal, safe
from supervisor.model import Alarm, Site
from supervisor.on_call import Contact, NoticeRule, OnCall

BOOK = "notify"
"""Category of the journal."""
TICK_S = 1.0
SEND_S = 60.0
"""A message takes no longer; beyond, nobody knows."""
END_S = 5.0
"""What is being sent when the station stops has this long to finish."""
PURGE_S = 86_400.0
"""How often old notices are forgotten."""
SETTLED_S = 600.0
"""After the start: what stands unanswered is known by then."""
PAUSE_S = 1.0
"""Between two pieces of them: what is due meanwhile goes first."""
DAY = 86_400 * SECOND
REMEMBERED = 7 * 86_400 * SECOND
"""How far back the end of an alarm is told of."""
_UNANSWERED = np.array([state in (Alarmed.UNACKED, Alarmed.RETURNED, Alarmed.LATCHED_UNACKED) for state in Alarmed])

log = logging.getLogger(__name__)

Occurrence = tuple[str, int]
"""Id of an alarm, and when it was annunciated (ns UTC)."""


@dataclass
class _Seat:
    """One contact by one way."""

    waiting: dict[int, Notice] = field(default_factory=dict)
    free_at: float = 0.0
    """Monotonic seconds from when on a message may go."""
    task: asyncio.Task[None] | None = None


class Notifier:
    """See the module. `run` until cancelled, then `stop`."""

    def __init__(
        self,
        site: Site,
        on_call: OnCall,
        store: Store,
        parts: tuple[Columns, Journal, Clock],
        ways: Mapping[str, Sender],
    ) -> None:
        """`parts`: the columns of the alarms, the journal, the time. `ways`: medium -> who hands over."""
        self.on_call = on_call
        self.store = store
        self._site, self._ways = site, ways
        self._columns, self._journal, self._clock = parts
        self._zone = ZoneInfo(site.zone)
        self._rules = [(rule, _rows(rule, site)) for rule in on_call.rules]
        self._known: dict[tuple[str, int], dict[int, int]] = {}
        """Rule and step -> row of an alarm -> occurrence it was made for."""
        self._told: set[Occurrence] = set()
        """Occurrences whose end is to be told."""
        self._seats: defaultdict[tuple[str, str], _Seat] = defaultdict(_Seat)
        self._row = {alarm.id: alarm.index for alarm in site.alarms}
        self._since = np.zeros(len(site.alarms), np.int64)
        """By row: when an alarm that nobody answers was annunciated, ns UTC; 0 for others. One that goes and comes back
        meanwhile is the same one: it would begin anew each time, and never come to the next step."""

    async def run(self) -> None:
        """Until cancelled."""
        await self._restore()
        while True:
            await self._clock.sleep(TICK_S)
            await self.tick()

    async def keep_house(self) -> None:
        """Forget old notices, once a day and piece by piece; until cancelled. Apart from `run`: nobody waits for it."""
        await self._clock.sleep(SETTLED_S)
        while True:
            await self.purge()
            await self._clock.sleep(PURGE_S)

    async def purge(self) -> int:
        """How many were forgotten. What stands unanswered keeps its notices, however old: they say who was told."""
        days, gone, after = self.on_call.keep_days, 0, 0
        before = self._clock.now() - days * DAY
        while days:
            standing = {(self._site.alarms[row].id, int(self._since[row])) for row in np.flatnonzero(self._since)}
            try:
                count, after = await safe(self.store.purge(before, standing | self._told, after))
            except StoreError as error:
                log.warning("Old notices can't be forgotten for now: %s", error)
                return gone
            gone += count
            if not after:
                break
            await self._clock.sleep(PAUSE_S)
        return gone

    async def stop(self) -> None:
        """Let what is being sent finish; what does not is left as it is, and told so at the next start."""
        tasks = [seat.task for seat in self._seats.values() if seat.task]
        if tasks:
            await asyncio.wait(tasks, timeout=END_S)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    @property
    def failing(self) -> int:
        """Notices that were tried in vain and still wait."""
        return sum(one.tries > 0 for seat in self._seats.values() for one in seat.waiting.values())

    @property
    def waiting(self) -> list[Notice]:
        """Those that were not handed over yet."""
        return [one for seat in self._seats.values() for one in seat.waiting.values()]

    async def tick(self) -> None:
        """One look."""
        now = self._clock.now()
        unanswered = self._unanswered()
        try:
            over = self._over(unanswered)
            ends = await self._ends(over, now)
            await self._make([*self._due(unanswered, now), *ends])
            self._told -= over
            await self._drop(unanswered, now)
        except StoreError as error:
            log.warning("Notices can't be written, and are not told: %s", error)
            return
        for seat in list(self._seats):
            self._begin(seat)

    async def test(self, contact: Contact) -> int:
        """Make a test for every way to reach a contact; how many. Raises StoreError."""
        now = self._clock.now()
        keys = [Key("", now, TEST, 0, contact.id, medium) for medium in contact.media]
        return await self._make([Notice(key, made_at=now, next_at=now) for key in keys])

    async def retry(self, id_: int) -> bool:
        """Have one tried again that failed, or at once that waits; whether there is one. Raises StoreError."""
        one = await asyncio.to_thread(self.store.find, id_)
        if one is None or one.state not in (State.FAILED, State.WAITING):
            return False
        kept = self._seats[one.seat].waiting.get(id_, one)
        if kept.state is State.FAILED:
            kept.state = step(kept.state, State.WAITING)
            kept.made_at = self._clock.now()
        if kept.state is not State.WAITING:
            return False
        kept.next_at = self._clock.now()
        await safe(self.store.save([kept]))
        self._seats[kept.seat].waiting[id_] = kept
        return True

    async def drop(self, id_: int) -> bool:
        """Let one go that waits; whether there was one. Raises StoreError."""
        found = next((one for one in self.waiting if one.id == id_ and one.state is State.WAITING), None)
        if found:
            await self._finish([found], State.DROPPED, "asked")
        return found is not None

    # ------------------------------------------------------------ what is due
    async def _restore(self) -> None:
        interrupted = await asyncio.to_thread(self.store.interrupted)
        if interrupted:
            self._note("unknown", "", {"count": interrupted, "reason": "restart"})
        for one in await asyncio.to_thread(self.store.open):
            self._seats[one.seat].waiting[one.id] = one
        since = self._clock.now() - REMEMBERED
        self._told.update(await asyncio.to_thread(self.store.occurrences, since))

    def _unanswered(self) -> NDArray[np.bool_]:
        """By row: annunciated, seen, and nobody is on it."""
        columns = self._columns
        free = (columns["suppression"] == 0) & (columns["taken_by"] == 0)
        told = columns["annunciated_at"] > 0  # what came and went while it was hidden was never annunciated
        unanswered: NDArray[np.bool_] = _UNANSWERED[columns["state"]] & free & told
        known = np.where(self._since > 0, self._since, columns["annunciated_at"])
        self._since = np.where(unanswered, known, 0)
        return unanswered

    def _due(self, unanswered: NDArray[np.bool_], now: int) -> Iterable[Notice]:
        """Notices of steps whose time has come and that were not made yet."""
        since = self._since
        for rule, takes in self._rules:
            rows = np.flatnonzero(unanswered & takes)
            for number, one in enumerate(rule.steps):
                known = self._known.setdefault((rule.id, number), {})
                for row in rows[since[rows] + round(one.after_s * SECOND) <= now].tolist():
                    at = int(since[row])
                    if known.get(row) != at:
                        known[row] = at
                        yield from self._notices(rule, number, self._site.alarms[row], (at, now))

    def _notices(self, rule: NoticeRule, number: int, alarm: Alarm, times: tuple[int, int]) -> Iterable[Notice]:
        at, now = times
        contacts = self.on_call.reached(rule.steps[number].to, now, self._zone)
        if not contacts:
            self._note("nobody", alarm.id, {"rule": rule.id, "step": number + 1})
        if rule.tell_end:
            self._told.add((alarm.id, at))
        for contact in contacts:
            wait = self.on_call.wait(contact, alarm.rule.priority, now, self._zone)
            for medium in contact.media:
                key = Key(alarm.id, at, rule.id, number, contact.id, medium)
                yield Notice(key, made_at=now, next_at=wait)

    def _over(self, unanswered: NDArray[np.bool_]) -> set[Occurrence]:
        """Occurrences that ended or were answered; but for those somebody is being told of at this moment: whether they
        are to hear of the end is known after that."""
        since = self._since
        rows = {one: self._row.get(one[0]) for one in self._told}
        over = {one for one, row in rows.items() if row is None or not unanswered[row] or int(since[row]) != one[1]}
        return over - {(one.key.alarm, one.key.raised_at) for one in self.waiting if one.state is State.SENDING}

    async def _ends(self, over: Iterable[Occurrence], now: int) -> list[Notice]:
        """Those who were told of an alarm hear that it is over or answered."""
        ends = {rule.id for rule in self.on_call.rules if rule.tell_end}
        made: dict[Key, Notice] = {}
        for alarm, at in over:
            told = await asyncio.to_thread(self.store.sent, alarm, at)
            for one in told:
                if one.key.rule in ends and one.key.step >= 0:
                    key = Key(alarm, at, one.key.rule, END, one.key.contact, one.key.medium)
                    made[key] = Notice(key, made_at=now, next_at=now)
        return list(made.values())

    async def _make(self, notices: Sequence[Notice]) -> int:
        """Write them down; those that were made before are left out."""
        if not notices:
            return 0
        try:
            fresh = await safe(self.store.add(notices))
        except StoreError:
            for one in notices:  # the next look makes them again
                self._known.get((one.key.rule, one.key.step), {}).pop(self._row.get(one.key.alarm, -1), None)
            raise
        for one in fresh:
            self._seats[one.seat].waiting[one.id] = one
        return len(fresh)

    async def _drop(self, unanswered: NDArray[np.bool_], now: int) -> None:
        """What waits of an alarm that is answered meanwhile."""
        since, overtaken = self._since, []
        for one in self.waiting:
            if one.state is not State.WAITING or one.key.step == END or one.key.rule == TEST:
                continue
            row = self._row.get(one.key.alarm)
            if row is None or not unanswered[row] or int(since[row]) != one.key.raised_at:
                one.state, one.done_at, one.error = step(one.state, State.DROPPED), now, "answered"
                overtaken.append(one)
        for seat, group in groupby(sorted(overtaken, key=lambda one: one.seat), lambda one: one.seat):
            gone = list(group)
            for one in gone:
                self._seats[seat].waiting.pop(one.id, None)
            detail = {"contact": seat[0], "medium": seat[1], "count": len(gone), "reason": "answered"}
            self._note("dropped", gone[0].key.alarm, detail)
        if overtaken:
            await safe(self.store.save(overtaken))

    # ------------------------------------------------------------ handing over
    def _begin(self, name: tuple[str, str]) -> None:
        """Start a message to a seat, where one is due and may go."""
        seat, now = self._seats[name], self._clock.now()
        if (seat.task and not seat.task.done()) or self._clock.monotonic() < seat.free_at:
            return
        due = [one for one in seat.waiting.values() if one.state is State.WAITING and one.next_at <= now]
        if due:
            seat.free_at = self._clock.monotonic() + self.on_call.gap_s
            seat.task = asyncio.create_task(self._guarded(name, due), name=f"notice {name[0]}")

    async def _guarded(self, name: tuple[str, str], due: list[Notice]) -> None:
        try:
            await self._hand_over(name, due)
        except StoreError as error:
            log.warning("How notices went can't be written: %s", error)
        except Exception:  # a bug of ours: nobody knows how far it came
            log.exception("A message to %s failed", name[0])
            with suppress(StoreError):
                await self._finish([one for one in due if one.state is State.SENDING], State.UNKNOWN, "internal error")

    async def _hand_over(self, name: tuple[str, str], due: list[Notice]) -> None:
        contact, way = self.on_call.contacts.get(name[0]), self._ways.get(name[1])
        due[:] = [one for one in due if one.state is State.WAITING]  # somebody may have let one go meanwhile
        if not due:
            return
        for one in due:
            one.state = step(one.state, State.SENDING)
        try:
            await safe(self.store.save(due))
        except StoreError:
            for one in due:
                one.state = State.WAITING
            raise
        if contact is None or way is None:
            await self._finish(due, State.FAILED, f"notify.toml no longer reaches {name[0]} by {name[1]}")
            return
        try:
            async with asyncio.timeout(SEND_S):
                await way.send(compose(self._site, contact, due))
        except Delayed as error:
            await self._again(due, str(error))
        except Partly as error:
            told, rest = ranked(self._site, due), error.sent + error.doubtful
            await self._again(told[rest:], str(error))
            await self._finish(told[: error.sent], State.SENT, "")
            await self._finish(told[error.sent : rest], State.UNKNOWN, str(error))
        except Rejected as error:
            await self._finish(due, State.FAILED, str(error))
        except (Doubtful, TimeoutError) as error:
            await self._finish(due, State.UNKNOWN, str(error) or "no answer")
        else:
            await self._finish(due, State.SENT, "")

    async def _again(self, due: list[Notice], error: str) -> None:
        """Later, unless it has been tried for too long."""
        now = self._clock.now()
        lost = [one for one in due if now - one.made_at > self.on_call.give_up_s * SECOND]
        kept = [one for one in due if one not in lost]
        for one in kept:
            first = one.tries == 0
            pause = BACKOFF_S[min(one.tries, len(BACKOFF_S) - 1)]
            one.state, one.tries, one.error = step(one.state, State.WAITING), one.tries + 1, error
            one.next_at = now + round(pause * SECOND)
            if first:
                self._note(
                    "delayed", one.key.alarm, {"contact": one.key.contact, "medium": one.key.medium, "reason": error}
                )
        seats = {one.seat for one in kept}
        for seat in seats:  # the pause above is gap enough
            self._seats[seat].free_at = 0.0
        if kept:
            await safe(self.store.save(kept))
        if lost:
            await self._finish(lost, State.FAILED, error)

    async def _finish(self, notices: Sequence[Notice], state: State, error: str) -> None:
        """The end of some notices of one seat, in the journal and in the file."""
        if not notices:
            return
        now = self._clock.now()
        for one in notices:
            one.tries += state in (State.SENT, State.FAILED, State.UNKNOWN)
            one.state, one.error, one.done_at = step(one.state, state), error, now
            self._seats[one.seat].waiting.pop(one.id, None)
        first = notices[0].key
        detail = {"contact": first.contact, "medium": first.medium, "count": len(notices)}
        if error:
            detail["reason"] = error
        self._note(state.value, first.alarm, detail)
        await safe(self.store.save(notices))

    def _note(self, kind: str, alarm: str, detail: Mapping[str, object]) -> None:
        result = {"sent": "done", "failed": "failed", "unknown": "unknown", "nobody": "failed"}.get(kind, "")
        area = self._site.alarms[self._row[alarm]].equipment.area if alarm in self._row else ""
        self._journal.append(Entry(BOOK, kind, "", alarm, area, result, dict(detail)))


def _rows(rule: NoticeRule, site: Site) -> NDArray[np.bool_]:
    """By row of `site.alarms`: whether a rule speaks of it."""
    return np.array([rule.takes(alarm, site.areas) for alarm in site.alarms], np.bool_)
