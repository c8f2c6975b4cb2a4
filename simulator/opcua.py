"""OpcuaServer: one controller of the city on OPC UA, served by asyncua.

Its address space is made of the very addresses of the site's packs: objects for the words of a path, a variable at
its end, each in the namespace its pack names. Variables take the type that fits their tag: Boolean, Int32 for an
enumeration, String, Double for the rest.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from asyncua import Server, ua
from asyncua.server.address_space import (
    AddressSpace,
    AttributeService,
    NodeManagementService,
)
from asyncua.server.internal_server import InternalServer
from asyncua.server.internal_session import InternalSession

from drivers.opcua.address import ALIASES, Address, Target, Word, condition, parse_url, target
from simulator.conditions import SEVERITY, Controller, Held
from simulator.relay import Relay
from simulator.standard import PrivateNodes, standard_nodes
from simulator.world import Rejected, World
from supervisor.model import Kind, LinkSpec, Source, Tag

_TYPES = {
    Kind.BOOLEAN: ua.VariantType.Boolean,
    Kind.ENUM: ua.VariantType.Int32,
    Kind.TEXT: ua.VariantType.String,
}
"""Every other kind is a Double."""
FAREWELL_S = 2.0
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class OpcuaServer:
    """The server side of one OPC UA link; see `simulator.world.Server`.

    asyncua listens on a port of its own and the relay on the link's, so that every mischief happens on the wire.
    """

    def __init__(self, link: LinkSpec, tags: Sequence[Tag], world: World) -> None:
        self._link = link
        self._tags = tags
        self._world = world
        self._relay = Relay(*parse_url(link.url))
        self._server: Server | None = None
        self._variables: list[_Variable] = []
        self._alarms: Controller | None = None
        self._index = np.array([], np.int32)
        self._shown = np.array([], np.float64)
        """What is on the wire, in engineering units."""
        self._texts: list[str | None] = []
        self._refusing = False

    async def start(self) -> None:
        core = _Core()
        if any(_runs(tag) for tag in self._tags):
            core.bind_condition_methods = SEVERITY  # ConditionRefresh, and the severity of the events that frame it
        server = Server(iserver=core)
        server.set_endpoint(self._link.url)
        server.socket_address = ("127.0.0.1", 0)
        server.name = self._link.name.en
        server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
        server.disable_clock()  # its task would need a second to stop; the time is told when asked for instead
        await server.init()
        _tell_time(server.iserver)
        self._variables, held = await self._build(server)
        self._alarms = Controller(server.iserver, self._world, held)
        server.iserver.attribute_service = _Attributes(
            server.iserver.aspace, {str(variable.node): variable for variable in self._variables}, self._take
        )
        self._server = server
        self._index = np.array([variable.tag.index for variable in self._variables], np.int32)
        await self._show(range(len(self._variables)))
        await server.start()
        await self._relay.open(("127.0.0.1", server.bserver.port))

    async def push(self) -> None:
        if self._server is None:
            return
        await self._relay.open(self._relay.server)
        value = self._world.value[self._index]
        same = (value == self._shown) | (np.isnan(value) & np.isnan(self._shown))
        moved = set(np.flatnonzero(~same).tolist())
        for at, variable in enumerate(self._variables):
            if variable.kind is ua.VariantType.String and self._world.text.get(variable.tag.index) != self._texts[at]:
                moved.add(at)
        await self._show(moved)
        if self._alarms is not None:
            await self._alarms.push()

    async def stop(self) -> None:
        server, self._server = self._server, None
        await self._relay.close()
        if server is not None:
            async with asyncio.timeout(FAREWELL_S):
                # asyncua forgets to wait for clients that leave while it stops, and has no event to wait for
                while server.bserver.clients:  # noqa: ASYNC110
                    await asyncio.sleep(0.001)
            await server.stop()

    def misbehave(self, mischief: Mapping[str, float]) -> None:
        self._refusing = "refuse" in mischief
        self._relay.misbehave(mischief)

    async def _build(self, server: Server) -> tuple[list[_Variable], list[Held]]:
        """Nodes for every tag, parents first; a node of the standard itself (CurrentTime) already exists."""
        # a tag that is only a method's, or inside an array or a structure, has no variable of its own here
        own = [tag for tag in self._tags if (at := _address(tag)).path or at.node if not (at.element or at.member)]
        wanted = [(tag, target(_address(tag), tag.equipment.args)) for tag in own]
        uris = {word.namespace for _, where in wanted for word in where.path}
        uris |= {where.namespace for _, where in wanted if where.node}
        alarms = [(tag, condition(_address(tag), tag.equipment.args)) for tag in self._tags if _runs(tag)]
        uris |= {word.namespace for _, where in alarms for word in where.path}
        indices = {uri: await server.register_namespace(uri) for uri in sorted(uris - {ALIASES["ua"]})}
        tree = _Tree(server.iserver.node_mgt_service, server.iserver.aspace, {**indices, ALIASES["ua"]: 0})
        wanted.sort(key=lambda pair: len(pair[1].path))
        variables = (tree.variable(tag, where) for tag, where in wanted)
        made = [variable for variable in variables if variable is not None]
        return made, [tree.alarm(tag, where) for tag, where in alarms]

    async def _show(self, positions: Any) -> None:
        """Put the world's present values of these variables on the wire."""
        if len(self._shown) != len(self._index):
            self._shown = np.full(len(self._index), np.nan)
            self._texts = [None] * len(self._index)
        time = _EPOCH + timedelta(microseconds=self._world.time // 1000)
        for at in positions:
            variable = self._variables[at]
            self._shown[at] = value = self._world.value[variable.tag.index]
            self._texts[at] = text = self._world.text.get(variable.tag.index)
            if self._server is not None:
                await self._server.iserver.write_attribute_value(variable.node, variable.encode(value, text, time))

    async def _take(self, variable: _Variable, written: ua.DataValue) -> int:
        """A client's write: the StatusCode that answers it."""
        if not variable.source.writable:
            return int(ua.StatusCodes.BadNotWritable)
        if self._refusing:
            return int(ua.StatusCodes.BadUserAccessDenied)
        if written.Value is None or written.Value.VariantType != variable.kind or written.Value.is_array:
            return int(ua.StatusCodes.BadTypeMismatch)
        try:
            self._write(variable, written.Value.Value)
        except Rejected:
            return int(ua.StatusCodes.BadInvalidState)  # the variable is writable, the device declines for now
        await self._show([self._variables.index(variable)])
        return 0

    def _write(self, variable: _Variable, raw: Any) -> None:
        if variable.kind is ua.VariantType.String:
            self._world.text[variable.tag.index] = raw or ""
        else:
            self._world.write(variable.tag, float(raw) * variable.source.scale + variable.source.offset)


@dataclass(frozen=True, slots=True)
class _Variable:
    """One variable of the address space and the tag it carries."""

    node: Any
    tag: Tag
    source: Source
    kind: Any

    def encode(self, value: float, text: str | None, time: datetime) -> ua.DataValue:
        """Engineering units -> what the device says; NaN, or a text it has not got, is a sensor fault."""
        raw: Any = text if self.kind is ua.VariantType.String else (value - self.source.offset) / self.source.scale
        if raw is None or raw != raw:
            return ua.DataValue(None, ua.StatusCode(ua.UInt32(ua.StatusCodes.BadSensorFailure)), time)
        if self.kind is ua.VariantType.Boolean:
            raw = bool(round(raw))
        elif self.kind is ua.VariantType.Int32:
            raw = round(raw)
        return ua.DataValue(ua.Variant(raw, self.kind), SourceTimestamp=time)


class _Tree:
    """The nodes of one address space, made as paths ask for them."""

    def __init__(self, nodes: NodeManagementService, space: AddressSpace, indices: Mapping[str, int]) -> None:
        self._nodes = nodes
        self._space = space
        self._indices = indices
        self._made: dict[tuple[Word, ...], Any] = {(): ua.NodeId(ua.ObjectIds.ObjectsFolder)}

    def variable(self, tag: Tag, where: Target) -> _Variable | None:
        """The variable of a tag; None where the standard's own address space has it."""
        assert tag.source is not None
        kind = _TYPES.get(tag.spec.kind, ua.VariantType.Double)
        if where.node:
            node = ua.NodeId.from_string(f"ns={self._indices[where.namespace]};{where.node}")
            name = ua.QualifiedName(tag.id, self._indices[where.namespace])
            parent = self._made[()]
        else:
            parent = self._folder(where.path[:-1])
            node, name = self._named(where.path)
            self._made[where.path] = node
        if node in self._space:
            return None
        attributes = ua.VariableAttributes()
        attributes.DataType, attributes.Value = ua.NodeId(int(kind.value)), ua.Variant(None)
        attributes.ValueRank = ua.ValueRank.Scalar
        attributes.AccessLevel = attributes.UserAccessLevel = tag.source.readable + 2 * tag.source.writable
        self._add(node, name, parent, attributes)
        return _Variable(node, tag, tag.source, kind)

    def alarm(self, tag: Tag, where: Target) -> Held:
        """A condition of the source at a path, which it hangs below: an object that can be called, without the rest."""
        source, name = self._folder(where.path), _address(tag).condition_name
        path = (*where.path, Word(where.path[-1].namespace, name))
        node = self._folder(path)
        reference = ua.AddReferencesItem()
        reference.SourceNodeId, reference.TargetNodeId, reference.IsForward = source, node, True
        reference.ReferenceTypeId = ua.NodeId(ua.ObjectIds.HasCondition)
        reference.TargetNodeClass = ua.NodeClass.Object
        self._nodes.add_references([reference])[0].check()
        return Held(node, source, where.path[-1].name, name, tag)

    def _folder(self, path: tuple[Word, ...]) -> Any:
        if path not in self._made:
            parent = self._folder(path[:-1])
            node, name = self._named(path)
            self._made[path] = node
            self._add(node, name, parent, ua.ObjectAttributes())
        return self._made[path]

    def _named(self, path: tuple[Word, ...]) -> tuple[Any, Any]:
        index = self._indices[path[-1].namespace]
        text = "/".join(f"{self._indices[word.namespace]}:{word.name}" for word in path)
        return ua.NodeId(text, index), ua.QualifiedName(path[-1].name, index)

    def _add(self, node: Any, name: Any, parent: Any, attributes: Any) -> None:
        variable = isinstance(attributes, ua.VariableAttributes)
        attributes.DisplayName = ua.LocalizedText(name.Name)
        added = ua.AddNodesItem()
        added.RequestedNewNodeId, added.BrowseName, added.NodeAttributes = node, name, attributes
        added.ParentNodeId = parent
        top = parent == self._made[()]
        added.ReferenceTypeId = ua.NodeId(ua.ObjectIds.Organizes if top else ua.ObjectIds.HasComponent)
        added.NodeClass = ua.NodeClass.Variable if variable else ua.NodeClass.Object
        kind = ua.ObjectIds.BaseDataVariableType if variable else ua.ObjectIds.BaseObjectType
        added.TypeDefinition = ua.NodeId(kind)
        self._nodes.add_nodes([added])[0].StatusCode.check()


class _Attributes(AttributeService):  # type: ignore[misc]
    """asyncua's own service, except that a client's write to a tag goes to the device first."""

    def __init__(self, space: AddressSpace, variables: Mapping[str, _Variable], take: Any) -> None:
        super().__init__(space)
        self._variables = variables
        self._take = take

    async def write(self, params: Any, user: Any = None) -> list[Any]:
        answers = []
        for each in params.NodesToWrite:
            variable = self._variables.get(str(each.NodeId))
            if variable is None or each.AttributeId != ua.AttributeIds.Value:
                one = ua.WriteParameters([each])
                answers += await (super().write(one, user) if user else super().write(one))
            else:
                answers.append(ua.StatusCode(ua.UInt32(await self._take(variable, each.Value))))
        return answers


class _Core(InternalServer):  # type: ignore[misc]
    """asyncua's server without the second and a half it takes to build the standard's address space each time.

    It also ends what asyncua keeps for clients that may come back: sessions and subscriptions without a connection.
    """

    def __init__(self) -> None:
        super().__init__()
        self._parked: dict[Any, InternalSession] = {}

    async def init(self, *words: Any, **more: Any) -> None:
        await super().init(*words, **more)
        service = self.subscription_service
        transfer = service.transfer_subscriptions

        async def whole(params: Any, session_id: Any, callback: Any) -> list[Any]:
            """asyncua moves the answers to the new connection, and goes on taking questions from the old one."""
            results: list[Any] = await transfer(params, session_id, callback)
            for number in params.SubscriptionIds:
                if (subscription := service.subscriptions.get(int(number))) is not None:
                    subscription.pub_request_callback = callback.__self__.get_publish_request
                    await _tell_again(subscription)
            return results

        service.transfer_subscriptions = whole

    def register_external_session(self, session: InternalSession) -> None:
        super().register_external_session(session)
        self._parked[session.auth_token] = session

    def unregister_external_session(self, session: InternalSession) -> None:
        super().unregister_external_session(session)
        self._parked.pop(session.auth_token, None)

    async def stop(self) -> None:
        for session in list(self._parked.values()):
            await session.close_session(True)
        await super().stop()
        await asyncio.sleep(0)  # the cancelled watchdogs of those sessions end in the loop's next turn

    async def load_standard_address_space(self, shelf_file: Path | None = None) -> None:
        # the seam is the one asyncua's own shelf uses: `AddressSpace.load_aspace_shelf` puts a lazy mapping here too
        self.aspace._nodes = PrivateNodes(standard_nodes())


async def _tell_again(subscription: Any) -> None:
    """The present value of every item, as TransferSubscriptions promises who takes a subscription over."""
    for held in list(subscription.monitored_item_srv._monitored_items.values()):
        where = held.read_value_id
        event = ua.MonitoredItemNotification()
        event.ClientHandle = held.client_handle
        event.Value = subscription.monitored_item_srv.aspace.read_attribute_value(where.NodeId, where.AttributeId)
        await subscription.enqueue_datachange_event(held.monitored_item_id, event, held.queue_size)


def _tell_time(core: InternalServer) -> None:
    """The server's CurrentTime, made when a client reads it."""
    time_node = ua.NodeId(ua.ObjectIds.Server_ServerStatus_CurrentTime)

    def current(*_: Any) -> ua.DataValue:
        now = datetime.now(UTC)
        return ua.DataValue(ua.Variant(now, ua.VariantType.DateTime), SourceTimestamp=now)

    core.aspace.set_attribute_value_callback(time_node, ua.AttributeIds.Value, current)


def _runs(tag: Tag) -> bool:
    """Whether the controller runs an alarm for it: one that is named by its source."""
    return bool(_address(tag).condition and _address(tag).condition_name and _address(tag).field == "state")


def _address(tag: Tag) -> Address:
    address = tag.source.address if tag.source else None
    if not isinstance(address, Address):
        raise TypeError(f"{tag.id} has no OPC UA address")
    return address
