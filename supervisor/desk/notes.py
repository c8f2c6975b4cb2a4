"""Notes: what a person wrote at an instant of the curves, of one tag or of all. The journal is where they live.

A note is a row of the journal, and so is its withdrawal: nothing is ever rubbed out, and `standing` tells what counts.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from supervisor.errors import Refused, StoreError
from supervisor.journal import Entry, Journal, JournalReader, Row
from supervisor.model import Role, Site, Text, User
from supervisor.people import People
from supervisor.serve import Act

log = logging.getLogger(__name__)

BOOK = "note"
"""Category of the journal."""
LONGEST = 400
"""Characters of a note."""
MOST = 5_000
"""Rows of the book that are looked at."""


@dataclass(frozen=True, slots=True)
class Note:
    """One that stands."""

    id: int
    """Of its row of the journal."""
    at: int
    """The instant it tells of, ns UTC."""
    text: str
    tag: str
    """Empty for all."""
    who: str
    """Id of its author."""


class _Annotate(msgspec.Struct, frozen=True):
    at: int
    text: str
    tag: str = ""


class _Withdraw(msgspec.Struct, frozen=True):
    id: int


class Notes:
    """See the module."""

    def __init__(self, site: Site, people: People, journal: Journal) -> None:
        self._tags = site.tag_by_id
        self._people = people
        self._journal = journal
        self._reader = JournalReader(journal.path)

    async def annotate(self, note: _Annotate, user: User) -> int:
        """The note's id. Raises Refused."""
        text = note.text.strip()
        tag = self._tags.get(note.tag)
        if note.tag and tag is None:
            raise Refused("unknown", NO_TAG)
        if user.role < Role.OPERATOR or (tag and not self._people.holds(user, Role.OPERATOR, tag.equipment.area)):
            raise Refused("right", NO_RIGHT)
        if not text or len(text) > LONGEST:
            raise Refused("text", NO_TEXT)
        detail = {"at": note.at, "text": text}
        area = tag.equipment.area if tag else ""
        return await self._write(Entry(BOOK, "annotate", user.id, note.tag, area, "done", detail))

    async def withdraw(self, id_: int, user: User) -> None:
        """Let a note go. Raises Refused for another's, unless a supervisor asks."""
        note = next((note for note in await self._standing() if note.id == id_), None)
        if note is None:
            raise Refused("unknown", NO_NOTE)
        if user.role < Role.SUPERVISOR and note.who != user.id:
            raise Refused("right", NOT_YOURS)
        await self._write(Entry(BOOK, "withdraw", user.id, "", "", "done", {"note": id_}))

    async def _write(self, entry: Entry) -> int:
        try:
            return await self._journal.written(entry)
        except StoreError as error:
            log.error("A note can't be journalled: %s", error)
            raise Refused("journal", UNWRITTEN) from error

    async def _standing(self) -> list[Note]:
        return standing(await asyncio.to_thread(self._reader.search, category=BOOK, n=MOST))


def standing(rows: Iterable[Row]) -> list[Note]:
    """The notes that stand, by the instant they tell of; from rows of the book in any order."""
    rows = list(rows)
    gone = {row.detail.get("note") for row in rows if row.kind == "withdraw"}
    notes = [
        Note(row.id, int(row.detail["at"]), str(row.detail["text"]), row.subject, row.who)
        for row in rows
        if row.kind == "annotate" and row.id not in gone
    ]
    return sorted(notes, key=lambda note: (note.at, note.id))


def note_acts(notes: Notes) -> dict[str, Act]:
    """Those of the trends."""

    async def annotate(user: User, words: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"id": await notes.annotate(msgspec.convert(words, _Annotate), user)}

    async def withdraw(user: User, words: Mapping[str, Any]) -> Mapping[str, Any]:
        await notes.withdraw(msgspec.convert(words, _Withdraw).id, user)
        return {}

    return {act.__name__: act for act in (annotate, withdraw)}


NO_TAG = Text("Ce tag n'existe pas sur ce site.", "The site knows no such tag.")
NO_NOTE = Text("Cette annotation n'existe plus.", "This note is no longer there.")
NO_RIGHT = Text("Votre rôle ne permet pas d'annoter ici.", "Your role does not allow notes here.")
NO_TEXT = Text(f"Une annotation a entre 1 et {LONGEST} caractères.", f"A note has between 1 and {LONGEST} characters.")
NOT_YOURS = Text(
    "Seul son auteur, ou un chef de salle, peut retirer une annotation.",
    "Only its author, or a supervisor, can withdraw a note.",
)
UNWRITTEN = Text(
    "L'annotation ne peut pas être journalisée : elle n'est pas enregistrée.",
    "The note can't be journalled: it is not kept.",
)
