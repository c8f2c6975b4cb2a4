"""How a controller carries a tag, in one line that an electrician finds in the manual."""

from __future__ import annotations

from dataclasses import MISSING, fields, is_dataclass

from drivers.modbus.address import Address as Register
from drivers.modbus.readings import notations
from drivers.mqtt.address import Address as Topic
from drivers.opcua.address import Address as Node
from supervisor.model import Tag


def spelled(tag: Tag) -> str:
    """Empty for a tag that no controller carries."""
    if tag.source is None:
        return ""
    address, args = tag.source.address, tag.equipment.args
    if isinstance(address, Register):
        return _register(address, args.get("unit", "1"))
    if isinstance(address, Node):
        return _filled(address.node or address.path or address.method, tag)
    if isinstance(address, Topic):
        place = address.topic or "/".join(args[word] for word in ("group", "node", "device") if word in args)
        return _filled(f"{place} {address.path}".strip(), tag)
    return _plain(address)


def _register(address: Register, unit: str) -> str:
    known = notations(address.table, address.number)
    kind = f"bit {address.bit}" if address.bit >= 0 else address.type.value
    order = f" {address.word_order}" if address.size > 1 else ""
    return f"{address.table} {address.number} ({known['Modicon']}) {kind}{order}, unit {unit}"


def _filled(text: str, tag: Tag) -> str:
    for word, value in tag.equipment.args.items():
        text = text.replace(f"{{{word}}}", value)
    return text


def _plain(address: object) -> str:
    """What an address says beyond its defaults."""
    if not is_dataclass(address):
        return "" if address is None else str(address)
    said = [(field, getattr(address, field.name)) for field in fields(address)]
    return " ".join(str(value) for field, value in said if field.default is MISSING or value != field.default)
