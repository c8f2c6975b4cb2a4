"""A site folder with one Modbus cabinet, and its station running on it, over a device that is spoken to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import drivers
from supervisor.model import Site
from supervisor.site import load
from tests.drivers.modbus.test_modbus_probe import Device
from tests.people import give, hurry
from ui.assemble import Assembly
from ui.folder import DataFolder

FILES = {
    "site.toml": """id = "small"
name = { fr = "Petite ville", en = "Small town" }
zone = "Europe/Paris"
position = [47.47, -0.55]

[[system]]
id = "lighting"
name = { fr = "Éclairage", en = "Lighting" }
""",
    "areas.toml": """[[area]]
id = "centre"
name = { fr = "Centre-ville", en = "City centre" }
""",
    "people.toml": """[[user]]
id = "ena"
name = "Ena Le Goff"
role = "engineer"
""",
    "types/cabinet.toml": """id = "cabinet"
name = { fr = "Armoire", en = "Cabinet" }
system = "lighting"

[[tag]]
id = "voltage"
name = { fr = "Tension", en = "Voltage" }
unit = "V"
decimals = 1

[[tag]]
id = "mode"
name = { fr = "Marche", en = "Mode" }
kind = "enum"
states = [{ value = 0, id = "off", name = { fr = "arrêt", en = "off" } }, { value = 1, id = "auto", name = "auto" }]

[[tag]]
id = "nowhere"
name = { fr = "Absente", en = "Absent" }
""",
    "packs/box/pack.toml": """id = "box"
name = { fr = "Boîtier", en = "Box" }
type = "cabinet"
protocol = "modbus"
""",
    "packs/box/tags.csv": """tag,access,scale,table,address,type,word_order
voltage,r,0.1,holding,12,uint16,
mode,rw,1,holding,3,uint16,
nowhere,r,1,holding,900,float32,CDAB
""",
    "equipment/cabinets.csv": """id,type,name_fr,name_en,area,link,pack
CB-1,cabinet,Rue & place,Street & square,centre,L-CB-1,box
""",
}


def site(folder: Path, url: str) -> Site:
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    (folder / "links.csv").write_text(f"id,name,protocol,url,area,settings\nL-CB-1,L,modbus,{url},centre,\n", "utf-8")
    return load(folder, drivers.TABLE)


def device() -> Device:
    return Device({**dict.fromkeys(range(30), 0), 12: 2316, 3: 1})


@asynccontextmanager
async def running(folder: Path, plant: Device) -> AsyncIterator[tuple[Assembly, DataFolder]]:
    """The station, once it has read its cabinet."""
    async with plant.served() as url:
        town = site(folder / "site", url)
        data = DataFolder(folder / "data")
        data.make()
        async with Assembly.of(town, data) as station:
            hurry(station.sessions.accounts)
            await give(station.sessions.accounts, town)
            yield station, data
