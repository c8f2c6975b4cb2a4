"""Items: what is subscribed to. One for each tag, except that the tags inside one array or structure share it.

A client handle is a position in the list of items.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from asyncua import ua

from drivers.opcua.address import Address, Target, target
from supervisor.model import Tag

LONGEST_OWN_QUEUE = 100
"""Values kept between two notifications where the pack says nothing."""


@dataclass(frozen=True, slots=True)
class Item:
    """One value of one node, and the tags that are carried in it."""

    positions: tuple[int, ...]
    """Of the tags, in the list of the link."""
    where: Target
    whole: bool
    """The tags are elements or members of the value."""
    publish_ms: float
    """0 for as often as the link says."""
    sampling_ms: float
    queue: int
    deadband: float
    percent: bool


@dataclass(frozen=True, slots=True)
class Wish:
    """An item as it is asked for on one server."""

    handle: int
    node: ua.NodeId
    publish_ms: float
    request: ua.MonitoredItemCreateRequest


def address_of(tag: Tag) -> Address:
    """TypeError for a tag of another protocol."""
    address = tag.source.address if tag.source else None
    if not isinstance(address, Address):
        raise TypeError(f"{tag.id} has no OPC UA address")
    return address


def items_of(tags: Sequence[Tag]) -> list[Item]:
    """The items of a link; a tag whose address lacks an argument has none, nor has one that is only written."""
    alone: list[Item] = []
    shared: dict[tuple[Target, float], list[int]] = {}
    for position, tag in enumerate(tags):
        address = address_of(tag)
        where = place_of(tag)
        if where is None:
            continue
        if address.element or address.member:
            shared.setdefault((where, address.publish_ms), []).append(position)
        else:
            alone.append(_item((position,), where, [address], whole=False))
    wholes = (
        _item(tuple(positions), where, [address_of(tags[at]) for at in positions], whole=True)
        for (where, _), positions in shared.items()
    )
    return [*alone, *wholes]


def place_of(tag: Tag) -> Target | None:
    """Where the value of a tag is; None where the pack does not say or the equipment lacks an argument."""
    address = address_of(tag)
    if not (address.path or address.node):
        return None
    try:
        return target(address, tag.equipment.args)
    except ValueError:
        return None


def _item(positions: tuple[int, ...], where: Target, addresses: Sequence[Address], whole: bool) -> Item:
    return Item(
        positions,
        where,
        whole,
        addresses[0].publish_ms,
        min(address.sampling_ms for address in addresses),
        max(address.queue for address in addresses),
        0.0 if whole else addresses[0].deadband,
        addresses[0].percent,
    )


def wish_of(handle: int, item: Item, node: ua.NodeId, publish_ms: float, filtered: bool = True) -> Wish:
    """What is asked of the server; `publish_ms` is the link's, `filtered` whether a deadband is."""
    publish_ms = item.publish_ms or publish_ms
    request = ua.MonitoredItemCreateRequest()
    request.ItemToMonitor = ua.ReadValueId(node, ua.AttributeIds.Value)
    request.MonitoringMode = ua.MonitoringMode.Reporting
    # no sample between two notifications is lost
    queue = item.queue or min(max(math.ceil(publish_ms / item.sampling_ms), 1), LONGEST_OWN_QUEUE)
    request.RequestedParameters = ua.MonitoringParameters(handle, item.sampling_ms, QueueSize=queue, DiscardOldest=True)
    if item.deadband and filtered:
        kind = ua.DeadbandType.Percent if item.percent else ua.DeadbandType.Absolute
        request.RequestedParameters.Filter = ua.DataChangeFilter(
            Trigger=ua.DataChangeTrigger.StatusValue, DeadbandType=kind, DeadbandValue=item.deadband
        )
    return Wish(handle, node, publish_ms, request)
