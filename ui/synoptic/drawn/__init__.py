"""Kinds drawn by code. To add one: a class here, a row in symbols/kinds.toml, a line in TABLE."""

from ui.synoptic.drawn.analogue import Bar, Gauge, Spark, Tank
from ui.synoptic.drawn.basic import Goto, Value, WordOf, Words, Zone
from ui.synoptic.drawn.lighting import Agreement, Sun
from ui.synoptic.drawn.parts import Parts
from ui.synoptic.drawn.signals import Signals, Stages
from ui.synoptic.drawn.traffic import Crossing
from ui.synoptic.drawn.transit import Thermometer, Vehicles
from ui.synoptic.drawn.water import Figure
from ui.synoptic.item import Item

TABLE: dict[str, type[Item]] = {
    "value": Value,
    "word": WordOf,
    "text": Words,
    "zone": Zone,
    "goto": Goto,
    "bar": Bar,
    "gauge": Gauge,
    "spark": Spark,
    "tank": Tank,
    "figure": Figure,
    "agreement": Agreement,
    "sun": Sun,
    "crossing": Crossing,
    "signals": Signals,
    "stages": Stages,
    "thermometer": Thermometer,
    "vehicles": Vehicles,
    "parts": Parts,
}
