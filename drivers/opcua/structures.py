"""Structures: what a server says its data types look like, and the fields of a value read by that.

    ExtensionObject ── id of its encoding ──> StructureDefinition ── field ── built-in type, or a structure again

The library keeps such definitions in one table of the whole process, by number, and two servers give one number to two
structures. So these are ours, one table per connection.
Layouts: OPC UA Part 6, 5.2.6 to 5.2.8; definitions: Part 3, 8.48.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from asyncua import ua
from asyncua.common.utils import Buffer
from asyncua.ua.ua_binary import unpack_uatype

DATA_TYPE, VALUE, DEFINITION = 14, 13, 23
"""Attributes of a node. Source: OPC UA Part 6, annex A.1."""
DEEPEST = 16
"""Structures inside structures; more is damage, or a type that contains itself."""


class Reader(Protocol):
    """The part of a connection that is asked here."""

    async def attributes(self, wanted: list[tuple[ua.NodeId, int]]) -> list[ua.DataValue]: ...

    async def above(self, nodes: list[ua.NodeId], reference: int) -> list[ua.NodeId | None]:
        """The first node that refers to each of `nodes` so; None where there is none."""


class UnknownStructure(Exception):
    """Nobody has said yet what a structure looks like."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a structure."""

    name: str
    kind: ua.NodeId
    """Its data type."""
    array: bool
    optional: bool


@dataclass(frozen=True, slots=True)
class Definition:
    """One structure."""

    kind: ua.StructureType
    fields: tuple[Field, ...]


class Structures:
    """See the module."""

    def __init__(self) -> None:
        self.unknown: set[ua.NodeId] = set()
        """Encodings met in values that nothing is known of yet."""
        self._by_encoding: dict[ua.NodeId, Definition] = {}
        self._by_type: dict[ua.NodeId, Definition | ua.VariantType | None] = {}
        """Data type -> what it is; None where the server does not say."""

    def forget(self) -> None:
        """Another connection: numbers may have moved."""
        self.unknown.clear()
        self._by_encoding.clear()
        self._by_type.clear()

    def pick(self, value: Any, steps: Iterable[str | int]) -> Any:
        """The element or member of a value; raises LookupError, TypeError or ValueError where there is none."""
        for step in steps:
            value = self._opened(value)
            if isinstance(step, int):
                if not isinstance(value, list):
                    raise TypeError("no array")
                value = value[step]
            elif isinstance(value, dict):
                value = value[step]
            elif step in getattr(value, "__dataclass_fields__", ()):
                value = getattr(value, step)
            else:
                raise LookupError(step)
        return value.Value if isinstance(value, ua.Variant) else value

    def _opened(self, value: Any) -> Any:
        if isinstance(value, ua.Variant):
            value = value.Value
        if not isinstance(value, ua.ExtensionObject):
            return value
        definition = self._by_encoding.get(value.TypeId)
        if definition is None:
            self.unknown.add(value.TypeId)
            raise UnknownStructure(value.TypeId)
        return self._read(definition, Buffer(value.Body or b""), 0)

    def _read(self, definition: Definition, body: Buffer, depth: int) -> dict[str, Any]:
        if depth > DEEPEST:
            raise ValueError("structures too deep")
        if definition.kind in (ua.StructureType.Union, ua.StructureType.UnionWithSubtypedValues):
            switch = unpack_uatype(ua.VariantType.UInt32, body)
            chosen = definition.fields[switch - 1 : switch] if switch else ()
            return {field.name: self._field(field, body, depth) for field in chosen}
        mask = 0
        if definition.kind is ua.StructureType.StructureWithOptionalFields:
            mask = unpack_uatype(ua.VariantType.UInt32, body)
        values, bit = {}, 0
        for field in definition.fields:
            if field.optional:
                bit, present = bit + 1, mask >> bit & 1
                if not present:
                    continue
            values[field.name] = self._field(field, body, depth)
        return values

    def _field(self, field: Field, body: Buffer, depth: int) -> Any:
        if not field.array:
            return self._one(field.kind, body, depth)
        length = unpack_uatype(ua.VariantType.Int32, body)
        if length > len(body):
            raise ValueError("an array longer than the structure it is in")
        return [self._one(field.kind, body, depth) for _ in range(length)] if length >= 0 else None

    def _one(self, kind: ua.NodeId, body: Buffer, depth: int) -> Any:
        meaning = _built_in(kind) or self._by_type.get(kind)
        if isinstance(meaning, Definition):
            return self._read(meaning, body, depth + 1)
        if meaning is None:
            raise ValueError(f"the server does not say what {kind} is")
        return unpack_uatype(meaning, body)

    def base(self, kind: ua.NodeId) -> ua.VariantType | None:
        """The built-in type that values of a learnt data type travel as; None where it is not known."""
        meaning = _built_in(kind) or self._by_type.get(kind)
        return ua.VariantType.ExtensionObject if isinstance(meaning, Definition) else meaning

    async def learn(self, kinds: Iterable[ua.NodeId], reader: Reader) -> None:
        """Ask what these data types are, and those of their fields."""
        wanted = [kind for kind in dict.fromkeys(kinds) if not _built_in(kind) and kind not in self._by_type]
        while wanted:
            answers = await reader.attributes([(kind, DEFINITION) for kind in wanted])
            parents: list[ua.NodeId] = []
            following: list[ua.NodeId] = []
            for kind, answer in zip(wanted, answers, strict=True):
                found = answer.Value.Value if answer.Value else None
                if isinstance(found, ua.StructureDefinition):
                    following += self._keep(kind, found)
                elif isinstance(found, ua.EnumDefinition):
                    self._by_type[kind] = ua.VariantType.Int32
                else:
                    parents.append(kind)
            await self._inherit(parents, reader)
            wanted = [kind for kind in dict.fromkeys(following) if not _built_in(kind) and kind not in self._by_type]

    def _keep(self, kind: ua.NodeId, found: ua.StructureDefinition) -> list[ua.NodeId]:
        optional = found.StructureType == ua.StructureType.StructureWithOptionalFields
        fields = tuple(
            Field(field.Name, field.DataType, (field.ValueRank or -1) >= 0, optional and bool(field.IsOptional))
            for field in found.Fields or []
        )
        definition = Definition(ua.StructureType(found.StructureType), fields)
        self._by_type[kind] = self._by_encoding[found.DefaultEncodingId] = definition
        return [field.kind for field in fields]

    async def _inherit(self, kinds: list[ua.NodeId], reader: Reader) -> None:
        """A data type without a definition is what its base type is: Duration is a Double."""
        self._by_type.update(dict.fromkeys(kinds))
        above = dict(zip(kinds, await reader.above(kinds, ua.ObjectIds.HasSubtype), strict=True)) if kinds else {}
        await self.learn([kind for kind in above.values() if kind is not None], reader)
        for kind, parent in above.items():
            if parent is not None:
                self._by_type[kind] = _built_in(parent) or self._by_type.get(parent)

    async def learn_encodings(self, reader: Reader) -> bool:
        """Ask about structures that values have shown; whether one more is known now. Each is asked about once."""
        unknown, before = list(self.unknown), len(self._by_encoding)
        self.unknown.clear()
        if not unknown:
            return False
        kinds = await reader.above(unknown, ua.ObjectIds.HasEncoding)
        await self.learn([kind for kind in kinds if kind is not None], reader)
        for encoding, kind in zip(unknown, kinds, strict=True):
            meaning = self._by_type.get(kind) if kind is not None else None
            if isinstance(meaning, Definition):
                self._by_encoding[encoding] = meaning
            elif encoding not in self._by_encoding:
                self._by_encoding[encoding] = Definition(ua.StructureType.Structure, ())
        return len(self._by_encoding) > before


_ABSTRACT = {
    ua.ObjectIds.BaseDataType: ua.VariantType.Variant,
    ua.ObjectIds.Enumeration: ua.VariantType.Int32,
    ua.ObjectIds.Structure: ua.VariantType.ExtensionObject,
    ua.ObjectIds.Number: ua.VariantType.Variant,
    ua.ObjectIds.Integer: ua.VariantType.Variant,
    ua.ObjectIds.UInteger: ua.VariantType.Variant,
}
"""How a field of an abstract data type is encoded. Source: OPC UA Part 6, 5.1.5 and 5.2.6."""


def _built_in(kind: ua.NodeId) -> ua.VariantType | None:
    if kind.NamespaceIndex != 0 or not isinstance(kind.Identifier, int):
        return None
    if kind.Identifier in _ABSTRACT:
        return _ABSTRACT[kind.Identifier]
    return ua.VariantType(kind.Identifier) if 1 <= kind.Identifier <= 25 else None
