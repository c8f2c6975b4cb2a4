"""Carriage: takes a journalled command to the field, once, and finds out what became of it.

    write ─> read-back, within the device's settle time ─> physical confirmation, within its own ─> outcome

Rights, lock-outs, interlocks and permissives are looked at once more at the instant the write leaves. A write is tried
once; whatever is not clear afterwards ends as unknown. A read-back is the ordinary road up: the table is read, never
the device.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from supervisor.clock import Clock
from supervisor.columns import Columns
from supervisor.desk.checks import Scene, Turn, leaving
from supervisor.desk.interlocks import holds
from supervisor.desk.ledger import Outcome, Page
from supervisor.desk.order import Order
from supervisor.desk.states import Stage
from supervisor.desk.watch import Watch
from supervisor.driver import Examined
from supervisor.errors import Refused, WriteFailed, WriteUnknown
from supervisor.flow import Change
from supervisor.model import Confirmation, Site, Tag, Text
from supervisor.reasons import told

DECLINED = Text("Écriture refusée", "Write declined")
UNANSWERED = Text("Écriture sans réponse", "Write without an answer")
WRITE_S = 5.0
"""How long a device may take to accept a write."""
POLL_S = 0.05
"""How often a value that stands is looked at for a newer arrival."""

log = logging.getLogger(__name__)


class Carrier(Protocol):
    """What the desk needs of a link; `supervisor.link.Link` is one."""

    @property
    def connected(self) -> bool:
        """Whether it is up now."""

    async def write(self, tag: Tag, raw: float, timeout_s: float) -> None:
        """One write, once. Raises WriteFailed or WriteUnknown."""

    async def examine(self, tag: Tag, timeout_s: float) -> Examined:
        """One value as it is on the wire. Raises ReadFailed."""


@dataclass(slots=True)
class Run:
    """One command that passed its checks."""

    scene: Scene
    page: Page
    stage: Stage
    turn: Turn
    watches: list[Watch] = field(default_factory=list)

    @property
    def order(self) -> Order:
        return self.scene.order


Note = Callable[[Run, Stage, Mapping[str, Any] | None], None]
"""Keeps a step."""


class Carriage:
    """See the module. Give `absorb` every change."""

    def __init__(self, site: Site, table: Columns, links: Mapping[str, Carrier], clock: Clock, note: Note) -> None:
        self._site = site
        self._table = table
        self._links = links
        self._clock = clock
        self._note = note
        self._runs: dict[int, Run] = {}

    def absorb(self, change: Change) -> None:
        """Look whether a command under way is answered."""
        for run in self._runs.values():
            for watch in run.watches:
                watch.absorb(change)

    async def carry(self, run: Run) -> Outcome:
        """What became of it. A bug in here, or in a driver, leaves everything unknown."""
        try:
            return await self._carry(run)
        except Exception as error:
            log.exception("Command %d failed inside Vigie", run.page.id)
            return Outcome(Stage.UNKNOWN, Text(f"Erreur interne ({error}).", f"Internal error ({error})."))
        finally:
            self._runs.pop(run.page.id, None)

    async def _carry(self, run: Run) -> Outcome:
        try:
            leaving(run.scene)
        except Refused as refused:
            return Outcome(Stage.FAILED, refused.text, refused.check)
        order, now = run.order, self._clock.now()
        feedback = Watch(self._table, order.feedback.index, order.answers, now)
        run.watches.append(feedback)
        physical = self._physical(order, now)
        run.watches += [physical] if physical else []
        self._runs[run.page.id] = run
        refusal = await self._write(order)
        if refusal:
            return refusal
        self._note(run, Stage.WRITTEN, None)
        if not await self._met(feedback, order.spec.within_s):
            return Outcome(Stage.UNKNOWN, _silent(feedback, order))
        self._note(run, Stage.READ_BACK, self._seen(feedback))
        confirmation = order.spec.confirmation
        return await self._confirm(run, confirmation, physical) if confirmation else Outcome(Stage.DONE)

    async def _write(self, order: Order) -> Outcome | None:
        """None once the device accepted."""
        try:
            async with asyncio.timeout(WRITE_S * 2):  # a driver keeps its own time; this is for one that does not
                link = self._links.get(order.tag.link)
                if link is None:
                    raise WriteFailed(f"link {order.tag.link} is not running")
                await link.write(order.tag, order.raw, WRITE_S)
        except WriteFailed as error:
            return Outcome(Stage.FAILED, _told(DECLINED, error))
        except (WriteUnknown, TimeoutError) as error:
            return Outcome(Stage.UNKNOWN, _told(UNANSWERED, error))
        return None

    async def _confirm(self, run: Run, confirmation: Confirmation, physical: Watch | None) -> Outcome:
        name = confirmation.name
        if physical is None:
            return Outcome(
                Stage.UNKNOWN,
                Text(f"« {name.fr} » : aucune mesure pour le confirmer.", f'"{name.en}": nothing measures it.'),
            )
        if await self._met(physical, confirmation.within_s):
            self._note(run, Stage.CONFIRMED, self._seen(physical))
            return Outcome(Stage.DONE)
        if physical.lost or physical.last != physical.last:
            return Outcome(
                Stage.UNKNOWN,
                Text(
                    f"« {name.fr} » : aucune mesure valide depuis l'écriture.",
                    f'"{name.en}": no good value since the write.',
                ),
            )
        return Outcome(
            Stage.FAILED,
            Text(
                f"L'ordre est passé, mais « {name.fr} » n'est pas constaté.",
                f'The order was taken, but "{name.en}" is not seen.',
            ),
        )

    def _physical(self, order: Order, now: int) -> Watch | None:
        confirmation = order.spec.confirmation
        tag = self._site.tag(order.equipment, confirmation.when.tag) if confirmation else None
        if confirmation is None or tag is None:
            return None
        when = confirmation.when
        return Watch(self._table, tag.index, lambda value: holds(when, value), now)

    def _seen(self, watch: Watch) -> dict[str, Any]:
        """What proved a step, and of which tag: a state is told in its words."""
        return {"tag": self._site.tags[watch.tag].id, "value": watch.last}

    async def _met(self, watch: Watch, within_s: float) -> bool:
        deadline = self._clock.monotonic() + within_s
        while not watch.poll():
            if self._clock.monotonic() >= deadline:
                return False
            await self._clock.sleep(POLL_S)
        return True


def _silent(feedback: Watch, order: Order) -> Text:
    """Why there is no read-back: it went bad, nothing newer came, or it reads otherwise."""
    if feedback.lost:
        return Text("Liaison perdue avant la relecture.", "Link lost before the read-back.")
    if feedback.last != feedback.last:
        return Text("Aucune relecture depuis l'écriture.", "No read-back since the write.")
    if order.answers(feedback.last):
        return Text(
            "La valeur était déjà celle demandée ; rien de plus récent ne la confirme.",
            "The value was the one asked for already; nothing newer confirms it.",
        )
    spec = order.feedback.spec
    state = spec.state(feedback.last)
    fr, en = (state.name.fr, state.name.en) if state else (f"{feedback.last:g}", f"{feedback.last:g}")
    return Text(
        f"La relecture indique encore « {fr} » après {order.spec.within_s:g} s.",
        f'The read-back still says "{en}" after {order.spec.within_s:g} s.',
    )


def _told(before: Text, error: Exception) -> Text:
    """What became of a write, with the reason the driver gave in both languages."""
    why = told(str(error))
    return (
        Text(f"{before.fr} : {why.fr}", f"{before.en}: {why.en}") if why.en else Text(f"{before.fr}.", f"{before.en}.")
    )
