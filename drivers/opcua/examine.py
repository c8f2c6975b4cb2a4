"""One value as the server gives it, for commissioning: an ordinary Read, apart from the subscription."""

from __future__ import annotations

import asyncio
from typing import Any

from asyncua import ua
from asyncua.ua.ua_binary import variant_to_binary

from drivers.opcua.items import address_of, place_of
from drivers.opcua.nodes import Nodes
from drivers.opcua.structures import VALUE
from drivers.opcua.wire import name
from supervisor.driver import Examined
from supervisor.errors import LinkLost, ReadFailed
from supervisor.model import Tag


async def examine(nodes: Nodes, tag: Tag, timeout_s: float) -> Examined:
    """The encoded Variant and what it says. Raises ReadFailed."""
    where = place_of(tag)
    node = nodes.found.get(where) if where is not None else None
    if node is None:
        why = nodes.absent.get(where, 0) if where is not None else 0
        raise ReadFailed(f"the server has no node for {tag.id}: {name(why or ua.StatusCodes.BadNodeIdUnknown)}")
    try:
        async with asyncio.timeout(timeout_s):
            value = (await nodes.attributes([(node, VALUE)]))[0]
    except TimeoutError:
        raise ReadFailed(f"no answer within {timeout_s:g} s") from None
    except LinkLost as lost:
        raise ReadFailed(str(lost)) from lost
    status = int(value.StatusCode.value) if value.StatusCode else 0
    if status & 0x80000000 or value.Value is None:
        raise ReadFailed(f"the server says {name(status)}")
    return Examined(variant_to_binary(value.Value), spelt(_inside(value.Value.Value, address_of(tag).element)))


def _inside(value: Any, element: tuple[int, ...]) -> Any:
    """The element of an array that the tag carries; the whole where it is shorter."""
    for at in element:
        value = value[at] if isinstance(value, list) and at < len(value) else value
    return value


def spelt(value: Any) -> str:
    """A value in words: at most eight elements of an array."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.10g}"
    if isinstance(value, ua.LocalizedText):
        return value.Text or ""
    if isinstance(value, bytes):
        return value.hex(" ")
    if isinstance(value, list):
        return f"[{', '.join(spelt(one) for one in value[:8])}{', …' if len(value) > 8 else ''}]"
    return "" if value is None else str(value)
