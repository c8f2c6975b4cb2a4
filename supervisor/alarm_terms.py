"""What an alarm rule may say beyond a limit: how it watches, when it is hidden by design, what it comes of."""

from __future__ import annotations

from dataclasses import dataclass

from supervisor.formula import Formula


@dataclass(frozen=True, slots=True)
class Watch:
    """What a condition looks at beside its tag and its limit. Each condition uses what it needs; see `Condition`."""

    limits: tuple[float, ...] = ()
    """The states of an enumeration that are meant where they are several."""
    other: str = ""
    """Path of the setpoint (deviation) or of the command (disagreement), seen from the equipment."""
    expected: tuple[tuple[float, float], ...] = ()
    """Value of the command -> what the tag then reads, where the two have other states. A value that is in no pair
    expects nothing."""
    window_s: float = 0.0
    """Over how long a rate is taken; for how long a value may stay where it is."""
    formula: Formula | None = None


@dataclass(frozen=True, slots=True)
class Design:
    """How a rule stands to other things of the plant. An alarm is named by its path: `supply_lost`, `P1.fault`,
    `parent.supply_lost` (of whatever it is inside of that has one), `link.communication_lost`."""

    suppress_when: Formula | None = None
    suppressed_by: tuple[str, ...] = ()
    """Alarms that say it all while they stand; their consequences are hidden."""
    caused_by: tuple[str, ...] = ()
    """Alarms that this one is a consequence of, and folds under in a flood, though it is not hidden."""
    first_up: str = ""
    """Group within the whole equipment, parts and all, of which the first alarm is marked; empty for those of its own
    equipment."""


PLAIN = Watch()
NO_DESIGN = Design()
