"""Conditions: the alarms that a server runs itself, as far as the tags of a link show them; kept across connections.

    Wanted ── the tags of one condition: its state, message, severity, comment, whether it is retained
       event, or "not mentioned by a refresh" ──> rows of a Batch

A condition that the server has disabled is of bad quality (CONFIGURATION, BadConditionDisabled): nobody evaluates it,
so it neither is an alarm nor is it normal.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from asyncua import ua

from drivers.opcua.address import Target, condition
from drivers.opcua.events import Event, event_of
from drivers.opcua.items import address_of
from drivers.opcua.values import UnfitError, fit
from supervisor.flow import Batch
from supervisor.model import Kind, Native, Quality, Tag

NOTHING = event_of([])
"""How a condition is of which there is nothing to say: normal, without words."""


@dataclass(slots=True, eq=False)
class Wanted:
    """One condition and the tags that show it."""

    where: Target
    name: str
    """ConditionName where `where` is its source; empty where it is the condition itself."""
    tags: list[Tag] = field(default_factory=list)
    node: ua.NodeId | None = None
    """Of `where` on the present server."""
    parts: list[ua.NodeId | None] = field(default_factory=list)
    """The nodes of `events.PATHS` of a condition that lies open; empty where it does not."""
    absent: int = 0
    """Why the present server does not have it, as a StatusCode."""
    event: Event | None = None
    """What this connection last said of it; `NOTHING` where a refresh did not mention it."""
    time: int = 0
    """Of what was last published, ns UTC."""


class Conditions:
    """Those of one link; false where there are none."""

    def __init__(self, tags: Iterable[Tag]) -> None:
        self.of: dict[int, Wanted] = {}
        """By index of each tag."""
        self.unplaced: list[Tag] = []
        """Their equipment lacks an argument."""
        found: dict[tuple[Target, str], Wanted] = {}
        for tag in tags:
            address = address_of(tag)
            if not address.condition:
                continue
            try:
                key = condition(address, tag.equipment.args), address.condition_name
            except ValueError:
                self.unplaced.append(tag)
                continue
            self.of[tag.index] = wanted = found.setdefault(key, Wanted(*key))
            wanted.tags.append(tag)
        self.all = list(found.values())

    def __bool__(self) -> bool:
        return bool(self.all or self.unplaced)

    def forget(self) -> None:
        """A new connection: what the last one said may no longer be so."""
        for wanted in self.all:
            wanted.node, wanted.event, wanted.absent = None, None, 0


def batch(shown: Sequence[tuple[Wanted, Event]], now: int) -> Batch:
    """How these conditions are, oldest first. `now` dates what has no time, ns UTC.

    The times of one condition never run backwards here: events come in their order, and one that a slow clock dates
    before the last would be taken for an old value though it is news.
    """
    rows = [(wanted, event, tag) for wanted, event in shown for tag in wanted.tags]
    made = Batch.of([tag.index for _, _, tag in rows], np.nan, now)
    made.status = np.zeros(len(rows), np.uint32)
    texts: dict[int, str] = {}
    for at, (wanted, event, tag) in enumerate(rows):
        wanted.time = max(wanted.time, event.time or now)
        made.source_time[at] = wanted.time
        try:
            value = _shown(event, tag)
        except UnfitError:
            value = None
        if isinstance(value, str):
            texts[at] = value
        elif value is not None:
            made.value[at] = value
        else:
            disabled = event.state is None
            made.quality[at] = Quality.CONFIGURATION
            made.status[at] = ua.StatusCodes.BadConditionDisabled if disabled else ua.StatusCodes.BadTypeMismatch
    made.texts = texts
    return made


def _shown(event: Event, tag: Tag) -> float | str | None:
    """What a tag shows of a condition; None while it is disabled. Raises UnfitError for a text on a number."""
    if event.state is None:
        return None
    field_ = address_of(tag).field
    value = float(event.state) if field_ == "state" else getattr(event, field_)
    return fit(value, tag.spec.kind is Kind.TEXT)


def lost(tags: Sequence[Tag], quality: Quality, status: int, now: int) -> Batch:
    """Bad quality for these tags, with the server's reason."""
    made = Batch.lost([tag.index for tag in tags], quality, now)
    made.status = np.full(len(tags), status, np.uint32)
    return made


def waits(event: Event) -> bool:
    """Whether there is anything to acknowledge."""
    return event.state in (Native.UNACKED, Native.RETURNED)
