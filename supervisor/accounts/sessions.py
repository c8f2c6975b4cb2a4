"""Sessions: who sits at which seat, and with whose rights its acts run. One session per connection of a window.

                     sign in                  lock, idle
    watching ───────────────────────> open <─────────────> locked
        ^     sign out, disabled,      │      same person       │
        │     another password         │                        │
        └──────────────────────────────┴────────────────────────┘
                                       │ somebody else signs in: hand-over, nothing of the screen changes

Watching and locked seats see everything and act with the rights of a viewer, in the name of the seat. Only an emergency
command leaves from them (`supervisor.desk.emergency`).

Rules:
- Who somebody is and what they may do is asked of the accounts at every act, never kept; and for whatever still waits
  in their name once more when it leaves (`now`).
- The window locks a seat that nobody touches. Where it does not, for it hangs or was altered, the station does: windows
  tell with whatever they ask how long nobody has touched them. Who touches a seat that is due comes too late.
- A password that was set anew proves nobody who gave the old one: their sessions end, and so does what they lend. The
  session in which it was changed stays.
Source: IEC 62443-3-3 SR 2.5 (session lock), SR 2.1 RE 3 (supervisor override), SR 2.6 (session termination).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from supervisor.accounts.accounts import BOOK, Accounts
from supervisor.accounts.acts import Reset
from supervisor.accounts.settings import Policy
from supervisor.accounts.words import (
    LOCKED,
    NO_OVERRIDE,
    NO_REASON,
    NOT_SUPERVISOR,
    NOT_YOURSELF,
    OTHER_PERSON,
    WATCHING,
    WATCHING_NAME,
)  # fmt: skip
from supervisor.clock import Clock
from supervisor.errors import Refused
from supervisor.journal import Entry, Journal
from supervisor.model import Role, User
from supervisor.people import ACTORS, SEAT, lent

OVERRIDE_MIN = 15.0
"""How long rights are lent where nobody says; and `LONGEST_MIN` at most."""
LONGEST_MIN = 60.0
LONGEST_SEAT = 40
"""Characters of the name of a seat."""
GRACE_S = 30.0
"""How much later than its window the station locks a seat: nobody who is at work is ever surprised by a window that was
slow to tell."""
LOOK_S = 5.0
"""How often the station looks whether a seat is due, an override over."""


SeatAct = Callable[["Session", Mapping[str, Any]], Awaitable[Mapping[str, Any]]]
"""An act that concerns the seat itself, not only who sits there."""


@dataclass(slots=True)
class Session:
    """One seat."""

    seat: str
    """Its name, as the window gave it."""
    person: User | None = None
    """Who proved to be here, as they were then; None while it watches."""
    proved: int = 0
    """With which password: `Account.changed` of then."""
    keeping: bool = False
    """The person is changing the password here: the session is not ended for that."""
    locked: bool = False
    touched: float = 0.0
    """When somebody was there last, monotonic seconds."""
    ended: str = ""
    """Why whoever had signed in is no longer: a word of the journal; empty where they wished it, or nobody had."""
    lender: User | None = None
    """The supervisor whose rights are lent."""
    lender_proved: int = 0
    lent_until: float = 0.0
    """Monotonic seconds."""
    gone: bool = False
    """The window has gone; a password may still be under way."""


class _SignIn(msgspec.Struct, frozen=True):
    user: str
    password: str
    new: str = ""


class _Found(msgspec.Struct, frozen=True):
    id: str
    name: str
    password: str


class _Change(msgspec.Struct, frozen=True):
    password: str
    new: str


class _Override(msgspec.Struct, frozen=True):
    user: str
    password: str
    reason: str
    minutes: float = OVERRIDE_MIN


class Sessions:
    """See the module. `acts` are its own; others about a seat may be added. `run` until cancelled."""

    def __init__(self, accounts: Accounts, journal: Journal, clock: Clock, policy: Policy | None = None) -> None:
        self.accounts = accounts
        self._journal = journal
        self._clock = clock
        self._policy = policy or Policy()
        self._seats: list[Session] = []
        accounts.changed = self.look
        rows = (
            self.session, self.sign_in, self.sign_out, self.lock, self.lend_rights, self.return_rights,
            self.first_administrator, self.change_password, self.reset_password,
        )  # fmt: skip
        self.acts: dict[str, SeatAct] = {act.__name__: act for act in rows}

    # ------------------------------------------------------------ coming and going
    def enter(self, seat: str) -> Session:
        """A window has come: its seat watches."""
        name = "".join(letter for letter in seat if letter.isprintable())[:LONGEST_SEAT].strip() or "?"
        session = Session(f"{name}?" if f"{SEAT}{name}" in ACTORS else name)
        self._seats.append(session)
        self._note("attach", self.seat_user(session).id)
        return session

    def leave(self, session: Session) -> None:
        """The window has gone, and with it whoever had signed in."""
        session.gone = True
        self._end(session, "gone")
        self._seats = [one for one in self._seats if one is not session]
        self._note("detach", self.seat_user(session).id)

    async def run(self) -> None:
        """Look now and then; for ever."""
        while True:
            await self._clock.sleep(LOOK_S)
            self.look()

    def look(self) -> None:
        """Bring every seat up to now: what changed since takes effect also where nobody asks for anything."""
        for session in self._seats:
            self._settle(session)
            self._lender(session)

    def hear(self, session: Session, idle_s: float | None) -> None:
        """A request has come: for how long nobody had touched its window then; None where it does not tell."""
        self._settle(session)
        if idle_s is not None and idle_s >= 0:
            session.touched = max(session.touched, self._clock.monotonic() - idle_s)

    # ------------------------------------------------------------ with whose rights
    def user(self, session: Session) -> User:
        """In whose name, and with which rights, the acts of this seat run now; asked at every act, never kept."""
        person = self.present(session)
        if person is None or session.locked:
            return self.seat_user(session)
        lender = self._lender(session)
        return lent(person, lender) if lender else person

    def now(self, user: User) -> User | None:
        """Whoever asked for something a while ago, with the rights of this moment; None for who may act no more.

        Lent rights are there as long as they are lent. A seat, a programme and an emergency ask nobody.
        """
        if user.id.startswith(SEAT) or user.lent_by.startswith(SEAT):
            return user
        person = self.accounts.now(user)
        if person is None or not user.lent_by:
            return person
        return next((one for one in self._loans(person) if one.lent_by == user.lent_by), person)

    def rights(self, id_: str) -> list[User]:
        """All that somebody may do at this moment: their own rights, and those lent to them at a seat; none for who is
        disabled or not known."""
        person = self.accounts.person(id_)
        return [person, *self._loans(person)] if person else []

    def _loans(self, person: User) -> list[User]:
        """What is lent to somebody now, seat by seat."""
        seats = [one for one in self._seats if one.person and one.person.id == person.id and not one.locked]
        return [lent(person, lender) for one in seats if (lender := self._lender(one))]

    def present(self, session: Session) -> User | None:
        """Who signed in here, locked or not, as they are now; somebody disabled since has signed out."""
        self._settle(session)
        return self.accounts.now(session.person) if session.person else None

    def _settle(self, session: Session) -> None:
        """What has happened to this seat since it was looked at last."""
        person = session.person
        if person is None:
            return
        due = self._clock.monotonic() - session.touched > 60 * self._policy.lock_min + GRACE_S
        if self.accounts.now(person) is None:
            self._end(session, "directory" if self.accounts.unheard(person.id) else "disabled")
        elif not session.keeping and self.accounts.account(person.id).changed != session.proved:
            self._end(session, "password")
        elif due and self._policy.lock_min and not session.locked:
            self._lock(session, "idle")

    def seat_user(self, session: Session) -> User:
        """Who acts where nobody has signed in: the seat, with a viewer's rights."""
        return User(f"{SEAT}{session.seat}", WATCHING_NAME.fr.format(session.seat), Role.VIEWER)

    def explain(self, session: Session, act: str, refused: Refused) -> Refused:
        """What the person reads: that nobody has signed in, where that is why. A row of the journal for each."""
        if refused.check != "right":
            return refused
        why = {"reason": refused.text.en, "fr": refused.text.fr, "en": refused.text.en, "place": session.seat}
        self._note("refused", self.user(session).id, act, "refused", why)
        if self.present(session) is None:
            return Refused("session", WATCHING)
        return Refused("session", LOCKED) if session.locked else refused

    def _acting(self, session: Session) -> User:
        """Who has signed in and is not locked. Raises Refused."""
        person = self.present(session)
        if person is None or session.locked:
            raise Refused("session", LOCKED if person else WATCHING)
        return person

    def _lender(self, session: Session) -> User | None:
        """The supervisor whose rights are lent now, as they are now."""
        if session.lender is None:
            return None
        now = self.accounts.now(session.lender)
        same = self.accounts.account(session.lender.id).changed == session.lender_proved
        if same and self._clock.monotonic() < session.lent_until and now and now.role >= Role.SUPERVISOR:
            return now
        self._give_back(session, "over" if same else "password")
        return None

    # ------------------------------------------------------------ acts
    async def session(self, session: Session, words: Mapping[str, Any]) -> Mapping[str, Any]:
        """How things stand at this seat; what the window shows at its top."""
        person, lender = self.present(session), self._lender(session)
        rights = self.user(session)
        return {
            "seat": session.seat,
            "person": _told(person) if person else None,
            "rights": _told(rights),
            "locked": session.locked,
            "ended": session.ended,
            "lender": lender.name if lender else "",
            "lent_s": max(session.lent_until - self._clock.monotonic(), 0.0) if lender else 0.0,
            "first_start": self.accounts.first_start,
            "lock_min": self._policy.lock_min,
            "directory": self.accounts.directory is not None,
            "directory_fault": getattr(self.accounts.directory, "fault", ""),
        }

    async def sign_in(self, session: Session, words: Mapping[str, Any]) -> Mapping[str, Any]:
        """Somebody proves who they are: a seat opens, is unlocked, or changes hands."""
        ask = msgspec.convert(words, _SignIn)
        person, proved = await self.accounts.admit(ask.user, ask.password, session.seat, ask.new)
        self._settle(session)
        before = session.person
        if before and before.id == person.id:
            if session.locked:
                self._note("unlock", person.id, session.seat)
        elif before:
            self._give_back(session, "hand_over")
            self._note("hand_over", person.id, session.seat, detail={"from": before.id})
        session.person, session.proved, session.locked, session.ended = person, proved, False, ""
        session.touched = self._clock.monotonic()
        if session.gone:  # while the password was checked
            self._end(session, "gone")
        return await self.session(session, {})

    async def sign_out(self, session: Session, words: Mapping[str, Any]) -> Mapping[str, Any]:
        """The seat watches from now on."""
        self._end(session, "")
        return await self.session(session, {})

    async def lock(self, session: Session, words: Mapping[str, Any]) -> Mapping[str, Any]:
        """The screen goes on, acts need the password again."""
        if session.person and not session.locked:
            self._lock(session, "idle" if words.get("idle") else "")
        return await self.session(session, {})

    async def lend_rights(self, session: Session, words: Mapping[str, Any]) -> Mapping[str, Any]:
        """A supervisor lends his rights to who sits here, for a while and for a reason. Raises Refused."""
        ask = msgspec.convert(words, _Override)
        person = self._acting(session)
        if not ask.reason.strip() or not 0 < ask.minutes <= LONGEST_MIN:
            raise Refused("reason", NO_REASON)
        lender = await self.accounts.prove(ask.user, ask.password, "proof", session.seat)
        if lender.id == person.id:
            raise Refused("right", NOT_YOURSELF)
        if lender.role < Role.SUPERVISOR:
            raise Refused("right", NOT_SUPERVISOR)
        if self._acting(session).id != person.id:  # somebody else took over while the password was checked
            raise Refused("session", OTHER_PERSON)
        self._give_back(session, "another")
        session.lender, session.lent_until = lender, self._clock.monotonic() + 60 * ask.minutes
        session.lender_proved = self.accounts.account(lender.id).changed
        detail = {"for": person.id, "reason": ask.reason.strip()[:400], "minutes": ask.minutes}
        self._note("lend_rights", lender.id, session.seat, detail=detail)
        return await self.session(session, {})

    async def return_rights(self, session: Session, words: Mapping[str, Any]) -> Mapping[str, Any]:
        """Lent rights are given back before their time. Raises Refused where none are lent."""
        if self._lender(session) is None:
            raise Refused("unknown", NO_OVERRIDE)
        self._give_back(session, "")
        return await self.session(session, {})

    async def first_administrator(self, session: Session, words: Mapping[str, Any]) -> Mapping[str, Any]:
        """The first start: whoever sits here makes the first administrator, and has signed in as that."""
        ask = msgspec.convert(words, _Found)
        await self.accounts.found(ask.id, ask.name, ask.password, session.seat)
        return await self.sign_in(session, {"user": ask.id, "password": ask.password})

    async def change_password(self, session: Session, words: Mapping[str, Any]) -> Mapping[str, Any]:
        """One's own. Raises Refused."""
        ask, person = msgspec.convert(words, _Change), self.present(session)
        if person is None:
            raise Refused("session", WATCHING)
        await _kept(session, self.accounts.change(person, ask.password, ask.new, session.seat))
        return await self.session(session, {})

    async def reset_password(self, session: Session, words: Mapping[str, Any]) -> Mapping[str, Any]:
        """An administrator's, for anybody; for themselves it is a change of their own. Raises Refused."""
        ask, person = msgspec.convert(words, Reset), self.present(session)
        if person is None or person.id != ask.id:
            await self.accounts.reset(self.user(session), ask.id, ask.password)
            return {}
        await _kept(session, self.accounts.reset(self.user(session), ask.id, ask.password))
        return {}

    # ------------------------------------------------------------ ends
    def _end(self, session: Session, reason: str) -> None:
        person = session.person
        if person is not None:
            self._give_back(session, "sign_out")
            self._note("sign_out", person.id, session.seat, detail={"reason": reason} if reason else {})
            session.ended = reason
        session.person, session.locked = None, False

    def _lock(self, session: Session, reason: str) -> None:
        assert session.person is not None
        session.locked = True
        self._give_back(session, "lock")
        self._note("lock", session.person.id, session.seat, detail={"reason": reason} if reason else {})

    def _give_back(self, session: Session, reason: str) -> None:
        if session.lender is not None:
            detail = {"for": session.person.id if session.person else "", "reason": reason}
            self._note("return_rights", session.lender.id, session.seat, detail=detail)
        session.lender = None

    def _note(
        self, kind: str, who: str, subject: str = "", result: str = "done", detail: Mapping[str, Any] | None = None
    ) -> None:
        self._journal.append(Entry(BOOK, kind, who, subject, "", result, dict(detail or {})))


async def _kept(session: Session, setting: Awaitable[int]) -> None:
    """The session in which its person's password is set anew goes on, and only that one."""
    person, session.keeping = session.person, True
    try:
        proved = await setting
    finally:
        session.keeping = False
    if session.person is person:  # nobody else took over meanwhile
        session.proved = proved


def _told(person: User) -> dict[str, Any]:
    """Who somebody is and what they may do; `parts` as in `User`."""
    return {
        "id": person.id, "name": person.name, "role": int(person.role), "areas": sorted(person.areas),
        "classes": sorted(person.classes), "parts": [_told(one) for one in person.parts],
    }  # fmt: skip
