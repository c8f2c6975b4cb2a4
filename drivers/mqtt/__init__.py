"""MQTT: a client in its own network thread, decoded on the loop in batches; JSON, HFP, ChirpStack, Sparkplug B."""

from __future__ import annotations

from collections.abc import Sequence

from drivers.mqtt.address import COLUMNS, parse_address, parse_settings, parse_url
from supervisor.clock import Clock
from supervisor.driver import Driver, Protocol, Traffic
from supervisor.model import LinkSpec, Tag
from supervisor.probe import Probe
from supervisor.vault import Vault


def _check_url(url: str) -> None:
    parse_url(url)


def _driver(spec: LinkSpec, tags: Sequence[Tag], clock: Clock, traffic: Traffic, vault: Vault) -> Driver:
    """Imports the protocol's library only where a controller is spoken to: the window reads addresses only."""
    from drivers.mqtt.driver import MqttDriver

    return MqttDriver(spec, tags, clock, traffic, vault)


def _probe() -> Probe:
    from drivers.mqtt.probe import MqttProbe

    return MqttProbe()


PROTOCOL = Protocol("mqtt", COLUMNS, parse_address, parse_settings, _check_url, _driver, probe=_probe)
