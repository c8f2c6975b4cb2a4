"""The terms of the field that come in a fixed few: qualities, kinds, priorities, roles, conditions, comparisons."""

from __future__ import annotations

from enum import Enum, IntEnum, StrEnum


class Quality(IntEnum):
    """Why a value can or can't be believed. The top two bits are those of an OPC UA StatusCode: good, doubtful, bad."""

    GOOD = 0x00
    UNCERTAIN = 0x40
    SUBSTITUTED = 0x41
    OUT_OF_RANGE = 0x43
    BAD = 0x80
    NOT_CONNECTED = 0x81
    TIMEOUT = 0x82
    DEVICE_FAULT = 0x83
    CONFIGURATION = 0x84
    NEVER_READ = 0x85
    STALE = 0x86

    @property
    def bad(self) -> bool:
        return self >= BAD


BAD = 0x80
"""From here up a quality is bad: no value is there to be believed."""


class Kind(StrEnum):
    """What a tag's number means. Every live value is a float64 in the table."""

    NUMBER = "number"
    COUNTER = "counter"
    """Only grows; a fall is a reset or an overflow of the device."""
    BOOLEAN = "boolean"
    ENUM = "enum"
    """One of `TagSpec.states`."""
    TEXT = "text"
    """The float is a code of the station's `Texts`."""


class Priority(IntEnum):
    """Alarm priority; 1 is the most urgent."""

    CRITICAL = 1
    HIGH = 2
    MEDIUM = 3
    LOW = 4


class Role(IntEnum):
    """What a person may do; each role may do everything the ones below it may."""

    VIEWER = 0
    OPERATOR = 1
    SUPERVISOR = 2
    ENGINEER = 3
    ADMINISTRATOR = 4
    """Also makes and changes accounts."""


class CommandClass(StrEnum):
    """What sort of act a command is: a person's right is a role, in an area, for some classes."""

    NORMAL = "normal"
    CRITICAL = "critical"
    """Selected before it is operated, and its consequence is told first."""
    MAINTENANCE = "maintenance"
    EMERGENCY = "emergency"
    """Always possible for who is on duty: it waits for nobody."""


class Native(IntEnum):
    """How an alarm is that the controller itself runs: bit 1 says active, bit 0 not acknowledged.

    Source: OPC UA Part 9, 5.7 and 5.8, AckedState and ActiveState."""

    NORMAL = 0
    RETURNED = 1
    ACKED = 2
    UNACKED = 3


class Condition(StrEnum):
    """When a rule's condition holds."""

    HIGH_HIGH = "high_high"
    HIGH = "high"
    LOW = "low"
    LOW_LOW = "low_low"
    IS = "is"
    """Discrete: the value equals the limit."""
    IS_NOT = "is_not"
    DEVIATION = "deviation"
    """Further than the limit from the setpoint, which is another tag."""
    RISING = "rising"
    """Rises by more than the limit in a minute, taken over the window."""
    FALLING = "falling"
    DISAGREES = "disagrees"
    """Reads something else than its command asks for."""
    FROZEN = "frozen"
    """Good, and has moved by no more than the limit during the window."""
    COMMUNICATION = "communication"
    """Silent: not connected, no answer in time, or no news for too long."""
    FORMULA = "formula"
    """An expression over tags of the equipment is true."""
    NATIVE = "native"
    """The controller runs the alarm itself; its tag has `CONDITION_STATES`, and its acknowledgements are ours."""


class Operator(Enum):
    """Comparisons of an interlock or a confirmation."""

    LT = "<"
    LE = "<="
    GT = ">"
    GE = ">="
    EQ = "=="
    NE = "!="
