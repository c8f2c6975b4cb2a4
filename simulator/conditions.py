"""Alarms that a simulated OPC UA controller runs itself: its world says what is wrong, the controller who knows of it.

    world: the tag stands ── active ── event ── Acknowledge ── acked ── event ── world: gone ── event, not retained

asyncua answers ConditionRefresh with what is retained; Acknowledge is answered here. Source: OPC 10000-9, 5.7 and 5.8.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from asyncua import ua
from asyncua.common.events import Event
from asyncua.server.internal_server import InternalServer

from simulator.world import World
from supervisor.model import Native, Tag

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ACKNOWLEDGE = ua.NodeId(ua.ObjectIds.AcknowledgeableConditionType_Acknowledge)
_FIELDS = {
    "EventId": ua.VariantType.ByteString,
    "EventType": ua.VariantType.NodeId,
    "SourceNode": ua.VariantType.NodeId,
    "SourceName": ua.VariantType.String,
    "Time": ua.VariantType.DateTime,
    "Message": ua.VariantType.LocalizedText,
    "Severity": ua.VariantType.UInt16,
    "ConditionName": ua.VariantType.String,
    "NodeId": ua.VariantType.NodeId,
    "Retain": ua.VariantType.Boolean,
    "EnabledState/Id": ua.VariantType.Boolean,
    "ActiveState/Id": ua.VariantType.Boolean,
    "AckedState/Id": ua.VariantType.Boolean,
    "Comment": ua.VariantType.LocalizedText,
}
SEVERITY = 600
"""Of 1 to 1000. Source: OPC 10000-5, 6.4.2."""


@dataclass(slots=True, eq=False)
class Held:
    """One condition."""

    node: Any
    source: Any
    source_name: str
    name: str
    tag: Tag
    active: bool = False
    acked: bool = True
    event: bytes = b""
    """Id of the last event."""
    comment: str = ""


class Controller:
    """The conditions of one server."""

    def __init__(self, core: InternalServer, world: World, held: Sequence[Held]) -> None:
        self._core = core
        self._world = world
        self._held = {one.node: one for one in held}
        self._numbers = itertools.count(1)
        core.aspace.add_method_callback(_ACKNOWLEDGE, self._acknowledge)

    async def push(self) -> None:
        """Tell what came and went in the world."""
        for one in self._held.values():
            active = bool(self._world.value[one.tag.index] >= Native.ACKED)
            if active is not one.active:
                one.active = active
                one.acked = one.acked and not active
                await self._tell(one)

    async def _tell(self, one: Held) -> None:
        one.event = next(self._numbers).to_bytes(16, "big")
        spoken = one.tag.spec.name.en
        told = {
            "EventId": one.event,
            "EventType": ua.NodeId(ua.ObjectIds.OffNormalAlarmType),
            "SourceNode": one.source,
            "SourceName": one.source_name,
            "Time": _EPOCH + timedelta(microseconds=self._world.time // 1000),
            "Message": ua.LocalizedText(spoken if one.active else f"{spoken}: normal"),
            "Severity": SEVERITY,
            "ConditionName": one.name,
            "NodeId": one.node,
            "Retain": one.active or not one.acked,
            "EnabledState/Id": True,
            "ActiveState/Id": one.active,
            "AckedState/Id": one.acked,
            "Comment": ua.LocalizedText(one.comment),
        }
        event = Event(ua.NodeId(ua.ObjectIds.Server))
        for name, kind in _FIELDS.items():
            event.add_property(name, told[name], kind)
        await self._core.subscription_service.trigger_event(event)

    async def _acknowledge(self, node: Any, event: Any, comment: Any) -> Any:
        """The StatusCode of a client's Acknowledge. Source: OPC 10000-9, 5.7.3."""
        one = self._held.get(node)
        if one is None:
            return ua.StatusCode(ua.UInt32(ua.StatusCodes.BadNodeIdInvalid))
        if event.Value != one.event:
            return ua.StatusCode(ua.UInt32(ua.StatusCodes.BadEventIdUnknown))
        if one.acked:
            return ua.StatusCode(ua.UInt32(ua.StatusCodes.BadConditionBranchAlreadyAcked))
        one.acked = True
        one.comment = comment.Value.Text or "" if comment.Value else ""
        await self._tell(one)
        return ua.StatusCode()
