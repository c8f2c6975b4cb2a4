"""Nodes: where everything is on one server, by URI and browse name, for indices and numbers move when it restarts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

from asyncua import ua

from drivers.opcua.address import ALIASES, Target, Word
from drivers.opcua.wire import Wire

CHUNK = 1000
"""Nodes per call, unless the server's own limit is lower."""
STARTED = ua.ObjectIds.Server_ServerStatus_StartTime
_LIMITS = {
    "read": ua.ObjectIds.Server_ServerCapabilities_OperationLimits_MaxNodesPerRead,
    "translate": ua.ObjectIds.Server_ServerCapabilities_OperationLimits_MaxNodesPerTranslateBrowsePathsToNodeIds,
    "monitor": ua.ObjectIds.Server_ServerCapabilities_OperationLimits_MaxMonitoredItemsPerCall,
    "browse": ua.ObjectIds.Server_ServerCapabilities_OperationLimits_MaxNodesPerBrowse,
    "history": ua.ObjectIds.Server_ServerCapabilities_OperationLimits_MaxNodesPerHistoryReadData,
}
Each = TypeVar("Each")


class Nodes:
    """The address space of one connection, as far as it was asked for."""

    def __init__(self, wire: Wire) -> None:
        self.found: dict[Target, ua.NodeId] = {}
        self.absent: dict[Target, int] = {}
        """Why there is no node, as a StatusCode."""
        self.started: Any = None
        """When the server says it started; None where it does not."""
        self._wire = wire
        self._uris: dict[str, int] = {}
        self._limits = dict.fromkeys(_LIMITS, CHUNK)

    async def greet(self) -> None:
        """What the server says of itself: its namespaces, its limits, when it started."""
        wanted = [ua.ObjectIds.Server_NamespaceArray, STARTED, *_LIMITS.values()]
        uris, self.started, *limits = await self.values([ua.NodeId(number) for number in wanted])
        self._number(uris)
        for name, limit in zip(_LIMITS, limits, strict=True):
            self._limits[name] = min(CHUNK, int(limit) if isinstance(limit, int) and limit > 0 else CHUNK)

    def _number(self, uris: Any) -> None:
        # a server need not list OPC UA's own namespace: it is always the first
        listed = uris if isinstance(uris, list) else []
        self._uris = {**{uri: number for number, uri in enumerate(listed)}, ALIASES["ua"]: 0}

    def limit(self, name: str) -> int:
        """How many nodes one call may carry."""
        return self._limits[name]

    async def resolve(self, targets: Iterable[Target]) -> None:
        """Fill `found` and `absent`; what was found before is not asked again."""
        paths: list[Target] = []
        for where in dict.fromkeys(targets):
            if where in self.found:
                continue
            try:
                if where.node:
                    self._keep(where, ua.NodeId.from_string(f"ns={self._uris[where.namespace]};{where.node}"))
                else:
                    self._path(where.path)
                    paths.append(where)
            except (KeyError, ValueError, ua.UaError):  # the server lacks the namespace, or the text is no NodeId
                self.absent[where] = int(ua.StatusCodes.BadNodeIdUnknown)
        for chunk in chunks(paths, self.limit("translate")):
            request = ua.TranslateBrowsePathsToNodeIdsRequest()
            request.Parameters.BrowsePaths = [self._path(where.path) for where in chunk]
            response = await self._wire.ask(request, ua.TranslateBrowsePathsToNodeIdsResponse)
            for where, result in zip(chunk, response.Results, strict=True):
                found = result.Targets[0].TargetId if result.StatusCode.is_good() and result.Targets else None
                if found is None:
                    self.absent[where] = int(result.StatusCode.value or ua.StatusCodes.BadNoMatch)
                else:
                    self._keep(where, ua.NodeId(found.Identifier, found.NamespaceIndex))

    def _keep(self, where: Target, node: ua.NodeId) -> None:
        self.found[where] = node
        self.absent.pop(where, None)

    def lose(self, where: Target, status: int) -> None:
        """The server was asked for this node and does not have it."""
        self.found.pop(where, None)
        self.absent[where] = status

    async def resolve_again(self, targets: Iterable[Target]) -> list[Target]:
        """Those of the absent that are there now, or may be: a NodeId says nothing of itself."""
        missing = [where for where in dict.fromkeys(targets) if where not in self.found]
        if not missing:
            return []
        self._number((await self.values([ua.NodeId(ua.ObjectIds.Server_NamespaceArray)]))[0])
        await self.resolve(missing)
        return [where for where in missing if where in self.found]

    def _path(self, words: Sequence[Word], start: ua.NodeId | None = None) -> ua.BrowsePath:
        path = ua.BrowsePath(start or ua.NodeId(ua.ObjectIds.ObjectsFolder))
        path.RelativePath.Elements = [_element(word, self._uris[word.namespace]) for word in words]
        return path

    async def properties(self, nodes: Sequence[ua.NodeId], name: str) -> list[ua.NodeId | None]:
        """The standard property `name` of each node, or a deeper one ("EnabledState/Id"); None where it has none."""
        answers: list[ua.NodeId | None] = []
        for chunk in chunks(nodes, self.limit("translate")):
            request = ua.TranslateBrowsePathsToNodeIdsRequest()
            words = [Word(ALIASES["ua"], word) for word in name.split("/")]
            request.Parameters.BrowsePaths = [self._path(words, node) for node in chunk]
            response = await self._wire.ask(request, ua.TranslateBrowsePathsToNodeIdsResponse)
            for result in response.Results:
                found = result.Targets[0].TargetId if result.StatusCode.is_good() and result.Targets else None
                answers.append(ua.NodeId(found.Identifier, found.NamespaceIndex) if found is not None else None)
        return answers

    async def values(self, nodes: Sequence[ua.NodeId]) -> list[Any]:
        """Their values; None where there is none."""
        answers = await self.attributes([(node, ua.AttributeIds.Value.value) for node in nodes])
        return [answer.Value.Value if answer.Value else None for answer in answers]

    async def attributes(self, wanted: Sequence[tuple[ua.NodeId, int]]) -> list[ua.DataValue]:
        """Attributes of nodes by number, in as few calls as the server allows."""
        answers: list[ua.DataValue] = []
        for chunk in chunks(wanted, self.limit("read")):
            request = ua.ReadRequest()
            request.Parameters.TimestampsToReturn = ua.TimestampsToReturn.Both
            request.Parameters.NodesToRead = [ua.ReadValueId(node, ua.AttributeIds(number)) for node, number in chunk]
            answers += (await self._wire.ask(request, ua.ReadResponse)).Results
        return answers

    async def above(self, nodes: Sequence[ua.NodeId], reference: int) -> list[ua.NodeId | None]:
        """The first node that refers to each of `nodes` so; None where there is none."""
        answers: list[ua.NodeId | None] = []
        for chunk in chunks(nodes, self.limit("browse")):
            request = ua.BrowseRequest()
            request.Parameters.RequestedMaxReferencesPerNode = 0
            request.Parameters.NodesToBrowse = [_inverse(node, reference) for node in chunk]
            for result in (await self._wire.ask(request, ua.BrowseResponse)).Results:
                found = result.References[0].NodeId if result.StatusCode.is_good() and result.References else None
                answers.append(ua.NodeId(found.Identifier, found.NamespaceIndex) if found is not None else None)
        return answers


def _inverse(node: ua.NodeId, reference: int) -> ua.BrowseDescription:
    wanted = ua.BrowseDescription()
    wanted.NodeId, wanted.ReferenceTypeId = node, ua.NodeId(reference)
    wanted.BrowseDirection, wanted.IncludeSubtypes = ua.BrowseDirection.Inverse, True
    wanted.NodeClassMask, wanted.ResultMask = 0, ua.BrowseResultMask.None_
    return wanted


def _element(word: Word, index: int) -> ua.RelativePathElement:
    element = ua.RelativePathElement()
    element.ReferenceTypeId = ua.NodeId(ua.ObjectIds.HierarchicalReferences)
    element.IsInverse, element.IncludeSubtypes = False, True
    element.TargetName = ua.QualifiedName(word.name, index)
    return element


def chunks(everything: Sequence[Each], size: int) -> Iterator[Sequence[Each]]:
    """In order, at most `size` at a time."""
    for start in range(0, len(everything), size):
        yield everything[start : start + size]
