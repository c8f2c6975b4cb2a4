"""Browsing an OPC UA server level by level: one Browse call for many nodes, never a call per node.

    Objects ─ Plant ─ Level          a Place each: how it is reached, by browse names, and what it is
                    └ EngineeringUnits, EURange    properties stay with their variable

Nothing is read here; see `probe`. A server may answer in portions (continuation points): they are all fetched.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from asyncua import ua

from drivers.opcua.wire import Wire
from supervisor.errors import Unavailable

AT_ONCE = 200
"""Nodes of one Browse call, unless the server's own limit is lower."""
REFERENCES = 1000
"""References of one node in one answer; more come by BrowseNext."""
PROPERTIES = ("EngineeringUnits", "EURange", "EnumStrings")
"""Browse names of the properties that say how a value is meant. Source: OPC 10000-8, DataAccess; 10000-3 for enums."""
OBJECTS = ua.NodeId(ua.ObjectIds.ObjectsFolder)
_SERVER = ua.NodeId(ua.ObjectIds.Server)


class NoSuchName(Unavailable):
    """A step of a path that is not there: where, which, and the names that are."""

    def __init__(self, where: str, name: str, names: str) -> None:
        super().__init__(f'"{where}" has no "{name}": there are {names}')
        self.parts = (where, name, names)


@dataclass(slots=True)
class Place:
    """One node and how it was reached."""

    node: ua.NodeId
    path: tuple[ua.QualifiedName, ...] = ()
    """Browse names from Objects."""
    name: str = ""
    """Display name."""
    variable: bool = False
    properties: dict[str, ua.NodeId] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """The path as a person reads it."""
        return "/".join(str(step.Name) for step in self.path)


class Browser:
    """One walk through the address space; a node that is reached twice is shown once."""

    def __init__(self, wire: Wire, at_once: int = AT_ONCE) -> None:
        self._wire = wire
        self._at_once = max(1, min(at_once, AT_ONCE))
        self._seen: set[ua.NodeId] = {_SERVER}
        """The server's own diagnostics are of no use in a plant; named by its path it is browsed all the same."""

    async def levels(self, start: Place, depth: int) -> AsyncIterator[list[Place]]:
        """The variables below, level by level and in portions, with their properties."""
        level = [start]
        self._seen.add(start.node)
        for _ in range(depth):
            below: list[Place] = []
            for portion in portions(len(level), self._at_once):
                found = await self.children([level[at] for at in portion])
                # variables too, one level ahead: their properties are wanted with them
                variables = [place for place in found if place.variable]
                for part in portions(len(variables), self._at_once):
                    below += await self.children([variables[at] for at in part])
                    yield [variables[at] for at in part]
                below += [place for place in found if not place.variable]
            level = [place for place in below if not place.variable]
            if members := [place for place in below if place.variable]:
                yield members
            if not level:
                return

    async def children(self, places: Sequence[Place]) -> list[Place]:
        """What lies directly below, once each; properties are noted at their parent."""
        found: list[Place] = []
        for parent, reference in await self._references(places):
            name = reference.BrowseName
            node = ua.NodeId(reference.NodeId.Identifier, reference.NodeId.NamespaceIndex)
            if reference.ReferenceTypeId == ua.NodeId(ua.ObjectIds.HasProperty):
                if name.Name in PROPERTIES:
                    parent.properties[name.Name] = node
                continue
            if node in self._seen or getattr(reference.NodeId, "ServerIndex", False):
                continue
            self._seen.add(node)
            variable = reference.NodeClass == ua.NodeClass.Variable
            found.append(Place(node, (*parent.path, name), reference.DisplayName.Text or name.Name or "", variable))
        return found

    async def find(self, words: str) -> Place:
        """The node at a path of browse names from Objects, whatever their namespaces. Raises NoSuchName."""
        place = Place(OBJECTS)
        for word in words.strip("/").split("/") if words.strip("/") else ():
            below = await Browser(self._wire, self._at_once).everything(place)
            named = [one for one in below if _called(one, word)]
            if not named:
                names = ", ".join(sorted({str(one.path[-1].Name) for one in below})[:12]) or "nothing"
                raise NoSuchName(place.words or "Objects", word, names)
            place = named[0]
        return place

    async def everything(self, place: Place) -> list[Place]:
        """What lies directly below, the server's own node too."""
        self._seen.clear()
        return await self.children([place])

    async def _references(self, places: Sequence[Place]) -> list[tuple[Place, Any]]:
        request = ua.BrowseRequest()
        request.Parameters.RequestedMaxReferencesPerNode = REFERENCES
        request.Parameters.NodesToBrowse = [_description(place.node) for place in places]
        answer = await self._wire.ask(request, ua.BrowseResponse)
        found: list[tuple[Place, Any]] = []
        waiting: list[tuple[Place, bytes]] = []
        for place, result in zip(places, answer.Results, strict=True):
            _take(place, result, found, waiting)
        while waiting:
            again = ua.BrowseNextRequest()
            again.Parameters.ReleaseContinuationPoints = False
            again.Parameters.ContinuationPoints = [point for _, point in waiting]
            asked, waiting = waiting, []
            answer = await self._wire.ask(again, ua.BrowseNextResponse)
            for (place, _), result in zip(asked, answer.Results, strict=True):
                _take(place, result, found, waiting)
        return found


def _take(place: Place, result: Any, found: list[tuple[Place, Any]], waiting: list[tuple[Place, bytes]]) -> None:
    found += [(place, reference) for reference in result.References or ()]
    if result.ContinuationPoint:
        waiting.append((place, result.ContinuationPoint))


def _description(node: ua.NodeId) -> ua.BrowseDescription:
    wanted = ua.BrowseDescription()
    wanted.NodeId = node
    wanted.BrowseDirection = ua.BrowseDirection.Forward
    wanted.ReferenceTypeId = ua.NodeId(ua.ObjectIds.HierarchicalReferences)
    wanted.IncludeSubtypes = True
    wanted.NodeClassMask = ua.NodeClass.Object | ua.NodeClass.Variable
    wanted.ResultMask = ua.BrowseResultMask.All
    return wanted


def _called(place: Place, word: str) -> bool:
    name = place.path[-1]
    return word in (name.Name, f"{name.NamespaceIndex}:{name.Name}")


def portions(count: int, size: int) -> Iterator[range]:
    """0 to `count` in pieces of at most `size`."""
    for first in range(0, count, size):
        yield range(first, min(first + size, count))
