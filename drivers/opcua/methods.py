"""Methods as commands: a write to a tag calls a method of the server.

The value goes where the pack writes `{value}` among the arguments, each as the type the method asks for. The answer
is a StatusCode, and an output argument where the pack says what it must be. A call is sent once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from asyncua import ua

from drivers.opcua.address import Call, Target, call
from drivers.opcua.items import address_of
from drivers.opcua.nodes import Nodes
from drivers.opcua.structures import Structures
from drivers.opcua.values import UnfitError, fit
from drivers.opcua.variant import encode
from supervisor.errors import WriteFailed
from supervisor.model import Tag

VALUE = "{value}"
_TRUTHS = {"true": 1.0, "false": 0.0}


@dataclass(frozen=True, slots=True)
class Method:
    """A method of one server, and what it takes."""

    on: ua.NodeId
    node: ua.NodeId
    kinds: tuple[ua.VariantType | None, ...]
    """Built-in types of the input arguments; None where the server does not say."""
    given: tuple[str, ...] | None
    returns: str

    def request(self, raw: float) -> ua.CallRequest:
        """The call that stands for writing `raw`; WriteFailed where the arguments do not fit."""
        given = self.given
        if given is None:
            given = (VALUE,) * min(len(self.kinds), 1)
        if len(given) != len(self.kinds):
            raise WriteFailed(f"the method takes {len(self.kinds)} argument(s) and the pack gives {len(given)}")
        wanted = ua.CallMethodRequest()
        wanted.ObjectId, wanted.MethodId = self.on, self.node
        wanted.InputArguments = [_argument(text, kind, raw) for text, kind in zip(given, self.kinds, strict=True)]
        request = ua.CallRequest()
        request.Parameters.MethodsToCall = [wanted]
        return request

    def check(self, outputs: Sequence[Any]) -> None:
        """WriteFailed where the method answers, in its first output argument, that it did not do it."""
        if not self.returns:
            return
        said = outputs[0].Value if outputs else None
        if said is None or not _same(said, self.returns):
            raise WriteFailed(f"the method answers {said!r} and not {self.returns}")


def _argument(text: str, kind: ua.VariantType | None, raw: float) -> ua.Variant:
    if kind is None:
        raise WriteFailed("the server does not say what type the method takes")
    if kind is ua.VariantType.String:
        return ua.Variant(text.replace(VALUE, f"{raw:.15g}"), kind)
    if kind is ua.VariantType.LocalizedText:
        return ua.Variant(ua.LocalizedText(text.replace(VALUE, f"{raw:.15g}")), kind)
    if text == VALUE:
        return encode(raw, kind)
    try:
        return encode(_TRUTHS[text.lower()] if text.lower() in _TRUTHS else float(text), kind)
    except ValueError:
        raise WriteFailed(f"argument {text!r} is not a {kind.name}") from None


def _same(said: Any, wanted: str) -> bool:
    try:
        number = fit(said, text=False)
        return number == (_TRUTHS[wanted.lower()] if wanted.lower() in _TRUTHS else float(wanted))
    except (UnfitError, ValueError):
        return str(getattr(said, "Text", said)) == wanted


async def find(tags: Mapping[int, Tag], nodes: Nodes, structures: Structures) -> dict[int, Method | int]:
    """Position of a tag -> its method, or the StatusCode that says why there is none."""
    calls: dict[int, Call] = {}
    found: dict[int, Method | int] = {}
    for position, tag in tags.items():
        if not address_of(tag).method:
            continue
        try:
            calls[position] = call(address_of(tag), tag.equipment.args)
        except ValueError:  # the equipment lacks an argument
            found[position] = int(ua.StatusCodes.BadConfigurationError)
    if not calls:
        return found
    await nodes.resolve([where for one in calls.values() for where in (one.method, one.object) if where is not None])
    objects = await _objects(calls, nodes)
    there = {nodes.found[one.method] for one in calls.values() if one.method in nodes.found}
    kinds = await _kinds(there, nodes, structures)
    for position, one in calls.items():
        node, on = nodes.found.get(one.method), objects.get(position)
        if node is None or on is None:
            absent = nodes.absent.get(one.method) or (nodes.absent.get(one.object) if one.object else None)
            found[position] = absent or int(ua.StatusCodes.BadMethodInvalid)
        else:
            found[position] = Method(on, node, kinds[node], one.arguments, one.returns)
    return found


async def _objects(calls: Mapping[int, Call], nodes: Nodes) -> dict[int, ua.NodeId]:
    """What each method is called on: as the pack says, else the parent of its path, else the node it belongs to."""
    wanted = {position: one.object or _parent(one.method) for position, one in calls.items()}
    await nodes.resolve([where for where in wanted.values() if where is not None])
    objects = {at: nodes.found[where] for at, where in wanted.items() if where is not None and where in nodes.found}
    rest = [at for at, where in wanted.items() if where is None and calls[at].method in nodes.found]
    parents = await nodes.above([nodes.found[calls[at].method] for at in rest], ua.ObjectIds.HasComponent)
    return objects | {at: parent for at, parent in zip(rest, parents, strict=True) if parent is not None}


def _parent(where: Target) -> Target | None:
    return Target(where.path[:-1], "", where.namespace) if len(where.path) > 1 else None


async def _kinds(
    methods: set[ua.NodeId], nodes: Nodes, structures: Structures
) -> dict[ua.NodeId, tuple[ua.VariantType | None, ...]]:
    """The types of the input arguments of each method; a method without the property takes none."""
    ordered = list(methods)
    properties = await nodes.properties(ordered, "InputArguments")
    there = [node for node in properties if node is not None]
    values = dict(zip(there, await nodes.values(there), strict=True))
    told = {method: values.get(node) or [] for method, node in zip(ordered, properties, strict=True)}
    kinds = {method: [getattr(argument, "DataType", ua.NodeId()) for argument in each] for method, each in told.items()}
    await structures.learn([kind for each in kinds.values() for kind in each], nodes)
    return {method: tuple(structures.base(kind) for kind in each) for method, each in kinds.items()}
