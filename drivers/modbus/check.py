"""What a row of a Modbus pack, its tag and the [device] table can say wrongly together."""

from __future__ import annotations

from collections.abc import Mapping

from drivers.modbus.address import Address, Type
from drivers.modbus.device import PLAIN, Device
from supervisor.model import Kind, Source, TagSpec

BROADCAST = 0
"""The unit that every device of a line listens to. Source: Modbus over serial line V1.02, 2.2."""
LAST_UNIT = 255
"""Above 247 a unit is reserved on a line, but 255 is what a device on TCP itself is called (Modbus Messaging on TCP/IP
V1.0b, 4.4.2.1)."""


def check(spec: TagSpec, source: Source, args: Mapping[str, str] | None) -> None:
    """See `supervisor.driver.Protocol.check`."""
    assert isinstance(source.address, Address)
    device = source.device if isinstance(source.device, Device) else PLAIN
    if args is None:
        _check_kind(spec, source.address)
        if source.readable:
            _check_readable(source.address, device)
    else:
        _check_unit(args.get("unit") or "1", source, device)


def _check_kind(spec: TagSpec, address: Address) -> None:
    if (address.type is Type.STRING) is not (spec.kind is Kind.TEXT):
        said = "a text is carried by the type string" if spec.kind is Kind.TEXT else "a string carries a text only"
        raise ValueError(f"{said}, and this is a {spec.kind} of the type {address.type}")


def _check_readable(address: Address, device: Device) -> None:
    span = device.forbids(address.table, address.number, address.end)
    if span:
        raise ValueError(
            f"it lies in {span.table} {span.first}-{span.last}, which [device] forbids; shorten that range, or write w"
        )
    most = device.most_bits if address.table.bits else device.most_registers
    if address.size > most:
        raise ValueError(f"it takes {address.size} registers, and [device] says that a request reads {most} at most")


def _check_unit(said: str, source: Source, device: Device) -> None:
    if not (said.isascii() and said.isdigit() and int(said) <= LAST_UNIT):
        raise ValueError(f"unit {said!r} is no whole number from 0 to {LAST_UNIT}")
    if int(said) == BROADCAST and source.writable and not device.broadcast:
        raise ValueError(
            "unit 0 is all devices of the line at once, and its pack does not allow that: "
            "write the device's own unit, 255 for one on TCP, or broadcast = true in [device]"
        )
