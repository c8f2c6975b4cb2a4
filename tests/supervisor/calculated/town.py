"""A town of boxes with parts, written as a site folder, and a plain evaluation of its formulas, one box at a time."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

from supervisor.calculated.calculator import Calculator
from supervisor.clock import SECOND, HandClock
from supervisor.flow import Batch, Change
from supervisor.formula import Binary, Call, Compared, Minus, Name, Node, Not, Number, Over
from supervisor.model import BAD, Quality, Site, Tag
from supervisor.site import load
from supervisor.station import Station
from supervisor.table import TagTable
from tests.supervisor.site.small import PROTOCOLS, SMALL, Files, write

NOW = 1_790_000_000 * SECOND
Row = tuple[float, int]

BOX = """id = "box"
name = "Coffret"
system = "water"

[[tag]]
id = "a"
name = "A"

[[tag]]
id = "b"
name = "B"

[[tag]]
id = "on"
name = "Marche"
kind = "boolean"

[[tag]]
id = "mode"
name = "Mode"
kind = "enum"
states = [{ value = 3, id = "auto", name = "auto" }, { value = 5, id = "manual", name = "manuel" }]

[[part]]
id = "P1"
type = "motor"
name = "Moteur 1"

[[part]]
id = "P2"
type = "motor"
name = "Moteur 2"
"""
MOTOR = """id = "motor"
name = "Moteur"
system = "water"

[[tag]]
id = "c"
name = "C"

[[tag]]
id = "on"
name = "Marche"
kind = "boolean"
"""
PACK = """id = "boxes"
name = "Automate"
type = "box"
protocol = "wire"
"""
ROWS = "tag,access,register\n" + "".join(
    f"{tag},rw,{n}\n" for n, tag in enumerate(("a", "b", "on", "mode", "P1.c", "P1.on", "P2.c", "P2.on"))
)
BASE = {name: text for name, text in SMALL.items() if name in ("site.toml", "areas.toml", "people.toml")}


def calculated(formulas: Mapping[str, str], kinds: Mapping[str, str] | None = None) -> str:
    """The tags of these formulas, for a type."""
    return "".join(
        f'\n[[tag]]\nid = "{id_}"\nname = "{id_}"\nkind = "{(kinds or {}).get(id_, "number")}"\nformula = "{text}"\n'
        for id_, text in formulas.items()
    )


def files(boxes: int, formulas: Mapping[str, str], groups: str = "", kinds: Mapping[str, str] | None = None) -> Files:
    rows = "".join(f"B{n},box,Coffret {n},{('town', 'harbour')[n % 2]},L-1,boxes\n" for n in range(boxes))
    made = {
        **BASE,
        "links.csv": "id,name,protocol,url,area,settings\nL-1,Poste 1,wire,wire://10.0.0.1,town,\n",
        "types/box.toml": BOX + calculated(formulas, kinds),
        "types/motor.toml": MOTOR,
        "packs/boxes/pack.toml": PACK,
        "packs/boxes/tags.csv": ROWS,
        "equipment/boxes.csv": f"id,type,name,area,link,pack\n{rows}",
    }
    return made | ({"groups.toml": groups} if groups else {})


class Running:
    """A station with a calculator and nothing else, and every change that went up."""

    def __init__(self, site: Site, now: int = NOW) -> None:
        self.site, self.clock = site, HandClock(now)
        self.table = TagTable(site.tags)
        self.changes: list[Change] = []
        self.station = Station(site, self.table, self.clock, [self.changes.append])
        self.station.consumers.append(Calculator(site, self.table.columns, self.station.absorb).absorb)

    @classmethod
    def of(cls, folder: Path, made: Files) -> Running:
        return cls(load(write(folder, made), PROTOCOLS))

    def tell(self, time: int | None = None, **values: float) -> None:
        """New values: B0_a=1.5, B0_P1_c=3; NaN for bad."""
        rows = [(self.site.tag_by_id[id_.replace("_", ".")].index, value) for id_, value in values.items()]
        quality = [Quality.TIMEOUT if math.isnan(value) else Quality.GOOD for _, value in rows]
        now = self.clock.now() if time is None else time
        self.station.absorb(Batch.of([index for index, _ in rows], [value for _, value in rows], now, quality))  # type: ignore[arg-type]

    def row(self, id_: str) -> Row:
        index = self.site.tag_by_id[id_].index
        return float(self.table.columns["value"][index]), int(self.table.columns["quality"][index])

    def time(self, id_: str) -> int:
        return int(self.table.columns["source_time"][self.site.tag_by_id[id_].index])


class Plain:
    """A formula worked out for one equipment in plain Python: what the columns must come to."""

    def __init__(self, running: Running, owner: str) -> None:
        self._running, self._owner = running, owner

    def result(self, tree: Node) -> Row:
        value, quality = self.value(tree)
        if quality < BAD and not math.isfinite(value):
            quality = int(Quality.BAD)
        return (math.nan, quality) if quality >= BAD else (value, quality)

    def value(self, node: Node) -> Row:
        match node:
            case Number(number):
                return number, 0
            case Name(path):
                tag = self._running.site.tag(self._running.site.equipment_by_id[self._owner], path)
                assert isinstance(tag, Tag)
                return self._running.row(tag.id)
            case Minus(of):
                value, quality = self.value(of)
                return -value, quality
            case Not(of):
                value, quality = self.value(of)
                return float(value == 0), quality
            case Over(function, of):
                return self._over(function, of)
            case Call("if", (condition, yes, no)):
                asked, doubt = self.value(condition)
                value, quality = self.value(yes if asked != 0 else no)
                return value, max(doubt, quality)
            case Call(function, given):
                found = [self.value(one) for one in given]
                return _call(function, [value for value, _ in found]), max(quality for _, quality in found)
            case Binary(_, left, right) | Compared(_, left, right):
                one, two = self.value(left), self.value(right)
                sign = node.sign if isinstance(node, Binary) else node.operator.value
                return _both(sign, one[0], two[0]), max(one[1], two[1])
        raise AssertionError(node)

    def _over(self, function: str, of: Node) -> Row:
        parts = self._running.site.parts_by_equipment[self._owner]
        found = [Plain(self._running, part.id).value(of) for part in parts]
        values, worst = [value for value, _ in found], max(quality for _, quality in found)
        if function in ("mean", "sum", "count"):
            return sum(values) / (len(values) if function == "mean" else 1), worst
        return (min if function in ("min", "all") else max)(values), worst


def _both(sign: str, one: float, two: float) -> float:
    if sign == "/":
        return math.nan if two == 0 else one / two
    return float(
        {
            "+": one + two, "-": one - two, "*": one * two, "and": bool(one and two), "or": bool(one or two),
            "<": one < two, "<=": one <= two, ">": one > two, ">=": one >= two, "==": one == two, "!=": one != two,
        }[sign]
    )  # fmt: skip


def _call(function: str, values: list[float]) -> float:
    if function == "abs":
        return abs(values[0])
    if function == "sqrt":
        return math.sqrt(values[0]) if values[0] >= 0 else math.nan
    if function == "clamp":
        return min(max(values[0], values[1]), values[2])
    return min(values) if function == "min" else max(values)
