"""A small site of one Modbus link, made of model objects."""

from __future__ import annotations

from pathlib import Path

from drivers.modbus import PROTOCOL
from drivers.modbus.address import Address, Settings, Table, Type
from drivers.modbus.device import PLAIN, Device
from supervisor.model import Equipment, EquipmentType, Kind, LinkSpec, Site, Source, Tag, TagSpec, Text
from supervisor.vault import Vault

HERE = Text("ici", "here")


def link(port: int, **settings: float) -> LinkSpec:
    chosen = {"timeout_s": 0.3, "fast_s": 0.1, "normal_s": 0.1, **settings}
    return LinkSpec("L", HERE, "modbus", f"modbus://127.0.0.1:{port}", "", Settings(**chosen))


ADDRESSES: dict[str, Address] = {
    "power": Address(Table.HOLDING, 10, Type.FLOAT32, -1, "CDAB"),
    "mode": Address(Table.HOLDING, 12),
    "door": Address(Table.HOLDING, 13, Type.BOOL, 3),
    "supply": Address(Table.HOLDING, 13, Type.BOOL, 4),
    "order": Address(Table.COIL, 3, Type.BOOL),
    "on": Address(Table.DISCRETE, 20, Type.BOOL),
    "energy": Address(Table.INPUT, 100, Type.INT64),
}
KINDS = {Type.STRING: Kind.TEXT}
SCALES = {"energy": 0.001}


def site(
    spec: LinkSpec,
    units: tuple[int, ...] = (1,),
    addresses: dict[str, Address] | None = None,
    device: Device = PLAIN,
) -> Site:
    """One equipment per unit, `E1`, `E2`…, each with all of `addresses`."""
    addresses = ADDRESSES if addresses is None else addresses
    specs = {name: TagSpec(name, HERE, KINDS.get(one.type, Kind.NUMBER)) for name, one in addresses.items()}
    kind = EquipmentType("thing", HERE, "lighting", specs)
    equipment, tags = [], []
    for unit in units:
        thing = Equipment(len(equipment), f"E{unit}", HERE, kind, "", "lighting", "L", args={"unit": str(unit)})
        equipment.append(thing)
        for name, address in addresses.items():
            source = Source(name, True, True, SCALES.get(name, 1.0), 0.0, address, device)
            tags.append(Tag(len(tags), thing, specs[name], "L", source))
    return Site(
        "test", HERE, Path(), "Europe/Paris", 47.47, -0.55, "fr", {}, {}, {"thing": kind}, {}, {"L": spec},
        tuple(equipment), tuple(tags), (), {}, "",
    )  # fmt: skip


def driver_of(plant: Site, clock, traffic):
    return PROTOCOL.driver(plant.links["L"], plant.tags, clock, traffic, Vault(Path()))
