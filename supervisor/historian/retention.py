"""Retention: how long samples and rollups are kept, tag by tag, and how they go.

    all of a partition too old       its row goes, then its file                          no cost
    some tags of it too old          the next generation of its file, without them         copied, not decoded
    rollups too old                  their rows                                            a few at a time

A kill between row and file leaves a file that the next start registers again and the next purge drops again. What
arrives late for a time that is dropped already is dropped too: its rollups would say less than those that are kept.
All of it happens in the thread that compacts and merges; what is absorbed and flushed meanwhile never waits for it.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from supervisor.clock import SECOND, Clock
from supervisor.database import Connection, Writer, reader, sqlite3
from supervisor.errors import StoreError
from supervisor.historian import rollups
from supervisor.historian.catalogue import Catalogue
from supervisor.historian.files import PartRow, get, part_name, put
from supervisor.historian.merge import drop_merged, publish
from supervisor.model import Tag

DAY = 86_400 * SECOND
FOR_EVER = 0
"""Days that never end."""
_GROUP = 500
"""Rows of rollup.db deleted in one transaction."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TagClass:
    """Tags that are kept for a time of their own."""

    days: int
    types: tuple[str, ...] = ()
    """Ids of equipment types, * for anything; empty: all."""
    tags: tuple[str, ...] = ()
    """Ids of tags within their equipment, * for anything; empty: all."""

    def holds(self, tag: Tag) -> bool:
        """Whether a tag is of this class."""
        return _any(self.types, tag.equipment.type.id) and _any(self.tags, tag.spec.id)


@dataclass(frozen=True, slots=True)
class Retention:
    """What `[history]` of site.toml says."""

    days: int = FOR_EVER
    """Of the samples of tags that are of no class."""
    rollup_days: int = FOR_EVER
    classes: tuple[TagClass, ...] = ()
    """The first that holds a tag counts."""

    def of(self, tag: Tag) -> int:
        """Days the samples of a tag are kept."""
        return next((one.days for one in self.classes if one.holds(tag)), self.days)


def _any(patterns: tuple[str, ...], id_: str) -> bool:
    return not patterns or any(fnmatchcase(id_, pattern) for pattern in patterns)


class Purger:
    """One purge at a time, and none while something is merged; the caller sees to that."""

    def __init__(self, folder: Path, catalogue: Catalogue, stage: Writer, rollup: Writer, clock: Clock) -> None:
        self._folder = folder
        self._catalogue = catalogue
        self._stage = stage
        self._rollup = rollup
        self._clock = clock
        self._day = -1
        self._thinned: dict[str, int] = {}
        """Partition -> how many tags were too old for it when it was last looked at."""

    def run(self, days: Mapping[int, int], retention: Retention) -> int:
        """Drop what is too old, once a day; how many partitions it changed. `days`: slot -> how long it is kept."""
        now = self._clock.now()
        if now // DAY == self._day:
            return 0
        longest = _longest([retention.days, *days.values()])
        done = self._drop(now - longest * DAY) if longest else 0
        for part in self._catalogue.parts():
            expired = {slot for slot, kept in days.items() if kept and part.t1 <= now - kept * DAY}
            try:
                done += self._thin(part, expired)
            except (
                StoreError,
                sqlite3.Error,
            ) as error:  # tomorrow again; what is merged meanwhile must not wait for it
                log.error("%s could not be made smaller: %s", part.name, error)
        if retention.rollup_days:
            self._drop_rollups(now - retention.rollup_days * DAY)
        self._day = now // DAY
        return done

    def _drop(self, horizon: int) -> int:
        """Whole partitions, and what came late for one that is gone."""
        old = [part for part in self._catalogue.parts() if part.t1 <= horizon]
        for part in old:
            self._catalogue.drop(part.t0)
            with suppress(OSError):  # Windows keeps a file that a reader has open; the next purge meets it again
                (self._folder / part.name).unlink()
            log.info("Dropped %s: %d samples were kept long enough.", part.name, part.samples)
        late = self._stage.submit(lambda connection: self._drop_late(connection, horizon)).result()
        if late:
            log.warning("%d pieces of history came for a time that is no longer kept, and are left out.", late)
        return len(old)

    def _drop_late(self, connection: Connection, horizon: int) -> int:
        length, dropped = self._catalogue.grid.length, 0
        starts = connection.execute("SELECT t0 FROM pending WHERE t0 + ? <= ?", (length, horizon)).fetchall()
        for (start,) in starts:
            everything = PartRow(start, start + length, 0, "", (1 << 63) - 1, 0, 0)
            dropped += drop_merged(connection, everything)
            connection.execute("DELETE FROM pending WHERE t0 = ?", (start,))
        return dropped

    def _thin(self, part: PartRow, expired: set[int]) -> int:
        """Make the next generation of a partition without some tags; 0 where it has none of them."""
        if not expired or self._thinned.get(part.name) == len(expired):
            return 0
        path = self._folder / part.name
        with closing(reader(path, immutable=True)) as old:
            held = {slot for (slot,) in old.execute("SELECT DISTINCT tag FROM chunk")}
            if not held & expired:
                self._thinned[part.name] = len(expired)
                return 0
            name = part_name((part.t0, part.t1), part.generation + 1)
            row, _ = publish(self._folder / name, lambda fresh: _copy(old, fresh, sorted(held - expired)))
        self._catalogue.register(row)
        self._thinned[name] = len(expired)
        with suppress(OSError):
            path.unlink()
        log.info("Thinned %s: %d of %d samples are kept.", name, row.samples, part.samples)
        return 1

    def _drop_rollups(self, horizon: int) -> None:
        for level in (rollups.FINE, *rollups.LEVELS):
            old = "level = ? AND t0 <= ?"
            while self._delete("rollup", old, (level, horizon - rollups.block_length(level))):
                pass
        while self._delete("duration", "t0 <= ?", (horizon - self._catalogue.grid.length,)):
            pass

    def _delete(self, table: str, old: str, values: tuple[int, ...]) -> int:
        query = f"DELETE FROM {table} WHERE id IN (SELECT id FROM {table} WHERE {old} LIMIT {_GROUP})"
        return self._rollup.submit(lambda connection: connection.execute(query, values).rowcount).result()


def _longest(days: list[int]) -> int:
    """For ever is longest of all."""
    return FOR_EVER if FOR_EVER in days else max(days)


def _copy(old: Connection, fresh: Connection, slots: list[int]) -> None:
    """Chunks of some tags as they are, keyframes of all: a value in force stays known."""
    count = 0
    for slot in slots:
        rows = old.execute(
            "SELECT chunk.*, data FROM chunk JOIN blob ON blob.id = blob_id WHERE tag = ? ORDER BY t0, blob_id", (slot,)
        ).fetchall()
        fresh.executemany("INSERT INTO blob(id, data) VALUES (?, ?)", [(row[-2], row[-1]) for row in rows])
        fresh.executemany("INSERT INTO chunk VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", [row[:-1] for row in rows])
        count += sum(row[3] for row in rows)
    fresh.executemany(
        "INSERT INTO keyframe(t, data) VALUES (?, ?)", old.execute("SELECT t, data FROM keyframe").fetchall()
    )
    for key, value in old.execute("SELECT k, v FROM state").fetchall():
        put(fresh, key, value)
    put(fresh, "generation", get(old, "generation") + 1)
    put(fresh, "samples", count)
