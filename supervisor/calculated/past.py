"""Past: calculated tags worked out again where samples of their inputs came late. A thread of its own.

    late samples ─ mark (tag, hour) ─┐   quiet for SETTLE_S, or waited LONGEST_S
                                     └─> history of the inputs ─> formula at each of their instants ─> what differs
                                                                                 late samples of the output ─> historian

What is worked out anew is what the late samples ruled: from the first of an hour to the next sample of the same tag.
It is compared with what the history has of the output there, and only what differs is stored, with the source times of
the inputs and the present as arrival: of equal source times the newest arrival rules, and a reading by arrival still
shows what was known before. Rollups follow, as for any late data. Live values are never touched.

Rules:
- Formulas in the order of what needs what: what one of them stores is late for those that need it.
- What came late rules until a live sample takes over. That may move nothing of what is calculated live, where nobody
  knew of the late one; so it is worked out from the live one on too.
- Of inputs with more than `MOST` samples in a span the last one of each second counts.
- Differences within the deadband of the output are none.
- A station that stops works out what waits for `CLOSING_S` at the most, and says what it leaves.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from supervisor.calculated.calculator import Fan
from supervisor.calculated.values import Part
from supervisor.calculated.work import Work
from supervisor.clock import SECOND, Clock
from supervisor.errors import StoreError
from supervisor.flow import Change, Indices, Qualities, Times, Values
from supervisor.historian.history import History
from supervisor.historian.samples import Samples
from supervisor.model import BAD, Site

HOUR = 3600 * SECOND
SETTLE_S, LONGEST_S = 5.0, 60.0
"""A controller sends what it kept in many batches: once it is quiet, or after a minute, all of it is worked out."""
PAUSE_S = 1.0
CLOSING_S = 5.0
REACH = 2 * HOUR
"""How long a late sample may rule: a tag has a sample every ten minutes."""
MOST = 4000
MOST_MARKS = 200_000
"""Hours of tags that may wait; beyond that they are left as they are, and it is said so."""

log = logging.getLogger(__name__)


class Store(Protocol):
    """The historian, as far as it is needed here."""

    def absorb(self, change: Change) -> None: ...

    def flush(self) -> int: ...


class Mark(NamedTuple):
    """The first and the last sample of a tag in an hour from which on to work out, ns UTC."""

    first: int
    last: int
    late: bool
    """Some came late; else a live one took over."""


Marks = dict[tuple[int, int], Mark]
"""(tag, hour) -> what came late there."""
Todo = dict[int, dict[tuple[int, int], dict[int, Mark]]]
"""Work -> (key, hour) -> input -> what came late there."""


class Past:
    """See the module. `absorb` is a consumer of the station."""

    def __init__(self, site: Site, fan: Fan, folder: Path, store: Store, clock: Clock) -> None:
        """`folder` is that of the history."""
        self._site, self._fan, self._store, self._clock = site, fan, store, clock
        self._history = History(folder)
        self._marks: Marks = {}
        self._open: set[int] = set()
        """Tags from which late samples came, and no live one since."""
        self._since = self._newest = 0.0
        """When the first and the newest mark that wait were made, monotonic seconds."""
        self._full = False
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="calculated past", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Work out what waits, as far as there is time, and let go of the files."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()
        with suppress(StoreError):
            self.turn(self._clock.monotonic() + CLOSING_S)
        if self._marks:
            log.warning("%d hours of calculated tags are left as they were before late samples.", len(self._marks))
        self._history.close()

    def absorb(self, change: Change) -> None:
        """Note what came late for inputs of formulas; costs nothing where nothing did."""
        if change.late is not None and len(change.late) and self._fan.works:
            self._note(change.late.index, change.late.source_time, True)
        if self._open:
            with self._lock:
                rows = [at for at, index in enumerate(change.index.tolist()) if index in self._open]
                self._open.difference_update(change.index[rows].tolist())
            if rows:
                self._note(change.index[rows], change.source_time[rows], False)

    def _note(self, index: Indices, time: Times, late: bool) -> None:
        mine = np.flatnonzero(self._fan.counts(index) > 0)
        found = dict(_hours(index[mine].astype(np.int64), time[mine], late))
        now = self._clock.monotonic()
        with self._lock:
            self._since = self._since if self._marks else now
            self._newest = now
            _merge(self._marks, found)
            full = len(self._marks) > MOST_MARKS
            while len(self._marks) > MOST_MARKS:
                self._marks.popitem()
        if full and not self._full:
            log.warning("So much came late that not all calculated tags are worked out again.")
        self._full = full

    def _run(self) -> None:
        trouble = ""
        while not self._stopping.wait(PAUSE_S):
            now = self._clock.monotonic()
            if not self._marks or (now - self._newest < SETTLE_S and now - self._since < LONGEST_S):
                continue
            try:
                self.turn()
                trouble = ""
            except StoreError as error:  # the marks wait; the disk has a voice of its own
                if str(error) != trouble:
                    log.warning("Calculated tags are not worked out again for late samples yet: %s", error)
                trouble = str(error)
            except Exception:
                log.exception("The past of calculated tags failed")

    def turn(self, deadline: float = float("inf")) -> int:
        """Work out all that waits; how many samples differ and were stored. StoreError puts everything back.

        What is not begun by `deadline` (monotonic seconds) waits on.
        """
        with self._lock:
            marks, self._marks = self._marks, {}
        try:
            return self._work(marks, deadline) if marks else 0
        except BaseException as error:
            if isinstance(error, StoreError):
                with self._lock:
                    _merge(self._marks, marks)
            raise

    def _work(self, marks: Marks, deadline: float) -> int:
        self._expect(marks)
        self._store.flush()
        stored, number, todo = 0, 0, self._spread(marks, {})
        for level in self._fan.levels:
            made = Marks()
            for work in level:
                for (key, _), inputs in todo.pop(number, {}).items():
                    if self._clock.monotonic() >= deadline:
                        with self._lock:
                            _merge(self._marks, marks)
                        return stored
                    late = any(mark.late for mark in inputs.values())
                    for index, (time, value, quality) in self._again(work, key, inputs):
                        stored += len(time)
                        self._keep(index, time, value, quality)
                        _merge(made, dict(_hours(np.full(len(time), index, np.int64), time, late)))
                number += 1
            if made:
                self._expect(made)
                self._store.flush()
                self._spread(made, todo)
        return stored

    def _expect(self, marks: Marks) -> None:
        """Before what came late is read back: a live sample that is not read with it will be noted."""
        with self._lock:
            self._open.update(index for (index, _), mark in marks.items() if mark.late)

    def _spread(self, marks: Marks, todo: Todo) -> Todo:
        """Give each work the marks of its inputs."""
        fan = self._fan
        for (index, hour), mark in marks.items():
            rows = fan.touched(np.array([index], np.int32))
            numbers = np.searchsorted(fan.first, rows, "right") - 1
            for number in np.unique(numbers).tolist():
                due = todo.setdefault(number, {})
                for key in fan.works[number].keys(rows[numbers == number] - fan.first[number]).tolist():
                    due.setdefault((key, hour), {})[index] = mark
        return todo

    def _again(
        self, work: Work, key: int, inputs: dict[int, Mark]
    ) -> Iterator[tuple[int, tuple[Times, Values, Qualities]]]:
        """The samples of each output of a key that differ from what the history has."""
        start = min(mark.first for mark in inputs.values()) - 1
        end = max(self._ruled(index, mark.last) for index, mark in inputs.items())
        series = self._series([tag.index for tag in work.needs(key)], start, end)
        old = self._series(work.makes(key), start, end)
        events = np.unique(np.concatenate([one.time[1:] for one in series.values()]))
        instants = np.union1d(_thinned(events), np.concatenate([one.time[1:] for one in old.values()]))
        if not len(instants):
            return
        then = {index: _at(one, instants) for index, one in series.items()}
        for index, part in work.past(key, then, len(instants)):
            rows = _differing(instants, part, old[index], self._site.tags[index].spec.deadband)
            if len(rows):
                yield index, (instants[rows], part.value[rows], part.quality[rows])

    def _ruled(self, index: int, last: int) -> int:
        """Until when the last late sample rules: the next sample of the tag, which takes over."""
        after = self._history.samples(self._site.tags[index].id, last, last + REACH)
        return int(after.time[0]) if len(after) else min(last + REACH, max(self._history.known(), last))

    def _series(self, tags: Sequence[int], start: int, end: int) -> dict[int, Samples]:
        """The samples of a span, each tag's led by the one in force at its start: there is at least one row."""
        ids = [self._site.tags[index].id for index in tags]
        before, series = self._history.at(ids, start), dict[int, Samples]()
        for row, (index, id_) in enumerate(zip(tags, ids, strict=True)):
            found = self._history.samples(id_, start, end).interrupted((start, end))
            series[index] = Samples(
                np.concatenate(([start], found.time)),
                np.concatenate((before.value[row : row + 1], found.value)),
                np.concatenate((before.quality[row : row + 1], found.quality)),
                np.concatenate(([0], found.lag)),
            )
        return series

    def _keep(self, index: int, time: Times, value: Values, quality: Qualities) -> None:
        now, none = self._clock.now(), np.empty(0, np.int32)
        late = Change(np.full(len(time), index, np.int32), value, quality, time, now)
        empty = np.empty(0, np.float64), np.empty(0, np.uint8), np.empty(0, np.int64)
        self._store.absorb(Change(none, *empty, now, late))


def _hours(index: NDArray[np.int64], time: Times, late: bool) -> Iterator[tuple[tuple[int, int], Mark]]:
    """Marks of samples."""
    if not len(index):
        return
    hour = time // HOUR
    order = np.lexsort((time, hour, index))
    index, hour, time = index[order], hour[order], time[order]
    first = np.concatenate(([0], np.flatnonzero((np.diff(index) != 0) | (np.diff(hour) != 0)) + 1))
    last = np.append(first[1:], len(index)) - 1
    columns = (index[first].tolist(), hour[first].tolist(), time[first].tolist(), time[last].tolist())
    for tag, at, low, high in zip(*columns, strict=True):
        yield (tag, at), Mark(low, high, late)


def _merge(into: Marks, found: Marks) -> None:
    for key, mark in found.items():
        there = into.get(key, mark)
        into[key] = Mark(min(there.first, mark.first), max(there.last, mark.last), there.late or mark.late)


def _thinned(events: Times) -> Times:
    """All instants where they are few, else the last one of each second."""
    if len(events) <= MOST:
        return events
    second = events // SECOND
    last: Times = events[np.append(second[1:] != second[:-1], True)]
    return last


def _at(one: Samples, instants: Times) -> Part:
    """What was in force at each instant; of equal times the last to arrive."""
    row = np.searchsorted(one.time, instants, "right") - 1
    quality = one.quality[row]
    return Part(np.where(quality >= BAD, np.nan, one.value[row]), quality)


def _differing(instants: Times, part: Part, old: Samples, deadband: float) -> list[int]:
    """Positions of instants at which a sample is needed so that the history says what the part does."""
    there, begun = _at(old, instants), _at(old, old.time[:1])
    fresh = np.isin(instants, old.time[1:])
    rows = list[int]()
    value, quality = float(begun.value[0]), int(begun.quality[0])
    for at in range(len(instants)):
        if fresh[at]:
            value, quality = float(there.value[at]), int(there.quality[at])
        wanted, mark = float(part.value[at]), int(part.quality[at])
        near = wanted == value or abs(wanted - value) < deadband or (wanted != wanted and value != value)
        if mark != quality or not near:
            rows.append(at)
            value, quality = wanted, mark
    return rows
