"""What the fast decoder declines, through the library: every shape of OPC UA, twenty times slower.

    a whole PublishResponse     diagnostics, events, the end of a subscription
    one value of it             arrays, structures, localised texts, dates

A value comes out as the library makes it; `values` turns it into what a tag can hold.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from asyncua import ua
from asyncua.common.utils import Buffer
from asyncua.ua.ua_binary import struct_from_binary, variant_from_binary

from drivers.opcua import notification
from drivers.opcua.notification import Notification, Row

_FIRST_TICKS = datetime(1601, 1, 1, tzinfo=UTC)


def heard(body: Any) -> Notification:
    """The fast decoder, else the library's; raises what the library raises on damage."""
    found = notification.decode(bytes(body.copy().read(len(body))), variant)
    return slow(body) if found is None else found


def slow(body: Any) -> Notification:
    """A PublishResponse by the library alone."""
    response = struct_from_binary(ua.PublishResponse, body)
    response.ResponseHeader.ServiceResult.check()
    answer = response.Parameters
    return read(answer.SubscriptionId, answer.NotificationMessage)


def read(subscription: int, message: ua.NotificationMessage) -> Notification:
    """One notification message, as published or published again."""
    parts = message.NotificationData or []
    found = Notification(subscription, message.SequenceNumber, not parts, published=ticks_of(message.PublishTime))
    for part in parts:
        if isinstance(part, ua.DataChangeNotification):
            found.changes.append([row_of(each.ClientHandle, each.Value) for each in part.MonitoredItems])
        elif isinstance(part, ua.StatusChangeNotification):
            found.status = int(part.Status.value)
        elif isinstance(part, ua.EventNotificationList):
            found.events += part.Events
    return found


def variant(raw: bytes, at: int) -> tuple[object, int]:
    """The value of the variant that lies in `raw` at `at`, and where it ends."""
    rest = Buffer(raw[at:])
    value = variant_from_binary(rest)
    return value.Value, len(raw) - len(rest)


def row_of(handle: int, value: ua.DataValue) -> Row:
    """One DataValue of the library. Without the device's own time, the server's stands for it."""
    status = int(value.StatusCode.value) if value.StatusCode else 0
    instant = ticks_of(value.SourceTimestamp) or ticks_of(value.ServerTimestamp)
    return handle, value.Value.Value if value.Value else None, status, instant


def ticks_of(instant: datetime | None) -> int:
    """100 ns since 1601 (Part 6, 5.2.2.5); 0 for none."""
    return max((aware(instant) - _FIRST_TICKS) // timedelta(microseconds=1) * 10, 0) if instant else 0


def aware(instant: datetime) -> datetime:
    """The library leaves out that its times are UTC."""
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
