"""A small site in a folder, and two protocols that exist only here: what a site may say, without any library."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from supervisor.clock import Clock
from supervisor.driver import Driver, Protocol, Traffic
from supervisor.model import LinkSpec, Tag

Files = dict[str, str]


@dataclass(frozen=True)
class Address:
    register: int
    topic: str = ""


def _address(row: Mapping[str, str]) -> Address:
    register = row.get("register", "")
    if not register.isdigit():
        raise ValueError(f"register {register!r} is not a number")
    return Address(int(register), row.get("topic", ""))


def _settings(words: Mapping[str, str]) -> Mapping[str, str]:
    for word in words:
        if word != "timeout_s":
            raise ValueError(f"setting {word} does not exist; did you mean timeout_s?")
    return dict(words)


def _url(scheme: str) -> Callable[[str], None]:
    def check(url: str) -> None:
        if not url.startswith(f"{scheme}://"):
            raise ValueError(f"{url} is not an address: write {scheme}://host")

    return check


def _driver(link: LinkSpec, tags: Sequence[Tag], clock: Clock, traffic: Traffic) -> Driver:
    raise NotImplementedError  # the loader never makes one


PROTOCOLS = {
    name: Protocol(name, ("register", "topic"), _address, _settings, _url(name), _driver) for name in ("wire", "radio")
}

SMALL: Files = {
    "site.toml": """id = "small"
name = { fr = "Petite ville", en = "Small town" }
zone = "Europe/Paris"
position = [47.47, -0.55]
language = "fr"

[[system]]
id = "water"
name = { fr = "Eau", en = "Water" }
symbol = "water"
""",
    "areas.toml": """[[area]]
id = "town"
name = "Ville"

[[area]]
id = "harbour"
name = { fr = "Port", en = "Harbour" }
parent = "town"
""",
    "links.csv": """# the two controllers
id,name,protocol,url,area,settings
L-1,Poste 1,wire,wire://10.0.0.1,town,timeout_s=1
L-2,Poste 2,wire,wire://10.0.0.2,harbour,
""",
    "people.toml": """[[user]]
id = "ada"
name = "Ada"
role = "operator"
areas = ["harbour"]
""",
    "types/well.toml": """id = "well"
name = { fr = "Poste", en = "Well" }
system = "water"
state = "supply"
headline = ["level", "P1.current"]
symbol = "well"

[[tag]]
id = "level"
name = "Niveau"
unit = "m"
decimals = 2
range = [0, 5]
normal = [1, 3]
deadband = 0.01

[[tag]]
id = "supply"
name = "Alimentation"
kind = "boolean"
states = [
    { value = 0, id = "absent", name = { fr = "absente", en = "absent" } },
    { value = 1, id = "present", name = { fr = "présente", en = "present" } },
]

[[tag]]
id = "note"
name = "Note"
kind = "text"

[[part]]
id = "P1"
type = "pump"
name = { fr = "Pompe 1", en = "Pump 1" }

[[part]]
id = "P2"
type = "pump"
name = { fr = "Pompe 2", en = "Pump 2" }

[[alarm]]
id = "high"
tag = "level"
when = "high"
limit = 4
deadband = 0.1
priority = 2
name = { fr = "Niveau haut", en = "Level high" }
response_min = 15

[[alarm]]
id = "lost"
tag = "supply"
when = "is"
limit = "absent"
priority = 3
name = "Alimentation absente"

[[alarm]]
id = "overload"
tag = "P1.current"
when = "high"
limit = 20
priority = 4
name = "Surcharge"
""",
    "types/pump.toml": """id = "pump"
name = { fr = "Pompe", en = "Pump" }
system = "water"
state = "state"
headline = ["state"]

[[tag]]
id = "state"
name = "État"
kind = "enum"
states = [
    { value = 0, id = "stopped", name = "arrêtée" },
    { value = 1, id = "running", name = "en marche" },
    { value = 2, id = "fault", name = "en défaut" },
]

[[tag]]
id = "order"
name = "Ordre"
kind = "boolean"

[[tag]]
id = "current"
name = "Courant"
unit = "A"
range = [0, 40]

[[alarm]]
id = "fault"
tag = "state"
when = "is"
limit = "fault"
priority = 3
latching = true
name = "Défaut"

[[command]]
id = "start"
name = "Démarrer"
tag = "order"
value = 1
feedback = "state"
expected = "running"
interlock = [
    { when = "parent.level > 0.5", name = "assez d'eau" },
    { when = "state != fault", name = "pas en défaut" },
]
confirm = { when = "current > 5", within_s = 8, name = "le moteur tire du courant" }
critical = true
consequence = { fr = "La pompe démarre.", en = "The pump starts." }

[[command]]
id = "limit"
name = "Régler"
tag = "current"
range = [5, 30]
""",
    "packs/lift/pack.toml": """id = "lift"
name = "Automate"
manufacturer = "Démonstration"
model = "1"
type = "well"
protocol = "wire"
stale_s = 30

[defaults]
scale = "1"

[[include]]
pack = "drive"
part = "P1"
args = { unit = "2" }
""",
    "packs/lift/tags.csv": """# the station itself
tag,access,scale,offset,register,topic
level,r,0.001,,0,
supply,,,,1,
""",
    "packs/drive/pack.toml": """id = "drive"
name = "Variateur"
type = "pump"
protocol = "wire"
""",
    "packs/drive/tags.csv": """tag,access,register,topic
state,r,10,
order,rw,11,{root}/{unit}
current,r,12,
""",
    "equipment/stations.csv": """# the stations
id,type,name,area,link,pack,parent,latitude,longitude,root
PR-1,well,Gare,town,L-1,lift,,47.46,-0.55,one
PR-2,well,"Port, quai nord",harbour,L-2,lift,,47.45,-0.56,two
PR-9,well,Sans automate,town,,,,,,
""",
}


def write(folder: Path, files: Mapping[str, str]) -> Path:
    """Put the files into the folder; gives it back."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    return folder


def edited(file: str, old: str, new: str) -> Files:
    """The small site with one passage of one file replaced; it must be there exactly once."""
    assert SMALL[file].count(old) == 1, f"{old!r} is {SMALL[file].count(old)} times in {file}"
    return {**SMALL, file: SMALL[file].replace(old, new)}


def line_of(text: str, passage: str) -> int:
    """The 1-based line on which a passage begins."""
    return text[: text.index(passage)].count("\n") + 1
