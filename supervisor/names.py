"""Names of those whom the site folder does not list: people made at the station, and those of its directory.

    signed in, proved, made ──> Register (the station) ──> table `names` of the journal's file ──> Met (any process)

An id is what stands in the journal; a name is how a person reads it. Each id met has a number of its own for ever, by
which a column of sixteen bits can name them. The rows of the chain say the same (`sign_in`, `add`, `alter`), so that
names are never proved by this table, only looked up.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import NamedTuple

from supervisor.database import Connection, has_table, reading
from supervisor.errors import StoreError
from supervisor.model import Site

OTHER = 0xFFFF
"""The code of somebody whom a column can't name."""
FIRST = 0x8000
"""Codes from here on are of those met; below, 1 + row in `site.users`."""
_ALL = "SELECT number, id, name FROM names"
_KEEP = (
    "INSERT INTO names(number, id, name) VALUES(?, ?, ?)"
    " ON CONFLICT(id) DO UPDATE SET name = excluded.name WHERE names.name != excluded.name"
)
FILL = """
INSERT INTO names(id, name)
    SELECT CASE kind WHEN 'sign_in' THEN who ELSE subject END AS person, json_extract(detail, '$.name')
    FROM journal AS said
    WHERE category = 'access' AND kind IN ('sign_in', 'add', 'alter') AND result = 'done'
        AND json_extract(detail, '$.name') != ''
    GROUP BY person HAVING max(said.id);
"""
"""Those whom an earlier Vigie met, as the chain has them: of each the latest name."""

log = logging.getLogger(__name__)


class Person(NamedTuple):
    """Somebody met."""

    number: int
    name: str


class Met:
    """Who is who, read from the file of a journal. Of nobody until `pull`."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._people: Mapping[str, Person] = {}
        self._ids: dict[int, str] = {}
        self.missed: set[str] = set()
        """Ids asked for that nobody knew, since the last look at the file."""
        self._vain: frozenset[str] = frozenset()
        """Those of them that the file did not know either."""

    @classmethod
    def of(cls, path: Path) -> Met:
        """Those of a file, read once. Raises StoreError."""
        met = cls(path)
        met.pull()
        return met

    def pull(self) -> bool:
        """Look at the file; whether it knows more than before. In a thread. Raises StoreError."""
        if self._path is None or not self._path.exists():
            return False
        asked = frozenset(self.missed)
        with reading(self._path) as connection:
            rows = connection.execute(_ALL) if has_table(connection, "names") else ()
            found = {str(id_): Person(int(number), str(name)) for number, id_, name in rows}
        self._vain, self.missed = self._vain | (asked - found.keys()), set()
        if found == self._people:
            return False
        self._put(found)
        return True

    def name(self, id_: str) -> str:
        """How somebody is called; empty for whom nobody has met."""
        found = self._people.get(id_)
        if found is None and id_ not in self._vain:
            self.missed.add(id_)
        return found.name if found else ""

    @property
    def everybody(self) -> Mapping[str, str]:
        """Id -> name."""
        return {id_: one.name for id_, one in self._people.items()}

    def code(self, id_: str) -> int:
        """In a column of sixteen bits; `OTHER` for whom nobody has met."""
        found = self._people.get(id_)
        return min(FIRST + found.number, OTHER) if found else OTHER

    def id(self, code: int) -> str:
        """Whose code that is; empty for nobody's."""
        found = self._ids.get(code - FIRST, "")
        if not found and FIRST <= code < OTHER and f"#{code}" not in self._vain:
            self.missed.add(f"#{code}")
        return found

    def _put(self, people: Mapping[str, Person]) -> None:
        self._people = people
        self._ids = {one.number: id_ for id_, one in people.items()}


class Register(Met):
    """The station's: it also writes. `submit` runs work in the journal's writer."""

    def __init__(self, path: Path, submit: Callable[[Callable[[Connection], None]], Future[None]]) -> None:
        """Raises StoreError."""
        super().__init__(path)
        self._submit = submit
        self._unkept: set[str] = set()
        """Ids whose name is not in the file yet."""
        self.pull()

    def meet(self, id_: str, name: str) -> None:
        """Somebody is called so from now on. Known at once; a disk that takes nothing now may take it the next time."""
        known = self._people.get(id_)
        if not name or (known and known.name == name and id_ not in self._unkept):
            return
        self._unkept.discard(id_)
        number = known.number if known else max(self._ids, default=0) + 1
        self._put({**self._people, id_: Person(number, name)})
        row = (number, id_, name)

        def work(connection: Connection) -> None:
            connection.execute(_KEEP, row)

        self._submit(work).add_done_callback(lambda done: self._written(done, id_))

    def _written(self, done: Future[None], id_: str) -> None:
        """In the writer's thread."""
        if not done.cancelled() and isinstance(error := done.exception(), StoreError):
            self._unkept.add(id_)
            log.warning("The name of %s is not kept until they sign in again: %s", id_, error)


def called(site: Site, met: Met, id_: str) -> str:
    """How somebody is called: as in the site folder, else as the station knows them, else their id."""
    user = site.users.get(id_)
    return user.name if user else met.name(id_) or id_


def coded(site: Site, met: Met, code: int) -> str:
    """Whose code in a column that is: their id; empty for nobody, and for whom a column can't name."""
    if 0 < code <= len(site.users):
        return list(site.users)[code - 1]
    return met.id(code) if FIRST <= code < OTHER else ""
