"""The acts of commands. What has to be selected first is not submitted by a window: it selects, then operates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from supervisor.desk.desk import Desk
from supervisor.desk.order import Command
from supervisor.errors import Refused
from supervisor.model import Text, User
from supervisor.serve import Act


class _Submit(msgspec.Struct, frozen=True):
    equipment: str
    command: str
    value: float | None = None


class _One(msgspec.Struct, frozen=True):
    id: int
    second: str = ""
    """Id of the second person, who proves it at this seat; empty for the person of the seat."""
    password: str = ""


def command_acts(desk: Desk) -> dict[str, Act]:
    """Name -> act, bound to one station."""

    async def submit(user: User, words: Mapping[str, Any]) -> Mapping[str, Any]:
        command = _command(words)
        if desk.selective(command):
            raise Refused("select", SELECT_FIRST)
        return {"id": await desk.submit(command, user)}

    async def select(user: User, words: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"id": await desk.select(_command(words), user)}

    async def operate(user: User, words: Mapping[str, Any]) -> Mapping[str, Any]:
        await desk.operate(msgspec.convert(words, _One).id, user)
        return {}

    async def cancel(user: User, words: Mapping[str, Any]) -> Mapping[str, Any]:
        await desk.cancel(msgspec.convert(words, _One).id, user)
        return {}

    async def approve(user: User, words: Mapping[str, Any]) -> Mapping[str, Any]:
        ask = msgspec.convert(words, _One)
        await desk.approve(ask.id, user, (ask.second, ask.password))
        return {}

    async def decline(user: User, words: Mapping[str, Any]) -> Mapping[str, Any]:
        ask = msgspec.convert(words, _One)
        await desk.decline(ask.id, user, (ask.second, ask.password))
        return {}

    return {act.__name__: act for act in (submit, select, operate, cancel, approve, decline)}


def _command(words: Mapping[str, Any]) -> Command:
    ask = msgspec.convert(words, _Submit)
    return Command(ask.equipment, ask.command, ask.value)


SELECT_FIRST = Text(
    "Cette commande se sélectionne avant d'être exécutée.", "This command is selected before it is operated."
)
