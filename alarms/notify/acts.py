"""What a window may ask of the notifications: who is on call, what waits, a test, another try."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from alarms.notify.notice import Notice
from alarms.notify.notifier import BOOK, Notifier
from supervisor.clock import Clock
from supervisor.errors import Refused, StoreError
from supervisor.journal import Entry, Journal
from supervisor.model import Role, Site, Text, User
from supervisor.on_call import OnCall, wall_clock
from supervisor.serve import Act

LATEST = 200


class _Contact(msgspec.Struct, frozen=True):
    contact: str


class _Number(msgspec.Struct, frozen=True):
    id: int


class NotifyDesk:
    """Checks who asks, and journals it."""

    def __init__(self, site: Site, notifier: Notifier, journal: Journal, clock: Clock) -> None:
        self._notifier, self._journal, self._clock = notifier, journal, clock
        self._zone = ZoneInfo(site.zone)

    async def shown(self) -> Mapping[str, Any]:
        """Everything the page shows. Raises StoreError."""
        on_call, wall = self._notifier.on_call, wall_clock(self._clock.now(), self._zone)
        latest = await asyncio.to_thread(self._notifier.store.latest, LATEST)
        return {
            **on_duty(on_call, wall),
            "failing": self._notifier.failing,
            "waiting": len(self._notifier.waiting),
            "notices": [told(one) for one in latest],
        }

    async def test(self, contact: str, user: User) -> int:
        """How many messages were made. Raises Refused."""
        self._allow(user)
        found = self._notifier.on_call.contacts.get(contact)
        if found is None:
            raise Refused("unknown", NO_CONTACT)
        try:
            await self._journal.written(Entry(BOOK, "test", user.id, detail={"contact": contact}))
            return await self._notifier.test(found)
        except StoreError as error:
            raise Refused("journal", UNWRITTEN) from error

    async def again(self, id_: int, user: User) -> None:
        """Have one tried again now. Raises Refused."""
        self._allow(user)
        if not await self._notifier.retry(id_):
            raise Refused("unknown", NOT_WAITING)
        self._journal.append(Entry(BOOK, "retry", user.id, detail={"notice": id_}))

    async def drop(self, id_: int, user: User) -> None:
        """Let one go. Raises Refused."""
        self._allow(user)
        if not await self._notifier.drop(id_):
            raise Refused("unknown", NOT_WAITING)
        self._journal.append(Entry(BOOK, "cancel", user.id, detail={"notice": id_}))

    def _allow(self, user: User) -> None:
        if user.role < Role.OPERATOR:
            raise Refused("right", NO_RIGHT)


def on_duty(on_call: OnCall, wall: datetime) -> dict[str, Any]:
    """Whose turn it is at an instant of the wall clock, and who there is."""
    return {
        "rotas": [
            {"id": rota.id, "name": [rota.name.fr, rota.name.en], "contact": rota.on(wall)}
            for rota in on_call.rotas.values()
        ],
        "contacts": [
            {"id": one.id, "name": one.name, "mail": one.mail, "topic": one.topic} for one in on_call.contacts.values()
        ],
        "rules": len(on_call.rules),
    }


def told(one: Notice) -> dict[str, Any]:
    key = one.key
    return {
        "id": one.id, "alarm": key.alarm, "raised_at": key.raised_at, "rule": key.rule, "step": key.step,
        "contact": key.contact, "medium": key.medium, "state": one.state.value, "made_at": one.made_at,
        "next_at": one.next_at, "tries": one.tries, "error": one.error, "done_at": one.done_at,
    }  # fmt: skip


def notify_acts(desk: NotifyDesk) -> dict[str, Act]:
    """Name -> act.

    notices                 {} -> {rotas, contacts, rules, failing, waiting, notices}
    notify_test             {contact} -> {count}
    notify_again            {id} -> {}
    notify_drop             {id} -> {}
    """

    async def notices(user: User, words: Mapping[str, Any]) -> Mapping[str, Any]:
        return await desk.shown()

    async def notify_test(user: User, words: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"count": await desk.test(msgspec.convert(words, _Contact).contact, user)}

    async def notify_again(user: User, words: Mapping[str, Any]) -> Mapping[str, Any]:
        await desk.again(msgspec.convert(words, _Number).id, user)
        return {}

    async def notify_drop(user: User, words: Mapping[str, Any]) -> Mapping[str, Any]:
        await desk.drop(msgspec.convert(words, _Number).id, user)
        return {}

    return {act.__name__: act for act in (notices, notify_test, notify_again, notify_drop)}


NO_CONTACT = Text("Ce contact n'est pas dans notify.toml.", "There is no such contact in notify.toml.")
NOT_WAITING = Text(
    "Cette notification n'attend plus : elle est partie, ou a pu partir.",
    "This notice no longer waits: it was sent, or may have been.",
)
NO_RIGHT = Text("Réservé aux opérateurs.", "For operators only.")
UNWRITTEN = Text(
    "Le journal ne peut pas être écrit : rien n'est envoyé.", "The journal cannot be written: nothing is sent."
)
