"""The standard's address space, built once and shared by every simulated OPC UA server of a process."""

from __future__ import annotations

import copy
import functools
import gc
from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any

from asyncua.server.address_space import AddressSpace, AttributeValue, NodeData, NodeManagementService
from asyncua.server.standard_address_space import standard_address_space


class PrivateNodes(MutableMapping[Any, Any]):
    """A server's own nodes over the standard's 6 000, of which it takes a copy of those it touches."""

    def __init__(self, shared: Mapping[Any, Any]) -> None:
        self._shared = shared
        self._own: dict[Any, Any] = {}

    def __getitem__(self, key: Any) -> Any:
        own = self._own.get(key)
        if own is None:
            own = self._own[key] = _copy(self._shared[key])
        return own

    def __setitem__(self, key: Any, node: Any) -> None:
        self._own[key] = node

    def __delitem__(self, key: Any) -> None:
        del self._own[key]

    def __contains__(self, key: object) -> bool:
        return key in self._own or key in self._shared

    def __iter__(self) -> Iterator[Any]:
        return iter({**self._shared, **self._own})

    def __len__(self) -> int:
        return len({**self._shared, **self._own})


def _copy(shared: Any) -> Any:
    """A node of a server's own; values too, for asyncua fills some structures in place."""
    node = NodeData(shared.nodeid)
    node.attributes = {key: AttributeValue(copy.deepcopy(held.value)) for key, held in shared.attributes.items()}
    node.references = list(shared.references)
    node.call = shared.call
    return node


@functools.cache
def standard_nodes() -> Mapping[Any, Any]:
    """The standard's address space, a constant of OPC UA: built once in a process, never written to.

    Half the time it would take goes to a garbage collector that finds nothing to collect.
    """
    space = AddressSpace()
    collecting = gc.isenabled()
    gc.disable()
    try:
        standard_address_space.fill_address_space(NodeManagementService(space))
    finally:
        if collecting:
            gc.enable()
    nodes: Mapping[Any, Any] = space._nodes
    return nodes
