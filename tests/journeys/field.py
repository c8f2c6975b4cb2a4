"""The field speaks: uplinks of LoRaWAN probes, all at once, whatever the city thinks.

`python -m tests.journeys.field SITE '{"CV-003.tilt": 1.0}'`, a process of its own: a flood must not be counted twice,
where it is made and in the window that has to bear it.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import drivers
from drivers.mqtt.address import Address, parse_url
from simulator.peer import Peer
from simulator.speakers import Carried, Probe
from simulator.world import World
from supervisor.model import Site
from supervisor.site import load

CALM = {"temperature": 15.0, "fill": 40.0, "battery": 90.0, "rssi": -90.0}
"""What a probe says of what it was not told."""


async def speak(site: Site, values: Mapping[str, float]) -> None:
    """One uplink of every equipment these tags are of."""
    world = World(site)
    world.time = time.time_ns()
    equipment = dict.fromkeys(site.tag_by_id[tag].equipment for tag in values)
    uplinks = []
    for each in equipment:
        tags = site.tags_by_equipment[each.id]
        for tag in tags:
            world.value[tag.index] = values.get(tag.id, CALM.get(tag.spec.id, 0.0))
        carried = [
            Carried(tag, tag.source.address) for tag in tags if tag.source and isinstance(tag.source.address, Address)
        ]
        probe = Probe(each, carried, world)
        probe._dice = random.Random()  # with the city's own dice it would repeat an uplink that was heard before
        uplinks += probe.speak(0)
    peer = Peer(f"field-{time.monotonic_ns()}", parse_url(site.links["L-MQTT"].url).port, (), lambda *_: None)
    if not await peer.open():
        raise SystemExit("no broker")
    for said in uplinks:
        peer.publish(said.topic, said.payload)
    await peer.close()


if __name__ == "__main__":
    asyncio.run(speak(load(Path(sys.argv[1]), drivers.TABLE), json.loads(sys.argv[2])))
