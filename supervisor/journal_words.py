"""The words of the journal: an index beside it, so that a search among ten million rows answers while one types.

    journal.db ── rows ──> JournalIndex.step ── words ──> journal-words.db
         └────────────────────── find ───────────────────────┘

The index is derived: it may be deleted or damaged and is made again, the journal never waits for it and nothing is
proved by it. It is some seconds behind; `find` reads what it does not hold yet row by row.

    words_0, words_1 …   an FTS5 table for every `PART` rows: a word that is in most rows costs one part, not all
    term                 every word once: what begins as the word asked for is looked up here, not in the parts
    block                lowest and highest time of every `BLOCK` rows, for clocks are set back

Rules:
- A column that is named exactly (who, kind …) is a word too, spelt so that no text can hold it.
- The index names candidates; the rows themselves decide, except for text.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from supervisor.clock import Clock
from supervisor.database import Connection, Migrations, Writer, reading
from supervisor.errors import StoreError
from supervisor.journal_rows import MARKED, Found, Row, Wish, Wording

PART = 250_000
BLOCK = 10_000
BATCH = 2_000
"""Rows of one step: some 30 ms of a thread."""
PAUSE_S = 1.0
BUSY_PAUSE_S = 0.1
"""Between steps while there is much to do: a fifth of one core, not all of it."""
MOST_TERMS = 64
"""Words that begin alike and are asked for one by one; beyond, FTS5 looks through its own prefixes."""
SCAN = 2_000
"""Rows read at a time where no index helps."""
COLUMNS = "id, time, category, kind, who, subject, area, result, detail, hash"

log = logging.getLogger(__name__)

MIGRATIONS: Migrations = (
    """
CREATE TABLE state(one INTEGER PRIMARY KEY CHECK (one = 1), id INTEGER NOT NULL, hash TEXT NOT NULL);
CREATE TABLE block(id INTEGER PRIMARY KEY, low INTEGER NOT NULL, high INTEGER NOT NULL);
CREATE TABLE part(id INTEGER PRIMARY KEY);
CREATE TABLE term(word TEXT PRIMARY KEY) WITHOUT ROWID;
""",
)
_PART = (
    "CREATE VIRTUAL TABLE words_{} USING fts5("
    "words, content='', detail=none, columnsize=0, prefix='2 3', tokenize='ascii')"
)
_WORD = re.compile(r"[^\W_]+")
_BLOCK = (
    "INSERT INTO block VALUES(?, ?, ?)"
    " ON CONFLICT(id) DO UPDATE SET low = min(low, excluded.low), high = max(high, excluded.high)"
)


def beside(journal: Path) -> Path:
    """Where the index of a journal is."""
    return journal.with_name(f"{journal.stem}-words.db")


def fold(text: str) -> list[str]:
    """The words of a text without case and accents."""
    bare = unicodedata.normalize("NFKD", text.casefold())
    return _WORD.findall("".join(letter for letter in bare if not unicodedata.combining(letter)))


def written(row: Row) -> str:
    """All that is written in a row."""
    return " ".join((row.subject, row.kind, row.who, row.result, *_texts(row.detail)))


def _texts(thing: object) -> Iterator[str]:
    if isinstance(thing, Mapping):
        for one in thing.values():
            yield from _texts(one)
    elif isinstance(thing, (list, tuple)):
        for one in thing:
            yield from _texts(one)
    elif thing is not None:
        yield str(thing)


def _mark(column: str, value: str) -> str:
    """The word that stands for a column's value; texts have no such words."""
    return f"zq{column}{value.encode().hex()}"


def _marks(row: Row) -> Iterator[str]:
    yield from (_mark(name, getattr(row, name)) for name in MARKED if getattr(row, name))
    subject = row.subject
    while subject:
        yield _mark("subject", subject)
        subject = subject.rpartition(".")[0]


def _asked(wish: Wish) -> list[str]:
    """The marks of a wish."""
    return [_mark(name, value) for name in (*MARKED, "subject") if (value := getattr(wish, name))]


class JournalIndex:
    """The writing end; one per station. `step` and `close` may be called from any thread, one at a time."""

    def __init__(self, journal: Path, wording: Wording) -> None:
        self._journal = journal
        self._path = beside(journal)
        self._wording = wording
        self._writer: Writer | None = None
        self._terms: set[str] = set()
        """Words that are known to be in `term`."""

    def step(self) -> int:
        """Index the next rows, at most `BATCH`; how many they were. Raises StoreError; the next step begins afresh."""
        try:
            return self._step(self._writer or self._open())
        except StoreError as error:
            self.close()
            if self._useless(error):  # in the middle: it opens well, and would fail here for ever
                log.warning("The words of the journal are indexed anew: %s", error)
                self._remove()
            raise

    def _step(self, writer: Writer) -> int:
        last, _ = writer.submit(_state).result()
        with reading(self._journal) as connection:
            end = min(last + BATCH, ((last + 1) // PART + 1) * PART - 1)
            rows = _rows(connection, last + 1, end, "ASC", BATCH)
        if rows:
            words = [" ".join({*fold(f"{written(row)} {self._wording(row)}"), *_marks(row)}) for row in rows]
            writer.submit(lambda connection: self._write(connection, rows, words)).result()
        return len(rows)

    def _open(self) -> Writer:
        """The index as it is, or made anew where it is damaged or of another journal."""
        try:
            writer = Writer(self._path, MIGRATIONS)
        except StoreError as error:
            if not self._useless(error):
                raise
            log.warning("The words of the journal are indexed anew: %s", error)
            self._remove()
            writer = Writer(self._path, MIGRATIONS)
        if not self._fits(writer):
            log.warning("The words of the journal are indexed anew: those that are there are of another journal")
            writer.close()
            self._remove()
            writer = Writer(self._path, MIGRATIONS)
        self._writer = writer
        return writer

    def _useless(self, error: StoreError) -> bool:
        """Whether the file itself is to blame, and not a disk that is full or somebody who reads it: then it stays."""
        said = str(error)
        faults = ("SQLITE_CORRUPT", "SQLITE_NOTADB", "newer Vigie")
        return said.startswith(f"{self._path}: ") and any(fault in said for fault in faults)

    def _remove(self) -> None:
        for suffix in ("", "-wal", "-shm"):
            with suppress(FileNotFoundError):
                Path(f"{self._path}{suffix}").unlink()

    def _fits(self, writer: Writer) -> bool:
        """Whether the last row that was indexed is the journal's."""
        last, mark = writer.submit(_state).result()
        if not last:
            return True
        with reading(self._journal) as connection:
            row = connection.execute("SELECT hash FROM journal WHERE id = ?", (last,)).fetchone()
        return row is not None and row[0] == mark

    def _write(self, connection: Connection, rows: list[Row], words: list[str]) -> None:
        part = rows[0].id // PART
        if connection.execute("INSERT OR IGNORE INTO part VALUES(?)", (part,)).rowcount:
            connection.execute(_PART.format(part))
        ids = [row.id for row in rows]
        connection.executemany(f"INSERT INTO words_{part}(rowid, words) VALUES(?, ?)", zip(ids, words, strict=True))
        fresh = {word for text in words for word in text.split() if _is_term(word)} - self._terms
        connection.executemany("INSERT OR IGNORE INTO term VALUES(?)", [(word,) for word in fresh])
        connection.executemany(_BLOCK, [(row.id // BLOCK, row.time, row.time) for row in rows])
        connection.execute("INSERT OR REPLACE INTO state VALUES(1, ?, ?)", (rows[-1].id, rows[-1].hash))
        self._terms |= fresh

    async def run(self, clock: Clock) -> None:
        """Keep up with the journal until cancelled. What can't be indexed is found all the same, only more slowly."""
        behind = False
        while True:
            rows = 0
            work = asyncio.ensure_future(asyncio.to_thread(self.step))
            try:
                rows = await asyncio.shield(work)
                behind = False
            except asyncio.CancelledError:  # a thread can't be cancelled, and it uses the file that is closed next
                await asyncio.gather(work, return_exceptions=True)
                raise
            except StoreError as error:
                if not behind:
                    log.warning("The words of the journal are not indexed for now: %s", error)
                behind = True
            await clock.sleep(BUSY_PAUSE_S if rows == BATCH else PAUSE_S)

    def close(self) -> None:
        """Finish, then close the file; the next step would open it again."""
        writer, self._writer = self._writer, None
        self._terms.clear()
        if writer:
            writer.close()


def _is_term(word: str) -> bool:
    """Words that may be asked for by how they begin; numbers are asked for whole."""
    return not word.startswith("zq") and not word.isdigit()


def _begins(word: str) -> bool:
    """Whether a word asked for stands for all that begin so; one letter or a number stands for itself."""
    return len(word) > 1 and not word.isdigit()


def _state(connection: Connection) -> tuple[int, str]:
    found = connection.execute("SELECT id, hash FROM state").fetchone()
    return (int(found[0]), str(found[1])) if found else (0, "")


def _rows(connection: Connection, low: int, high: int, order: str, n: int) -> list[Row]:
    query = f"SELECT {COLUMNS} FROM journal WHERE id BETWEEN ? AND ? ORDER BY id {order} LIMIT ?"
    return [_row(values) for values in connection.execute(query, (low, high, n))]


def _row(values: tuple[Any, ...]) -> Row:
    *plain, detail, mark = values
    return Row(*[*plain, msgspec.json.decode(detail), mark])


class Search:
    """One search, in one snapshot of the journal."""

    def __init__(self, wish: Wish, wording: Wording, n: int, within_s: float) -> None:
        """At most `n` rows; stops to look after `within_s` seconds, and tells where."""
        self._wish = wish
        self._words = fold(wish.text)
        self._wording = wording
        self._n = n
        self._deadline = time.monotonic() + within_s
        self.rows: list[Row] = []

    def run(self, journal: Path, before: int) -> Found:
        """What is found below the id `before`, 0 for the newest. StoreError where the journal can't be read."""
        with reading(journal) as connection:
            head = connection.execute("SELECT max(id) FROM journal").fetchone()[0] or 0
            top = min(before - 1, head) if before else head
            try:
                with reading(beside(journal)) as index:
                    left = self._through(connection, index, top)
            except StoreError as error:
                log.debug("The journal is searched row by row: %s", error)
                self.rows.clear()
                left = self._scan(connection, 1, top)
        return Found(self.rows, left)

    def _through(self, connection: Connection, index: Connection, top: int) -> int:
        """First what the index does not hold yet, then its parts, newest first."""
        last, _ = _state(index)
        left = self._scan(connection, last + 1, top)
        if left:
            return left
        low, high = self._hull(index, min(top, last))
        query = self._query(index)
        if high < low or query is None:
            return 0
        if not query:
            return self._scan(connection, low, high)
        for part in range(high // PART, low // PART - 1, -1):
            if self._over:
                return min(high, part * PART + PART - 1) + 1
            left = self._part(connection, index, part, (query, low, high))
            if left:
                return left
        return 0

    @property
    def _over(self) -> bool:
        return time.monotonic() >= self._deadline

    def _hull(self, index: Connection, top: int) -> tuple[int, int]:
        """First and last id that may be of the time asked for."""
        wish = self._wish
        if wish.start is None and wish.end is None:
            return 1, top
        start = -(1 << 62) if wish.start is None else wish.start
        end = (1 << 62) if wish.end is None else wish.end
        low, high = index.execute(
            "SELECT min(id), max(id) FROM block WHERE high > ? AND low <= ?", (start, end)
        ).fetchone()
        return (1, 0) if low is None else (max(low * BLOCK, 1), min(high * BLOCK + BLOCK - 1, top))

    def _query(self, index: Connection) -> str | None:
        """In the language of FTS5; empty where anything will do, None where nothing can."""
        said = [f'"{mark}"' for mark in _asked(self._wish)]
        for word in self._words:
            if not _begins(word):
                said.append(f'"{word}"')
                continue
            found = index.execute(
                "SELECT word FROM term WHERE word >= ? AND word < ? LIMIT ?",
                (word, word + "\U0010ffff", MOST_TERMS + 1),
            ).fetchall()
            if not found:
                return None
            alike = " OR ".join(f'"{one}"' for (one,) in found)
            said.append(f"({alike})" if len(found) <= MOST_TERMS else f'"{word}"*')
        return " AND ".join(said)

    def _part(self, connection: Connection, index: Connection, part: int, ask: tuple[str, int, int]) -> int:
        """Where to go on; 0 where the part is done with."""
        if index.execute("SELECT 1 FROM part WHERE id = ?", (part,)).fetchone() is None:
            return 0
        cursor = index.execute(
            f"SELECT rowid FROM words_{part} WHERE words_{part} MATCH ? AND rowid BETWEEN ? AND ? ORDER BY rowid DESC",
            ask,
        )
        while ids := [number for (number,) in cursor.fetchmany(SCAN // 4)]:
            marks = ",".join("?" * len(ids))
            query = f"SELECT {COLUMNS} FROM journal WHERE id IN ({marks}) ORDER BY id DESC"
            left = self._take((_row(values) for values in connection.execute(query, ids)), ids[-1])
            if left:
                return left
        return 0

    def _scan(self, connection: Connection, low: int, high: int) -> int:
        """Row by row, for what is in no index; where to go on, 0 at the end."""
        while high >= low:
            rows = _rows(connection, low, high, "DESC", SCAN)
            if not rows:
                return 0
            left = self._take((row for row in rows if self._wish.admits(row) and self._said(row)), rows[-1].id)
            if left:
                return left
            high = rows[-1].id - 1
        return 0

    def _take(self, rows: Iterable[Row], last: int) -> int:
        """Keep those that are wished for; where to go on once there are enough or the time is over, else 0."""
        for row in rows:
            if self._wish.admits(row):
                self.rows.append(row)
                if len(self.rows) == self._n:
                    return row.id
        return last if self._over else 0

    def _said(self, row: Row) -> bool:
        """Whether every word asked for is in the row."""
        words = fold(f"{written(row)} {self._wording(row)}") if self._words else []
        return all(
            any(one == word or (_begins(word) and one.startswith(word)) for one in words) for word in self._words
        )
