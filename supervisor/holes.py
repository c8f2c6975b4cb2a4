"""Holes: the ledger of what the history has missed, why, and whether it came back later.

    L.connected   up ───┐down            ┌── up                     late samples of L's tags
    station       ──────│────┐off   ┌────│──                        ────────▼──▼▼───────────
    ledger              └link┴station┴link (its start counts to the station)     filled, or partly

A hole has a link, a span (start < t <= end), a cause and a state. The cause is the quality its tags had meanwhile, or
that the station itself did not run. Values of the past that a controller sends later (OPC UA history, Sparkplug's
historical samples) fill it: wholly once each tag of the link has had one inside the span, else partly.

Rules:
- Written through the one writer of its file and never waited for: a kill -9 loses at most what the history loses too.
  At the next start what was open then ends where the history ends, and the pause is a hole of its own.
- A pause shorter than `historian.writer.HOLE` leaves no hole, as it leaves no mark in the history.
- A link that is up within `SETTLE` of the start had no trouble of its own: that time counts to the station's absence.
- What the historian had to give up because its disk took nothing for too long is a hole of every link, never filled.
- Readers open the file read only, from any process; a file that is not there yet has no holes.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from concurrent.futures import Future
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np

from supervisor import health
from supervisor.clock import SECOND
from supervisor.database import Connection, Writer, has_table, reading
from supervisor.flow import Change
from supervisor.historian.writer import HOLE
from supervisor.model import BAD, Quality, Site, Tag

NAME = "holes.db"
SETTLE = 15 * SECOND
"""Longer than any driver takes to connect to a controller that answers."""
STATION = "station"
"""The cause of a hole in which Vigie itself did not run."""
DISK = "disk"
"""The cause of a hole of what could not be written; all others are names of qualities, in small letters."""
OWED_AGAIN = 10 * SECOND
"""A hole that a full disk made can't be written on it either: it is tried so often until there is room."""

SCRIPT = (
    """
CREATE TABLE hole(id INTEGER PRIMARY KEY, link TEXT NOT NULL, start INTEGER NOT NULL, end INTEGER, cause TEXT NOT NULL,
  tags INTEGER NOT NULL, fillable INTEGER NOT NULL);
CREATE INDEX hole_link ON hole(link, start);
CREATE TABLE fill(hole INTEGER NOT NULL REFERENCES hole(id), tag TEXT NOT NULL, samples INTEGER NOT NULL,
  first INTEGER NOT NULL, last INTEGER NOT NULL, PRIMARY KEY(hole, tag)) WITHOUT ROWID;
""",
)
"""end: NULL while it goes on. tags: how many the link carries that can be read."""


class State(StrEnum):
    """What has become of a hole."""

    OPEN = "open"
    """It goes on."""
    EMPTY = "empty"
    """Over; what was missed may still come."""
    PARTLY = "partly"
    """Some tags have had values of it since."""
    FILLED = "filled"
    """All have."""
    LOST = "lost"
    """Over, and this protocol sends nothing of the past."""


@dataclass(frozen=True, slots=True)
class Hole:
    """One row of the ledger, as a whole or for one tag."""

    link: str
    start: int
    end: int | None
    """ns UTC; None while it goes on."""
    cause: str
    """`STATION`, or the quality that the tags had: "not_connected", "timeout" …"""
    state: State
    tags: int
    """How many it concerns."""
    filled: int
    """How many of them have had samples of it since."""
    samples: int
    """How many those were."""


class Holes:
    """The station's end of the ledger: a consumer of changes. `close` last."""

    def __init__(self, folder: Path, site: Site, now: int, known: int, fillable: Collection[str] = ()) -> None:
        """`known`: up to when the history knows anything, 0 for a first start. `fillable`: protocols that send past
        values. Raises StoreError where the file can't be opened."""
        self._site = site
        self._writer = Writer(folder / NAME, SCRIPT)
        self._started = now
        self._links = {tag.index: tag.equipment.id for tag in site.tags if _watched(tag)}
        carried = {link: [tag for tag in tags if _readable(tag)] for link, tags in site.tags_by_link.items()}
        self._rows = {id_: (len(carried.get(id_, ())), spec.protocol in fillable) for id_, spec in site.links.items()}
        self._of = np.full(len(site.tags), -1, np.int32)
        """Tag -> number of the link that carries it, -1 for none."""
        self._names = list(carried)
        for number, tags in enumerate(carried.values()):
            self._of[[tag.index for tag in tags]] = number
        self._watch = np.zeros(len(site.tags), np.bool_)
        self._watch[list(self._links)] = True
        self._cause: dict[str, str] = {}
        self._down = dict.fromkeys(site.links, now)
        """Links that are down -> since when. At the start all of them are."""
        self._absent = bool(known) and now - known >= HOLE
        self._settling = True
        self._lock = threading.Lock()
        self._owed: tuple[int, int] | None = None
        """What the historian gave up and the ledger does not have yet."""
        self._owed_at = 0
        self._submit(lambda connection: self._resume(connection, known, now)).result()

    def close(self) -> None:
        self._writer.close()

    def absorb(self, change: Change) -> None:
        """What went down, came back, or arrived for the past."""
        self._learn(change)
        connected = self._watch[change.index]
        if connected.any():
            for at in np.flatnonzero(connected).tolist():
                self._moved(self._links[int(change.index[at])], float(change.value[at]), int(change.source_time[at]))
        if self._settling and change.arrival_time - self._started >= SETTLE:
            self._settle()
        if change.late is not None and len(change.late):
            self._fill(change.late)
        if self._owed and change.arrival_time - self._owed_at >= OWED_AGAIN:
            self._owed_at = change.arrival_time
            self._pay()

    def miss(self, start: int, end: int) -> None:
        """The historian gave up what it had of start < t <= end; from any thread."""
        with self._lock:
            self._owed = (min(start, self._owed[0]), max(end, self._owed[1])) if self._owed else (start, end)

    def _pay(self) -> None:
        with self._lock:
            owed, self._owed = self._owed, None
        if owed is None:
            return

        def work(connection: Connection) -> None:
            for link, (tags, _) in self._rows.items():
                _insert(connection, link, owed, DISK, tags, False)

        self._submit(work).add_done_callback(lambda done: self.miss(*owed) if done.exception() else None)

    def _learn(self, change: Change) -> None:
        """Why the tags of a link are bad: the first of the batch stands for all."""
        bad = np.flatnonzero((change.quality >= BAD) & (self._of[change.index] >= 0))
        if not len(bad):
            return
        numbers, first = np.unique(self._of[change.index[bad]], return_index=True)
        for number, at in zip(numbers.tolist(), bad[first].tolist(), strict=True):
            self._cause[self._names[number]] = _word(int(change.quality[at]))

    def _moved(self, link: str, value: float, time: int) -> None:
        if value == 1.0:
            self._up(link, time)
        elif link not in self._down:
            self._down[link] = time
            self._open(link, time)

    def _up(self, link: str, time: int) -> None:
        since = self._down.pop(link, None)
        if since is None:
            return
        if self._settling and since <= self._started:
            self._submit(lambda connection: _stretch(connection, link, self._started, time))
        self._submit(lambda connection: _end(connection, link, time))

    def _settle(self) -> None:
        """The links that are not up yet have a trouble of their own."""
        self._settling = False
        for link, since in self._down.items():
            if since <= self._started:
                self._open(link, since)

    def _open(self, link: str, start: int) -> None:
        """A hole that begins; not where one of the link goes on, such as one of before a short pause."""
        tags, fillable = self._rows[link]
        cause = self._cause.get(link, _word(Quality.NOT_CONNECTED))

        def work(connection: Connection) -> None:
            if not connection.execute("SELECT 1 FROM hole WHERE link = ? AND end IS NULL", (link,)).fetchone():
                _insert(connection, link, (start, None), cause, tags, fillable)

        self._submit(work)

    def _resume(self, connection: Connection, known: int, now: int) -> None:
        """After a pause: what was open ends with what is known, and the pause is a hole in all links."""
        if not self._absent:
            return
        connection.execute("UPDATE hole SET end = max(start, ?) WHERE end IS NULL", (known,))
        for link, (tags, fillable) in self._rows.items():
            _insert(connection, link, (known, now), STATION, tags, fillable)

    def _fill(self, late: Change) -> None:
        """Samples of the past, counted by tag and hole."""
        mine = np.flatnonzero((self._of[late.index] >= 0) & (late.quality < BAD))
        rows: dict[int, list[int]] = {}
        for index, time in zip(late.index[mine].tolist(), late.source_time[mine].tolist(), strict=True):
            rows.setdefault(index, []).append(time)
        if rows:
            found = [(self._names[self._of[index]], self._site.tags[index].id, times) for index, times in rows.items()]
            self._submit(lambda connection: _filled(connection, found))

    def _submit(self, work: Callable[[Connection], None]) -> Future[None]:
        """The writer logs what can't be written; the history is what counts, and its own lag is watched."""
        return self._writer.submit(work)


def _watched(tag: Tag) -> bool:
    return tag.equipment.type.id == health.LINK_TYPE.id and tag.spec.id == health.CONNECTED


def _readable(tag: Tag) -> bool:
    return tag.source is not None and tag.source.readable


def _word(quality: int) -> str:
    return Quality(quality).name.lower()


def _insert(
    connection: Connection, link: str, span: tuple[int, int | None], cause: str, tags: int, fillable: bool
) -> None:
    connection.execute(
        "INSERT INTO hole(link, start, end, cause, tags, fillable) VALUES (?, ?, ?, ?, ?, ?)",
        (link, *span, cause, tags, int(fillable)),
    )


def _stretch(connection: Connection, link: str, started: int, end: int) -> None:
    """The station's absence lasts for a link until that is up again."""
    connection.execute(
        "UPDATE hole SET end = ? WHERE link = ? AND cause = ? AND end = ?", (end, link, STATION, started)
    )


def _end(connection: Connection, link: str, time: int) -> None:
    connection.execute("UPDATE hole SET end = max(start, ?) WHERE link = ? AND end IS NULL", (time, link))


def _filled(connection: Connection, found: list[tuple[str, str, list[int]]]) -> None:
    for link, tag, times in found:
        holes = connection.execute(
            "SELECT id, start, coalesce(end, ?) FROM hole WHERE link = ? AND start < ? AND (end IS NULL OR end >= ?)",
            (max(times), link, max(times), min(times)),
        ).fetchall()
        for hole, start, end in holes:
            inside = [time for time in times if start < time <= end]
            if inside:
                connection.execute(
                    "INSERT INTO fill VALUES (?, ?, ?, ?, ?) ON CONFLICT(hole, tag) DO UPDATE SET"
                    " samples = samples + excluded.samples, first = min(first, excluded.first),"
                    " last = max(last, excluded.last)",
                    (hole, tag, len(inside), min(inside), max(inside)),
                )


_OF_LINK = """SELECT link, start, end, cause, fillable, tags, count(fill.tag), coalesce(sum(samples), 0)
  FROM hole LEFT JOIN fill ON fill.hole = hole.id
  WHERE (? IS NULL OR link = ?) AND start < ? AND (end IS NULL OR end > ?) GROUP BY hole.id ORDER BY start, link"""
_OF_TAG = """SELECT link, start, end, cause, fillable, 1, count(fill.tag), coalesce(sum(samples), 0)
  FROM hole LEFT JOIN fill ON fill.hole = hole.id AND fill.tag = ?
  WHERE link = ? AND start < ? AND (end IS NULL OR end > ?) GROUP BY hole.id ORDER BY start"""

_OF_ITSELF = """SELECT '', start, min(end), cause, 0, 1, 0, 0 FROM hole WHERE cause IN (?, ?) AND start < ? AND end > ?
  GROUP BY start, cause ORDER BY start"""
"""The end is that of the link that came back first: by then the station was up."""


def holes(folder: Path, start: int, end: int, link: str | None = None) -> list[Hole]:
    """The holes of a link, or of all, that reach into start < t <= end, oldest first.

    `folder` is that of the history. Raises StoreError where the ledger can't be read.
    """
    return _read(folder, _OF_LINK, (link, link, end, start))


def holes_of(folder: Path, tag: Tag, start: int, end: int) -> list[Hole]:
    """The holes of one tag, as `holes`: filled where it has had samples since.

    A tag that no link carries (calculated, or the station's own) has those that are Vigie's.
    """
    if not tag.link:
        return _read(folder, _OF_ITSELF, (STATION, DISK, end, start))
    return _read(folder, _OF_TAG, (tag.id, tag.link, end, start))


class HoleReader:
    """The ledger for whoever draws or prints it, from any process and thread. StoreError where it can't be read."""

    def __init__(self, folder: Path) -> None:
        """`folder` is that of the history."""
        self.folder = folder

    def holes(self, start: int, end: int, link: str | None = None) -> list[Hole]:
        """See `holes`."""
        return holes(self.folder, start, end, link)

    def of(self, tag: Tag, start: int, end: int) -> list[Hole]:
        """See `holes_of`."""
        return holes_of(self.folder, tag, start, end)


def _read(folder: Path, query: str, words: tuple[str | int | None, ...]) -> list[Hole]:
    path = folder / NAME
    if not path.exists():
        return []
    with reading(path) as connection:
        if not has_table(connection, "hole"):
            return []  # the station is about to make it
        rows = connection.execute(query, words).fetchall()
    return [
        Hole(link, start, end, cause, _state(end, bool(fillable), tags, filled), tags, filled, samples)
        for link, start, end, cause, fillable, tags, filled, samples in rows
    ]


def _state(end: int | None, fillable: bool, tags: int, filled: int) -> State:
    if end is None:
        return State.OPEN
    if filled:
        return State.FILLED if filled >= tags else State.PARTLY
    return State.EMPTY if fillable else State.LOST
