"""The acts about one alarm beyond acknowledging and shelving: who is on it, words about it, out of service, what is
hidden and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from supervisor.desk.alarm_desk import AlarmDesk
from supervisor.model import User
from supervisor.serve import Act


class _Alarms(msgspec.Struct, frozen=True):
    alarms: list[str]


class _Comment(msgspec.Struct, frozen=True):
    alarms: list[str]
    text: str


class _Remove(msgspec.Struct, frozen=True):
    alarms: list[str]
    reason: str


def alarm_acts(desk: AlarmDesk) -> dict[str, Act]:
    """Name -> act.

    take, release           {alarms} -> {count}
    comment                 {alarms, text} -> {count}
    remove_from_service     {alarms, reason} -> {count}
    return_to_service       {alarms} -> {count}
    aside                   {} -> {alarms: [{alarm, how, who, reason, since, until}]}
    taken                   {} -> {alarms: {alarm: id of who is on it}}
    """

    async def take(user: User, words: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"count": await desk.take(msgspec.convert(words, _Alarms).alarms, user)}

    async def release(user: User, words: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"count": await desk.release(msgspec.convert(words, _Alarms).alarms, user)}

    async def comment(user: User, words: Mapping[str, Any]) -> Mapping[str, Any]:
        ask = msgspec.convert(words, _Comment)
        return {"count": await desk.comment(ask.alarms, ask.text, user)}

    async def remove_from_service(user: User, words: Mapping[str, Any]) -> Mapping[str, Any]:
        ask = msgspec.convert(words, _Remove)
        return {"count": await desk.remove(ask.alarms, ask.reason, user)}

    async def return_to_service(user: User, words: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"count": await desk.put_back(msgspec.convert(words, _Alarms).alarms, user)}

    async def aside(user: User, words: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"alarms": [msgspec.to_builtins(one) for one in desk.asides]}

    async def taken(user: User, words: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"alarms": desk.taken}

    rows = (take, release, comment, remove_from_service, return_to_service, aside, taken)
    return {act.__name__: act for act in rows}
