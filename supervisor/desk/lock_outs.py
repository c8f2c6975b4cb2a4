"""Lock-outs (consignations): an equipment that nobody commands while somebody has their hands in it.

    hang ─────> stands ──ask──> release asked ──confirm, by a second person──> gone
                   ^───keep──────────┘

Source: the French decree 2010-1016 and NF C 18-510, 7 (consignation); OSHA 1910.147(f)(3) (each one their own lock).

Rules:
- It holds the equipment and all its parts. No command passes, of whoever and for whatever reason.
- Several persons may hang one each; the last one to come off frees the equipment.
- It takes two to take one off. Where its holder has gone, a supervisor asks, and says why. Who asked must still have
  the right when it comes off; where they have not, the wish is void.
- One on an equipment that has left the site holds nothing any more, and is told so by its last known name. It comes off
  as any other, in the area it stood in.
- It holds before its row is written, and goes after: when the disk is full, it holds.
- It survives the station; the table holds what stands, the chain how it came to that.
- A station that can't read them at its start holds everything still: nobody knows who has their hands where.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from supervisor.clock import SECOND, Clock
from supervisor.columns import Columns
from supervisor.database import SqliteDatabase
from supervisor.desk import board as boards
from supervisor.desk import lock_rows
from supervisor.desk.lock_rows import BOOK as BOOK
from supervisor.desk.lock_rows import LockOut as LockOut
from supervisor.desk.lock_rows import last_known as last_known
from supervisor.desk.lock_rows import standing as standing
from supervisor.desk.second import Prove, nobody, second
from supervisor.errors import Refused, StoreError
from supervisor.journal import Entry, Journal, safe
from supervisor.model import Equipment, Role, Site, Text, User
from supervisor.names import called
from supervisor.people import ROLES, People
from supervisor.serve import Act

LONGEST = 200
"""Characters of a reason."""

log = logging.getLogger(__name__)


class LockOuts:
    """See the module."""

    def __init__(
        self, site: Site, journal: Journal, clock: Clock, board: Columns | None = None, prove: Prove = nobody
    ) -> None:
        self.board = boards.blank(site) if board is None else board
        self.prove = prove
        self.people = People(site)
        self.persons: Callable[[str], Sequence[User]] = self._of_the_site
        """All that somebody may do by now; set at assembly where a station has accounts."""
        self._site = site
        self._journal = journal
        self._clock = clock
        self._hanging: list[tuple[str, str]] = []
        """Equipment and holder of those whose row is on its way to the disk."""
        self._turn = asyncio.Lock()
        """One change of what stands at a time, from the look to the write: who says "keep" is not overtaken."""
        self.standing: dict[int, LockOut] = {}
        self.unread = False
        """What stands could not be read."""
        try:
            self.standing = {one.id: one for one in journal.submit(lock_rows.read).result()}
        except StoreError as error:
            log.error("The lock-outs can't be read: no command passes until a restart that can. %s", error)
            self.unread = True
        journal.submit(lambda database: lock_rows.rename(database, site))  # a full disk takes no names, and needs none
        for one in self.standing.values():
            if one.equipment not in site.equipment_by_id:
                log.warning("Lock-out %d is on %s, which has left the site: it holds nothing", one.id, one.equipment)
                self._journal.append(Entry(BOOK, "orphan", one.who, one.equipment, one.area, "", {"lock": one.id}))
        self._show()

    def on(self, equipment: Equipment) -> LockOut | None:
        """What holds an equipment still: the oldest lock-out on it or on what it is a part of."""
        held = {one.id for one in boards.above(self._site, equipment)}
        found = [one for one in self.standing.values() if one.equipment in held]
        hanging = next((LockOut(0, id_, who, "", self._clock.now()) for id_, who in self._hanging if id_ in held), None)
        return min(found, key=lambda one: one.time) if found else hanging

    async def hang(self, equipment_id: str, reason: str, user: User) -> int:
        """Its number. Raises Refused, which is journalled too."""
        said = {"act": "hang_lock", "reason": reason[:LONGEST]}
        with _noted(self._journal, user, equipment_id, said):
            equipment = self._equipment(equipment_id)
            self._check_right(equipment.area, user)
            self._check_new(equipment, reason.strip(), user)
            one = LockOut(0, equipment.id, user.id, reason.strip(), self._clock.now(), "", 0, equipment.name)
            one = replace(one, area=equipment.area)
            key = (equipment.id, user.id)
            self._hanging.append(key)
            self._show()
            try:
                number = await self._write(lambda database: lock_rows.insert(database, one))
                self.standing[number] = replace(one, id=number)
            finally:
                self._hanging.remove(key)
                self._show()
        return number

    async def ask(self, number: int, reason: str, user: User) -> None:
        """Ask that one come off: its holder, or a supervisor who says why. Raises Refused."""
        async with self._turn:
            await self._ask(number, reason, user)

    async def _ask(self, number: int, reason: str, user: User) -> None:
        one, area = self._find(number)
        with _noted(self._journal, user, one.equipment, {"act": "ask_release", "lock": number}):
            if user.id != one.who:
                if not self.people.holds(user, Role.SUPERVISOR, area):
                    raise Refused("right", self._not_yours(one))
                if not reason.strip():
                    raise Refused("reason", WHY_ABSENT)
            asked = replace(one, asked_by=user.id, asked_at=self._clock.now())
            detail = {"lock": number, "holder": one.who, "reason": reason.strip()[:LONGEST]}
            entry = Entry(BOOK, "ask_release", user.id, one.equipment, area, "done", detail, asked.asked_at)
            await self._write(lambda database: lock_rows.update(database, asked, entry))
            self.standing[number] = asked
            self._show()

    async def keep(self, number: int, user: User) -> None:
        """Take the wish to release back. Raises Refused."""
        async with self._turn:
            await self._keep(number, user)

    async def _keep(self, number: int, user: User) -> None:
        one, _ = self._find(number)
        with _noted(self._journal, user, one.equipment, {"act": "keep_lock", "lock": number}):
            if user.id not in (one.who, one.asked_by):
                raise Refused("right", self._not_yours(one))
            await self._unask(one, user.id)

    async def _unask(self, one: LockOut, who: str, **more: str) -> None:
        """It stands as if nobody had asked for its release."""
        kept = replace(one, asked_by="", asked_at=0)
        detail, time = {"lock": one.id, "holder": one.who, **more}, self._clock.now()
        entry = Entry(BOOK, "keep_lock", who, one.equipment, self._find(one.id)[1], "done", detail, time)
        await self._write(lambda database: lock_rows.update(database, kept, entry))
        self.standing[one.id] = kept
        self._show()

    async def confirm(self, number: int, proof: tuple[str, str], user: User) -> None:
        """Take one off whose release was asked for; `proof` as in `supervisor.desk.second`. Raises Refused."""
        one, area = self._find(number)
        with _noted(self._journal, user, one.equipment, {"act": "release_lock", "lock": number}):
            if not one.asked_by:
                raise Refused("unasked", NOT_ASKED)
            person = await second((one.who, one.asked_by), user, proof, self.prove)
            self._check_right(area, person)
            async with self._turn:
                await self._release(one, area, person, user)

    async def _release(self, one: LockOut, area: str, person: User, seat: User) -> None:
        if self.standing.get(one.id) != one:  # it went, or was kept, while a password was checked
            raise Refused("unasked", NOT_ASKED)
        needed = Role.OPERATOR if one.asked_by == one.who else Role.SUPERVISOR
        if not any(self.people.holds(rights, needed, area) for rights in self.persons(one.asked_by)):
            await self._unask(one, "", asked_by=one.asked_by, reason="right")
            raise Refused("unasked", self._void(one))
        detail = {"lock": one.id, "holder": one.who, "asked_by": one.asked_by, "seat": seat.id}
        entry = Entry(BOOK, "release_lock", person.id, one.equipment, area, "done", detail, self._clock.now())
        await self._write(lambda database: lock_rows.delete(database, one.id, entry))
        self.standing.pop(one.id, None)
        self._show()

    # ------------------------------------------------------------ checks and sentences
    def holds(self, equipment: Equipment) -> Text | None:
        """Why no command passes to an equipment; None where none is kept from it."""
        if self.unread:
            return UNREAD
        one = self.on(equipment)
        return self.refusal(one) if one else None

    def refusal(self, one: LockOut) -> Text:
        """Who, when and why: what every command meets."""
        thing = self._site.equipment_by_id.get(one.equipment)
        name = thing.name if thing else last_known(one)
        since = _moment(one.time, self._site.zone)
        return Text(
            f"« {name.fr} » est consigné par {self._name(one.who)} depuis le {since} : {one.reason}.",
            f'"{name.en}" is locked out by {self._name(one.who)} since {since}: {one.reason}.',
        )

    def _equipment(self, id_: str) -> Equipment:
        equipment = self._site.equipment_by_id.get(id_)
        if equipment is None:
            raise Refused("unknown", Text(f"Il n'y a pas d'équipement « {id_} ».", f'There is no equipment "{id_}".'))
        return equipment

    def _find(self, number: int) -> tuple[LockOut, str]:
        """One that stands, and the area in which it is."""
        one = self.standing.get(number)
        if one is None:
            raise Refused("unknown", GONE)
        thing = self._site.equipment_by_id.get(one.equipment)
        return one, thing.area if thing else one.area

    def _of_the_site(self, id_: str) -> Sequence[User]:
        """For a station without accounts: what the site folder says."""
        return [self._site.users[id_]] if id_ in self._site.users else []

    def _check_right(self, area: str, user: User) -> None:
        if not self.people.holds(user, Role.OPERATOR, area):
            role = ROLES[Role.OPERATOR]
            raise Refused(
                "right",
                Text(
                    f"Il faut être {role.fr} sur ce secteur pour consigner ou déconsigner.",
                    f"Lock-outs here take the role {role.en} in this area.",
                ),
            )

    def _check_new(self, equipment: Equipment, reason: str, user: User) -> None:
        if not reason or len(reason) > LONGEST:
            raise Refused("reason", NO_REASON)
        own = [(one.equipment, one.who) for one in self.standing.values()]
        if (equipment.id, user.id) in (*own, *self._hanging):
            raise Refused("twice", TWICE)

    def _not_yours(self, one: LockOut) -> Text:
        return Text(
            f"Consignation de {self._name(one.who)} : lui seul, ou un chef de salle, peut en demander la levée.",
            f"This lock-out is {self._name(one.who)}'s: only they, or a supervisor, can ask for its release.",
        )

    def _void(self, one: LockOut) -> Text:
        who = self._name(one.asked_by)
        return Text(
            f"{who}, qui avait demandé la levée, n'en a plus le droit, ou n'a pas ouvert de session depuis le "
            "démarrage du poste : la demande est à refaire.",
            f"{who}, who asked for the release, no longer has the right to, or has not signed in since the station "
            "started: it has to be asked for again.",
        )

    def _name(self, who: str) -> str:
        return called(self._site, self._journal.people, who)

    async def _write(self, work: Callable[[SqliteDatabase], int]) -> int:
        try:
            return await safe(self._journal.submit(work))
        except StoreError as error:
            log.error("A lock-out can't be journalled: %s", error)
            raise Refused("journal", UNWRITTEN) from error

    def _show(self) -> None:
        standing = [one.equipment for one in self.standing.values()]
        boards.hang(self._site, self.board, [*standing, *(id_ for id_, _ in self._hanging)])


@contextmanager
def _noted(journal: Journal, user: User, equipment: str, detail: Mapping[str, Any]) -> Iterator[None]:
    """Keeps a refusal in the journal on its way to who asked."""
    try:
        yield
    except Refused as refused:
        if refused.check != "journal":
            journal.append(Entry("access", "refused", user.id, equipment, "", refused.check, detail))
        raise


def _moment(time: int, zone: str) -> str:
    return datetime.fromtimestamp(time / SECOND, ZoneInfo(zone)).strftime("%d/%m/%Y %H:%M")


class _Hang(msgspec.Struct, frozen=True):
    equipment: str
    reason: str


class _Lock(msgspec.Struct, frozen=True):
    id: int
    reason: str = ""
    second: str = ""
    """Id of the second person, who proves it at this seat; empty for the person of the seat."""
    password: str = ""


def lock_acts(lock_outs: LockOuts) -> dict[str, Act]:
    """Those of lock-outs."""

    async def hang_lock(user: User, words: Mapping[str, Any]) -> Mapping[str, Any]:
        ask = msgspec.convert(words, _Hang)
        return {"id": await lock_outs.hang(ask.equipment, ask.reason, user)}

    async def ask_release(user: User, words: Mapping[str, Any]) -> Mapping[str, Any]:
        ask = msgspec.convert(words, _Lock)
        await lock_outs.ask(ask.id, ask.reason, user)
        return {}

    async def keep_lock(user: User, words: Mapping[str, Any]) -> Mapping[str, Any]:
        await lock_outs.keep(msgspec.convert(words, _Lock).id, user)
        return {}

    async def release_lock(user: User, words: Mapping[str, Any]) -> Mapping[str, Any]:
        ask = msgspec.convert(words, _Lock)
        await lock_outs.confirm(ask.id, (ask.second, ask.password), user)
        return {}

    return {act.__name__: act for act in (hang_lock, ask_release, keep_lock, release_lock)}


UNREAD = Text(
    "Les consignations n'ont pu être lues au démarrage : aucune commande ne passe. Libérez le disque, puis redémarrez.",
    "The lock-outs could not be read at the start: no command passes. Free the disk, then restart.",
)
GONE = Text("Cette consignation n'existe plus.", "This lock-out is no longer there.")
NO_REASON = Text(
    f"Indiquez le motif de la consignation, en {LONGEST} caractères au plus.",
    f"Say why it is locked out, in at most {LONGEST} characters.",
)
WHY_ABSENT = Text(
    "Cette consignation n'est pas la vôtre : indiquez pourquoi son titulaire ne peut pas la lever.",
    "This lock-out is not yours: say why its holder cannot take it off.",
)
TWICE = Text("Vous avez déjà consigné cet équipement.", "You have locked this equipment out already.")
NOT_ASKED = Text(
    "Personne n'a demandé la levée de cette consignation.", "Nobody has asked that this lock-out come off."
)
UNWRITTEN = Text(
    "Le journal ne peut pas être écrit : aucune consignation ne change tant que c'est le cas.",
    "The journal cannot be written: no lock-out changes while that is so.",
)
