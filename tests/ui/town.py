"""A town made of model objects: small, complete, the same at every run; and the station's end of it, in process."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from alarms.engine import Alarms
from supervisor import health
from supervisor.clock import SECOND, HandClock
from supervisor.columns import Columns
from supervisor.desk.board import blank
from supervisor.errors import Refused
from supervisor.flow import Batch
from supervisor.historian.history import History
from supervisor.holes import HoleReader
from supervisor.journal import Entry, Journal, JournalReader
from supervisor.model import (
    Alarm,
    AlarmRule,
    Area,
    Condition,
    Equipment,
    EquipmentType,
    Kind,
    LinkSpec,
    Part,
    Priority,
    Quality,
    Role,
    Site,
    State,
    System,
    Tag,
    TagSpec,
    Text,
    User,
)
from supervisor.table import TagTable
from ui.wording import Wording

NOW = 1_795_354_327 * SECOND
"""Sunday 22 November 2026, 14:32:07 in Paris: the moment of the first sketches."""
ANNE = User("anne", "A. Laurent", Role.OPERATOR)
NAN = float("nan")


def states(*names: tuple[str, str, str]) -> tuple[State, ...]:
    return tuple(State(number, id_, Text(fr, en)) for number, (id_, fr, en) in enumerate(names))


ON_OFF = states(("off", "à l'arrêt", "off"), ("on", "en marche", "on"))
PUMP_STATES = states(
    ("stopped", "à l'arrêt", "stopped"),
    ("running", "en marche", "running"),
    ("fault", "en défaut", "fault"),
    ("out_of_service", "hors service", "out of service"),
)
MODES = states(("auto", "automatique", "auto"), ("manual", "manuel", "manual"), ("off", "arrêt", "off"))
SERVICE = states(
    ("normal", "normal", "normal"), ("disrupted", "perturbé", "disrupted"), ("interrupted", "interrompu", "interrupted")
)
DOOR = states(("closed", "fermée", "closed"), ("open", "ouverte", "open"))
CROSSING = states(
    ("unknown", "inconnu", "unknown"),
    ("normal", "normal", "normal"),
    ("amber_flashing", "clignotant", "amber flashing"),
    ("all_red", "tout au rouge", "all red"),
    ("dark", "éteint", "dark"),
)


def number(id_: str, fr: str, en: str, unit: str, low: float, high: float, band: tuple[float, float]) -> TagSpec:
    return TagSpec(id_, Text(fr, en), Kind.NUMBER, unit, 1, low, high, *band)


def choice(id_: str, fr: str, en: str, among: tuple[State, ...]) -> TagSpec:
    return TagSpec(id_, Text(fr, en), Kind.ENUM if len(among) > 2 else Kind.BOOLEAN, states=among)


def kind(
    id_: str,
    name: Text,
    system: str,
    tags: tuple[TagSpec, ...],
    alarms: tuple[AlarmRule, ...] = (),
    parts: tuple[Part, ...] = (),
) -> EquipmentType:
    return EquipmentType(id_, name, system, {tag.id: tag for tag in tags}, parts, alarms)


LEVEL_HIGH = AlarmRule(
    "level_high",
    "level",
    Condition.HIGH,
    4.4,
    Priority.HIGH,
    Text("Niveau bâche haut", "Wet well level high"),
    cause=Text("Pompe en défaut ou apport de pluie.", "Pump at fault, or rain."),
    consequence=Text("Déversement au milieu naturel en moins d'une heure.", "Overflow to the river within the hour."),
    action=Text("Mettre la seconde pompe en marche ; prévenir l'astreinte.", "Start the second pump; call the duty."),
    response_s=900,
)
THERMAL = AlarmRule(
    "thermal",
    "temperature",
    Condition.HIGH_HIGH,
    110,
    Priority.CRITICAL,
    Text("Défaut thermique moteur", "Motor overtemperature trip"),
    cause=Text("Roue bouchée ou ventilation coupée.", "Clogged impeller or no cooling."),
    consequence=Text("La pompe reste à l'arrêt.", "The pump stays stopped."),
    action=Text("Consigner la pompe et la faire déboucher.", "Lock the pump out and have it cleared."),
    response_s=300,
)
DOOR_OPEN = AlarmRule("door_open", "door", Condition.IS, 1, Priority.LOW, Text("Porte ouverte", "Door open"))
LEAKAGE = AlarmRule(
    "leakage",
    "leakage",
    Condition.HIGH,
    30,
    Priority.MEDIUM,
    Text("Courant de fuite élevé", "Leakage current high"),
    latching=True,
)

TYPES = {
    made.id: made
    for made in (
        kind(
            "lighting_cabinet",
            Text("Armoire d'éclairage", "Lighting cabinet"),
            "lighting",
            (
                choice("mode", "Mode", "Mode", MODES),
                choice("door", "Porte", "Door", DOOR),
                number("leakage", "Courant de fuite", "Leakage", "mA", 0, 60, (0, 20)),
            ),
            (DOOR_OPEN, LEAKAGE),
            (
                Part("C1", "lighting_circuit", Text("Départ 1", "Circuit 1")),
                Part("M", "energy_meter", Text("Compteur", "Meter")),
            ),
        ),
        kind(
            "lighting_circuit",
            Text("Départ d'éclairage", "Lighting circuit"),
            "lighting",
            (
                choice("on", "Contacteur", "Contactor", ON_OFF),
                number("current", "Courant", "Current", "A", 0, 40, (2, 30)),
            ),
        ),
        kind(
            "energy_meter",
            Text("Compteur d'énergie", "Energy meter"),
            "lighting",
            (number("p", "Puissance", "Power", "kW", 0, 20, (0, 16)),),
        ),
        kind(
            "pumping_station",
            Text("Station de relevage", "Pumping station"),
            "water",
            (
                number("level", "Niveau", "Level", "m", 0, 6, (1, 4)),
                number("inflow", "Débit entrée", "Inflow", "m³/h", 0, 900, (0, 600)),
                number("rain", "Pluie", "Rain", "mm/h", 0, 50, (0, 8)),
            ),
            (LEVEL_HIGH,),
            (Part("P1", "pump", Text("Pompe 1", "Pump 1")), Part("P2", "pump", Text("Pompe 2", "Pump 2"))),
        ),
        kind(
            "pump",
            Text("Pompe", "Pump"),
            "water",
            (
                choice("state", "État", "State", PUMP_STATES),
                number("temperature", "Température", "Temperature", "°C", 0, 140, (20, 90)),
            ),
            (THERMAL,),
        ),
        kind(
            "intersection",
            Text("Carrefour à feux", "Intersection"),
            "traffic",
            (choice("mode", "Mode", "Mode", CROSSING), number("cycle", "Cycle", "Cycle", "s", 0, 140, (50, 100))),
        ),
        kind(
            "transit_line",
            Text("Ligne", "Line"),
            "transit",
            (
                choice("service", "Service", "Service", SERVICE),
                number("vehicles", "Véhicules", "Vehicles", "", 0, 20, (0, 20)),
                number("regularity", "Régularité", "Regularity", "%", 0, 100, (90, 100)),
                number("lateness", "Retard moyen", "Mean lateness", "s", -60, 600, (-60, 120)),
            ),
        ),
        kind(
            "car_park",
            Text("Parc de stationnement", "Car park"),
            "parking",
            (
                number("free", "Places libres", "Free places", "", 0, 500, (10, 500)),
                number("capacity", "Capacité", "Capacity", "", 0, 500, (0, 500)),
            ),
        ),
        kind(
            "waste_container",
            Text("Point d'apport volontaire", "Waste container"),
            "waste",
            (number("fill", "Remplissage", "Fill", "%", 0, 100, (0, 80)),),
        ),
        kind(
            "soil_probe",
            Text("Sonde d'humidité", "Soil probe"),
            "green",
            (number("moisture", "Humidité", "Moisture", "%", 0, 60, (18, 40)),),
        ),
        health.LINK_TYPE,
        health.STATION_TYPE,
    )
}
SYSTEMS = [
    System("lighting", Text("Éclairage public", "Street lighting")),
    System("water", Text("Assainissement", "Sanitation")),
    System("traffic", Text("Signalisation tricolore", "Traffic signals")),
    System("transit", Text("Transports en commun", "Transit")),
    System("parking", Text("Stationnement", "Parking")),
    System("waste", Text("Déchets", "Waste")),
    System("green", Text("Espaces verts", "Green spaces")),
    health.NETWORK,
]
AREAS = [
    Area("alm", Text("Val de Loire Métropole", "Val de Loire Métropole")),
    Area("centre", Text("Centre-ville", "City centre"), "alm"),
    Area("doutre", Text("Doutre – Saint-Jacques – Nazareth", "Doutre – Saint-Jacques – Nazareth"), "alm"),
    Area("roseraie", Text("Roseraie", "Roseraie"), "alm"),
    Area("plateau", Text("Plateau des Capucins", "Capucins plateau"), "alm"),
]
_NAMES = {
    "lighting_cabinet": ("AR", Text("Armoire", "Cabinet"), 8),
    "pumping_station": ("PR", Text("Relevage", "Lift station"), 6),
    "intersection": ("CF", Text("Carrefour", "Crossing"), 4),
    "transit_line": ("LN", Text("Ligne", "Line"), 3),
    "car_park": ("PK", Text("Parking", "Car park"), 3),
    "waste_container": ("PAV", Text("Point d'apport", "Container"), 8),
    "soil_probe": ("SH", Text("Sonde", "Probe"), 4),
}
_PROTOCOLS = {"lighting": "modbus", "water": "modbus", "traffic": "opcua"}

LINK_PAGE = {"connected": True, "reason": "", "cause": 0, "good": 0, "reconnects": 0, "errors": {}, "days": []}
"""What the station says of a link of which there is nothing to say."""


class Town:
    """The site, numbered as the loader numbers one."""

    def __init__(self) -> None:
        self.equipment: list[Equipment] = []
        self.links: dict[str, LinkSpec] = {}
        for type_id, (prefix, name, count) in _NAMES.items():
            for n in range(1, count + 1):
                self._thing(f"{prefix}{n:02}", name, TYPES[type_id], AREAS[1 + n % 4].id)
        for link in list(self.links.values()):
            self._add(link.id, link.name, health.LINK_TYPE, link.area)
        self._add(health.STATION_ID, health.STATION_TYPE.name, health.STATION_TYPE, "")

    def _thing(self, id_: str, name: Text, type_: EquipmentType, area: str) -> None:
        link = f"link-{id_}" if type_.system in _PROTOCOLS else "broker"
        if link not in self.links:
            protocol = _PROTOCOLS.get(type_.system, "mqtt")
            self.links[link] = LinkSpec(link, Text(link, link), protocol, f"{protocol}://127.0.0.1:1502", area, None)
        named = Text(f"{name.fr} {id_[-2:]}", f"{name.en} {id_[-2:]}")
        self._add(id_, named, type_, area, link)
        for part in type_.parts:
            self._add(f"{id_}.{part.id}", part.name, TYPES[part.type], area, link, id_)

    def _add(self, id_: str, name: Text, type_: EquipmentType, area: str, link: str = "", parent: str = "") -> None:
        index = len(self.equipment)
        self.equipment.append(Equipment(index, id_, name, type_, area, type_.system, link, parent))

    def site(self) -> Site:
        tags: list[Tag] = []
        alarms: list[Alarm] = []
        for thing in self.equipment:
            for spec in thing.type.tags.values():
                tags.append(Tag(len(tags), thing, spec, thing.link))
        by_id = {tag.id: tag for tag in tags}
        for thing in self.equipment:
            for rule in thing.type.alarms:
                alarms.append(Alarm(len(alarms), thing, rule, by_id[f"{thing.id}.{rule.tag}"]))
        return Site(
            id="town",
            name=Text("Val de Loire Métropole", "Val de Loire Metropolis"),
            folder=Path(),
            zone="Europe/Paris",
            latitude=47.47,
            longitude=-0.55,
            language="fr",
            areas={area.id: area for area in AREAS},
            systems={system.id: system for system in SYSTEMS},
            types=TYPES,
            packs={},
            links=self.links,
            equipment=tuple(self.equipment),
            tags=tuple(tags),
            alarms=tuple(alarms),
            users={ANNE.id: ANNE},
            fingerprint="town",
        )


class TownStation:
    """The station's end: the real table, the real alarm engine, the real journal. An `ui.attach.Attachment`."""

    def __init__(self, site: Site, folder: Path, clock: HandClock) -> None:
        self.site, self.clock = site, clock
        self.tags = TagTable(site.tags)
        self.table: Columns = self.tags.columns
        self.texts = self.tags.texts
        self.writer = Journal(folder / "journal.db", clock)
        wording = Wording(site)
        self.journal = JournalReader(folder / "journal.db", wording)
        wording.met = self.journal.people
        self.engine = Alarms(site, folder / "alarms.db", self.writer, clock)
        self.alarms: Columns = self.engine.columns
        self.equipment: Columns = blank(site)
        self.history = History(folder / "history")
        self.holes = HoleReader(folder / "history")
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.refusal: Refused | None = None
        self.schedule: dict[str, dict[str, Any]] = {"schedule": {}, "schedule_course": {"scheduled": False}}
        """What the station answers about its programmes."""
        self.schedule["rounds"] = {"rounds": []}
        self.link_pages: dict[str, dict[str, Any]] = {}
        """Link id -> what the station answers about it; under "" when each was last good."""

    async def ask(self, act: str, **words: Any) -> Mapping[str, Any]:
        """The acts of the desk that concern alarms, done by the real engine."""
        if act in ("links", "link"):  # asked every second or two by a page that is shown
            return self.link_pages.get(words.get("id", ""), LINK_PAGE if act == "link" else {"good": {}})
        if act in self.schedule:  # asked every two seconds by its page and by faceplates
            return self.schedule[act]
        self.asked.append((act, words))
        if self.refusal:
            raise self.refusal
        if act == "acknowledge":
            return {"count": await self.engine.acknowledge(words["alarms"], ANNE.id)}
        if act == "reset":
            return {"count": await self.engine.reset(words["alarms"], ANNE.id)}
        if act == "shelve":
            return {"count": await self.engine.shelve(words["alarms"], words["minutes"], words["reason"], ANNE.id)}
        if act == "comment":
            return {"count": await self.engine.comment(words["alarms"], words["text"], ANNE.id)}
        if act == "remove_from_service":
            return {"count": await self.engine.remove(words["alarms"], words["reason"], ANNE.id)}
        plain = {"take": self.engine.take, "release": self.engine.release, "return_to_service": self.engine.put_back}
        if "alarms" not in words:
            raise Refused("unknown", Text("ce poste ne sait pas le faire", "this station does not do that"))
        return {"count": await plain.get(act, self.engine.unshelve)(words["alarms"], ANNE.id)}

    def beat(self) -> None:
        self.table.beat = self.clock.now()

    def publish(self, values: Mapping[str, float], quality: int = Quality.GOOD) -> None:
        """Values by tag id, as a driver would bring them."""
        index = [self.site.tag_by_id[id_].index for id_ in values]
        value = [NAN if quality >= Quality.BAD else v for v in values.values()]
        change = self.tags.apply(Batch.of(index, value, self.clock.now(), quality), self.clock.now())
        self.engine.absorb(change)
        self.engine.tick()
        self.beat()

    def note(self, *entries: Entry) -> None:
        """Rows of the journal, safe on disk when it returns."""
        self.writer.extend(entries).result()

    def wind(self, seconds: float) -> None:
        """Let time pass. Driven by hand: nobody sleeps on this clock, and the window's loop must stay the only one."""
        turns = self.clock.wind(seconds)
        with contextlib.suppress(StopIteration):
            while True:
                turns.send(None)

    def close(self) -> None:
        self.history.close()
        self.engine.close()
        self.writer.close()


def ordinary(site: Site) -> dict[str, float]:
    """A value in the middle of its band for every tag: nothing is wrong anywhere."""
    rng = np.random.default_rng(7)
    values: dict[str, float] = {}
    for tag in site.tags:
        spec = tag.spec
        if spec.kind is Kind.NUMBER and spec.normal_high == spec.normal_high:
            share = 0.25 + 0.5 * rng.random()
            values[tag.id] = spec.normal_low + share * (spec.normal_high - spec.normal_low)
        elif spec.states:
            values[tag.id] = {"on": 1, "state": 1, "connected": 1, "mode": 0}.get(spec.id, 0)
        else:
            values[tag.id] = {"round_trip": 4.0 + 20 * rng.random(), "good": 99.94}.get(spec.id, 0.4)
    for tag in site.tags:
        if tag.equipment.type.id == "intersection" and tag.spec.id == "mode":
            values[tag.id] = 1
    return values


TROUBLE = {
    "PR03.P1.temperature": 118.4,
    "PR02.level": 4.52,
    "PR05.level": 5.1,
    "AR01.leakage": 42.0,
    "AR04.leakage": 33.5,
    "AR02.door": 1.0,
    "AR06.door": 1.0,
    "link-CF02.connected": 0.0,
}
"""A bad afternoon."""
