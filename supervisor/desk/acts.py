"""The acts a window may ask for, by name: one row each. Adding one is a function and a row.

An act takes the user and the words of the request, and returns the words of the answer. Words that are not what the
act needs raise msgspec's ValidationError, which the asker is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from supervisor.desk.alarm_acts import alarm_acts
from supervisor.desk.alarm_desk import AlarmDesk
from supervisor.desk.command_acts import command_acts
from supervisor.desk.desk import Desk
from supervisor.desk.notes import note_acts
from supervisor.desk.order import Command
from supervisor.desk.substitution import Substitutions
from supervisor.desk.trial import TEST
from supervisor.link_book import LinkBook
from supervisor.model import User
from supervisor.serve import Act


class _TestWrite(msgspec.Struct, frozen=True):
    tag: str
    value: float


class _TestRead(msgspec.Struct, frozen=True):
    tag: str


class _Alarms(msgspec.Struct, frozen=True):
    alarms: list[str]


class _Shelve(msgspec.Struct, frozen=True):
    alarms: list[str]
    minutes: float
    reason: str


class _Link(msgspec.Struct, frozen=True):
    id: str
    month: str = ""


class _Substitute(msgspec.Struct, frozen=True):
    tag: str
    value: float | None = None
    reason: str = ""


def link_acts(book: LinkBook) -> dict[str, Act]:
    """Those of the page of links."""

    async def links(user: User, words: Mapping[str, Any]) -> Mapping[str, Any]:
        return book.good()

    async def link(user: User, words: Mapping[str, Any]) -> Mapping[str, Any]:
        ask = msgspec.convert(words, _Link)
        return await book.page(ask.id, ask.month)

    return {act.__name__: act for act in (links, link)}


def substitution_acts(substitutions: Substitutions) -> dict[str, Act]:
    """Putting a value by hand in the place of a measurement, and letting it go (no value)."""

    async def substitute(user: User, words: Mapping[str, Any]) -> Mapping[str, Any]:
        ask = msgspec.convert(words, _Substitute)
        await substitutions.substitute(ask.tag, ask.value, ask.reason, user)
        return {"standing": len(substitutions.standing)}

    async def substituted(user: User, words: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"standing": [msgspec.to_builtins(one) for one in substitutions.standing.values()]}

    return {act.__name__: act for act in (substitute, substituted)}


def trial_acts(desk: Desk) -> dict[str, Act]:
    """Those of commissioning."""

    async def test_write(user: User, words: Mapping[str, Any]) -> Mapping[str, Any]:
        ask = msgspec.convert(words, _TestWrite)
        equipment = ask.tag.rpartition(".")[0]
        return {"id": await desk.submit(Command(equipment, TEST, ask.value, ask.tag), user)}

    async def test_read(user: User, words: Mapping[str, Any]) -> Mapping[str, Any]:
        return await desk.examine(msgspec.convert(words, _TestRead).tag, user)

    return {act.__name__: act for act in (test_write, test_read)}


def acts(desk: Desk, alarms: AlarmDesk) -> dict[str, Act]:
    """Name -> act, bound to one station."""

    async def acknowledge(user: User, words: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"count": await alarms.acknowledge(msgspec.convert(words, _Alarms).alarms, user)}

    async def reset(user: User, words: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"count": await alarms.reset(msgspec.convert(words, _Alarms).alarms, user)}

    async def shelve(user: User, words: Mapping[str, Any]) -> Mapping[str, Any]:
        ask = msgspec.convert(words, _Shelve)
        return {"count": await alarms.shelve(ask.alarms, ask.minutes, ask.reason, user)}

    async def unshelve(user: User, words: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"count": await alarms.unshelve(msgspec.convert(words, _Alarms).alarms, user)}

    async def ping(user: User, words: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"user": user.id}

    rows = {act.__name__: act for act in (acknowledge, reset, shelve, unshelve, ping)}
    return rows | command_acts(desk) | trial_acts(desk) | note_acts(desk.notes) | alarm_acts(alarms)
