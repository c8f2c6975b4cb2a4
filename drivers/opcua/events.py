"""Events of conditions: what is asked of a server about its own alarms, and how an event is read.

Everything is asked for by browse path, so that the same list serves for the fields of an event and for the nodes of a
condition that lies open in the address space. Source: OPC 10000-9 (Alarms and Conditions), 5.5 to 5.8.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asyncua import ua

from drivers.opcua.fallback import ticks_of
from drivers.opcua.values import EPOCH_TICKS
from supervisor.model import Native

PATHS = {
    "EventId": ua.ObjectIds.BaseEventType,
    "EventType": ua.ObjectIds.BaseEventType,
    "SourceNode": ua.ObjectIds.BaseEventType,
    "Time": ua.ObjectIds.BaseEventType,
    "Message": ua.ObjectIds.BaseEventType,
    "Severity": ua.ObjectIds.BaseEventType,
    "ConditionName": ua.ObjectIds.ConditionType,
    "BranchId": ua.ObjectIds.ConditionType,
    "Retain": ua.ObjectIds.ConditionType,
    "Comment": ua.ObjectIds.ConditionType,
    "EnabledState/Id": ua.ObjectIds.ConditionType,
    "AckedState/Id": ua.ObjectIds.AcknowledgeableConditionType,
    "ActiveState/Id": ua.ObjectIds.AlarmConditionType,
}
"""Browse path of each field -> the type that has it; the ConditionId comes last, for it is no field but a NodeId."""
REFRESH_START = ua.NodeId(ua.ObjectIds.RefreshStartEventType)
REFRESH_END = ua.NodeId(ua.ObjectIds.RefreshEndEventType)
INCOMPLETE = {
    ua.NodeId(ua.ObjectIds.RefreshRequiredEventType),
    ua.NodeId(ua.ObjectIds.EventQueueOverflowEventType),
}
"""Events after which what we know may be behind."""
QUEUE = 5000
"""Events a server keeps for us between two notifications: a storm of alarms, or all of a large plant at a refresh."""


@dataclass(frozen=True, slots=True)
class Event:
    """How a condition is, as one event says it, or its nodes."""

    id: bytes
    """Names this state of the condition in an acknowledgement."""
    kind: ua.NodeId | None
    source: ua.NodeId | None
    condition: ua.NodeId | None
    name: str
    branch: bool
    """An earlier occurrence that still waits for somebody, not how the condition is now."""
    time: int
    """ns UTC; 0 where the server does not say."""
    message: str
    severity: float
    comment: str
    retain: bool
    enabled: bool | None
    acked: bool | None
    """None where the condition knows no acknowledgement."""
    active: bool | None

    whole: bool
    """It says how a condition is; an audit event only says who did what to it (Part 9, 5.10)."""

    @property
    def state(self) -> Native | None:
        """None while the server does not evaluate the condition (EnabledState is false)."""
        if self.enabled is False:
            return None
        active = self.retain if self.active is None else self.active
        waiting = self.acked is False and (active or self.retain)
        return Native(2 * active + waiting)


def event_of(values: Sequence[Any]) -> Event:
    """Of the values of `PATHS` in their order and the ConditionId; what is missing or of another type is None."""
    told = dict(zip((*PATHS, "ConditionId"), values, strict=False))
    branch = _node(told.get("BranchId"))
    severity = told.get("Severity")
    id_ = told.get("EventId")
    return Event(
        id_ if isinstance(id_, bytes) else b"",
        _node(told.get("EventType")),
        _node(told.get("SourceNode")),
        _node(told.get("ConditionId")),
        _text(told.get("ConditionName")),
        branch is not None,
        _instant(told.get("Time")),
        _text(told.get("Message")),
        float(severity) if isinstance(severity, int) else 0.0,
        _text(told.get("Comment")),
        told.get("Retain") is True,
        _truth(told.get("EnabledState/Id")),
        _truth(told.get("AckedState/Id")),
        _truth(told.get("ActiveState/Id")),
        _truth(told.get("Retain")) is not None or _truth(told.get("EnabledState/Id")) is not None,
    )


def _node(value: Any) -> ua.NodeId | None:
    return value if isinstance(value, ua.NodeId) and not value.is_null() else None


def _truth(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _text(value: Any) -> str:
    said = value.Text if isinstance(value, ua.LocalizedText) else value
    return said if isinstance(said, str) else ""


def _instant(value: Any) -> int:
    ticks = ticks_of(value) if isinstance(value, datetime) else 0
    return (ticks - EPOCH_TICKS) * 100 if ticks > EPOCH_TICKS else 0


def monitor(subscription: int) -> ua.CreateMonitoredItemsRequest:
    """All events of the server, with the fields of conditions.

    No where clause: asyncua's servers take OfType for exactly this type, and Part 9 leaves open whether the events
    that frame a refresh pass one.
    """
    wanted = ua.EventFilter()
    wanted.SelectClauses = [_operand(kind, path.split("/")) for path, kind in PATHS.items()]
    wanted.SelectClauses.append(_operand(ua.ObjectIds.ConditionType, [], ua.AttributeIds.NodeId))
    item = ua.MonitoredItemCreateRequest()
    item.ItemToMonitor = ua.ReadValueId(ua.NodeId(ua.ObjectIds.Server), ua.AttributeIds.EventNotifier)
    item.MonitoringMode = ua.MonitoringMode.Reporting
    item.RequestedParameters = ua.MonitoringParameters(0, 0.0, wanted, QUEUE, True)
    request = ua.CreateMonitoredItemsRequest()
    request.Parameters.SubscriptionId = subscription
    request.Parameters.TimestampsToReturn = ua.TimestampsToReturn.Both
    request.Parameters.ItemsToCreate = [item]
    return request


def _operand(kind: int, path: Sequence[str], attribute: Any = ua.AttributeIds.Value) -> ua.SimpleAttributeOperand:
    operand = ua.SimpleAttributeOperand()
    operand.TypeDefinitionId = ua.NodeId(kind)
    operand.BrowsePath = [ua.QualifiedName(word, 0) for word in path]
    operand.AttributeId = attribute
    return operand


def refresh(subscription: int) -> ua.CallRequest:
    """ConditionRefresh: say anew how all conditions are that anybody should know of. Source: OPC 10000-9, 5.5.7."""
    return _call(
        ua.NodeId(ua.ObjectIds.ConditionType),
        ua.ObjectIds.ConditionType_ConditionRefresh,
        ua.Variant(subscription, ua.VariantType.UInt32),
    )


def acknowledge(condition: ua.NodeId, event: bytes, comment: str) -> ua.CallRequest:
    """Acknowledge the state that `event` told. Source: OPC 10000-9, 5.7.3."""
    return _call(
        condition,
        ua.ObjectIds.AcknowledgeableConditionType_Acknowledge,
        ua.Variant(event, ua.VariantType.ByteString),
        ua.Variant(ua.LocalizedText(comment), ua.VariantType.LocalizedText),
    )


def _call(on: ua.NodeId, method: int, *arguments: ua.Variant) -> ua.CallRequest:
    wanted = ua.CallMethodRequest()
    wanted.ObjectId, wanted.MethodId, wanted.InputArguments = on, ua.NodeId(method), list(arguments)
    request = ua.CallRequest()
    request.Parameters.MethodsToCall = [wanted]
    return request


def outcome(response: Any) -> int:
    """The StatusCode of the one method that was called."""
    results = response.Results if response else None
    return int(results[0].StatusCode.value) if results else int(ua.StatusCodes.BadUnexpectedError)
