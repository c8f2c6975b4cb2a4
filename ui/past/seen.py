"""Seen: the station as the window sees it: the living one, or a scene of the past. The pages hold no other.

No act leaves a window that is in the past: `ask` refuses before anything is sent, and the station is not spoken to.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from alarms.engine import FIELDS as ALARM_FIELDS
from supervisor.clock import Clock
from supervisor.columns import Columns
from supervisor.desk.board import blank, occupy
from supervisor.errors import Refused, Unavailable
from supervisor.historian.history import History
from supervisor.holes import HoleReader
from supervisor.journal import JournalReader
from supervisor.model import Quality, Site
from supervisor.replay import Held, Picture, Rows
from supervisor.table import TagTable
from supervisor.texts import Texts
from ui.past import words

if TYPE_CHECKING:
    from ui.attach import Attachment

OF_THE_SEAT = frozenset({"session", "sign_in", "sign_out", "lock", "end_override", "first_administrator"})
"""Acts about who sits here. They change nothing of the plant, and a seat must lock in the past too."""
ANSWERED = frozenset({"rounds", "round", "shift", "shift_sheet", "notices", "schedule", "schedule_course"})
"""Questions that files can answer about then: see `Then.answers`."""
PRESENT_ONLY = ANSWERED | {"links", "link", "certificates", "round_dry_run"}
"""Questions whose answer of the station is about now and would be taken for one about then; pages ask them by
themselves."""
WAIT_S = 0.05
"""A question that is asked while the past is being read is put off so long, again and again."""


Answer = Callable[["Scene", Mapping[str, Any]], Awaitable[Mapping[str, Any]]]
"""What the station would have answered at the instant of a scene, to the words of a question."""


@dataclass(frozen=True, slots=True)
class Then:
    """What the files say of an instant."""

    instant: int
    """ns UTC."""
    history: History
    holes: HoleReader
    journal: JournalReader
    answers: Mapping[str, Answer]
    """By the question."""


@dataclass(slots=True)
class Scene:
    """One instant of the past, as an attachment has it."""

    table: Columns
    texts: Texts
    alarms: Columns
    equipment: Columns
    then: Then
    """What the files say."""

    @classmethod
    def of(cls, site: Site, then: Then) -> Scene:
        """Of this instant nothing is known yet."""
        table = TagTable(site.tags)
        return cls(table.columns, table.texts, Columns.create(len(site.alarms), ALARM_FIELDS), blank(site), then)

    @property
    def instant(self) -> int:
        """ns UTC."""
        return self.then.instant

    def turn(self, then: Then, known: Rows) -> None:
        """Another instant, of which only these rows are about to be known."""
        self.then = then
        others = np.ones(len(self.table), np.bool_)
        others[known] = False
        rows = np.flatnonzero(others)
        never = np.full(len(rows), Quality.NEVER_READ, np.uint8)
        self._put(rows, np.full(len(rows), np.nan), never, np.zeros(len(rows), np.int64))

    def occupy(self, site: Site, held: Sequence[Held]) -> None:
        """The commands that had an equipment, and no others."""
        with self.equipment.writing():
            self.equipment["command"][:] = 0
            self.equipment["awaiting"][:] = 0
        for one in held:
            if thing := site.equipment_by_id.get(one.equipment):
                occupy(self.equipment, thing, one.command, one.awaiting)

    def paint(self, picture: Picture) -> None:
        """The values of some rows."""
        value = picture.value.copy()
        for at, text in picture.texts.items():
            value[at] = self.texts.code(text)
        value[picture.quality >= Quality.BAD] = np.nan
        self._put(picture.rows, value, picture.quality, picture.time)

    def _put(self, rows: Rows, value: Any, quality: Any, time: Any) -> None:
        """Only what is another value is told to have moved."""
        columns = self.table
        old = columns["value"][rows]
        same = ((old == value) | (np.isnan(old) & np.isnan(value))) & (columns["quality"][rows] == quality)
        with columns.writing():
            columns["value"][rows], columns["quality"][rows] = value, quality
            columns["source_time"][rows] = columns["arrival_time"][rows] = time
            columns["generation"][rows[~same]] = int(columns["generation"].max(initial=0)) + 1
        columns.beat = self.instant


class Seen:
    """See the module. An `ui.attach.Attachment`; `scene` is set and taken away by the machine alone."""

    def __init__(self, present: Attachment) -> None:
        self.present = present
        self.scene: Scene | None = None
        self.locked = False
        """No act leaves; from the first moment of the past on, before there is anything to show of it."""
        self.entering = False
        """Locked, and what there is to show is being read."""

    @property
    def site(self) -> Site:
        return self.present.site

    @property
    def table(self) -> Columns:
        return self.scene.table if self.scene else self.present.table

    @property
    def texts(self) -> Texts:
        return self.scene.texts if self.scene else self.present.texts

    @property
    def alarms(self) -> Columns:
        return self.scene.alarms if self.scene else self.present.alarms

    @property
    def equipment(self) -> Columns:
        return self.scene.equipment if self.scene else self.present.equipment

    @property
    def journal(self) -> JournalReader:
        return self.scene.then.journal if self.scene else self.present.journal

    @property
    def history(self) -> History:
        return self.scene.then.history if self.scene else self.present.history

    @property
    def holes(self) -> HoleReader:
        return self.scene.then.holes if self.scene else self.present.holes

    async def ask(self, act: str, **said: Any) -> Mapping[str, Any]:
        """As the attachment's. In the past the station hears nothing but the seat's own acts: what the files can answer
        is answered from them, everything else is Refused at once."""
        if act in ANSWERED:
            return await self._answered(act, said)
        if not self.locked or act in OF_THE_SEAT:
            return await self.present.ask(act, **said)
        if act == "certificates":  # its bar takes a refusal for something to be told
            raise Unavailable(words.NOT_THEN.en)
        raise Refused("past", words.NOT_THEN if act in PRESENT_ONLY else words.NO_ACT)

    async def _answered(self, act: str, said: Mapping[str, Any]) -> Mapping[str, Any]:
        """Of the time that is shown when the answer comes: one that was on its way when the window left that time, or
        turned to an earlier instant, is asked for again."""
        while True:
            locked, scene = self.locked, self.scene
            instant = scene.instant if scene is not None else 0
            if not locked:
                answer = await self.present.ask(act, **said)
            elif self.entering:
                await asyncio.sleep(WAIT_S)
                continue
            elif scene is not None and act in scene.then.answers:
                answer = await scene.then.answers[act](scene, said)
            else:
                raise Refused("past", words.NOT_THEN)
            same = self.locked is locked and self.scene is scene
            if same and (scene is None or scene.instant >= instant):
                return answer


class SeenClock:
    """The clock of what is shown: in the past it stands at the instant of the scene. Durations are always real."""

    def __init__(self, seen: Seen, clock: Clock) -> None:
        self._seen, self.real = seen, clock

    def now(self) -> int:
        return self._seen.scene.instant if self._seen.scene else self.real.now()

    @property
    def past(self) -> bool:
        """It stands in the past."""
        return self._seen.scene is not None

    def monotonic(self) -> float:
        return self.real.monotonic()

    async def sleep(self, seconds: float) -> None:
        await self.real.sleep(seconds)
