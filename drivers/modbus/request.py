"""The PDUs of writes. Pure."""

from __future__ import annotations

import struct

from drivers.modbus.address import Address, Table
from drivers.modbus.codec import encode_one
from drivers.modbus.device import PLAIN, Device

_MULTIPLE_REGISTERS, _MULTIPLE_COILS = 16, 15


def write_request(address: Address, raw: float, device: Device = PLAIN) -> bytes:
    """The PDU that writes one value. Raises ValueError for what cannot be written."""
    if address.table is Table.COIL:
        on = _bit(raw, "coil")
        if device.multiple:
            return struct.pack(">BHHBB", _MULTIPLE_COILS, address.number, 1, 1, on)
        return struct.pack(">BHH", 5, address.number, 0xFF00 if on else 0)
    if address.table is not Table.HOLDING:
        raise ValueError(f"{'an' if address.table is Table.INPUT else 'a'} {address.table} can only be read")
    if address.bit >= 0:
        keep = 0xFFFF & ~(1 << address.bit)
        return struct.pack(">BHHH", 22, address.number, keep, _bit(raw, "bit") << address.bit)
    return register_request(address, encode_one(address, raw), device)


def register_request(address: Address, data: bytes, device: Device = PLAIN) -> bytes:
    """The PDU that writes whole registers."""
    count = len(data) // 2
    if device.read_write:
        # the device writes before it reads (Modbus Application Protocol V1.1b3, 6.17)
        return struct.pack(">BHHHHB", 23, address.number, count, address.number, count, len(data)) + data
    if count == 1 and not device.multiple:
        return struct.pack(">BH", 6, address.number) + data
    return struct.pack(">BHHB", _MULTIPLE_REGISTERS, address.number, count, len(data)) + data


def with_bit(register: bytes, address: Address, raw: float) -> bytes:
    """A register as it lies on the wire with one bit of it set or cleared. Raises ValueError."""
    order = "little" if address.word_order in ("BADC", "DCBA") else "big"
    whole = int.from_bytes(register, order)  # type: ignore[arg-type]
    kept = whole & ~(1 << address.bit)
    return (kept | _bit(raw, "bit") << address.bit).to_bytes(2, order)  # type: ignore[arg-type]


def _bit(raw: float, what: str) -> int:
    if raw not in (0.0, 1.0):
        raise ValueError(f"a {what} takes 0 or 1")
    return int(raw)
