"""Desk: takes commands, and proves what became of them.

    submit ─> find ─> checks ─> ledger (journal) ─> id
                                   └─> write ─> read-back ─> confirmation ─> outcome

Rules:
- Nothing is written to the field before it is in the journal; where the journal can't be written nothing is (law 3).
- Interlocks hold when the write leaves, not only when the operator asked.
- A write is tried once. Whatever is not clear ends as unknown, and is never tried again.
- A read-back is the ordinary road up: the desk reads the table, never the device.
- One command at a time per equipment, from the checks to the outcome.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from supervisor.clock import Clock
from supervisor.columns import Columns
from supervisor.desk import trial
from supervisor.desk.checks import Scene, check, interlock
from supervisor.desk.ledger import Ledger, Outcome, Page
from supervisor.desk.notes import Notes
from supervisor.desk.order import Command, Order, find, holds
from supervisor.desk.states import Stage, step
from supervisor.desk.watch import Watch
from supervisor.driver import Examined
from supervisor.errors import Refused, StoreError, WriteFailed, WriteUnknown
from supervisor.flow import Change
from supervisor.journal import Journal, safe
from supervisor.model import Confirmation, Site, Tag, Text, User
from supervisor.people import People

WRITE_S = 5.0
"""How long a device may take to accept a write."""
LATEST_S = 5.0
"""A command that waited longer than this for the journal is not written any more: nobody expects it now."""
POLL_S = 0.05
"""How often a value that stands is looked at for a newer arrival."""

UNWRITTEN = Text(
    "Le journal ne peut pas être écrit : aucune commande ne part tant que c'est le cas.",
    "The journal cannot be written: no command leaves while that is so.",
)
STOPPED = Text("Le poste s'est arrêté pendant la commande.", "station stopped")
LATE = Text(
    "Le journal a trop tardé : rien n'a été envoyé à l'automate.", "The journal took too long: nothing was sent."
)

log = logging.getLogger(__name__)


class Carrier(Protocol):
    """What the desk needs of a link; `supervisor.link.Link` is one."""

    async def write(self, tag: Tag, raw: float, timeout_s: float) -> None:
        """One write, once. Raises WriteFailed or WriteUnknown."""

    async def examine(self, tag: Tag, timeout_s: float) -> Examined:
        """One value as it is on the wire. Raises ReadFailed."""


@dataclass(slots=True)
class _Run:
    """One command under way."""

    scene: Scene
    page: Page
    stage: Stage
    watches: list[Watch]

    @property
    def order(self) -> Order:
        return self.scene.order


class Desk:
    """See the module. Give `absorb` every change; `stop` before the journal closes."""

    def __init__(
        self, site: Site, table: Columns, links: Mapping[str, Carrier], journal: Journal, clock: Clock
    ) -> None:
        """`table` are the columns of the tag table; `links` may fill up later."""
        self.people = People(site)
        self.ledger = Ledger(journal, site, clock)
        self.notes = Notes(site, self.people, journal)
        self._site = site
        self._table = table
        self._links = links
        self._clock = clock
        self._busy: dict[str, str] = {}
        self._runs: dict[int, _Run] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._outcomes: dict[int, asyncio.Future[Outcome]] = {}

    async def submit(self, command: Command, user: User) -> int:
        """The command's id, once it is checked and journalled; it goes on by itself. Raises Refused.

        A caller that stops waiting does not stop the command.
        """
        return await asyncio.shield(self._spawn(self._submit(command, user)))

    async def outcome(self, command_id: int) -> Outcome:
        """What became of a command of this station that is still under way, once it is known.

        Raises KeyError for any other: the ledger tells of those.
        """
        return await asyncio.shield(self._outcomes[command_id])

    async def examine(self, tag: str, user: User) -> Mapping[str, Any]:
        """One tag as its controller gives it now; see `supervisor.desk.trial`. Raises Refused."""
        return await trial.examine(self._site, self._links, self.people, tag, user)

    def absorb(self, change: Change) -> None:
        """Look whether a command under way is answered."""
        for run in self._runs.values():
            for watch in run.watches:
                watch.absorb(change)

    async def stop(self) -> None:
        """Break off what is under way; its outcome is unknown."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for waiting in self._outcomes.values():  # of commands whose task was cancelled before its first turn
            waiting.set_result(Outcome(Stage.UNKNOWN, STOPPED))
        self._outcomes.clear()

    def _spawn(self, coroutine: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = asyncio.create_task(coroutine, name="desk")
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[Any]) -> None:
        """A refusal is the caller's, and no bug where the caller has gone away."""
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error and not isinstance(error, Refused):
            log.error("The desk failed", exc_info=error)

    async def _submit(self, command: Command, user: User) -> int:
        requested, begun = self._clock.now(), self._clock.monotonic()
        try:
            order = find(self._site, command)
            scene = Scene(self._site, self.people, self._table, order, user, self._busy)
            read = check(scene)
        except Refused as refused:
            await self._decline(command, user, requested, refused)
            raise
        self._busy[order.equipment.id] = user.name
        try:
            page = await safe(self.ledger.open(order, user, requested, read))
        except BaseException as error:
            del self._busy[order.equipment.id]
            if isinstance(error, StoreError):
                raise Refused("journal", UNWRITTEN) from error
            raise
        self._outcomes[page.id] = asyncio.get_running_loop().create_future()
        late = self._clock.monotonic() - begun > LATEST_S
        self._spawn(self._carry(_Run(scene, page, Stage.JOURNALLED, []), late))
        return page.id

    async def _decline(self, command: Command, user: User, requested: int, refused: Refused) -> None:
        """Keep the refusal. The operator reads it in any case, whatever the disk does."""
        try:
            await safe(self.ledger.refuse(command, user, requested, refused))
        except StoreError as error:
            log.error("A refused command is not in the ledger: %s", error)

    async def _carry(self, run: _Run, late: bool) -> None:
        """From the journal to the outcome, whatever happens in between."""
        outcome = Outcome(Stage.UNKNOWN, STOPPED)
        try:
            outcome = Outcome(Stage.FAILED, LATE) if late else await self._carry_out(run)
        except Exception as error:
            log.exception("Command %d failed inside Vigie", run.page.id)
            outcome = Outcome(Stage.UNKNOWN, Text(f"Erreur interne : {error}", f"internal error: {error}"))
        finally:
            self._runs.pop(run.page.id, None)
            await self._close(run, outcome)

    async def _close(self, run: _Run, outcome: Outcome) -> None:
        """Written first, known afterwards; a disk that is full keeps it from the ledger, never from the operator."""
        step(run.stage, outcome.stage)
        try:
            await safe(self.ledger.close(run.page, outcome))
        except StoreError as error:
            log.error("Command %d ended as %s, which is not in the ledger: %s", run.page.id, outcome.stage, error)
        finally:
            self._busy.pop(run.order.equipment.id, None)
            self._outcomes.pop(run.page.id).set_result(outcome)

    async def _carry_out(self, run: _Run) -> Outcome:
        try:
            interlock(run.scene)  # once more: the journal may have taken seconds, and water falls meanwhile
        except Refused as refused:
            return Outcome(Stage.FAILED, refused.text)
        order, now = run.order, self._clock.now()
        feedback = Watch(self._table, order.feedback.index, order.answers, now)
        run.watches.append(feedback)
        physical = self._physical(order, now)
        run.watches += [physical] if physical else []
        self._runs[run.page.id] = run
        refusal = await self._write(order)
        if refusal:
            return refusal
        self._note(run, Stage.WRITTEN)
        if not await self._met(feedback, order.spec.within_s):
            return Outcome(Stage.UNKNOWN, _silent(feedback, order))
        self._note(run, Stage.READ_BACK, {"value": feedback.last})
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
            return Outcome(Stage.FAILED, Text(f"Écriture refusée : {error}", f"Write declined: {error}"))
        except (WriteUnknown, TimeoutError) as error:
            return Outcome(Stage.UNKNOWN, Text(f"Écriture sans réponse : {error}", f"Write without an answer: {error}"))
        return None

    async def _confirm(self, run: _Run, confirmation: Confirmation, physical: Watch | None) -> Outcome:
        name = confirmation.name
        if physical is None:
            return Outcome(
                Stage.UNKNOWN,
                Text(f"« {name.fr} » : aucune mesure pour le confirmer.", f'"{name.en}": nothing measures it.'),
            )
        if await self._met(physical, confirmation.within_s):
            self._note(run, Stage.CONFIRMED, {"value": physical.last})
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

    async def _met(self, watch: Watch, within_s: float) -> bool:
        deadline = self._clock.monotonic() + within_s
        while not watch.poll():
            if self._clock.monotonic() >= deadline:
                return False
            await self._clock.sleep(POLL_S)
        return True

    def _note(self, run: _Run, stage: Stage, detail: Mapping[str, Any] | None = None) -> None:
        """A step of a command that is already in the journal: if it can't be kept, the command goes on all the same."""
        run.stage = step(run.stage, stage)
        self.ledger.step(run.page, stage, detail)


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
