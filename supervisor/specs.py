"""Specs: what a site folder says once of all things of a kind, frozen.

    EquipmentType ── TagSpec · AlarmRule · CommandSpec · Part     what it *is*, whoever made it
    DevicePack    ── Source · Demand                              how one controller model *carries* it

Every equipment of a type shares them; what stands in the city, and where, is `supervisor.model`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from supervisor.alarm_terms import NO_DESIGN, PLAIN, Design, Watch
from supervisor.formula import Formula
from supervisor.terms import CommandClass, Condition, Kind, Native, Operator, Priority, Role


@dataclass(frozen=True, slots=True)
class Text:
    """Words an engineer wrote for the screen, in both languages."""

    fr: str
    en: str

    def say(self, language: str) -> str:
        """The words in `language`, "fr" or "en"."""
        return self.en if language == "en" else self.fr

    def counted(self, language: str, count: float, shown: str, *rest: object) -> str:
        """Words about so many: the first {} is the number as it is `shown`, and {s} makes a word plural by the rule of
        the language: from two on in French (1,5 jour), at all but 1 in English (0 days)."""
        one = shown == "1" if language == "en" else count < 2
        return self.say(language).format(shown, *rest, s="" if one else "s")


NO_TEXT = Text("", "")


@dataclass(frozen=True, slots=True)
class State:
    """One member of an enumeration, or one side of a boolean."""

    value: int
    id: str
    """The word used in the configuration and in page symbols, such as "running"."""
    name: Text


CONDITION_STATES = (
    State(Native.NORMAL, "normal", Text("normale", "normal")),
    State(Native.RETURNED, "returned", Text("disparue, non acquittée", "returned, unacknowledged")),
    State(Native.ACKED, "acked", Text("présente, acquittée", "active, acknowledged")),
    State(Native.UNACKED, "unacked", Text("présente, non acquittée", "active, unacknowledged")),
)
"""States of a tag of the kind "condition", which is an enumeration that every type shares."""


@dataclass(frozen=True, slots=True)
class Gathering:
    """How one value is made of the same value of many equipment."""

    type: str
    """Whose values: equipment of this type in the area of the group and the areas inside it."""
    how: str
    """sum, mean, min, max, count (how many are true), share (of those that are good, in %); good for the tag beside
    it that says how many are good, in %."""
    match: str
    """Ids that belong to it, with * for anything."""
    good: float
    """Percentage of inputs that must be good for the result to be."""


@dataclass(frozen=True, slots=True)
class TagSpec:
    """One quantity of an equipment type."""

    id: str
    name: Text
    kind: Kind = Kind.NUMBER
    unit: str = ""
    decimals: int = 1
    low: float = float("nan")
    """Bottom of the measuring range, for bars and trends; NaN where there is none."""
    high: float = float("nan")
    normal_low: float = float("nan")
    """Bottom of the band an operator expects; NaN where there is none."""
    normal_high: float = float("nan")
    deadband: float = 0.0
    """The historian leaves out a sample closer than this to the last one it kept; engineering units."""
    states: tuple[State, ...] = ()
    formula: Formula | None = None
    """What the station works the value out from; None for a tag that a controller carries. Of a gathering: what is
    gathered, seen from each of its equipment."""
    gathering: Gathering | None = None

    def state(self, value: float) -> State | None:
        """The state a value stands for; None where the type names none."""
        return next((state for state in self.states if state.value == value), None)


@dataclass(frozen=True, slots=True)
class AlarmRule:
    """One alarm of an equipment type, with the guidance ISA-18.2 asks for."""

    id: str
    tag: str
    """Id of the tag within the equipment; may go through a part: "P1.current"."""
    condition: Condition
    limit: float
    priority: Priority
    name: Text
    deadband: float = 0.0
    """How far back inside the limit the value must come to clear; engineering units."""
    on_delay_s: float = 0.0
    off_delay_s: float = 0.0
    latching: bool = False
    cause: Text = NO_TEXT
    consequence: Text = NO_TEXT
    action: Text = NO_TEXT
    response_s: float = 0.0
    """Time the operator has to respond; 0 where not rationalised."""
    realarm_s: float = 0.0
    """An acknowledged alarm that stands for so long after is told again; 0 for never."""
    watch: Watch = PLAIN
    design: Design = NO_DESIGN


@dataclass(frozen=True, slots=True)
class Comparison:
    """`tag operator value`, with the tag's id seen from the equipment. A bad quality satisfies no comparison."""

    tag: str
    operator: Operator
    value: float


@dataclass(frozen=True, slots=True)
class Interlock:
    """What must hold for a command to leave, and the words an operator reads."""

    when: Comparison | Formula
    name: Text
    up: int = 0
    """From how many levels above the equipment the names of a formula are seen."""


@dataclass(frozen=True, slots=True)
class Confirmation:
    """The physical world answering: current flows, the pump turns."""

    when: Comparison
    within_s: float
    name: Text


@dataclass(frozen=True, slots=True)
class CommandSpec:
    """One thing an operator may ask of an equipment."""

    id: str
    name: Text
    tag: str
    """The tag that is written."""
    value: float | None = None
    """What is written; None for a setpoint, whose value the operator gives."""
    low: float = float("nan")
    """Bottom of the range of a setpoint; NaN for none."""
    high: float = float("nan")
    feedback: str = ""
    """The tag that is read back; empty for the written tag itself."""
    expected: float | None = None
    """What the feedback must read; None for the written value."""
    tolerance: float = 0.0
    """How far the feedback may be from what is expected; engineering units."""
    within_s: float = 5.0
    """The device's own time to settle: no read-back within it makes the outcome unknown."""
    interlocks: tuple[Interlock, ...] = ()
    confirmation: Confirmation | None = None
    role: Role = Role.OPERATOR
    critical: bool = False
    """The operator confirms in a card that says the consequence."""
    consequence: Text = NO_TEXT
    class_: CommandClass = CommandClass.NORMAL
    permissives: tuple[Interlock, ...] = ()
    """What must hold when it is asked; an interlock must hold when it leaves, too."""
    select_s: float = 0.0
    """A selection lapses after so long; 0 for a command that is not selected before it is operated."""
    approval: int = 1
    """How many persons it takes, 1 or 2."""
    approval_s: float = 300.0
    """How long it waits for the second one."""
    rate_s: float = 0.0
    """Least time between two of them on one equipment; 0 for none."""
    max_step: float = float("nan")
    """How far a setpoint may go from where things stand, in engineering units; NaN for any way."""


@dataclass(frozen=True, slots=True)
class Part:
    """An equipment inside an equipment: the second pump of a station, circuit 3 of a cabinet."""

    id: str
    type: str
    name: Text


@dataclass(frozen=True, slots=True)
class EquipmentType:
    """What a lighting cabinet is, whoever made it."""

    id: str
    name: Text
    system: str
    tags: Mapping[str, TagSpec]
    parts: tuple[Part, ...] = ()
    alarms: tuple[AlarmRule, ...] = ()
    commands: Mapping[str, CommandSpec] = field(default_factory=dict)
    page: str = ""
    """Id of the synoptic page drawn for any equipment of the type; empty for none."""
    state: str = ""
    """The tag that says in one word how the equipment is; may be empty."""
    headline: tuple[str, ...] = ()
    """Tags shown where there is room for only a few: map tip, navigation, top of the faceplate."""
    symbol: str = ""
    """Kind of the symbol that stands for it."""


@dataclass(frozen=True, slots=True)
class Source:
    """One row of a device pack: how the device carries a tag."""

    tag: str
    """Id of the tag within the equipment the pack is for; may go through a part."""
    readable: bool
    writable: bool
    scale: float
    """Engineering value = raw value * scale + offset."""
    offset: float
    address: object
    """The protocol's own frozen dataclass, made by `Protocol.address`."""
    device: object = None
    """What all controllers of the pack have of their own, made by `Protocol.device`."""
    raw_low: float = float("nan")
    """Raw value below which the measurement is out of range, such as a 4-20 mA loop under 3.6 mA; NaN for none."""
    raw_high: float = float("nan")


@dataclass(frozen=True, slots=True)
class Demand:
    """What one controller model demands of one command; None where the equipment type decides."""

    settle_s: float | None = None
    """Time the device takes to obey, in the place of `CommandSpec.within_s`."""
    select_s: float | None = None
    approval: int | None = None


@dataclass(frozen=True, slots=True)
class DevicePack:
    """How one controller model carries an equipment type."""

    id: str
    name: Text
    type: str
    protocol: str
    sources: tuple[Source, ...]
    stale_s: float = 0.0
    """Without news for this long a value is stale; 0 where the protocol itself notices (polling, keep-alive)."""
    demands: Mapping[str, Demand] = field(default_factory=dict)
    """By command as the pack's equipment sees it, such as "P1.stop"; under "" what holds for all others."""
