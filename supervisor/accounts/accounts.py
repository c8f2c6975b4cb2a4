"""Accounts: the people of a site, what proves who they are, and who may change that.

    in people.toml   name, role and areas are the site folder's; the station keeps the password
    in accounts.json alone: somebody an administrator made at this station
    in the directory alone: name and role come from there, as it says at each sign-in and `ask_again`

Rules:
- `prove` is the only way from a password to a `User`. Success and failure are rows of the journal; what was typed as a
  name is one only where somebody is called so, for people type their password there.
- A guess costs as much whether the name exists or not, and who guesses waits (`supervisor.accounts.delays`).
- A change of accounts is in the journal before it is made; where the journal can't be written nothing is changed.
- Whoever keeps somebody signed in is told of every change (`changed`), and asks who they are `now` at every act.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from supervisor.accounts import rules
from supervisor.accounts.book import Account, Book
from supervisor.accounts.delays import Delays
from supervisor.accounts.hashing import Hasher
from supervisor.accounts.heard import Directory, Heard, Word
from supervisor.accounts.words import (
    CONFLICT,
    DISABLED,
    LAST_ONE,
    NAME,
    NO_PASSWORD,
    NOT_ADMINISTRATOR,
    NOT_FIRST,
    NOT_HERE,
    NOT_OWN,
    OTHER_PASSWORD,
    RENEW,
    UNREADABLE,
    UNWRITTEN,
    WRONG,
    taken,
    unknown_area,
)  # fmt: skip
from supervisor.clock import Clock
from supervisor.errors import Refused, StoreError
from supervisor.journal import Entry, Journal
from supervisor.model import Role, Site, User
from supervisor.people import SEAT

BOOK = "access"
"""Category of the journal."""
CONSOLE = User(f"{SEAT}console", "vigie people", Role.ADMINISTRATOR)
"""Who owns the data folder and changes accounts on the command line: nobody can keep the files from them anyway."""
_ID = frozenset("abcdefghijklmnopqrstuvwxyz0123456789._-")

log = logging.getLogger(__name__)


class Accounts:
    """See the module."""

    def __init__(self, site: Site, path: Path, journal: Journal, clock: Clock, hasher: Hasher | None = None) -> None:
        self.directory: Directory | None = None
        """Set at assembly where the site has one."""
        self.changed: Callable[[], None] = _nothing
        """Called after each change of an account."""
        self.heard = Heard(clock)
        self._site = site
        self._journal = journal
        self._clock = clock
        self._hasher = hasher or Hasher()
        self._delays = Delays(clock)
        self._changing = asyncio.Lock()
        self._book: Book | None = None
        try:
            self._book = Book(path)
        except StoreError as error:
            log.error("Nobody can sign in, the station goes on: %s", error)
        for id_, account in self._people().items():
            if account.own:
                self._meet(account.user(id_))

    # ------------------------------------------------------------ who there is
    @property
    def first_start(self) -> bool:
        """Nobody was given a password yet: whoever sits here may make the first administrator.

        Never where there is a directory: its people sign in without a password of this station, and who sits here after
        years of that is nobody's administrator."""
        if self._book is None or self.directory is not None:
            return False
        return not any(account.mark for account in self._book.people.values())

    def current(self, id_: str) -> User | None:
        """Somebody as they are now; None where they are unknown here or disabled."""
        account = self._account(id_)
        if account.disabled:
            return None
        return account.user(id_) if account.own and id_ not in self._site.users else self._site.users.get(id_)

    def now(self, person: User) -> User | None:
        """Somebody who was proved once, as they are now: people of the directory as it said last. None for who was
        disabled, here or there, and for whom it has not spoken of for too long."""
        word = self._word(person.id)
        if word and (word.user is None or self.heard.stale(word)):
            return None
        if self.user(person.id):
            return self.current(person.id)
        return None if self._account(person.id).disabled else word.user if word else person

    def person(self, id_: str) -> User | None:
        """The same by an id; None also for who has not been proved since this station runs."""
        word = self._word(id_)
        user = self.user(id_) or (word.user if word else None)
        return self.now(user) if user else None

    def unheard(self, id_: str) -> bool:
        """Whether the directory, which proved them, has not spoken of them for too long."""
        word = self._word(id_)
        return word is not None and self.heard.stale(word)

    def _word(self, id_: str) -> Word | None:
        """What the directory said last. Somebody with a password at this station it is not asked about."""
        return None if self._account(id_).mark else self.heard.of(id_)

    async def ask_again(self, id_: str, older_s: float, within_s: float | None = None) -> None:
        """See `Heard.again`: the directory, about somebody it proved."""
        if self.directory is None or self._word(id_) is None:
            return
        before = await self.heard.again(self.directory, id_, older_s, within_s)
        user = self.person(id_)
        if before is None or (user and self.user(id_)):  # who is in people.toml keeps the role it says
            return
        was = {"before": _fields(before.user)} if before.user else {}
        now = _fields(user) if user else {}
        self._note("alter" if user else "disable", "", id_, "done", {"reason": "by_directory", **was, **now})
        self.changed()

    def account(self, id_: str) -> Account:
        """What is kept of somebody; an empty one for nobody."""
        return self._account(id_)

    def ids(self) -> list[str]:
        """Everybody the site folder or this station knows, sorted."""
        return sorted({*self._site.users, *(id_ for id_, one in self._people().items() if one.own)})

    def user(self, id_: str) -> User | None:
        """Somebody, disabled or not; None for nobody of the site folder or the station."""
        account = self._account(id_)
        return self._site.users.get(id_) or (account.user(id_) if account.own else None)

    # ------------------------------------------------------------ proving
    async def prove(self, user_id: str, password: str, act: str = "proof", seat: str = "") -> User:
        """Who that is. Raises Refused, with the sentence for whoever typed it.

        `act` is the row of the journal, `seat` where it was typed."""
        user = await self._prove(user_id, password, act, seat)
        if self._account(user.id).renew:  # whoever gave it knows it too: it proves nobody
            self._note(act, user.id, seat, "refused", {"reason": "renew"})
            raise Refused("renew", NOT_OWN)
        self._meet(user)
        self._note(act, user.id, seat, "done")
        return user

    async def _prove(self, user_id: str, password: str, act: str, seat: str) -> User:
        id_ = self._named(user_id)
        key = id_ if self.user(id_) or self.directory else ""
        async with self._delays.turn(key):
            try:
                self._delays.check(key)
                user = await self._proved(id_, password)
            except Refused as refused:
                if refused.check == "password":
                    self._delays.failed(key)
                self._note(act, id_ if self.user(id_) else "", seat, "refused", {"reason": refused.check})
                raise
            self._delays.passed(key)
        return user

    async def _proved(self, id_: str, password: str) -> User:
        account = self._account(id_)
        if not account.mark and self.directory and password:
            return await self._asked(id_, password, self.directory)
        if self._book is None:
            raise Refused("store", UNREADABLE)
        if not await self._hasher.fits(account.mark, password):
            raise Refused("password", NO_PASSWORD if self.current(id_) and not account.mark else WRONG)
        mark = account.mark
        if self._hasher.outdated(mark):
            mark = await self._hasher.make(password)
            await self._keep(id_, account.mark, mark=mark)
        user = self.current(id_)
        if user is None:
            raise Refused("disabled", DISABLED)
        if self._account(id_).mark not in (account.mark, mark):  # another was set while this one was compared
            raise Refused("password", WRONG)
        return user

    async def _asked(self, id_: str, password: str, directory: Directory) -> User:
        """Proved by the directory. Whom the site folder names keeps the role it says."""
        found = await directory.prove(id_, password)
        if self._account(found.id).disabled:
            raise Refused("disabled", DISABLED)
        if found.id != id_ and self.user(found.id):
            raise Refused("password", WRONG)  # another spelling of somebody whom this station knows itself
        self.heard.hear(found.id, found)
        return self.current(found.id) or found

    async def admit(self, user_id: str, password: str, seat: str, new: str = "") -> tuple[User, int]:
        """`prove`, and a password of one's own where an administrator chose the present one: Refused "renew" asks.

        Also which password it was: `Account.changed` of then."""
        user = await self._prove(user_id, password, "sign_in", seat)
        proved = self._account(user.id).changed
        if self._account(user.id).renew:
            if not new:
                self._note("sign_in", user.id, seat, "refused", {"reason": "renew"})
                raise Refused("renew", RENEW)
            proved = await self._set(user, user.id, password, new, seat)
        self._meet(user)
        known = user.id in self._site.users
        self._note("sign_in", user.id, seat, "done", {} if known else {"name": user.name})
        if user.id in self._people():
            await self._keep(user.id, last=self._clock.now())
        return user, proved

    async def change(self, user: User, password: str, new: str, seat: str = "") -> int:
        """One's own password, proved by the old one; its `Account.changed`. Raises Refused."""
        if not self._account(user.id).mark:
            raise Refused("directory", NOT_HERE)
        await self.prove(user.id, password, "proof", seat)
        return await self._set(user, user.id, password, new, seat)

    async def _set(self, by: User, id_: str, old: str, new: str, seat: str) -> int:
        if old == new:
            raise Refused("rule", OTHER_PASSWORD)
        proved = self._account(id_).mark
        marked = await self._marked(id_, new, renew=False)
        async with self._changing:
            if self._account(id_).mark != proved:  # an administrator set another meanwhile: the old one proves nothing
                raise Refused("password", WRONG)
            await self._put_now(by, id_, "set_password", {"place": seat}, **marked)
        return int(marked["changed"])

    # ------------------------------------------------------------ administering
    async def found(self, id_: str, name: str, password: str, seat: str = "") -> User:
        """The first administrator, at the first start only. Raises Refused."""
        by = User(f"{SEAT}{seat}", seat, Role.ADMINISTRATOR)
        person = User(self._named(id_), name.strip(), Role.ADMINISTRATOR)
        async with self._changing:
            if not self.first_start:
                raise Refused("right", NOT_FIRST)
            await self._add(by, person, password, renew=False)
        return person

    async def add(self, by: User, person: User, password: str, renew: bool = True) -> User:
        """Somebody whom the site folder does not name. Raises Refused."""
        _only_administrator(by)
        async with self._changing:
            await self._add(by, person, password, renew)
        return person

    async def _add(self, by: User, person: User, password: str, renew: bool) -> None:
        if not person.name.strip() or not person.id or not set(person.id) <= _ID:
            raise Refused("name", NAME)
        if self.user(person.id) or person.id in self._people():
            raise Refused("name", taken(person.id))
        self._check_areas(person.areas)
        fields = _fields(person)
        marked = await self._marked(person.id, password, renew, (person.name,))
        await self._put_now(by, person.id, "add", fields, **fields, **marked)

    async def alter(self, by: User, person: User) -> None:
        """Name, role and areas of somebody the station alone knows. Raises Refused."""
        _only_administrator(by)
        if self._site.users.get(person.id) or not self._account(person.id).own:
            raise Refused("site", CONFLICT)
        if not person.name.strip():
            raise Refused("name", NAME)
        self._check_areas(person.areas)
        async with self._changing:
            before = _fields(self._account(person.id).user(person.id))
            if person.role < Role.ADMINISTRATOR:
                self._keep_one(person.id)
            await self._put_now(by, person.id, "alter", {"before": before, **_fields(person)}, **_fields(person))

    async def reset(self, by: User, id_: str, password: str, renew: bool = True) -> int:
        """Give somebody a password, which they must change at the next sign-in; its `Account.changed`. Their open
        sessions end. Raises Refused."""
        _only_administrator(by)
        if self.user(id_) is None:
            raise Refused("name", WRONG)
        marked = await self._marked(id_, password, renew)
        await self._put(by, id_, "set_password", {}, **marked)
        self._delays.passed(id_)
        return int(marked["changed"])

    async def disable(self, by: User, id_: str, disabled: bool = True) -> None:
        """Keep somebody out, or let them in again; sessions of theirs end at once. Raises Refused."""
        _only_administrator(by)
        if self.user(id_) is None and not self.directory:  # somebody of the directory may be kept out too
            raise Refused("name", WRONG)
        async with self._changing:
            if disabled:
                self._keep_one(id_)
            await self._put_now(by, id_, "disable" if disabled else "enable", {}, disabled=disabled)

    def _keep_one(self, id_: str) -> None:
        """Somebody must be left who can undo it."""
        others = (one for one in self.ids() if one != id_ and self._account(one).mark)
        if not any(user.role >= Role.ADMINISTRATOR for one in others if (user := self.current(one))):
            user = self.current(id_)
            if user and user.role >= Role.ADMINISTRATOR:
                raise Refused("last", LAST_ONE)

    def _check_areas(self, areas: Iterable[str]) -> None:
        for area in sorted(areas):
            if area not in self._site.areas:
                raise Refused("area", unknown_area(area))

    async def _marked(self, id_: str, password: str, renew: bool, about: Iterable[str] = ()) -> dict[str, Any]:
        """The fields of a new password, once it is one that may be used. Raises Refused."""
        user, name = self.user(id_), self._site.name
        rules.check(password, (id_, user.name if user else "", name.fr, name.en, *about))
        return {"mark": await self._hasher.make(password), "renew": renew, "changed": self._clock.now()}

    async def _put(self, by: User, id_: str, kind: str, detail: Mapping[str, Any], **fields: Any) -> None:
        async with self._changing:
            await self._put_now(by, id_, kind, detail, **fields)

    async def _put_now(self, by: User, id_: str, kind: str, detail: Mapping[str, Any], **fields: Any) -> None:
        """A change of one account: in the journal, then in the book. Raises Refused."""
        if self._book is None:
            raise Refused("store", UNREADABLE)
        try:
            await self._journal.written(Entry(BOOK, kind, by.id, id_, "", "done", dict(detail)))
        except StoreError as error:
            log.error("A change of accounts can't be journalled: %s", error)
            raise Refused("journal", UNWRITTEN) from error
        try:
            await asyncio.to_thread(self._book.put, id_, msgspec.structs.replace(self._account(id_), **fields))
        except StoreError as error:
            self._note(kind, by.id, id_, "failed", {"reason": str(error)})
            raise Refused("store", UNWRITTEN) from error
        if (user := self.user(id_)) and self._account(id_).own:
            self._meet(user)
        self.changed()

    async def _keep(self, id_: str, mark_was: str | None = None, /, **fields: Any) -> None:
        """Something that is good to know; a disk that is full keeps nobody out. Not where the password has another
        mark than that by now."""
        async with self._changing:
            try:
                if self._book is not None and mark_was in (None, self._account(id_).mark):
                    await asyncio.to_thread(self._book.put, id_, msgspec.structs.replace(self._account(id_), **fields))
            except StoreError as error:
                log.warning("The last sign-in is not kept: %s", error)

    def _named(self, typed: str) -> str:
        """The id somebody means: capitals and blanks around it are nobody's concern."""
        typed = typed.strip()
        known = {id_.casefold(): id_ for id_ in self.ids()}
        return known.get(typed.casefold(), typed.casefold())

    def _meet(self, user: User) -> None:
        """Whom the site folder does not name is called by what they are called here, wherever an id is shown."""
        if user.id not in self._site.users:
            self._journal.people.meet(user.id, user.name)

    def _account(self, id_: str) -> Account:
        return self._people().get(id_, _NOBODY)

    def _people(self) -> Mapping[str, Account]:
        return self._book.people if self._book else {}

    def _note(self, kind: str, who: str, subject: str, result: str, detail: Mapping[str, Any] | None = None) -> None:
        self._journal.append(Entry(BOOK, kind, who, subject, "", result, dict(detail or {})))


_NOBODY = Account()


def _nothing() -> None:
    """Nobody is told."""


def _fields(person: User) -> dict[str, Any]:
    return {"name": person.name.strip(), "role": person.role.name.lower(), "areas": tuple(sorted(person.areas))}


def _only_administrator(by: User) -> None:
    if by.role < Role.ADMINISTRATOR:
        raise Refused("right", NOT_ADMINISTRATOR)
