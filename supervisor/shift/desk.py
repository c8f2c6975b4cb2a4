"""ShiftDesk: notes of the shift, and its end, signed by who goes and who comes.

    sign ─> both prove who they are ─> sheet gathered ─> sheet and its digest into the journal, one transaction

Rules:
- A shift begins with the row of the journal after the last one that was signed; the first one with the first row of
  the last half day. Nothing falls between two shifts.
- What is signed is kept as it was, for ever; its digest stands in the chain, so that an altered sheet is noticed.
- Nobody signs for another, and nobody twice. Where nobody comes, who goes signs alone and says why.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from supervisor.clock import Clock
from supervisor.database import Connection, SqliteDatabase, plain, reading
from supervisor.desk.second import Prove
from supervisor.errors import Refused, StoreError
from supervisor.journal import Entry, Journal, chain, safe
from supervisor.model import Role, Site, Text, User
from supervisor.serve import Act
from supervisor.shift import sheet as sheets
from supervisor.shift.gather import BOOK, Memory, gather
from supervisor.shift.sheet import Override, Sheet

LONGEST = 2_000
"""Characters of a note or a remark."""
LISTED = 400
"""Signed shifts that are listed: some four months of three shifts a day."""

log = logging.getLogger(__name__)


class _Note(msgspec.Struct, frozen=True):
    text: str


class _Withdraw(msgspec.Struct, frozen=True):
    note: int


class _Number(msgspec.Struct, frozen=True):
    number: int


class _Sign(msgspec.Struct, frozen=True):
    password: str
    incoming: str = ""
    incoming_password: str = ""
    remark: str = ""


class Signed(msgspec.Struct, frozen=True):
    """One line of the list of signed shifts."""

    number: int
    start: int
    end: int
    outgoing: str
    incoming: str


class ShiftDesk:
    """See the module."""

    def __init__(
        self, site: Site, journal: Journal, clock: Clock, prove: Prove, overrides: Callable[[], Sequence[Override]]
    ) -> None:
        self._site = site
        self._journal = journal
        self._clock = clock
        self._prove = prove
        self._overrides = overrides
        self._signing = asyncio.Lock()
        self._memory = Memory()

    async def running(self) -> Sheet:
        """The shift that runs, up to now. Raises StoreError."""
        overrides, now = list(self._overrides()), self._clock.now()
        return await asyncio.to_thread(gather, self._site, self._journal.path, now, overrides, self._memory)

    async def note(self, words: str, user: User) -> int:
        """Its number. Raises Refused."""
        if user.role < Role.OPERATOR:
            raise Refused("right", NO_RIGHT)
        if not 0 < len(words.strip()) <= LONGEST:
            raise Refused("text", NO_TEXT)
        return await self._written(Entry(BOOK, "note", user.id, detail={"text": words.strip()}))

    async def withdraw(self, number: int, user: User) -> None:
        """Take a note of the running shift back: one's own. Raises Refused."""
        note = next((one for one in (await self.running()).notes if one.id == number and not one.alarm), None)
        if note is None:
            raise Refused("unknown", NO_NOTE)
        if note.who != user.id:
            raise Refused("right", NOT_YOURS)
        await self._written(Entry(BOOK, "withdraw", user.id, detail={"note": number}))

    async def sign(self, ask: _Sign, user: User) -> int:
        """End the running shift; its number. Raises Refused, and then it goes on."""
        if user.role < Role.OPERATOR:
            raise Refused("right", NO_RIGHT)
        remark = ask.remark.strip()
        if len(remark) > LONGEST:
            raise Refused("text", NO_TEXT)
        if not ask.incoming and not remark:
            raise Refused("reason", NOBODY_COMES)
        outgoing = await self._prove(user.id, ask.password)
        incoming = await self._prove(ask.incoming, ask.incoming_password) if ask.incoming else None
        if incoming and incoming.id == outgoing.id:
            raise Refused("second", SAME)
        if incoming and incoming.role < Role.OPERATOR:
            raise Refused("right", NO_RIGHT)
        async with self._signing:
            sheet = await self.running()
            signed = {"remark": remark, "outgoing": outgoing.id, "incoming": incoming.id if incoming else ""}
            return await self._keep(msgspec.structs.replace(sheet, **signed))

    async def signed(self) -> list[Signed]:
        """The newest first. Raises StoreError."""

        def work() -> list[Signed]:
            query = 'SELECT number, start, "end", outgoing, incoming FROM shifts ORDER BY number DESC LIMIT ?'
            with reading(self._journal.path) as connection:
                return [Signed(*row) for row in connection.execute(query, (LISTED,))]

        return await asyncio.to_thread(work)

    async def sheet(self, number: int) -> tuple[str, str, bool]:
        """A signed sheet, its digest in the chain, and whether the two still belong together. Raises Refused."""
        return await asyncio.to_thread(signed_sheet, self._journal.path, number)

    async def _keep(self, sheet: Sheet) -> int:
        kept = sheets.text(sheet)
        detail = {"number": sheet.number, "start": sheet.start, "end": sheet.end, "incoming": sheet.incoming}
        entry = Entry(BOOK, "sign", sheet.outgoing, result="done", detail={**detail, "digest": sheets.digest(kept)})

        def work(database: SqliteDatabase) -> int:
            return _insert(plain(database), sheet, kept, entry)

        try:
            return await safe(self._journal.submit(work))
        except StoreError as error:
            log.error("A shift can't be signed: %s", error)
            raise Refused("journal", UNWRITTEN) from error

    async def _written(self, entry: Entry) -> int:
        try:
            return await self._journal.written(entry)
        except StoreError as error:
            log.error("The shift book can't be written: %s", error)
            raise Refused("journal", UNWRITTEN) from error


def signed_sheet(path: Path, number: int) -> tuple[str, str, bool]:
    """See `ShiftDesk.sheet`; waits for the disk."""
    query = "SELECT sheet, detail FROM shifts JOIN journal ON journal.id = journal WHERE number = ?"
    with reading(path) as connection:
        row = connection.execute(query, (number,)).fetchone()
    if row is None:
        raise Refused("unknown", NO_SHIFT)
    mark = str(msgspec.json.decode(row[1]).get("digest", ""))
    return str(row[0]), mark, sheets.digest(row[0]) == mark


def _insert(connection: Connection, sheet: Sheet, kept: str, entry: Entry) -> int:
    row = chain(connection, entry, sheet.end)
    words = (sheet.number, sheet.start, sheet.end, sheet.last, sheet.outgoing, sheet.incoming, kept, row)
    connection.execute(
        'INSERT INTO shifts(number, start, "end", last, outgoing, incoming, sheet, journal) VALUES(?,?,?,?,?,?,?,?)',
        words,
    )
    return sheet.number


def shift_acts(desk: ShiftDesk) -> dict[str, Act]:
    """Name -> act.

    shift                   {} -> {sheet, signed: [{number, start, end, outgoing, incoming}]}
    shift_note              {text} -> {id}
    shift_withdraw          {note} -> {}
    shift_sign              {password, incoming, incoming_password, remark} -> {number}
    shift_sheet             {number} -> {sheet, digest, whole}
    """

    async def shift(user: User, words: Mapping[str, Any]) -> Mapping[str, Any]:
        signed = [msgspec.to_builtins(one) for one in await desk.signed()]
        return {"sheet": sheets.text(await desk.running()), "signed": signed}

    async def shift_note(user: User, words: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"id": await desk.note(msgspec.convert(words, _Note).text, user)}

    async def shift_withdraw(user: User, words: Mapping[str, Any]) -> Mapping[str, Any]:
        await desk.withdraw(msgspec.convert(words, _Withdraw).note, user)
        return {}

    async def shift_sign(user: User, words: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"number": await desk.sign(msgspec.convert(words, _Sign), user)}

    async def shift_sheet(user: User, words: Mapping[str, Any]) -> Mapping[str, Any]:
        kept, mark, whole = await desk.sheet(msgspec.convert(words, _Number).number)
        return {"sheet": kept, "digest": mark, "whole": whole}

    return {act.__name__: act for act in (shift, shift_note, shift_withdraw, shift_sign, shift_sheet)}


NO_RIGHT = Text("Le cahier de quart se tient par un opérateur.", "The shift book is kept by an operator.")
NO_TEXT = Text(f"Une note a entre 1 et {LONGEST} caractères.", f"A note has between 1 and {LONGEST} characters.")
NO_NOTE = Text("Cette note n'est pas du quart en cours.", "This note is not of the running shift.")
NOT_YOURS = Text("Seul son auteur peut retirer une note.", "Only its author can take a note back.")
NOBODY_COMES = Text(
    "Sans relève, indiquez pourquoi dans les consignes.", "Where nobody takes over, say why in the remarks."
)
SAME = Text(
    "La relève est une autre personne que celle qui part.", "Who takes over is another person than the one who goes."
)
NO_SHIFT = Text("Il n'y a pas de quart signé de ce numéro.", "There is no signed shift of that number.")
UNWRITTEN = Text(
    "Le journal ne peut pas être écrit : rien n'est consigné, le quart continue.",
    "The journal cannot be written: nothing is recorded, the shift goes on.",
)
