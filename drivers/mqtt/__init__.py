"""MQTT: a client in its own network thread, decoded on the loop in batches; JSON, HFP, ChirpStack, Sparkplug B."""

from __future__ import annotations

from drivers.mqtt.address import COLUMNS, parse_address, parse_settings, parse_url
from drivers.mqtt.driver import MqttDriver
from supervisor.driver import Protocol


def _check_url(url: str) -> None:
    parse_url(url)


PROTOCOL = Protocol("mqtt", COLUMNS, parse_address, parse_settings, _check_url, MqttDriver)
