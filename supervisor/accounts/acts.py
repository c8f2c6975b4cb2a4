"""The acts of the page of people, for administrators: a row each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec

from supervisor.accounts.accounts import Accounts
from supervisor.accounts.book import ROLES
from supervisor.accounts.words import NOT_ADMINISTRATOR, no_role
from supervisor.errors import Refused
from supervisor.model import Role, Site, User

Act = Callable[[User, Mapping[str, Any]], Awaitable[Mapping[str, Any]]]


class _Person(msgspec.Struct, frozen=True):
    id: str
    name: str
    role: str
    areas: list[str] = []
    password: str = ""
    """Of somebody new."""

    def user(self) -> User:
        role = ROLES.get(self.role)
        if role is None:
            raise Refused("role", no_role(self.role))
        return User(self.id.strip(), self.name.strip(), role, frozenset(self.areas))


class Reset(msgspec.Struct, frozen=True):
    """Somebody's new password."""

    id: str
    password: str


class _One(msgspec.Struct, frozen=True):
    id: str


def people_acts(accounts: Accounts, site: Site) -> dict[str, Act]:
    """Those of the page of people."""

    async def people(user: User, words: Mapping[str, Any]) -> Mapping[str, Any]:
        if user.role < Role.ADMINISTRATOR:
            raise Refused("right", NOT_ADMINISTRATOR)
        return {"people": [listed(accounts, site, id_) for id_ in accounts.ids()]}

    async def add_person(user: User, words: Mapping[str, Any]) -> Mapping[str, Any]:
        ask = msgspec.convert(words, _Person)
        await accounts.add(user, ask.user(), ask.password)
        return {}

    async def alter_person(user: User, words: Mapping[str, Any]) -> Mapping[str, Any]:
        await accounts.alter(user, msgspec.convert(words, _Person).user())
        return {}

    async def reset_password(user: User, words: Mapping[str, Any]) -> Mapping[str, Any]:
        ask = msgspec.convert(words, Reset)
        await accounts.reset(user, ask.id, ask.password)
        return {}

    async def disable_person(user: User, words: Mapping[str, Any]) -> Mapping[str, Any]:
        await accounts.disable(user, msgspec.convert(words, _One).id)
        return {}

    async def enable_person(user: User, words: Mapping[str, Any]) -> Mapping[str, Any]:
        await accounts.disable(user, msgspec.convert(words, _One).id, False)
        return {}

    rows = (people, add_person, alter_person, reset_password, disable_person, enable_person)
    return {act.__name__: act for act in rows}


def listed(accounts: Accounts, site: Site, id_: str) -> dict[str, Any]:
    """One line of the list; never anything of the password but whether there is one."""
    account, user = accounts.account(id_), accounts.user(id_)
    assert user is not None
    return {
        "id": id_,
        "name": user.name,
        "role": user.role.name.lower(),
        "areas": sorted(user.areas),
        "site": id_ in site.users,
        "password": bool(account.mark),
        "renew": account.renew,
        "disabled": account.disabled,
        "changed": account.changed,
        "last": account.last,
    }
