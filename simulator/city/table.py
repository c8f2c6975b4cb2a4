"""Equipment type -> the physics that moves it. Parts (circuits, pumps, loops) and vehicles move with their parent."""

from __future__ import annotations

from collections.abc import Mapping

from simulator.city.fleet import Physics
from simulator.city.green import Gauge, Soil, Valves
from simulator.city.heating import Heating
from simulator.city.lighting import Lighting
from simulator.city.parking import Parking
from simulator.city.pumping import Pumping
from simulator.city.traffic import Traffic
from simulator.city.transit import Transit
from simulator.city.waste import Waste

PHYSICS: Mapping[str, type[Physics]] = {
    "lighting_cabinet": Lighting,
    "pumping_station": Pumping,
    "intersection": Traffic,
    "transit_line": Transit,
    "waste_container": Waste,
    "soil_probe": Soil,
    "rain_gauge": Gauge,
    "irrigation_valve": Valves,
    "car_park": Parking,
    "boiler_room": Heating,
}
