"""Machine: turns the window to an instant of the past, and back.

One reading at a time, in a thread; while it runs only the newest wish waits, so that dragging the slider never piles up
and never stalls the window. What the visible pages show is read first and at once; everything else follows in pieces
while the instant stands still.

    wish (instant, by source or by arrival) ──> alarms · values of what is visible ──> shown ──> the rest, in pieces
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from alarms.keep import Names
from alarms.marks import load
from alarms.replay import Plant, Replay, Standings, fill
from supervisor.clock import SECOND
from supervisor.desk.board import hang
from supervisor.errors import StoreError
from supervisor.historian.earlier import Earlier
from supervisor.replay import Held, HolesUntil, JournalUntil, Landmarks, LockOuts, Picture, Rewind, Rows
from ui.past.answers import Answers
from ui.past.seen import Scene, Seen, SeenClock, Then
from ui.tasks import Spawn
from ui.wording import Wording

SPEEDS = (1, 10, 60, 600)
PLAY_MS = 200
"""Between two pictures of a played past, where reading is fast enough."""
PIECE = 2000
"""Tags read at once of what nobody looks at: some 100 ms, after which a new wish is heard."""
_REST_S = 0.02
"""Between two pieces, so that the window has the processor too."""


class Wish(NamedTuple):
    """What should be shown."""

    instant: int
    """ns UTC."""
    by_arrival: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """What a reading brought."""

    picture: Picture
    standings: Standings
    locked: list[str]
    """Ids of equipment, once for each lock-out."""
    held: list[Held]
    """Commands that had an equipment."""
    then: Then


class Machine(QObject):
    """See the module. `visible` says which rows the window shows; `show` makes it look again."""

    entered = Signal()
    left = Signal()
    moved = Signal()
    """Another instant is shown or wished for, or playing began or ended."""
    turned = Signal()
    """The instant shown jumped and stands: what was read up to it must be read again."""
    failed = Signal(object)
    """The StoreError of a reading."""

    def __init__(
        self, seen: Seen, clock: SeenClock, spawn: Spawn, visible: Callable[[], Rows], show: Callable[[], None]
    ) -> None:
        super().__init__()
        self._seen, self._clock, self._spawn = seen, clock, spawn
        self._visible, self._show = visible, show
        site = seen.site
        self._alarm_rows = {alarm.id: alarm.index for alarm in site.alarms}
        plant = Plant.of(site)
        self._replay = Replay(seen.journal.path, plant, lambda: load(seen.journal.path, plant))
        self._names = Names(site, seen.present.journal.people)
        self._rewind = Rewind(site, seen.history, seen.holes, lambda: seen.present.table.beat)
        self._locks = LockOuts(seen.journal.path)
        self._answers = Answers(site, seen.journal.path, self._locks)
        self._wording = Wording(site, seen.present.journal.people)
        self._wish = Wish(0)
        self._shown: Wish | None = None
        self._settled: Wish | None = None
        self._loaded = np.zeros(len(site.tags), np.bool_)
        self._visit = 0
        self._busy = self._stopped = False
        self.speed = 0
        """How many times as fast as it was; 0 while it stands."""
        self._played_at = 0.0
        self._player = QTimer(self)
        self._player.setInterval(PLAY_MS)
        self._player.timeout.connect(self._play_on)

    @property
    def on(self) -> bool:
        """The window is in the past; no act leaves."""
        return self._seen.locked

    @property
    def wished(self) -> int:
        """The instant asked for, ns UTC."""
        return self._wish.instant

    @property
    def shown(self) -> int:
        """The instant the pages show, ns UTC; 0 while they still show the present."""
        return self._seen.scene.instant if self._seen.scene else 0

    @property
    def by_arrival(self) -> bool:
        return self._wish.by_arrival

    @property
    def reading(self) -> bool:
        """What is shown is not yet what was asked for."""
        return self.on and self._shown != self._wish

    @property
    def complete(self) -> bool:
        """Every tag is as it was, those that nobody looks at too."""
        return self.on and not self.reading and bool(self._loaded.all())

    def enter(self, instant: int = 0) -> None:
        """Leave the present for an instant (ns UTC), 0 for this one."""
        if not self.on:
            self._seen.locked = self._seen.entering = True
            self._visit += 1
            self._shown = self._settled = None
            self._wish = Wish(min(instant or self.now(), self.now()), self._wish.by_arrival)
            self.entered.emit()
            self._start()
        elif instant:
            self.go(instant)

    def leave(self) -> None:
        """Back to the present, at once."""
        if self.on:
            self.pause()
            self._seen.scene, self._seen.locked, self._seen.entering = None, False, False
            self._visit += 1
            self._show()
            self.left.emit()
            self.turned.emit()

    def stop(self) -> None:
        """The window goes: nothing is shown any more, and nothing read."""
        self._player.stop()
        self._visit += 1
        self._stopped, self._seen.entering = True, False

    def now(self) -> int:
        """The present, ns UTC."""
        return self._clock.real.now()

    def go(self, instant: int) -> None:
        """Show another instant; never one that is still to come."""
        self._ask(self._wish._replace(instant=max(min(instant, self.now()), 1)))

    def step(self, seconds: float) -> None:
        """On or back from the instant asked for last."""
        self.go(self._wish.instant + round(seconds * SECOND))

    def use(self, by_arrival: bool) -> None:
        """Show what was known, or what was so."""
        self._ask(self._wish._replace(by_arrival=by_arrival))

    def play(self, speed: int) -> None:
        """Let time pass, `speed` times as fast."""
        if self.on:
            self.speed, self._played_at = speed, self._clock.monotonic()
            self._player.start()
            self.moved.emit()

    def pause(self) -> None:
        """Stand still."""
        if self.speed:
            self.speed = 0
            self._player.stop()
            self._start()
            self.moved.emit()

    def seek(self, forward: bool, nothing: Callable[[], None]) -> None:
        """To the raise of the next alarm, or of the one before; `nothing` is called where there is none."""

        async def find() -> None:
            landmarks, wish = Landmarks(self._seen.present.journal.path), self._wish
            found = await asyncio.to_thread(landmarks.beside, wish.instant, forward)
            if found is None:
                nothing()
            elif wish == self._wish:
                self.go(found)

        if self.on:
            self._spawn(find())

    def _ask(self, wish: Wish) -> None:
        self._wish = wish
        if self.on:
            self._start()
            self.moved.emit()

    def _play_on(self) -> None:
        """The present is not entered by playing: an act that was harmless a moment ago would leave."""
        now = self._clock.monotonic()
        passed, self._played_at = now - self._played_at, now
        wanted = self._wish.instant + round(passed * self.speed * SECOND)
        if wanted >= self.now():
            self.pause()
        self.go(wanted)

    def _start(self) -> None:
        if not self._busy:
            self._busy = True
            self._spawn(self._work())

    async def _work(self) -> None:
        """Until what is wished for is shown, and all of it."""
        try:
            while self.on and not self._stopped and await self._further():
                pass
        except StoreError as error:
            self._seen.entering = False
            self._shown = self._wish  # not tried again by itself: the next wish does
            self.failed.emit(error)
            self.moved.emit()
        except Exception:  # a bug: with nothing to show of the past the present must not be called the past
            if self._seen.scene is None:
                self.leave()
            raise
        finally:
            self._busy = False

    async def _further(self) -> bool:
        """One reading; whether there may be more to do."""
        visit, wish = self._visit, self._wish
        if wish != self._shown:
            found = await asyncio.to_thread(self._read, wish, self._visible())
            if visit == self._visit and self.on:
                self._take(wish, found)
            return True
        if self.speed:
            return False  # the next picture is about to be asked for
        if wish != self._settled:
            self._settled = wish
            self.turned.emit()
        rows = self._missing()
        if not len(rows):
            return False
        picture = await asyncio.to_thread(self._rewind.at, rows, *wish)
        if visit == self._visit and wish == self._shown and self._seen.scene:
            self._paint(self._seen.scene, picture)
        await asyncio.sleep(_REST_S)
        return True

    def _read(self, wish: Wish, rows: Rows) -> Found:
        """In a thread."""
        standings = self._replay.at(wish.instant)
        known = [self._alarm_rows[id_] for id_ in standings if id_ in self._alarm_rows]
        alarmed = [self._seen.site.alarms[row].tag.index for row in known[:PIECE]]
        rows = np.union1d(rows, np.array(alarmed, np.intp))
        picture = self._rewind.at(rows, wish.instant, wish.by_arrival)
        present = self._seen.present
        journal = JournalUntil(present.journal.path, wish.instant, self._wording)
        history = Earlier(present.history, wish.instant, wish.by_arrival)
        holes = HolesUntil(present.holes, history)
        then = Then(wish.instant, history, holes, journal, self._answers.at(standings, journal))
        return Found(picture, standings, self._locks.at(wish.instant), journal.under_way(), then)

    def _take(self, wish: Wish, found: Found) -> None:
        if self._seen.scene is None:
            self._seen.scene = Scene.of(self._seen.site, found.then)
            self._seen.entering = False
        scene = self._seen.scene
        self._loaded[:] = False
        scene.turn(found.then, found.picture.rows)
        fill(scene.alarms, self._alarm_rows, found.standings, self._names)
        hang(self._seen.site, scene.equipment, found.locked)
        scene.occupy(self._seen.site, found.held)
        self._shown = wish
        self._paint(scene, found.picture)
        self.moved.emit()

    def _paint(self, scene: Scene, picture: Picture) -> None:
        self._loaded[picture.rows] = True
        scene.paint(picture)
        self._show()

    def _missing(self) -> Rows:
        """A piece of what is not read yet, beginning with what is visible."""
        wanted = self._visible()
        first = wanted[~self._loaded[wanted]]
        return first if len(first) else np.flatnonzero(~self._loaded)[:PIECE]
