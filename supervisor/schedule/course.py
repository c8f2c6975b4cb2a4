"""Course: one scheduled equipment, and what of its planned state the field does not show.

planned ──┐
          ├─> lacking: the targets that differ, in the order they are to be asked for
feedback ─┘
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from supervisor.clock import SECOND
from supervisor.columns import Columns
from supervisor.desk.interlocks import holds
from supervisor.desk.order import Command, Order, find
from supervisor.errors import Refused
from supervisor.model import BAD, Comparison, Equipment, Site, Text
from supervisor.schedule.plan import Bundle, State, Target
from supervisor.schedule.programmes import Until
from supervisor.schedule.store import Override
from supervisor.schedule.sun import SunEvent
from supervisor.schedule.times import DAY_S


@dataclass(slots=True)
class Course:
    """See the module."""

    equipment: Equipment
    bundle: Bundle
    rows: tuple[int, ...]
    """Of the tags that are read back."""
    override: Override | None = None
    lost: bool = True
    """A feedback is bad: nothing is compared nor asked for."""
    busy: bool = False
    trouble: tuple[str, Text] | None = None
    """Outcome and reason of what was asked for last, where it was not done."""
    fresh: int = 0
    """When the programme was last resumed, ns UTC: what was tried before counts no more."""
    held: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Programme -> instant and command of its target whose condition did not hold, which the journal knows already."""
    fair: int = 0
    """Since when that condition holds after all, ns UTC; 0 while it does not."""


@dataclass(frozen=True, slots=True)
class Lack:
    """A target that the field does not show."""

    target: Target
    order: Order

    @property
    def command(self) -> Command:
        return Command(self.order.equipment.id, self.target.action.command, self.target.action.given)


def courses(site: Site, bundles: list[Bundle]) -> dict[str, Course]:
    """One for each equipment that carries anything of what its programmes ask for."""
    found = {}
    for bundle in bundles:
        for id_ in bundle.members:
            equipment = site.equipment_by_id[id_]
            rows = tuple(sorted({order.feedback.index for order in _orders(site, equipment, bundle)}))
            if rows:
                found[id_] = Course(equipment, bundle, rows)
    return found


def watched(site: Site, known: Mapping[str, Course]) -> dict[str, str]:
    """Tag that programmes write -> equipment: who else writes it has taken the equipment in hand."""
    return {
        order.tag.id: id_ for id_, course in known.items() for order in _orders(site, course.equipment, course.bundle)
    }


def _orders(site: Site, equipment: Equipment, bundle: Bundle) -> Iterator[Order]:
    """Those of everything it may be asked; what its controller does not carry is left out."""
    for plan in bundle.plans:
        for point in plan.programme.points:
            for action in (*point.actions, *point.then):
                try:
                    yield find(site, Command(equipment.id, action.command, action.given))
                except Refused:
                    continue


def lacking(site: Site, course: Course, state: State, table: Columns) -> list[Lack]:
    """What differs now, but for what the plan itself rules out: nobody dims a lamp that is to be off. What another of
    them makes possible comes behind it: a lamp is lit before it is dimmed, though its level was planned the day before.
    """
    planned = [(target, order) for target in state.values() if (order := _order(site, course, target))]
    expected = {order.feedback.id: order.expected for _, order in planned}
    found = []
    for target, order in planned:
        index = order.feedback.index
        differs = table["quality"][index] < BAD and not order.answers(float(table["value"][index]))
        if differs and not _ruled_out(site, order, expected):
            found.append(Lack(target, order))
    changing = {lack.order.feedback.id for lack in found}
    return sorted(found, key=lambda lack: _waits(site, lack.order, changing))


def _order(site: Site, course: Course, target: Target) -> Order | None:
    """None where this cabinet does not carry it, though another of its programme does."""
    try:
        return find(site, Command(course.equipment.id, target.action.command, target.action.given))
    except Refused:
        return None


def _waits(site: Site, order: Order, changing: set[str]) -> bool:
    """Whether an interlock of the command hangs on a feedback that is to change first."""
    locks = (lock.when for lock in order.spec.interlocks if isinstance(lock.when, Comparison))
    tags = (site.tag(order.equipment, when.tag) for when in locks)
    return any(tag is not None and tag.id in changing and tag.id != order.feedback.id for tag in tags)


def behind(site: Site, lack: Lack, held: Sequence[Lack]) -> bool:
    """Whether it has to wait for one of those that a condition holds back: it is of the same programme, or is possible
    only after it."""
    mine = lack.target.programme in {one.target.programme for one in held} and not lack.target.ends
    return mine or _waits(site, lack.order, {one.order.feedback.id for one in held})


def _ruled_out(site: Site, order: Order, expected: Mapping[str, float]) -> bool:
    """Whether an interlock of the command can't hold once everything is as planned."""
    for lock in order.spec.interlocks:
        if isinstance(lock.when, Comparison):
            tag = site.tag(order.equipment, lock.when.tag)
            if tag is not None and tag.id in expected and not holds(lock.when, expected[tag.id]):
                return True
    return False


def end_of(bundle: Bundle, mode: Until, since: int) -> int:
    """When an override ends; a day later where nothing is planned any more."""
    if mode is Until.NIGHT:
        place = bundle.base.place
        rises = (place.sun.at(SunEvent.SUNRISE, day) for day in place.days_from(since, 3))
        return next((at for at in rises if at and at > since), since + DAY_S * SECOND)
    event = bundle.following(since)
    return event.instant if event else since + DAY_S * SECOND
