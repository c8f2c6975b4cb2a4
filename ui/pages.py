"""Page: what the window shows in its middle, and what it is given.

The window calls `refresh` about ten times a second and `slow` once a second, and only while the page is visible; a
page never has a timer of its own. It never reaches for the window either: it asks for a place and the window goes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from supervisor.clock import Clock
from supervisor.model import Alarm, Equipment, Tag, User
from ui.board import Board
from ui.leaving import Gate
from ui.live import Live
from ui.look import Look
from ui.seat import Session
from ui.tasks import Spawn

if TYPE_CHECKING:
    from ui.attach import Attachment
    from ui.preferences import Preferences

OVERVIEW, SYNOPTIC, MAP, TRENDS = "overview", "synoptic", "map", "trends"
ALARMS, LINKS, JOURNAL, FACEPLATE = "alarms", "links", "journal", "faceplate"
COMMISSIONING, PEOPLE = "commissioning", "people"
SCHEDULES = "schedules"
ROUNDS = "rounds"
SHIFT = "shift"
ON_CALL = "on_call"
PERFORMANCE = "performance"
LOCK_OUTS = "lock_outs"


@dataclass(frozen=True)
class Place:
    """Where to go: a page, and what it should show there.

    `Place(FACEPLATE, equipment)` opens the faceplate beside whatever page is shown.
    """

    page: str
    equipment: Equipment | None = None
    tags: tuple[Tag, ...] = ()
    """For the trends: these pens, added to those already drawn."""
    alarm: Alarm | None = None
    """For the alarm list: show this one and its guidance."""
    area: str = ""
    """For the alarm list: only this area and what lies in it."""
    system: str = ""
    subject: str = ""
    """For the journal: only rows of this one, such as a round."""


@dataclass(frozen=True)
class Context:
    """What every page is given; the same for the whole window."""

    attachment: Attachment
    live: Live
    board: Board
    """The alarms as this window sees them, in order."""
    look: Look
    spawn: Spawn
    """`ui.tasks.Tasks.spawn`: runs a coroutine from a slot, failures are shown to the operator."""
    session: Session
    """Who sits here, which changes while the window lives."""
    clock: Clock
    navigate: Callable[[object], None]
    """Go somewhere: a `Place`, a page's id, an `Equipment` (its synoptic and its faceplate), a `Tag` or an `Alarm`."""
    own: Path | None = None
    """Folder of what this person keeps on this machine; None keeps nothing."""
    gate: Gate = field(default_factory=Gate)
    """Whether acts may leave this window; whatever asks the station to act obeys it."""

    @property
    def user(self) -> User:
        """With whose rights this window acts now; ask again each time."""
        return self.session.user

    @property
    def present(self) -> int:
        """Now, ns UTC, whatever instant is shown: when a paper is made."""
        return int(getattr(self.clock, "real", self.clock).now())

    @property
    def past(self) -> bool:
        """Another instant is shown than now: values, alarms and clock are those of then (`ui.past.seen.SeenClock`)."""
        return bool(getattr(self.clock, "past", False))


class Page(QWidget):
    """One page, or the faceplate."""

    asked_for = Signal(object)
    """A wish to go elsewhere; anything `Context.navigate` takes."""
    closed = Signal()
    """A panel beside the pages (the faceplate) wants to be put away."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.context = context

    def remember(self, preferences: Preferences) -> None:
        """Take over what this person left here, and keep there what they choose from now on; before `arrive`."""

    def refresh(self, moved: NDArray[np.intp]) -> None:
        """Show the tags of these rows again; the page is visible. After being hidden it gets all rows once."""

    def refresh_alarms(self) -> None:
        """`Context.board` moved; at most four times a second, and only while visible."""

    def refresh_locks(self) -> None:
        """Lock-outs moved; only while visible, and seldom: everything is painted again."""
        for widget in self.findChildren(QWidget):
            widget.update()

    def slow(self) -> None:
        """Once a second while visible."""

    def person_changed(self) -> None:
        """Somebody else sits here now, or nobody, with other rights; also while not visible."""

    def rows(self) -> NDArray[np.intp]:
        """Rows of the tags it shows now. Those of visible pages are read first when the window turns to the past; a
        page that says nothing is filled with the rest, a moment later."""
        return np.empty(0, np.intp)

    def jump(self) -> None:
        """Another instant is shown, earlier or much later: what was read up to the last one must be read again.

        Not only while visible. Values and alarms come by `refresh` as ever.
        """

    def arrive(self, place: Place) -> None:
        """The operator asked for this page; called before it is shown."""
        if place.equipment:
            self.show_equipment(place.equipment)
        if place.tags:
            self.show_tags(place.tags)

    def show_equipment(self, equipment: Equipment) -> None:
        """Turn to this equipment, if the page has anything to show of it."""

    def show_tags(self, tags: tuple[Tag, ...]) -> None:
        """Add these tags, if the page draws tags."""
