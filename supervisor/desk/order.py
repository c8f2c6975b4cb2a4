"""Command and Order: what an operator asks, and what that means on this site."""

from __future__ import annotations

from dataclasses import dataclass

from supervisor.desk.demands import spec_of
from supervisor.desk.interlocks import holds as holds
from supervisor.desk.trial import TEST, test_spec
from supervisor.errors import Refused
from supervisor.model import CommandSpec, Equipment, Site, Source, Tag, Text
from supervisor.scaling import raw, resolution

NEAR = 1e-6
"""Part of a value that a float32 register may lose."""


@dataclass(frozen=True, slots=True)
class Command:
    """One thing asked of one equipment."""

    equipment: str
    command: str
    value: float | None = None
    """Of a setpoint, in engineering units; None for a command that says what it writes."""
    tag: str = ""
    """Id of the tag of a test write (`trial.TEST`); empty for the commands of the type."""


@dataclass(frozen=True, slots=True)
class Order:
    """A command with everything it names found on the site; not checked yet."""

    equipment: Equipment
    spec: CommandSpec
    tag: Tag
    source: Source
    """How the device carries `tag`."""
    feedback: Tag
    value: float
    """What is written, in engineering units; NaN where the operator gave none and should have."""

    @property
    def raw(self) -> float:
        """What the device is sent."""
        return raw(self.source, self.value)

    @property
    def expected(self) -> float:
        """What the feedback must read."""
        return self.value if self.spec.expected is None else self.spec.expected

    def answers(self, value: float) -> bool:
        """Whether the feedback reading `value` is what was asked for."""
        step = resolution(self.source) if self.feedback is self.tag else 0.0
        return abs(value - self.expected) <= max(self.spec.tolerance, step, NEAR * abs(self.expected))


def find(site: Site, command: Command) -> Order:
    """The order a command stands for. Raises Refused where the site has no such equipment, command or tag."""
    if command.command == TEST:
        return _test(site, command)
    equipment = site.equipment_by_id.get(command.equipment)
    spec = spec_of(site, equipment, command.command) if equipment else None
    if equipment is None or spec is None:
        raise Refused("unknown", _unknown(command))
    tag = site.tag(equipment, spec.tag)
    feedback = site.tag(equipment, spec.feedback or spec.tag)
    if tag is None or tag.source is None or not tag.source.writable or feedback is None:
        raise Refused("unknown", _unknown(command))
    value = spec.value if command.value is None else command.value
    return Order(equipment, spec, tag, tag.source, feedback, float("nan") if value is None else float(value))


def _test(site: Site, command: Command) -> Order:
    """The order of a test write."""
    tag = site.tag_by_id.get(command.tag)
    if tag is None or tag.source is None or not tag.source.writable or command.equipment != tag.equipment.id:
        raise Refused(
            "unknown",
            Text(f"« {command.tag} » ne s'écrit pas.", f'"{command.tag}" cannot be written.'),
        )
    value = float("nan") if command.value is None else float(command.value)
    return Order(tag.equipment, test_spec(site, tag, command.value), tag, tag.source, tag, value)


def _unknown(command: Command) -> Text:
    return Text(
        f"L'équipement « {command.equipment} » n'a pas de commande « {command.command} ».",
        f'The equipment "{command.equipment}" has no command "{command.command}".',
    )
