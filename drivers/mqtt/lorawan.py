"""LoRaWAN: where the network servers put what a device said. ChirpStack v4 and The Things Stack v3. Pure."""

from __future__ import annotations

from drivers.mqtt.paths import Pick, Step

CHIRPSTACK = frozenset(
    {"deduplicationId", "time", "deviceInfo", "devAddr", "adr", "dr", "fCnt", "fPort", "confirmed", "data", "rxInfo"}
    | {"txInfo", "object", "margin", "batteryLevel", "externalPowerSource", "batteryLevelUnavailable"}
)
"""First words of a ChirpStack path that start at the envelope and not at `object`. Source: ChirpStack v4 events."""
TTS = frozenset(
    {"end_device_ids", "correlation_ids", "received_at", "uplink_message", "uplink_normalized", "join_accept"}
    | {"location_solved", "simulated"}
)
"""First words of a path that start at the envelope. Source: The Things Stack v3, data formats, `ApplicationUp`."""
UPLINK = frozenset(
    {"f_port", "f_cnt", "frm_payload", "decoded_payload", "rx_metadata", "settings", "session_key_id"}
    | {"consumed_airtime", "last_battery_percentage", "network_ids", "version_ids", "packet_error_rate", "locations"}
)
"""First words of a path that start at `uplink_message`. Source: The Things Stack v3, data formats."""
OMITTED = {"f_cnt": 0, "snr": 0, "confirmed": False}
"""Last step of a path of the envelope -> what its absence means: The Things Stack leaves out what is zero, and these
are zero now and then. Source: The Things Stack v3, data formats. An absent rssi is no 0 dBm."""


def chirpstack(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    return steps if steps and steps[0] in CHIRPSTACK else ("object", *steps)


def tts(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    first = steps[0] if steps else ""
    if first in TTS:
        return steps
    return ("uplink_message", *steps) if first in UPLINK else ("uplink_message", "decoded_payload", *steps)


def omitted(steps: tuple[Step, ...]) -> int | bool | None:
    """What the absence of the last step means; None for nothing."""
    if not steps or steps[:2] == ("uplink_message", "decoded_payload") or isinstance(steps[-1], Pick):
        return None
    return OMITTED.get(steps[-1])
